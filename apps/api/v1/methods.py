"""`/api/v1/methods`: every version of the method, as data."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from apps.api import queries
from apps.api.errors import Problem
from apps.api.fields import Hash
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.v1.envelope import described
from apps.api.v1.runs import STATUSES
from apps.api.v1.shapes import Shape
from apps.scoring.backtests import latest_backtest
from apps.scoring.bundle import digest_of, method_data
from apps.scoring.method import Method, method_of, methods
from apps.scoring.models import BacktestRun


@dataclass(frozen=True, slots=True)
class Described:
    """A version with its data as it stands in its file and in bundles, and its back-test, if there is one."""

    method: Method
    digest: str
    data: dict[str, Any]
    backtest: BacktestRun | None = None

    @property
    def weights(self) -> dict[str, int]:
        return {str(name): weight for name, weight in self.method.weights.by_part().items()}


@cache
def _described(version: str) -> Described:
    """The version and its data. Raises Problem where there is none."""
    method = method_of(version)
    if method is None:
        raise Problem("not_found", f"There is no method of that version; there is {', '.join(_versions())}.")
    data = method_data(version)
    return Described(method, digest_of(data), data)


def _versions() -> list[str]:
    return [method.version for method in methods()]


class MethodSerializer(Shape):
    """A version of the method. Its digest is that of its data, which is in every bundle made by it."""

    version = serializers.CharField(source="method.version")
    date = serializers.DateField(source="method.date")
    status = serializers.ChoiceField(
        source="method.status",
        choices=STATUSES,
        help_text="pages show the live one; a shadow is run beside it; a past one makes no more runs",
    )
    summary = serializers.CharField(source="method.summary")
    changelog = serializers.ListField(source="method.changelog", child=serializers.CharField())
    weights = serializers.DictField(child=serializers.IntegerField(min_value=0, max_value=10))
    digest = serializers.CharField(help_text="sha256 of the data, hex")


class BacktestSerializer(Shape):
    """How well it foretold: see /method/."""

    as_of_block = serializers.IntegerField()
    as_of_block_hash = Hash()
    as_of_round = serializers.IntegerField()
    made_at = serializers.DateTimeField()
    digest = serializers.CharField(help_text="sha256 of the result, hex")
    result = serializers.DictField()


class MethodDetailSerializer(MethodSerializer):
    data = serializers.DictField(help_text="every constant, numbers as texts")  # type: ignore[assignment]
    backtest = BacktestSerializer(allow_null=True)


class MethodList(Resource):
    """Every version, newest first."""

    def find(self, at: Standpoint, asked: None) -> Answer:
        return Answer(MethodSerializer([_described(version) for version in _versions()], many=True).data)

    @described(
        "methods",
        MethodSerializer(many=True),
        summary="Methods of scoring",
        description="Every version this program knows, newest first, with what each changed.",
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class MethodDetail(Resource):
    """One version with all its data."""

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        newest = BacktestRun.objects.order_by("-id").values_list("id", flat=True).first()
        return (*at.identity, newest)

    def parse(self, request: Request, **kwargs: Any) -> str:
        queries.nothing(request.query_params)
        return str(kwargs["version"])

    def find(self, at: Standpoint, asked: str) -> Answer:
        found = replace(_described(asked), backtest=latest_backtest(asked))
        return Answer(MethodDetailSerializer(found).data)

    @described(
        "method",
        MethodDetailSerializer(),
        summary="One method of scoring",
        description="Its weights and every constant as data, what it changed, and the result of its newest back-test.",
        parameters=[
            OpenApiParameter(
                "version", {"type": "string", "enum": _versions()}, OpenApiParameter.PATH, description="such as 1.0"
            )
        ],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)
