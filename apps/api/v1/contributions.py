"""`/api/v1/contributions` and `/attestations`: claims and words on them, newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import orjson
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request

from apps.api import cursors, queries
from apps.api.cursors import Cursor, Pairs
from apps.api.errors import Problem
from apps.api.resource import Answer
from apps.api.standpoint import Standpoint
from apps.api.v1.contributiondata import attestation_data, claim_data, claim_detail
from apps.api.v1.contributionfeeds import AtomRenderer, ClaimCsv
from apps.api.v1.contributionshapes import (
    ADDRESS,
    DIGEST,
    SUBMIT_EXAMPLES,
    SUBMITTED,
    AttestationSerializer,
    ClaimDetailSerializer,
    ClaimSerializer,
)
from apps.api.v1.envelope import PROBLEM, ProblemSerializer, described
from apps.api.v1.statements import SUBMIT_COST, posted, submitted
from apps.api.v1.told import DIGEST_PARAMETER, ByDigest, Told
from apps.contributions import bundles, selectors
from apps.contributions.categories import CATEGORIES
from apps.contributions.intake import is_digest
from apps.contributions.models import State
from apps.contributions.selectors import Filters, Place
from apps.network.selectors.listquery import BadQuery

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a list, newest first."""

    before: Place | None
    limit: int
    pairs: Pairs
    filters: Mapping[str, str]


class _List(Told):
    filters: Sequence[str] = ()

    def get_renderers(self) -> list[BaseRenderer]:
        """Lists have several forms, what answers a statement that was handed in has one."""
        return [JSONRenderer()] if self.request.method == "POST" else super().get_renderers()

    def parse(self, request: Request, **kwargs: Any) -> Asked:
        page = queries.page_of(request.query_params, known=self.filters)
        if any(name not in self.filters for name, _ in page.pairs):
            raise Problem("bad_cursor", "It was made for another list.")
        before = None if page.cursor is None else _place(page.cursor.after)
        return Asked(before, page.limit or queries.DEFAULT_LIMIT, page.pairs, dict(page.pairs))

    def page(self, rows: Sequence[Any], asked: Asked, places: Sequence[Place]) -> Answer:
        """The page of these rows, of which one more was read than it holds if there is another page."""
        more = None
        if len(rows) > asked.limit:
            last = places[asked.limit - 1]
            micros = (last.received_at - _EPOCH) // timedelta(microseconds=1)
            more = cursors.write(Cursor(tuple(asked.pairs), f"{micros}.{last.digest}", 0))
        return Answer(list(rows[: asked.limit]), limit=asked.limit, next_cursor=more, sort="-received_at")


def _place(after: str) -> Place:
    micros, _, digest = after.partition(".")
    if not (micros.isascii() and micros.isdigit() and len(micros) <= 16 and is_digest(digest)):
        raise Problem("bad_cursor", "It was made for another list.")
    return Place(_EPOCH + timedelta(microseconds=int(micros)), digest)


