"""`/api/v1/positions`: what an address has staked, several together, and what each round brought."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, TypeAlias

from django.conf import settings
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, extend_schema, inline_serializer
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import bodies, queries, standpoint
from apps.api.errors import Problem
from apps.api.resource import Answer, Endpoint, Resource, meta_of
from apps.api.standpoint import Standpoint
from apps.api.tables import TableRenderer
from apps.api.v1.envelope import PROBLEM, MetaSerializer, ProblemSerializer, described
from apps.api.v1.orchestrators import ADDRESS
from apps.api.v1.positionshapes import (
    BATCH_ASKED,
    BATCH_EXAMPLES,
    PortfolioSerializer,
    PositionDetailSerializer,
    PositionRoundSerializer,
)
from apps.api.v1.rounds import RoundsAsked, asked_rounds, page_answer, span_parameters
from apps.chain.readers.accounts import AccountKind
from apps.delegation.accounts import as_document, kinds_of
from apps.delegation.earned import RoundEarned
from apps.delegation.held import Caution, Held, Joined, Node
from apps.delegation.positions import MOST_TOGETHER, position_of, positions_of, rounds_of
from apps.delegation.since import Since, since
from apps.network.instant import one_instant
from apps.network.selectors import governance
from apps.network.selectors.governance import VoteRow
from apps.protocol.units import Address, AddressError
from apps.scoring import selectors as scoring
from apps.scoring.selectors import ScoreRow
from apps.scoring.weighing import WeighedScore, by_method
from indexer.status import standing

Kinds: TypeAlias = Mapping[Address, AccountKind | None]

SINCE_ROUNDS = 30
SHOWN_VOTES = 20
NO_LOGS = "Not all logs of this position are indexed, so what its rounds brought is unknown."


@dataclass(frozen=True, slots=True)
class With:
    """The delegate of a position, and how it stands."""

    node: Node
    joined: Joined | None
    score: WeighedScore | None


@dataclass(frozen=True, slots=True)
class Item:
    """A position with what other rooms say of its delegate."""

    held: Held
    account: Mapping[str, Any] | None
    orchestrator: With | None
    warnings: Sequence[Caution]


@dataclass(frozen=True, slots=True)
class Detail(Item):
    since: Since
    votes: Sequence[VoteRow]


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums; None where a summand is unknown."""

    rows: Sequence[Held]

    @property
    def stake_lpt_wei(self) -> int | None:
        return _sum(row.stake_lpt_wei for row in self.rows)

    @property
    def fees_eth_wei(self) -> int | None:
        return _sum(row.fees_eth_wei for row in self.rows)

    @property
    def locked_lpt_wei(self) -> int | None:
        return _sum(row.locked_lpt_wei for row in self.rows)

    @property
    def principal_lpt_wei(self) -> int | None:
        return _sum(row.principal_lpt_wei for row in self.rows)

    @property
    def rewards_lpt_wei(self) -> int | None:
        return _sum(row.rewards_lpt_wei for row in self.rows)


@dataclass(frozen=True, slots=True)
class Together:
    positions: Sequence[Item]
    totals: Totals


class Stale(Resource):
    """What speaks of positions also says when its figures may be old, so its tag has to know."""

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return (*super().identity(at), _stale(at))


