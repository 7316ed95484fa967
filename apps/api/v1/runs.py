"""`/api/v1/score-runs`: every run that is kept, and the bundle each can be recomputed from."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from apps.api import cursors, queries
from apps.api.cursors import Cursor
from apps.api.errors import Problem
from apps.api.fields import Hash
from apps.api.queries import Page
from apps.api.resource import Answer, Resource, has_copy
from apps.api.standpoint import Standpoint
from apps.api.v1.envelope import PROBLEM, ProblemSerializer, described
from apps.api.v1.rounds import span_parameters
from apps.api.v1.shapes import Shape
from apps.network.selectors.listquery import BadQuery
from apps.scoring import bundles, chronicle
from apps.scoring.chronicle import RunFilter, RunPlace, RunRow
from apps.scoring.method import methods
from apps.scoring.models import ScoreRun

LARGEST_ID = 2**63 - 1
FOREVER = "public, max-age=31536000, immutable"
STATUSES = ("live", "shadow", "past", "retired")
_SHA = {"type": ["string", "null"], "pattern": "^[0-9a-f]{64}$"}


class RunSerializer(Shape):
    """A run: a method applied to one finalized state. All digests are sha256 in hex; null where they were not kept."""

    id = serializers.IntegerField(source="run.pk")
    method = serializers.CharField(source="run.version")
    status = serializers.ChoiceField(choices=STATUSES, help_text="of its method: pages show runs of the live one")
    as_of_block = serializers.IntegerField(source="run.as_of_block")
    as_of_block_hash = Hash(source="run.as_of_block_hash")
    as_of_round = serializers.IntegerField(source="run.as_of_round", help_text="the round that was open at that block")
    made_at = serializers.DateTimeField(source="run.made_at")
    orchestrators = serializers.IntegerField(min_value=0)
    ranked = serializers.IntegerField(min_value=0)
    inputs_digest = serializers.CharField(source="run.inputs_digest")
    method_digest = serializers.SerializerMethodField()
    outputs_digest = serializers.SerializerMethodField()
    bundle_digest = serializers.SerializerMethodField()
    bundle_bytes = serializers.IntegerField(allow_null=True, help_text="size of the bundle; null where none is kept")
    bundle_path = serializers.SerializerMethodField(help_text="where the bundle is; null where none is kept")

    def get_method_digest(self, row: RunRow) -> str | None:
        return row.run.method_digest or None

    def get_outputs_digest(self, row: RunRow) -> str | None:
        return row.run.outputs_digest or None

    def get_bundle_digest(self, row: RunRow) -> str | None:
        return row.run.bundle_digest or None

    def get_bundle_path(self, row: RunRow) -> str | None:
        return bundle_path(row.run) if row.bundle_bytes is not None else None


def bundle_path(run: ScoreRun) -> str:
    """The address of a run's bundle that can never mean another, whatever becomes of the database."""
    return f"/api/v1/score-runs/{run.pk}/bundle?digest={run.bundle_digest}"


@dataclass(frozen=True, slots=True)
class RunsAsked:
    wanted: RunFilter
    page: Page
    before: RunPlace | None


