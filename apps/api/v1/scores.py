"""`/api/v1/scores`: the scores of a run with every reason, and one orchestrator's over all runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from apps.api import cursors, queries
from apps.api.cursors import Cursor
from apps.api.fields import Checksummed, Hash, LowerAddress
from apps.api.queries import Page
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.tables import TableRenderer
from apps.api.v1.envelope import described
from apps.api.v1.orchestrators import ADDRESS, PREFERENCES, node_of, weights_meta
from apps.api.v1.runs import LARGEST_ID, cursor_after, missing, place_of
from apps.api.v1.shapes import ReasonedScoreSerializer, Shape
from apps.network.selectors.listquery import BadQuery
from apps.network.selectors.orchestrators import Standing
from apps.protocol.units import Address
from apps.scoring import chronicle, preferences
from apps.scoring import selectors as scoring
from apps.scoring.chronicle import RunPlace
from apps.scoring.gates import CODES
from apps.scoring.models import Score, ScoreRun
from apps.scoring.preferences import Preferences
from apps.scoring.results import PARTS
from apps.scoring.selectors import ScoreRow
from apps.scoring.standings import standings_of
from apps.scoring.weighing import WeighedScore, by_method, reweighed, weighed

FILTERS = ("run", "orchestrator", "ranked", "gate")


class RunScoreSerializer(ReasonedScoreSerializer):
    """The score of one orchestrator with every reason."""

    run = serializers.SerializerMethodField(help_text="the run it is of")
    address = LowerAddress()
    address_checksummed = Checksummed(source="address")

    def get_run(self, score: WeighedScore) -> int:
        return int(self.context["run"])


class ScoresCsv(TableRenderer):
    """A line an orchestrator: the headline, the codes of its gates, and value and interval of each part."""

    columns = (
        "run",
        "address",
        "address_checksummed",
        *("value", "low", "high", "coverage", "rank", "method_value", "method_rank"),
        *("gates", "severity", "advice"),
        *(f"{name}{end}" for name in PARTS for end in ("", "_low", "_high", "_coverage", "_weight", "_reason")),
    )

    def cells(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        plain = {name: row[name] for name in self.columns if name in row}
        parts = {f"{part['name']}{end}": value for part in row["parts"] for end, value in _part_cells(part)}
        return {**plain, "gates": " ".join(gate["code"] for gate in row["gates"]), **parts}


def _part_cells(part: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "", part["value"]
    yield from ((f"_{name}", part[name]) for name in ("low", "high", "coverage", "weight", "reason"))


@dataclass(frozen=True, slots=True)
class ScoresAsked:
    """What a list of scores is asked for by; an empty field asks for nothing."""

    run_id: int | None
    orchestrator: Address | None
    ranked: bool | None
    gate: str | None
    wants: Preferences
    page: Page


class ScoreList(Resource):
    """The scores of a run."""

    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, ScoresCsv]

    def parse(self, request: Request, **kwargs: Any) -> ScoresAsked:
        default_limit = None if request.accepted_renderer.format == "csv" else queries.DEFAULT_LIMIT
        known = (*FILTERS, *preferences.NAMES)
        page = queries.page_of(request.query_params, known=known, default_limit=default_limit)
        given = dict(page.pairs)
        return ScoresAsked(
            run_id=_run_id(given["run"]) if "run" in given else None,
            orchestrator=queries.address(given["orchestrator"]) if "orchestrator" in given else None,
            ranked=queries.one_of("ranked", given, ("0", "1")) == "1" if "ranked" in given else None,
            gate=queries.one_of("gate", given, CODES),
            wants=Preferences.parse(page.pairs),
            page=page,
        )

    def find(self, at: Standpoint, asked: ScoresAsked) -> Answer:
        run = at.run if asked.run_id is None else _run(asked.run_id)
        standings = weighed(standings_of(run.pk), asked.wants.weights) if run and asked.wants.own else None
        order = _order(run, asked, standings) if run else []
        start = _start(order, asked.page.cursor)
        shown = order[start:] if asked.page.limit is None else order[start : start + asked.page.limit]
        more = start + len(shown) < len(order)
        rows = _rows(run, shown, standings, asked.wants) if run else []
        return Answer(
            data=RunScoreSerializer(rows, many=True, context={"run": run.pk if run else 0}).data,
            limit=asked.page.limit or max(1, len(order)),
            next_cursor=cursors.write(Cursor(tuple(asked.page.pairs), shown[-1], start + len(shown))) if more else None,
            sort="rank",
            total=len(order),
            meta={"weights": weights_meta(asked.wants), "beaten_hidden": 0},
        )

    @described(
        "scores",
        RunScoreSerializer(many=True),
        summary="Scores",
        description=(
            "The scores of the run that pages show, or of another that is kept, by rank; the unranked come last, by "
            "address. Each has its parts with reasons, the figures behind them and what would raise them. With weights "
            "of your own, value and rank are made by them and the method's stand beside. `scores.csv` gives all rows "
            "as CSV unless `limit` is given."
        ),
        parameters=[
            OpenApiParameter(
                "run",
                {"type": "integer", "minimum": 1, "maximum": LARGEST_ID},
                description="number of a run; the newest of the live method if left out",
            ),
            OpenApiParameter("orchestrator", {"type": "string", "pattern": "^0x[0-9a-f]{40}$"}, description="only its"),
            OpenApiParameter("ranked", {"type": "string", "enum": ["0", "1"]}, description="1: only with a rank"),
            OpenApiParameter("gate", {"type": "string", "enum": list(CODES)}, description="that fail at this gate"),
            *PREFERENCES,
        ],
        paged=True,
        csv=True,
        weighed=True,
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def _run_id(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and 1 <= int(text) <= LARGEST_ID):
        raise BadQuery("run", "Write the number of a run; /api/v1/score-runs lists them.")
    return int(text)


def _run(run_id: int) -> ScoreRun:
    found = ScoreRun.objects.filter(pk=run_id).first()
    if found is None:
        raise missing(run_id)
    return found


def _order(run: ScoreRun, asked: ScoresAsked, standings: Mapping[Address, Standing] | None) -> list[Address]:
    """The addresses that pass, the ranked first. A rank is the stored one, or that of the reader's weights."""
    found = Score.objects.filter(run=run)
    if asked.orchestrator is not None:
        found = found.filter(orchestrator=asked.orchestrator)
    if asked.gate is not None:
        found = found.filter(gates__contains=[{"code": asked.gate}])
    stored = {Address(address): rank for address, rank in found.values_list("orchestrator", "rank")}
    ranks = {address: standings[address].rank for address in stored} if standings is not None else stored
    kept = [address for address, rank in ranks.items() if asked.ranked in (None, rank is not None)]
    return sorted(kept, key=lambda address: (ranks[address] is None, ranks[address] or 0, address))