class PositionDetail(Stale):
    """One address."""

    _kinds: Kinds = {}

    def parse(self, request: Request, **kwargs: Any) -> tuple[Address, int | None]:
        """Also looks what the account is: that asks the chain, and from here on a transaction is open."""
        given = dict(queries.pairs_of(request.query_params, known=("since",)))
        first = queries.round_number("since", given["since"]) if "since" in given else None
        address = queries.address(kwargs["address"])
        self._kinds = kinds_of([address])
        return address, first

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return (*super().identity(at), *self._kinds.values())

    def find(self, at: Standpoint, asked: tuple[Address, int | None]) -> Answer:
        address, first = asked
        (item,) = _items(at, [position_of(address)], self._kinds)
        found = Detail(
            item.held,
            item.account,
            item.orchestrator,
            item.warnings,
            since=since(item.held, max(at.as_of_round - SINCE_ROUNDS, 0) if first is None else first),
            votes=governance.votes(voter=address, limit=SHOWN_VOTES),
        )
        return Answer(PositionDetailSerializer(found).data)

    @described(
        "position",
        PositionDetailSerializer(),
        summary="One position",
        description="What any address has staked and with whom, what that earned, what is on its way out, what its "
        "owner should know, and what changed since a round. An address that never had stake is answered too.",
        parameters=[
            ADDRESS,
            OpenApiParameter(
                "since",
                {"type": "integer", "minimum": 0, "maximum": queries.LAST_ROUND},
                description="first round whose changes are told",
            ),
        ],
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class RoundsCsv(TableRenderer):
    """A line a round."""

    columns = tuple(PositionRoundSerializer().fields)


class PositionRounds(Stale):
    """The rounds of one address."""

    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, RoundsCsv]

    def parse(self, request: Request, **kwargs: Any) -> tuple[Address, RoundsAsked]:
        return queries.address(kwargs["address"]), asked_rounds(request)

    def find(self, at: Standpoint, asked: tuple[Address, RoundsAsked]) -> Answer:
        address, page = asked
        rows = rounds_of(position_of(address), first=page.span.first or 0)
        if rows is None:
            raise Problem("not_found", NO_LOGS)
        shown = [row for row in reversed(rows) if _within(row, page)][: page.limit + 1]
        return page_answer(shown, page, shape=PositionRoundSerializer, number=lambda row: row.round)

    @described(
        "position_rounds",
        PositionRoundSerializer(many=True),
        summary="Earnings by round",
        description="Each round in which the address held or moved something, newest first; the running one still "
        "grows. A node's own commission counts in the round in which it was claimed.",
        parameters=[ADDRESS, *span_parameters()],
        paged=True,
        path_can_miss=True,
        csv=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class PositionBatch(Endpoint):
    """Several addresses at once."""

    http_method_names = ["post", "options"]

    @extend_schema(
        operation_id="position_batch",
        summary="Several positions",
        description=f"Up to {MOST_TOGETHER} addresses with their sums, all at one block. Nothing is kept.",
        request={"application/json": BATCH_ASKED},
        examples=BATCH_EXAMPLES,
        responses={
            (200, "application/json"): inline_serializer(
                name="PositionBatchAnswer", fields={"data": PortfolioSerializer(), "meta": MetaSerializer()}
            ),
            **{(status, PROBLEM): ProblemSerializer for status in (400, 406, 413, 415, 429, 503)},
        },
        tags=["v1"],
    )
    def post(self, request: Request) -> HttpResponseBase:
        queries.nothing(request.query_params)
        addresses = _addresses(bodies.read(request, known=("addresses",)))
        kinds = kinds_of(addresses)
        with one_instant():
            at = standpoint.read()
            items = _items(at, positions_of(addresses), kinds)
            data = PortfolioSerializer(Together(items, Totals([item.held for item in items]))).data
        return Response({"data": data, "meta": meta_of(at)}, headers={"Cache-Control": "no-store"})


def _addresses(asked: Mapping[str, Any]) -> list[Address]:
    """Each address once, in the order given. Raises Problem."""
    given = asked.get("addresses")
    if not isinstance(given, list) or not given:
        raise bodies.bad("addresses", "Name at least one address, in a list.")
    if len(given) > MOST_TOGETHER:
        raise bodies.bad("addresses", f"At most {MOST_TOGETHER} addresses are answered together.")
    return list(dict.fromkeys(_address(each) for each in given))


def _address(given: Any) -> Address:
    if not isinstance(given, str):
        raise bodies.bad("addresses", "Each address is a text.")
    try:
        return queries.address(given)
    except AddressError as error:
        raise bodies.bad("addresses", str(error)) from error


def _within(row: RoundEarned, page: RoundsAsked) -> bool:
    span = page.span
    return (span.last is None or row.round <= span.last) and (span.before is None or row.round < span.before)


def _sum(amounts: Iterable[int | None]) -> int | None:
    total = 0
    for amount in amounts:
        if amount is None:
            return None
        total += amount
    return total


def _items(at: Standpoint, found: Sequence[Held], kinds: Kinds) -> list[Item]:
    nodes = sorted({Address(held.delegate) for held in found if held.node})
    scores = scoring.scores_of(at.run, of=nodes) if at.run and nodes else {}
    stale = _stale(at)
    return [
        Item(held, _account(held, kinds), _with(held, scores), [*([stale] if stale else []), *held.cautions])
        for held in found
    ]


def _account(held: Held, kinds: Kinds) -> Mapping[str, Any] | None:
    known = kinds.get(Address(held.address))
    return as_document(known) if known else None


def _with(held: Held, scores: Mapping[Address, ScoreRow]) -> With | None:
    if held.node is None:
        return None
    score = scores.get(Address(held.delegate))
    return With(held.node, held.joined, by_method(score) if score else None)


def _stale(at: Standpoint) -> Caution | None:
    """The warning that figures may be old; the sentence holds no number that changes from second to second."""
    word = standing(at.state, at.time, datetime.now(UTC), patience_s=settings.HEAD_STALE_S).word
    if word == "current":
        return None
    sentence = f"The index is {word}: figures were right at the block of the answer. See /api/v1/status."
    return Caution("stale_data", "warn", sentence)
