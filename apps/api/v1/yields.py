"""`/api/v1/compare` and `/api/v1/orchestrators/{address}/yield`: what an amount would have earned."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from apps.api import queries
from apps.api.errors import Problem
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.tables import TableRenderer
from apps.api.v1.envelope import described
from apps.api.v1.orchestrators import ADDRESS, Item, node_of
from apps.api.v1.yieldshapes import ComparedSerializer, NodeYieldSerializer
from apps.network.selectors import activity, sources, yieldquery
from apps.network.selectors.board import Moment, boards
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.moves import Moves, moves_from
from apps.network.selectors.yieldquery import (
    DEFAULT_AMOUNT,
    DEFAULT_ROUNDS,
    MOST_LPT,
    MOST_NODES,
    MOST_ROUNDS,
    Compared,
)
from apps.network.selectors.yields import Yields, yields_of
from apps.protocol.moving import BreakEven
from apps.protocol.units import Address, EthWei, LptWei
from apps.protocol.yields import COUNTED, Counted, Earned, Outcome, Range
from apps.scoring import selectors as scoring
from apps.scoring.standings import standings_of
from apps.scoring.weighing import by_method

MOST_CHANGES = 200

AMOUNT = OpenApiParameter(
    "amount_lpt_wei",
    {"type": "string", "pattern": "^[1-9][0-9]{0,26}$", "default": str(DEFAULT_AMOUNT)},
    description=f"stake in wei, above 0 and at most {MOST_LPT} LPT",
)
ROUNDS = OpenApiParameter(
    "rounds",
    {"type": "integer", "minimum": 1, "maximum": MOST_ROUNDS, "default": DEFAULT_ROUNDS},
    description="whole rounds to look back on; as far as there are any",
)
COUNTED_AS = OpenApiParameter(
    "counted_as",
    {"type": "string", "enum": list(COUNTED), "default": "new"},
    description=(
        "`new`: added to the node's stake and the network's; `moved`: to the node's alone; `there`: part of both all "
        "along, which is what `pendingStake` and `pendingFees` of the contract grew by"
    ),
)
_NODE = {"type": "string", "pattern": "^0x[0-9a-f]{40}$"}
NODES = OpenApiParameter(
    "o",
    {"type": "array", "items": _NODE, "minItems": 2, "maxItems": MOST_NODES, "uniqueItems": True},
    required=True,
    explode=True,
    description="an orchestrator; given two to five times",
)
PRESENT = OpenApiParameter("from", _NODE, description="the one of them that the stake is with now; adds `move`")


@dataclass(frozen=True, slots=True)
class YieldAsked:
    """What one orchestrator's yield is asked for."""

    address: Address
    amount_lpt_wei: LptWei
    rounds: int
    counted: Counted


@dataclass(frozen=True, slots=True)
class OneRound:
    """A round with what became of its reward call."""

    outcome: Outcome
    earned: Earned


@dataclass(frozen=True, slots=True)
class Realised:
    """A node's yield as an answer writes it."""

    address: Address
    amount_lpt_wei: LptWei
    counted_as: Counted
    rounds: int
    rounds_asked: int
    stretches: int
    newest: Earned
    rewards_range: Range | None
    fees_range: Range | None


@dataclass(frozen=True, slots=True)
class RealisedByRound(Realised):
    """The same with every round of the newest stretch, newest first."""

    by_round: Sequence[OneRound]


@dataclass(frozen=True, slots=True)
class Move:
    """A move from the present node to this one."""

    from_address: Address
    reward_now: str
    forfeited_lpt_wei: LptWei | None
    gas_eth_wei: EthWei
    even: BreakEven

    @property
    def lpt(self) -> object:
        return self.even.lpt

    @property
    def eth(self) -> object:
        return self.even.eth

    @property
    def verdict(self) -> str:
        return self.even.verdict

    @property
    def after_rounds(self) -> int | None:
        return self.even.after_rounds


