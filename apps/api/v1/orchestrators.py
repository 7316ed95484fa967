"""`/api/v1/orchestrators`: the list, one of them, and its rounds."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from apps.api import cursors, queries
from apps.api.cursors import Cursor
from apps.api.errors import Problem
from apps.api.queries import Page
from apps.api.resource import Answer, Resource
from apps.api.sheets import CsvRenderer
from apps.api.standpoint import Standpoint
from apps.api.v1.envelope import described
from apps.api.v1.rounds import RoundsAsked, asked_rounds, page_answer, span_parameters
from apps.api.v1.shapes import ListedSerializer, NodeRoundSerializer, OrchestratorDetailSerializer
from apps.network.models import Orchestrator
from apps.network.selectors import activity, flows, identities, jobs, rounds, sources
from apps.network.selectors.board import Moment, boards
from apps.network.selectors.funding import Funding, funding_of
from apps.network.selectors.history import NodeRound
from apps.network.selectors.identities import Card
from apps.network.selectors.jobs import NodeJobs
from apps.network.selectors.listquery import API_PARAMETERS, SORT_KEYS, STATUSES, ListQuery
from apps.network.selectors.orchestrators import WORK_ROUNDS, OrchestratorRow
from apps.protocol.units import PPM, Address
from apps.scoring import leaderboard, preferences
from apps.scoring import selectors as scoring
from apps.scoring.headline import LARGEST_WEIGHT
from apps.scoring.jobsplit import Splits, splits_of
from apps.scoring.method import live
from apps.scoring.preferences import Preferences
from apps.scoring.selectors import ScoreRow
from apps.scoring.standings import standings_of
from apps.scoring.weighing import WeighedScore, by_method, reweighed

MOST_CUT_CHANGES = 500


@dataclass(frozen=True, slots=True)
class Item:
    """A row of the list with the score that goes with it."""

    row: OrchestratorRow
    score: WeighedScore | None

    @property
    def status(self) -> Literal["active", "waiting", "inactive"]:
        if self.row.active:
            return "active"
        return "waiting" if self.row.in_pool else "inactive"


@dataclass(frozen=True, slots=True)
class Listed(Item):
    """A row of the list, and who beats it where that was asked."""

    beaten_by: Address | None


@dataclass(frozen=True, slots=True)
class PaidBy:
    """A gateway with what it paid, and who paid for that."""

    payer: flows.Payer
    funding: Funding


@dataclass(frozen=True, slots=True)
class Detail(Item):
    """One orchestrator with its history."""

    node: Orchestrator
    jobs: NodeJobs
    identity: Card | None
    cut_history: Sequence[activity.Happening]
    payers: Sequence[PaidBy]
    rounds: Sequence[NodeRound]
    fees_by_job_type: Splits | None


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of the list."""

    query: ListQuery
    preferences: Preferences
    page: Page