class ContributionList(_List):
    """Claims, and the place to hand in any statement."""

    http_method_names = ["get", "head", "post", "options"]
    filters = ("orchestrator", "category", "state", "versions")
    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, ClaimCsv, AtomRenderer]
    cost = SUBMIT_COST

    def find(self, at: Standpoint, asked: Asked) -> Answer:
        given = asked.filters
        wanted = Filters(
            orchestrator=queries.address(given["orchestrator"]) if "orchestrator" in given else None,
            category=queries.one_of("category", given, tuple(CATEGORIES)),
            state=queries.one_of("state", given, State.values),
            all_versions=queries.one_of("versions", given, ("newest", "all")) == "all",
        )
        rows = selectors.feed(wanted, before=asked.before, limit=asked.limit + 1)
        places = [Place(row.claim.received_at, row.digest) for row in rows]
        return self.page([claim_data(row) for row in rows], asked, places)

    @described(
        "contributions",
        ClaimSerializer(many=True),
        summary="Contributions",
        description=(
            "What orchestrators claim to have given to the network, newest first, each signed. `contributions.csv` "
            "and `contributions.atom`, or the header `Accept`, give the same page as CSV and as a feed. Titles and "
            "links are their authors' own words."
        ),
        parameters=[
            OpenApiParameter("orchestrator", ADDRESS, description="only of this one"),
            OpenApiParameter("category", {"type": "string", "enum": list(CATEGORIES)}),
            OpenApiParameter("state", {"type": "string", "enum": State.values}),
            OpenApiParameter(
                "versions",
                {"type": "string", "enum": ["newest", "all"], "default": "newest"},
                description="all: amended versions too",
            ),
        ],
        paged=True,
        csv=True,
        atom=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    @posted(
        "contribution_submit",
        summary="Hand in a signed statement",
        description=(
            "A claim, a word on one (attestation), a revocation or a key delegation, as EIP-712 typed data with its "
            "signature; no key and no login. It is checked at the newest block: the signature (ECDSA with low s, "
            "ERC-1271, ERC-6492), that the author of a claim is a registered orchestrator or gave the signer its key, "
            "that the nonce is new and the statement not older than 14 days. A refusal says why in `reason`, and "
            "stores nothing."
        ),
        body=SUBMITTED,
        examples=SUBMIT_EXAMPLES,
    )
    def post(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        return submitted(request)


class ContributionDetail(ByDigest):
    """One version of a claim."""

    def told(self, digest: str) -> Any:
        found = selectors.claim_of(digest)
        return None if found is None else claim_detail(found)

    @described(
        "contribution",
        ClaimDetailSerializer(),
        summary="A contribution",
        description="One version of a claim with its signature, all versions, states, co-authors and evidence.",
        parameters=[DIGEST_PARAMETER],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class ContributionBundle(ByDigest):
    """A document of its own, without the envelope."""

    def told(self, digest: str) -> Any:
        found = selectors.claim_of(digest)
        return None if found is None else bundles.bundle_of(found.claim)

    def _tag_of(self, request: Request, at: Standpoint, answer: Answer) -> str:
        return f'"{sha256(orjson.dumps(answer.data)).hexdigest()[:32]}"'

    def _response(self, request: Request, at: Standpoint, answer: Answer, tag: str) -> HttpResponseBase:
        name = f"contribution-{answer.data['claim'][2:14]}.json"
        made = orjson.dumps(answer.data, option=orjson.OPT_INDENT_2 | orjson.OPT_UTC_Z | orjson.OPT_APPEND_NEWLINE)
        headers = {"ETag": tag, "Content-Disposition": f'attachment; filename="{name}"'}
        return HttpResponse(made, content_type="application/json", headers=headers)

    @extend_schema(
        operation_id="contribution_bundle",
        summary="Bundle of a contribution",
        description=(
            "One JSON document with every version of a claim, every word on it, what ended any of it, the key "
            "delegations used, evidence with its checks, and all states, each statement with its signature. "
            "`manage.py verify_statement FILE` checks it without a network or a database."
        ),
        parameters=[DIGEST_PARAMETER],
        responses={
            (200, "application/json"): {"type": "object"},
            304: OpenApiResponse(description="The copy named in If-None-Match still holds."),
            **{(status, PROBLEM): ProblemSerializer for status in (400, 404, 406, 429, 503)},
        },
        tags=["v1"],
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class AttestationList(_List):
    """Words on claims."""

    http_method_names = ["get", "head", "post", "options"]
    filters = ("claim", "attester")
    cost = SUBMIT_COST

    def find(self, at: Standpoint, asked: Asked) -> Answer:
        given = asked.filters
        if "claim" in given and not is_digest(given["claim"]):
            raise BadQuery("claim", "Write the claim's digest: 0x and 64 small hexadecimal digits.")
        attester = queries.address(given["attester"]) if "attester" in given else None
        rows = selectors.attestations(
            claim=given.get("claim"), attester=attester, before=asked.before, limit=asked.limit + 1
        )
        places = [Place(row.attestation.received_at, row.digest) for row in rows]
        return self.page([attestation_data(row) for row in rows], asked, places)

    @described(
        "attestations",
        AttestationSerializer(many=True),
        summary="Words on contributions",
        description=(
            "Endorsements and disputes, newest first, those that no longer stand included. Anybody may sign one; what "
            "it weighs in a score is the method's to say."
        ),
        parameters=[
            OpenApiParameter("claim", DIGEST, description="only on this version of a claim"),
            OpenApiParameter("attester", ADDRESS, description="only by this account"),
        ],
        paged=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)

    @posted(
        "attestation_submit",
        summary="Endorse or dispute",
        description="A signed Attestation, as at /contributions, which takes it too.",
        body=SUBMITTED,
        examples=SUBMIT_EXAMPLES[1:2],
    )
    def post(self, request: Request, **kwargs: Any) -> HttpResponseBase:
        return submitted(request, kinds=("Attestation",))


class AttestationDetail(ByDigest):
    """One word on a claim."""

    def told(self, digest: str) -> Any:
        found = selectors.attestation_of(digest)
        return None if found is None else attestation_data(found)

    @described(
        "attestation",
        AttestationSerializer(),
        summary="A word on a contribution",
        description="An endorsement or dispute; its typed data and signature are at /statements.",
        parameters=[DIGEST_PARAMETER],
        path_can_miss=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)