@dataclass(frozen=True, slots=True)
class ComparedItem(Item):
    """A row of a comparison."""

    cut_history: Sequence[activity.Happening]
    realised: Realised | None
    move: Move | None


def realised_of(address: Address, found: Yields) -> Realised:
    """The yield of one node among those found."""
    node, period = found.nodes[address], found.period
    return Realised(
        address=address,
        amount_lpt_wei=found.amount_lpt_wei,
        counted_as=found.counted,
        rounds=period.rounds,
        rounds_asked=period.asked,
        stretches=period.stretches,
        newest=node.newest,
        rewards_range=node.rewards,
        fees_range=node.fees,
    )


def _by_round(address: Address, found: Yields) -> RealisedByRound:
    node, whole = found.nodes[address], realised_of(address, found)
    rounds = [OneRound(outcome, one) for outcome, one in zip(node.outcomes, node.by_round(), strict=True)]
    return RealisedByRound(**{field.name: getattr(whole, field.name) for field in fields(whole)}, by_round=rounds[::-1])


def _amount_and_rounds(values: Mapping[str, str]) -> tuple[LptWei, int]:
    amount, rounds = values.get("amount_lpt_wei"), values.get("rounds")
    return (
        DEFAULT_AMOUNT if amount is None else yieldquery.amount_of_wei("amount_lpt_wei", amount),
        DEFAULT_ROUNDS if rounds is None else yieldquery.rounds_of("rounds", rounds),
    )