class RunList(Resource):
    """The runs that are kept."""

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        return (*at.identity, chronicle.newest_run_id())

    def parse(self, request: Request, **kwargs: Any) -> RunsAsked:
        page = queries.page_of(request.query_params, known=("method", "round_gte", "round_lte"))
        given = dict(page.pairs)
        wanted = RunFilter(_version(given.get("method")), *(_round(name, given) for name in ("round_gte", "round_lte")))
        return RunsAsked(wanted, page, place_of(page.cursor))

    def find(self, at: Standpoint, asked: RunsAsked) -> Answer:
        limit = asked.page.limit or queries.DEFAULT_LIMIT
        rows = chronicle.runs(asked.wanted, before=asked.before, limit=limit + 1)
        shown = rows[:limit]
        more = cursor_after(asked.page, shown[-1].place) if len(rows) > limit else None
        return Answer(RunSerializer(shown, many=True).data, limit=limit, next_cursor=more, sort="-as_of_block")

    @described(
        "score_runs",
        RunSerializer(many=True),
        summary="Score runs",
        description=(
            "Newest block first. Kept are the newest runs of each method and the last one of each round. Runs of a "
            "method in shadow are listed too; nothing else shows them."
        ),
        parameters=[
            OpenApiParameter(
                "method",
                {"type": "string", "enum": [method.version for method in methods()]},
                description="version of the method",
            ),
            *span_parameters(),
        ],
        paged=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def _version(text: str | None) -> str | None:
    known = [method.version for method in methods()]
    if text is not None and text not in known:
        raise BadQuery("method", "There is no method of that version.", known)
    return text


def _round(name: str, given: dict[str, str]) -> int | None:
    return queries.round_number(name, given[name]) if name in given else None


def place_of(cursor: Cursor | None) -> RunPlace | None:
    """Where a list of runs goes on."""
    if cursor is None:
        return None
    block, _, run_id = cursor.after.partition(":")
    if not (cursor.after.isascii() and block.isdigit() and run_id.isdigit() and len(cursor.after) <= 40):
        raise Problem("bad_cursor", "It was made for another list.")
    return RunPlace(min(int(block), LARGEST_ID), min(int(run_id), LARGEST_ID))


def cursor_after(page: Page, place: RunPlace) -> str:
    return cursors.write(Cursor(tuple(page.pairs), f"{place.block}:{place.run_id}", 0))


def run_id_of(text: str) -> int:
    """A run's number as a path writes it. Raises Problem for what cannot be one."""
    if not (text.isascii() and text.isdigit() and len(text) <= 19 and int(text) <= LARGEST_ID):
        raise Problem("not_found", "Runs have whole numbers; /api/v1/score-runs lists them.")
    return int(text)


def missing(run_id: int) -> Problem:
    return Problem("not_found", f"There is no run {run_id}, or it is kept no longer; /api/v1/score-runs lists them.")


ID = OpenApiParameter(
    "id", {"type": "integer", "minimum": 1, "maximum": LARGEST_ID}, OpenApiParameter.PATH, description="of the run"
)


class RunDetail(Resource):
    """One run."""

    def parse(self, request: Request, **kwargs: Any) -> int:
        queries.nothing(request.query_params)
        return run_id_of(kwargs["id"])

    def find(self, at: Standpoint, asked: int) -> Answer:
        row = chronicle.run_row(asked)
        if row is None:
            raise missing(asked)
        return Answer(RunSerializer(row).data)

    @described(
        "score_run",
        RunSerializer(),
        summary="One score run",
        description="Which state it scored by which method, and the digests of what it read and gave.",
        parameters=[ID],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class RunBundle(Resource):
    """The bundle of a run: a document of its own, without the envelope, that never changes."""

    @extend_schema(
        operation_id="score_run_bundle",
        summary="Bundle of a score run",
        description=(
            "One JSON document with the method's data, the canonical inputs, every output and their sha256 digests. "
            "The same run has the same bytes on any machine. `manage.py score_bundle FILE` recomputes it without a "
            "database and compares; `jq -acSj 'del(.digests)' FILE | sha256sum` gives `digests.bundle`."
        ),
        parameters=[
            ID,
            OpenApiParameter(
                "digest",
                {"type": "string", "pattern": "^[0-9a-f]{64}$"},
                description="the digest that it must have; with another there is a 404",
            ),
        ],
        responses={
            (200, "application/json"): OpenApiResponse({"type": "object"}, description="The bundle."),
            304: OpenApiResponse(description="The copy named in If-None-Match still holds."),
            **{(status, PROBLEM): ProblemSerializer for status in (400, 404, 406, 429, 503)},
        },
        tags=["v1"],
    )
    def get(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        given = dict(queries.pairs_of(request.query_params, known=("digest",)))
        run_id = run_id_of(kwargs["id"])
        run = ScoreRun.objects.filter(pk=run_id).exclude(bundle_digest="").first()
        if run is None:
            raise missing(run_id)
        if given.get("digest", run.bundle_digest) != run.bundle_digest:
            raise Problem("not_found", f"The bundle of run {run_id} has another digest: {run.bundle_digest}.")
        return _bundle(request, run)


def _bundle(request: Request, run: ScoreRun) -> HttpResponse:
    """As it is kept, compressed, to whoever takes gzip; else unpacked. Each form has a tag of its own."""
    as_gzip = "gzip" in request.headers.get("Accept-Encoding", "")
    headers = {
        "ETag": f'"{run.bundle_digest}{"-gzip" if as_gzip else ""}"',
        "Cache-Control": FOREVER,
        "Vary": "Accept, Accept-Encoding",
    }
    if has_copy(request, headers["ETag"]):
        return HttpResponse(status=304, headers=headers)
    packed = bundles.packed_bundle(run.pk)
    if packed is None:
        raise missing(run.pk)
    name = f"millrace-score-{run.version}-block-{run.as_of_block}.json"
    headers["Content-Disposition"] = f'attachment; filename="{name}"'
    if as_gzip:
        headers["Content-Encoding"] = "gzip"
    body = packed if as_gzip else bundles.unpacked(packed)
    return HttpResponse(body, content_type="application/json", headers=headers)
