"""`/api/v1/rounds`, and how any list of rounds is asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from drf_spectacular.utils import OpenApiParameter
from rest_framework.request import Request

from apps.api import cursors, queries
from apps.api.cursors import Cursor, Pairs
from apps.api.errors import Problem
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.v1.envelope import described
from apps.api.v1.shapes import RoundSerializer, Shape
from apps.network.selectors import rounds
from apps.network.selectors.rounds import Span

Row = TypeVar("Row")
EVERY = 1_000_000  # rounds of a table that is asked for whole
BOUNDS = {"round_gte": "first round", "round_lte": "last round"}


@dataclass(frozen=True, slots=True)
class RoundsAsked:
    """A page of rounds, newest first."""

    span: Span
    limit: int
    pairs: Pairs


def asked_rounds(request: Request) -> RoundsAsked:
    """The page of rounds a request asks for."""
    page = queries.page_of(request.query_params, known=BOUNDS, default_limit=None)
    before = _before(page.cursor) if page.cursor else None
    bounds = {name: queries.round_number(name, text) for name, text in page.pairs}
    span = Span(bounds.get("round_gte"), bounds.get("round_lte"), before)
    as_csv = request.accepted_renderer.format == "csv"
    return RoundsAsked(span, page.limit or (EVERY if as_csv else queries.DEFAULT_LIMIT), page.pairs)


def _before(cursor: Cursor) -> int:
    unknown = [name for name, _ in cursor.pairs if name not in BOUNDS]
    if unknown or not cursor.after.isascii() or not cursor.after.isdigit() or len(cursor.after) > 10:
        raise Problem("bad_cursor", "It was made for another list.")
    return min(int(cursor.after), queries.LAST_ROUND)


def page_answer(rows: Sequence[Row], asked: RoundsAsked, *, shape: type[Shape], number: Callable[[Row], int]) -> Answer:
    """The page of these rows, of which one more was read than the page holds if there is another page."""
    shown = rows[: asked.limit]
    more = len(rows) > asked.limit
    cursor = cursors.write(Cursor(tuple(asked.pairs), str(number(shown[-1])), 0)) if more else None
    return Answer(shape(shown, many=True).data, limit=asked.limit, next_cursor=cursor, sort="-round")


def span_parameters() -> list[OpenApiParameter]:
    bounds = {"type": "integer", "minimum": 0, "maximum": queries.LAST_ROUND}
    return [OpenApiParameter(name, bounds, description=f"{words}, included") for name, words in BOUNDS.items()]


class RoundList(Resource):
    """Rounds of the network."""

    def parse(self, request: Request, **kwargs: Any) -> RoundsAsked:
        return asked_rounds(request)

    def find(self, at: Standpoint, asked: RoundsAsked) -> Answer:
        rows = rounds.network_rounds(asked.span, limit=asked.limit + 1)
        return page_answer(rows, asked, shape=RoundSerializer, number=lambda row: row.number)

    @described(
        "rounds",
        RoundSerializer(many=True),
        summary="Rounds",
        description="Initialised rounds with their totals, newest first. A round that nobody initialised is absent.",
        parameters=span_parameters(),
        paged=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)
