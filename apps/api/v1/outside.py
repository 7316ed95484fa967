"""`/api/v1/sources`: the sources beside the chain, and how fresh each is."""

from __future__ import annotations

from typing import Any

from rest_framework.request import Request

from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.v1.envelope import described
from apps.api.v1.jobshapes import SourceSerializer
from apps.network.selectors import sources


class SourceList(Resource):
    """Every kind of source, configured or not."""

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return (*at.identity, sources.version())

    def find(self, at: Standpoint, asked: None) -> Answer:
        return Answer(SourceSerializer(sources.sources_now(), many=True).data)

    @described(
        "sources",
        SourceSerializer(many=True),
        summary="Sources beside the chain",
        description="Where kinds of work, prices, hardware and test results come from, and how fresh each source is.",
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)