_SCHEMAS: Mapping[str, dict[str, Any]] = {
    "q": {"type": "string", "minLength": 1, "maxLength": 200, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "status": {"type": "string", "enum": list(STATUSES), "default": "active"},
    "score_gte": {"type": "string", "pattern": "^(100(\\.0)?|[0-9]{1,2}(\\.[0-9])?)$"},
    "has_fees": {"type": "string", "enum": ["0", "1"]},
    "job": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "has_capacity": {"type": "string", "enum": ["0", "1"]},
    "region": {"type": "string", "minLength": 1, "maxLength": 80, "pattern": "^[!-~]([ -~]*[!-~])?$"},
    "sort": {"type": "string", "enum": [sign + key for key in SORT_KEYS for sign in ("", "-")], "default": "-score"},
    "reward_cut_ppm_lte": {"type": "integer", "minimum": 0, "maximum": PPM},
    "fee_share_ppm_gte": {"type": "integer", "minimum": 0, "maximum": PPM},
    "stake_lpt_wei_gte": {"type": "string", "pattern": "^[0-9]{1,77}$"},
    "stake_lpt_wei_lte": {"type": "string", "pattern": "^[0-9]{1,77}$"},
    "work_gte": {"type": "string", "pattern": "^(100(\\.0)?|[0-9]{1,2}(\\.[0-9])?)$"},
    "terms_gte": {"type": "string", "pattern": "^(100(\\.0)?|[0-9]{1,2}(\\.[0-9])?)$"},
    "payers_gte": {"type": "integer", "minimum": 0, "maximum": 100_000},
    "misses_lte": {"type": "integer", "minimum": 0, "maximum": 30},
    "has_worse_terms": {"type": "string", "enum": ["0", "1"]},
    "pareto": {"type": "string", "enum": ["0", "1"]},
}
FILTERS = [
    OpenApiParameter(name, _SCHEMAS[name], description=parameter.help) for name, parameter in API_PARAMETERS.items()
]
PREFERENCES = [
    *(
        OpenApiParameter(
            name,
            {"type": "integer", "minimum": 0, "maximum": LARGEST_WEIGHT, "default": weight},
            description=preferences.HELP[name],
        )
        for name, weight in preferences.by_name(live().weights).items()
    ),
    OpenApiParameter(
        preferences.PRESET,
        {"type": "string", "enum": list(preferences.presets())},
        description=preferences.HELP[preferences.PRESET],
    ),
]
ADDRESS = OpenApiParameter(
    "address",
    {"type": "string", "pattern": "^0x[0-9a-f]{40}$"},
    OpenApiParameter.PATH,
    description="0x and 40 hexadecimal digits, in one case or with the right checksum",
)


class OrchestratorList(Resource):
    """Orchestrators by filter and order, as JSON by pages or as one CSV."""

    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, CsvRenderer]

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return (*at.identity, sources.version())

    def parse(self, request: Request, **kwargs: Any) -> Asked:
        as_csv = request.accepted_renderer.format == "csv"
        default_limit = None if as_csv else queries.DEFAULT_LIMIT
        known = (*API_PARAMETERS, *preferences.NAMES)
        page = queries.page_of(request.query_params, known=known, default_limit=default_limit)
        query = ListQuery.parse(page.pairs, parameters=API_PARAMETERS, others=preferences.NAMES)
        wants = Preferences.parse(page.pairs)
        return Asked(wants.limited(query), wants, page)

    def find(self, at: Standpoint, asked: Asked) -> Answer:
        found = leaderboard.found(_moment(at), asked.query, asked.preferences)
        rows = found.rows
        start = _start(rows, asked.page.cursor)
        shown = found.shown(rows[start:] if asked.page.limit is None else rows[start : start + asked.page.limit])
        more = start + len(shown) < len(rows)
        return Answer(
            data=ListedSerializer(_items(shown, at, asked.preferences, found.beaten), many=True).data,
            limit=asked.page.limit or len(rows),
            next_cursor=_next(asked.page, shown, start) if more else None,
            sort=f"{'-' if asked.query.descending else ''}{asked.query.sort}",
            total=len(rows),
            meta={"weights": weights_meta(asked.preferences), "beaten_hidden": found.hidden},
        )

    @described(
        "orchestrators",
        ListedSerializer(many=True),
        summary="Orchestrators",
        description=(
            "Filters combine with AND. Without `status` the active ones are listed. `orchestrators.csv`, or the header "
            "`Accept: text/csv`, gives the same rows as CSV, all of them unless `limit` is given. Weights that are not "
            "given are the preset's or the method's; `meta.weights` says which were used, and `score` is made by them."
        ),
        parameters=[*FILTERS, *PREFERENCES],
        paged=True,
        csv=True,
        weighed=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class OrchestratorDetail(Resource):
    """One orchestrator."""

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return (*at.identity, sources.version())

    def parse(self, request: Request, **kwargs: Any) -> Address:
        queries.nothing(request.query_params)
        return queries.address(kwargs["address"])

    def find(self, at: Standpoint, asked: Address) -> Answer:
        node = node_of(asked)
        window = flows.Window.ending(at.as_of_round, rounds=WORK_ROUNDS)
        span = rounds.Span(first=max(0, window.first), last=window.last)
        score = scoring.score_of(asked, run=at.run) if at.run else None
        detail = Detail(
            row=boards.at(_moment(at), standings_of).rows[asked],
            score=None if score is None else by_method(score),
            node=node,
            jobs=jobs.of_node(asked),
            identity=identities.card(asked),
            cut_history=activity.cut_changes(MOST_CUT_CHANGES, node=asked),
            payers=_payers(asked, window),
            rounds=rounds.rounds_of_node(asked, span, limit=WORK_ROUNDS),
            fees_by_job_type=None if score is None else splits_of(score.parts),
        )
        return Answer(OrchestratorDetailSerializer(detail).data)

    @described(
        "orchestrator",
        OrchestratorDetailSerializer(),
        summary="One orchestrator",
        description="Standing, score with reasons, every change of terms, payers and the last 90 rounds.",
        parameters=[ADDRESS],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class OrchestratorRounds(Resource):
    """The rounds of one orchestrator."""

    def parse(self, request: Request, **kwargs: Any) -> tuple[Address, RoundsAsked]:
        return queries.address(kwargs["address"]), asked_rounds(request)

    def find(self, at: Standpoint, asked: tuple[Address, RoundsAsked]) -> Answer:
        address, page = asked
        node_of(address)
        rows = rounds.rounds_of_node(address, page.span, limit=page.limit + 1)
        return page_answer(rows, page, shape=NodeRoundSerializer, number=lambda row: row.round)

    @described(
        "orchestrator_rounds",
        NodeRoundSerializer(many=True),
        summary="Rounds of one orchestrator",
        description="Every round in which it was active or was credited anything, newest first.",
        parameters=[ADDRESS, *span_parameters()],
        paged=True,
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def node_of(address: Address) -> Orchestrator:
    """The orchestrator's row. Raises Problem for an address that never was one."""
    node = Orchestrator.objects.filter(address=address, ever_registered=True).first()
    if node is None:
        raise Problem("unknown_orchestrator", "No log up to this block registers it. Check the address and the chain.")
    return node


def _payers(address: Address, window: flows.Window) -> list[PaidBy]:
    found = flows.payers_of(address, window)
    funding = funding_of([payer.gateway for payer in found])
    return [PaidBy(payer, funding[payer.gateway]) for payer in found]


def _moment(at: Standpoint) -> Moment:
    return Moment(at.block, at.block_hash or b"", at.round, at.run_id, sources.version())


def _items(
    rows: Sequence[OrchestratorRow], at: Standpoint, wants: Preferences, beaten: Mapping[Address, Address]
) -> list[Listed]:
    scores = scoring.scores_of(at.run, of=[row.address for row in rows]) if at.run else {}
    return [Listed(row, _score(row, scores.get(row.address), wants), beaten.get(row.address)) for row in rows]


def _score(row: OrchestratorRow, score: ScoreRow | None, wants: Preferences) -> WeighedScore | None:
    if score is None:
        return None
    own = wants.own and row.standing is not None
    return reweighed(score, row.standing, wants.weights) if own and row.standing else by_method(score)


def weights_meta(wants: Preferences) -> dict[str, Any]:
    weights = {str(part): weight for part, weight in wants.weights.by_part().items()}
    return {**weights, "own": wants.own, "preset": wants.preset.key if wants.preset else None}


def _start(rows: Sequence[OrchestratorRow], cursor: Cursor | None) -> int:
    """Where a page begins: after the row the cursor names, or at its old place if that row is gone."""
    if cursor is None:
        return 0
    place = next((at for at, row in enumerate(rows) if row.address == cursor.after), None)
    return min(cursor.at, len(rows)) if place is None else place + 1


def _next(page: Page, shown: Sequence[OrchestratorRow], start: int) -> str:
    return cursors.write(Cursor(tuple(page.pairs), shown[-1].address, start + len(shown)))
