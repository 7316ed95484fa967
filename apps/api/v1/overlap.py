"""`/api/v1/network/overlap`: does stake follow work, round by round, and what changed it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from apps.api import queries
from apps.api.errors import Problem
from apps.api.fields import Checksummed, LowerAddress, Wei
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.tables import TableRenderer
from apps.api.v1.envelope import described
from apps.api.v1.rounds import RoundsAsked, asked_rounds, page_answer, span_parameters
from apps.api.v1.shapes import Shape
from apps.network.overlap import PPB, Change, NodeChange
from apps.network.selectors import overlap
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.overlap import LONG_ROUNDS, WINDOWS, OverlapPoint
from apps.network.selectors.rounds import Span

COMPARED_ROUNDS = 30
FARTHEST = 1_000_000
_SIGNED: dict[str, Any] = {"min_value": -PPB, "max_value": PPB}
_PPB: dict[str, Any] = {"min_value": 0, "max_value": PPB, "allow_null": True}


class OverlapSerializer(Shape):
    """A whole round. The overlap is, for each node, the smaller of its share of stake and of fees, added up.

    Stake is that of the round's active set; fees are those of the window that ends with the round, without what nodes
    paid themselves. `…_ppb` is rounded down, parts per 1e9; numerator and denominator are exact.
    """

    round = serializers.IntegerField()
    active_stake_lpt_wei = Wei(source="stake_lpt_wei")
    fees_90_eth_wei = Wei(source="fees_eth_wei")
    matched_90_ppb = serializers.IntegerField(source="matched.ppb", help_text="null while nobody was paid", **_PPB)
    matched_90_numerator = Wei(source="part")
    matched_90_denominator = Wei(source="matched.whole", help_text="stake times fees")
    fees_30_eth_wei = Wei(source="recent_fees_eth_wei")
    matched_30_ppb = serializers.IntegerField(source="recent.ppb", **_PPB)
    matched_30_numerator = Wei(source="recent_part")
    matched_30_denominator = Wei(source="recent.whole")


class OverlapCsv(TableRenderer):
    columns = tuple(OverlapSerializer().fields)


class OverlapList(Resource):
    """The overlap of every whole round."""

    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, OverlapCsv]

    def parse(self, request: Request, **kwargs: Any) -> RoundsAsked:
        return asked_rounds(request)

    def find(self, at: Standpoint, asked: RoundsAsked) -> Answer:
        rows = [one for one in reversed(_history(at)) if _within(one, asked.span)]
        return page_answer(rows, asked, shape=OverlapSerializer, number=lambda row: row.round)

    @described(
        "network_overlap",
        OverlapSerializer(many=True),
        summary="Overlap of stake and work",
        description=(
            "Does stake follow work? One row for each round that is over, newest first, against the fees of 90 and of "
            "30 rounds; 1e9 means that stake stands exactly where fees are earned. `network/overlap.csv`, or the "
            "header `Accept: text/csv`, gives all of them as CSV unless `limit` is given."
        ),
        parameters=span_parameters(),
        paged=True,
        csv=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def _history(at: Standpoint) -> list[OverlapPoint]:
    if at.state is None or at.round is None:
        return []
    return overlap.history(before=at.round, chain=f"{bytes(at.state.genesis_hash).hex()}:{at.state.reorgs}")


def _within(one: OverlapPoint, span: Span) -> bool:
    first = span.first if span.first is not None else 0
    last = span.last if span.last is not None else queries.LAST_ROUND
    return first <= one.round <= last and (span.before is None or one.round < span.before)


class MomentSerializer(Shape):
    round = serializers.IntegerField(help_text="its end")
    active_stake_lpt_wei = Wei(source="stake")
    fees_eth_wei = Wei(source="paid", help_text="of the window that ends with the round")
    matched_ppb = serializers.IntegerField(source="matched.ppb", min_value=0, max_value=PPB)


class NodeChangeSerializer(Shape):
    """One node; a change is what its stake and its fees did to it, each credited with half of what both did together.

    Figures in ppb are rounded toward zero; the amounts give them exactly.
    """

    address = LowerAddress()
    address_checksummed = Checksummed(source="address")
    stake_before_lpt_wei = Wei()
    stake_after_lpt_wei = Wei()
    fees_before_eth_wei = Wei()
    fees_after_eth_wei = Wei()
    matched_before_ppb = serializers.IntegerField(min_value=0, max_value=PPB, help_text="the smaller of its two shares")
    matched_after_ppb = serializers.IntegerField(min_value=0, max_value=PPB)
    change_ppb = serializers.IntegerField(**_SIGNED)
    by_stake_ppb = serializers.IntegerField(**_SIGNED)
    by_fees_ppb = serializers.IntegerField(**_SIGNED)
    moved = serializers.ChoiceField(choices=("stake", "fees", "neither"), help_text="which of the two did more")


class ChangeSerializer(Shape):
    window_rounds = serializers.ChoiceField(choices=WINDOWS)
    before = MomentSerializer()
    after = MomentSerializer()
    change_ppb = serializers.IntegerField(**_SIGNED)
    by_stake_ppb = serializers.IntegerField(help_text="above 0: stake moved toward work", **_SIGNED)
    by_fees_ppb = serializers.IntegerField(help_text="above 0: work moved toward stake", **_SIGNED)
    nodes = NodeChangeSerializer(many=True, help_text="all with stake or fees at either end, the largest gain first")


class ChangeCsv(TableRenderer):
    columns = tuple(NodeChangeSerializer().fields)

    def rows(self, data: Any) -> Iterable[Mapping[str, Any]]:
        rows: Iterable[Mapping[str, Any]] = data["nodes"]
        return rows


@dataclass(frozen=True, slots=True)
class ChangeAsked:
    """The rounds to compare; what was left out is chosen once it is known which rounds there are."""

    to_round: int | None
    rounds: int | None
    window: int


class OverlapChange(Resource):
    """What moved the overlap between the ends of two rounds."""

    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, ChangeCsv]

    def parse(self, request: Request, **kwargs: Any) -> ChangeAsked:
        given = dict(queries.pairs_of(request.query_params, known=("to_round", "rounds", "window")))
        window = given.get("window", str(LONG_ROUNDS))
        if window not in map(str, WINDOWS):
            raise BadQuery("window", "Write 30 or 90.", [str(size) for size in WINDOWS])
        to_round = queries.round_number("to_round", given["to_round"]) if "to_round" in given else None
        return ChangeAsked(to_round, _rounds(given.get("rounds")), int(window))

    def find(self, at: Standpoint, asked: ChangeAsked) -> Answer:
        first, last = _ends(asked)
        found = overlap.explained(first=first, last=last, window=asked.window)
        if found is None:
            raise Problem(
                "not_found",
                f"The overlap of round {first} or of round {last} is not known: nothing was staked in it, or nobody "
                f"was paid in the {asked.window} rounds up to it.",
            )
        return Answer(ChangeSerializer(_change(found, asked.window)).data)

    @described(
        "network_overlap_change",
        ChangeSerializer(),
        summary="What changed the overlap",
        description=(
            "Two whole rounds compared, node by node: how much of the change came from stake that moved and how much "
            "from work that moved. `network/overlap/change.csv` gives the nodes as CSV."
        ),
        parameters=[
            OpenApiParameter(
                "to_round",
                {"type": "integer", "minimum": 0, "maximum": queries.LAST_ROUND},
                description="the later round; the newest that is over if left out",
            ),
            OpenApiParameter(
                "rounds",
                {"type": "integer", "minimum": 1, "maximum": FARTHEST},
                description="how many rounds before it the earlier one is; 30, or as many as there are, if left out",
            ),
            OpenApiParameter(
                "window",
                {"type": "integer", "enum": list(WINDOWS), "default": LONG_ROUNDS},
                description="rounds whose fees are counted",
            ),
        ],
        path_can_miss=True,
        csv=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def _rounds(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 7 and 1 <= int(text) <= FARTHEST):
        raise BadQuery("rounds", f"Write a whole number from 1 to {FARTHEST}.")
    return int(text)


def _ends(asked: ChangeAsked) -> tuple[int, int]:
    """The two rounds. Raises Problem where one of them is not over or was never seen."""
    newest, oldest = overlap.last_whole_round(), overlap.first_round()
    if newest is None or oldest is None or oldest >= newest:
        raise Problem("not_found", "Two whole rounds have to be over before they can be compared.")
    last = newest if asked.to_round is None else asked.to_round
    first = max(oldest, last - COMPARED_ROUNDS) if asked.rounds is None else last - asked.rounds
    if last > newest or first < oldest or first >= last:
        raise Problem(
            "not_found", f"Rounds {oldest} to {newest} are over and known; {first} and {last} were asked for."
        )
    return first, last


def _change(found: Change, window: int) -> dict[str, Any]:
    return {
        "window_rounds": window,
        "before": found.first,
        "after": found.last,
        "change_ppb": found.ppb(found.by_stake + found.by_fees),
        "by_stake_ppb": found.ppb(found.by_stake),
        "by_fees_ppb": found.ppb(found.by_fees),
        "nodes": [_node(one, found) for one in found.nodes],
    }


def _node(one: NodeChange, found: Change) -> dict[str, Any]:
    before, after = found.first.held(one.node), found.last.held(one.node)
    return {
        "address": one.node,
        "stake_before_lpt_wei": before[0],
        "stake_after_lpt_wei": after[0],
        "fees_before_eth_wei": before[1],
        "fees_after_eth_wei": after[1],
        "matched_before_ppb": found.ppb(one.before),
        "matched_after_ppb": found.ppb(one.after),
        "change_ppb": found.ppb(one.moved),
        "by_stake_ppb": found.ppb(one.by_stake),
        "by_fees_ppb": found.ppb(one.by_fees),
        "moved": one.mover,
    }