class OrchestratorYield(Resource):
    """What an amount would have earned with one orchestrator."""

    def parse(self, request: Request, **kwargs: Any) -> YieldAsked:
        address = queries.address(kwargs["address"])
        values = dict(queries.pairs_of(request.query_params, known=("amount_lpt_wei", "rounds", "counted_as")))
        amount, rounds = _amount_and_rounds(values)
        return YieldAsked(address, amount, rounds, _counted(values.get("counted_as", "new")))

    def find(self, at: Standpoint, asked: YieldAsked) -> Answer:
        node_of(asked.address)
        found = yields_of(
            [asked.address],
            asked.amount_lpt_wei,
            rounds=asked.rounds,
            running=at.as_of_round,
            counted=asked.counted,
        )
        if found is None:
            raise Problem("not_found", "No whole round has been indexed yet.")
        return Answer(NodeYieldSerializer(_by_round(asked.address, found)).data)

    @described(
        "orchestrator_yield",
        NodeYieldSerializer(),
        summary="What stake earned with one orchestrator",
        description=(
            "Rewards in LPT and fees in ETH that an amount would have earned in the last whole rounds, and the worst, "
            "the middle and the best stretch of as many rounds among the last 90. Realised, not forecast."
        ),
        parameters=[ADDRESS, AMOUNT, ROUNDS, COUNTED_AS],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def _counted(text: str) -> Counted:
    found = next((each for each in COUNTED if each == text), None)
    if found is None:
        raise BadQuery("counted_as", f"There is no “{text[:40]}”.", COUNTED)
    return found


_RANGES = ("worst", "middle", "best")
_MOVE = ("forfeited_lpt_wei", "gas_eth_wei", "verdict", "after_rounds")
_PLAIN = (
    "address",
    "name",
    "status",
    "stake_lpt_wei",
    "reward_cut_ppm",
    "fee_share_ppm",
    "fees_90_eth_wei",
    "fees_90_per_million_lpt_eth_wei",
    "payers_90",
    "reward_calls_30",
    "active_rounds_30",
)
_NEWEST = (
    "first_round",
    "last_round",
    "rewards_lpt_wei",
    "fees_eth_wei",
    "reward_calls_made",
    "reward_calls_missed",
    "rounds_inactive",
    "rounds_absent",
)
_PARTS = ("work", "terms", "jobs", "community")


class CompareCsv(TableRenderer):
    """A line a node."""

    columns = (
        *_PLAIN,
        *(f"score_{name}" for name in ("value", "low", "high", "rank", "gate")),
        *_PARTS,
        "amount_lpt_wei",
        *_NEWEST,
        *(f"rewards_{name}_lpt_wei" for name in _RANGES),
        *(f"fees_{name}_eth_wei" for name in _RANGES),
        *(f"move_{name}" for name in _MOVE),
        "move_lpt_after_rounds",
        "move_eth_after_rounds",
    )

    def cells(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return dict(pair for cells in (_plain(row), _score(row), _realised(row), _move(row)) for pair in cells)


def _plain(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield from ((name, row[name]) for name in _PLAIN)


def _score(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    score = row["score"]
    if score is not None:
        yield from ((f"score_{name}", score[name]) for name in ("value", "low", "high", "rank"))
        yield "score_gate", score["gates"][0]["code"] if score["gates"] else None
        yield from ((part["name"], part["value"]) for part in score["parts"] if part["name"] in _PARTS)


def _realised(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    found = row["realised"]
    if found is not None:
        yield "amount_lpt_wei", found["amount_lpt_wei"]
        yield from ((name, found["newest"][name]) for name in _NEWEST)
        for key, unit in (("rewards", "lpt_wei"), ("fees", "eth_wei")):
            spread = found[f"{key}_range"] or {}
            yield from ((f"{key}_{name}_{unit}", spread[name][f"{key}_{unit}"]) for name in _RANGES if name in spread)


def _move(row: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    move = row["move"]
    if move is not None:
        yield from ((f"move_{name}", move[name]) for name in _MOVE)
        yield from ((f"move_{side}_after_rounds", move[side]["after_rounds"]) for side in ("lpt", "eth") if move[side])


class Compare(Resource):
    """Two to five orchestrators side by side."""

    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, CompareCsv]

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return (*at.identity, sources.version())

    def parse(self, request: Request, **kwargs: Any) -> Compared:
        given = request.query_params.copy()
        nodes = [str(text) for text in given.pop("o", [])]
        values = dict(queries.pairs_of(given, known=("amount_lpt_wei", "rounds", "from")))
        amount, rounds = _amount_and_rounds(values)
        if len(nodes) < 2:
            raise BadQuery("o", f"Name two to {MOST_NODES} orchestrators, each as a parameter “o” of its own.")
        return yieldquery.compared(nodes, amount=amount, rounds=rounds, present=values.get("from", ""))

    def find(self, at: Standpoint, asked: Compared) -> Answer:
        found = yields_of(asked.nodes, asked.amount_lpt_wei, rounds=asked.rounds, running=at.as_of_round)
        moves = moves_from(asked.present, found, running=at.as_of_round) if asked.present and found else None
        rows = boards.at(moment_of(at), standings_of).rows
        scores = scoring.scores_of(at.run, of=asked.nodes) if at.run else {}
        items = [
            ComparedItem(
                row=rows[address],
                score=by_method(scores[address]) if address in scores else None,
                cut_history=activity.cut_changes(MOST_CHANGES, node=address),
                realised=realised_of(address, found) if found else None,
                move=_move_to(address, moves),
            )
            for address in asked.nodes
        ]
        return Answer(ComparedSerializer(items, many=True).data)

    @described(
        "compare",
        ComparedSerializer(many=True),
        summary="Orchestrators side by side",
        description=(
            "Standing, score with reasons, changes of terms and what the same amount of stake would have earned with "
            "each, in the order they are named. `compare.csv`, or the header `Accept: text/csv`, gives a line a node."
        ),
        parameters=[NODES, AMOUNT, ROUNDS, PRESENT],
        csv=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def moment_of(at: Standpoint) -> Moment:
    """The moment of the rows that go with an answer."""
    return Moment(at.block, at.block_hash or b"", at.round, at.run_id, sources.version())


def _move_to(address: Address, moves: Moves | None) -> Move | None:
    even = moves.to.get(address) if moves else None
    if even is None or moves is None:
        return None
    return Move(moves.present, moves.reward_now, moves.cost.forfeited_lpt_wei, moves.cost.gas_eth_wei, even)