def _start(order: Sequence[Address], cursor: Cursor | None) -> int:
    """Where a page begins: after the address the cursor names, or at its old place if that is gone."""
    if cursor is None:
        return 0
    place = next((at for at, address in enumerate(order) if address == cursor.after), None)
    return min(cursor.at, len(order)) if place is None else place + 1


def _rows(
    run: ScoreRun, shown: Sequence[Address], standings: Mapping[Address, Standing] | None, wants: Preferences
) -> list[WeighedScore]:
    rows = scoring.scores_of(run, of=shown)
    return [_weighed(rows[address], standings, wants) for address in shown]


def _weighed(row: ScoreRow, standings: Mapping[Address, Standing] | None, wants: Preferences) -> WeighedScore:
    return by_method(row) if standings is None else reweighed(row, standings[row.address], wants.weights)


class PastScoreSerializer(Shape):
    """One orchestrator's score in one run; an unknown part is null."""

    run = serializers.IntegerField(source="run_id")
    method = serializers.CharField(source="version")
    as_of_block = serializers.IntegerField(source="block")
    as_of_block_hash = Hash(source="block_hash")
    as_of_round = serializers.IntegerField(source="round")
    made_at = serializers.DateTimeField()
    value = serializers.FloatField(allow_null=True)
    low = serializers.FloatField()
    high = serializers.FloatField()
    coverage = serializers.FloatField()
    rank = serializers.IntegerField(allow_null=True, help_text="null where a gate failed")
    gates = serializers.ListField(child=serializers.CharField(), help_text="codes of the gates that failed")
    work = serializers.FloatField(source="parts.work", allow_null=True)
    terms = serializers.FloatField(source="parts.terms", allow_null=True)
    jobs = serializers.FloatField(source="parts.jobs", allow_null=True)
    community = serializers.FloatField(source="parts.community", allow_null=True)


class PastScoresCsv(TableRenderer):
    columns = tuple(PastScoreSerializer().fields)

    def cells(self, row: Mapping[str, Any]) -> Mapping[str, Any]:
        return {**super().cells(row), "gates": " ".join(row["gates"])}


@dataclass(frozen=True, slots=True)
class PastAsked:
    address: Address
    page: Page
    before: RunPlace | None


class OrchestratorScores(Resource):
    """One orchestrator's score in every run that is kept."""

    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, PastScoresCsv]

    def parse(self, request: Request, **kwargs: Any) -> PastAsked:
        default_limit = None if request.accepted_renderer.format == "csv" else queries.DEFAULT_LIMIT
        page = queries.page_of(request.query_params, known=(), default_limit=default_limit)
        return PastAsked(queries.address(kwargs["address"]), page, place_of(page.cursor))

    def find(self, at: Standpoint, asked: PastAsked) -> Answer:
        node_of(asked.address)
        limit = asked.page.limit
        rows = chronicle.past_scores(asked.address, before=asked.before, limit=None if limit is None else limit + 1)
        shown = rows if limit is None else rows[:limit]
        more = len(shown) < len(rows)
        return Answer(
            data=PastScoreSerializer(shown, many=True).data,
            limit=limit or max(1, len(rows)),
            next_cursor=cursor_after(asked.page, shown[-1].place) if more else None,
            sort="-as_of_block",
        )

    @described(
        "orchestrator_scores",
        PastScoreSerializer(many=True),
        summary="Scores of one orchestrator over time",
        description=(
            "Its score in each run that is kept, newest first; the last run of a round stays for about a year. Two "
            "methods may follow each other: compare scores of one `method` only."
        ),
        parameters=[ADDRESS],
        paged=True,
        path_can_miss=True,
        csv=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)
