"""Resources whose tag is made of what they say, and what addresses with a digest in them have in common."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from apps.api import queries, standpoint
from apps.api.errors import Problem
from apps.api.resource import API_VERSION, Answer, Resource, has_copy
from apps.api.standpoint import Standpoint
from apps.api.v1.contributionfeeds import ATOM
from apps.api.v1.contributionshapes import DIGEST
from apps.contributions.intake import is_digest
from apps.network.instant import one_instant

DIGEST_PARAMETER = OpenApiParameter("digest", DIGEST, OpenApiParameter.PATH, description="of the statement")


class Told(Resource):
    """A resource whose tag is made of what it says: statements come and go between two blocks."""

    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        asked = self.parse(request, **{name: value for name, value in kwargs.items() if name != "format"})
        with one_instant():
            at = standpoint.read()
            answer = self.find(at, asked)
        tag = self._tag_of(request, at, answer)
        if has_copy(request, tag):
            return HttpResponse(status=304, headers={"ETag": tag})
        return self._response(request, at, answer, tag)

    def _tag_of(self, request: Request, at: Standpoint, answer: Answer) -> str:
        kind = request.accepted_renderer.media_type
        stands = () if kind == ATOM else at.identity  # a feed names no block, so none makes it another
        parts = (API_VERSION, request.get_full_path(), kind, stands, answer.next_cursor)
        return f'"{sha256(repr(parts).encode() + orjson.dumps(answer.data)).hexdigest()[:32]}"'


class ByDigest(Told):
    """One thing, by the digest in its path, which takes no parameters."""

    def parse(self, request: Request, **kwargs: Any) -> str:
        queries.nothing(request.query_params)
        digest = str(kwargs["digest"])
        if not is_digest(digest):
            raise unknown()
        return digest

    def find(self, at: Standpoint, asked: str) -> Answer:
        found = self.told(asked)
        if found is None:
            raise unknown()
        return Answer(found)

    def told(self, digest: str) -> Any:
        """What is known by the digest; None for nothing."""
        raise NotImplementedError


def unknown() -> Problem:
    """The refusal of a digest that nothing is known by."""
    return Problem("unknown_statement", "Nothing is known here by this digest: 0x and 64 small hexadecimal digits.")
