"""`/api/v1/plans`: transactions prepared for a wallet to sign, read again before that, and followed afterwards.

Nothing is listed and nothing is found by address: a plan is read by its id alone, which cannot be guessed.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import OpenApiParameter
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from apps.api import bodies, queries
from apps.api.errors import Problem
from apps.api.resource import API_VERSION, Endpoint, has_copy
from apps.api.v1.plandata import plan_data, plan_meta, submission_data
from apps.api.v1.planschema import ID, act_described, described
from apps.api.v1.planshapes import (
    ACKNOWLEDGE_EXAMPLES,
    ACKNOWLEDGED,
    MOST_CODES,
    PLAN_ASKED,
    PLAN_EXAMPLES,
    RECHECK_EXAMPLES,
    RECHECKED,
    SUBMIT_EXAMPLES,
    SUBMITTED,
    PlanSerializer,
    RecheckSerializer,
    SubmissionSerializer,
)
from apps.chain.errors import ChainError
from apps.delegation import chain, plans, receipts
from apps.delegation.continuing import rest_differs
from apps.delegation.exports import FORMS, export_of
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.plan.intentions import Intention
from apps.delegation.plan.parsing import KINDS, BadIntention, of_program
from apps.delegation.plan.refusals import Refusal
from apps.network.limits import CHAIN_COST, LOOK_COST
from apps.protocol.units import Address, AddressError

_CODE = re.compile(r"[a-z_]{1,40}", re.ASCII)
_HASH = re.compile(r"0x[0-9a-f]{64}", re.ASCII)


class Plain(BaseRenderer):
    """Commands and links."""

    media_type = "text/plain"
    format = "txt"


class PlanEndpoint(Endpoint):
    """What all addresses of plans have in common: no parameters, and an answer that stands at the plan's own block."""

    cost = CHAIN_COST

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        queries.nothing(request.query_params)

    def answer(self, kept: PreparedPlan, data: Mapping[str, Any], *, status: int = 200) -> Response:
        body = {"data": data, "meta": plan_meta(kept)}
        return Response(body, status=status, headers={"Cache-Control": "no-store"})


class PlanAct(PlanEndpoint):
    """Something that is done with a plan. A subclass names the fields of its body and does it in `act`."""

    http_method_names = ["post", "options"]
    fields: Collection[str] = ()

    def post(self, request: Request, id: str) -> HttpResponseBase:
        asked = bodies.read(request, known=self.fields)
        return self.act(_known(id), asked)

    def act(self, kept: PreparedPlan, asked: Mapping[str, Any]) -> HttpResponseBase:
        raise NotImplementedError


class PlanMake(PlanEndpoint):
    http_method_names = ["post", "options"]

    @described(
        "plan_make",
        PlanSerializer(),
        summary="Prepare a transaction",
        description=(
            "A plan for what somebody wants to do with stake: the calls, the state before and after, and everything "
            "that would change beside it, proved by a simulation at the newest block. Nothing is sent and no key is "
            "held. While `to_acknowledge` names a disturbance there is no calldata. Asked twice, it makes two plans."
        ),
        status=201,
        body=PLAN_ASKED,
        examples=PLAN_EXAMPLES,
        refusals=(409, 413, 415),
    )
    def post(self, request: Request) -> HttpResponseBase:
        asked = bodies.read(request)
        acknowledged, mine = _codes(asked.pop("acknowledged", []), "acknowledged"), _mine(asked.pop("mine", []))
        wanted = _intention(asked)
        made = plans.plan_make(chain.client(), wanted, acknowledged=acknowledged, mine=mine)
        kept = _made(made)
        response = self.answer(kept, plan_data(kept), status=201)
        response.headers["Location"] = f"/api/v1/plans/{kept.id}"
        return response


class PlanDetail(PlanEndpoint):
    http_method_names = ["get", "head", "options"]

    @described(
        "plan",
        PlanSerializer(),
        summary="A plan",
        description=(
            "The plan as it was made or last checked, with what became of the transactions that were submitted for it. "
            "An expired one has no calldata: check it again."
        ),
        parameters=[ID],
        refusals=(304, 404),
    )
    def get(self, request: Request, id: str) -> HttpResponseBase:
        kept = _known(id)
        data = plan_data(kept)
        looked = [(each["tx_hash"], each["state"], each["checked_at"]) for each in data["submissions"]]
        parts = (API_VERSION, kept.id, kept.made_at, data["expired"], looked)
        tag = f'"{sha256(repr(parts).encode()).hexdigest()[:32]}"'
        if has_copy(request, tag):
            return HttpResponse(status=304, headers={"ETag": tag, "Cache-Control": "private, no-cache"})
        response = self.answer(kept, data)
        response.headers["ETag"], response.headers["Cache-Control"] = tag, "private, no-cache"
        return response


@act_described(
    "plan_recheck",
    RecheckSerializer(),
    summary="Check a plan again",
    description=(
        "Everything read and proved anew at the newest block, as has to be done right before a signature, and "
        "compared with what was shown. Where it stands, `plan` has the calldata to sign. Between two steps, `done` "
        "says how many were mined: the rest is then tried as it was shown. Otherwise the body is an empty object."
    ),
    body=RECHECKED,
    examples=RECHECK_EXAMPLES,
)
class PlanRecheck(PlanAct):
    fields = ("done",)

    def act(self, kept: PreparedPlan, asked: Mapping[str, Any]) -> HttpResponseBase:
        done = _count(asked.get("done", 0), "done", "Write how many steps are done, 0 for none.")
        checked = plans.plan_recheck(chain.client(), kept.id) if done == 0 else _rest_checked(kept, done)
        if isinstance(checked, Refusal):
            raise _refused(checked)
        found = [{"where": each.where, "shown": each.shown, "now": each.now} for each in checked.differences]
        shown = plan_data(checked.plan, stands=checked.stands)
        return self.answer(checked.plan, {"stands": checked.stands, "differences": found, "plan": shown})


@act_described(
    "plan_acknowledge",
    PlanSerializer(),
    summary="Acknowledge disturbances",
    description=(
        "The same plan made anew with more of its disturbances agreed to, each by its code. Calldata comes with "
        "the last one."
    ),
    body=ACKNOWLEDGED,
    examples=ACKNOWLEDGE_EXAMPLES,
)
class PlanAcknowledge(PlanAct):
    fields = ("codes",)

    def act(self, kept: PreparedPlan, asked: Mapping[str, Any]) -> HttpResponseBase:
        codes = _codes(asked.get("codes"), "codes")
        if not codes:
            raise bodies.bad("codes", "Name at least one code.")
        made = _made(plans.plan_acknowledge(chain.client(), kept.id, codes))
        return self.answer(made, plan_data(made))


@act_described(
    "plan_submit",
    SubmissionSerializer(),
    summary="Tell of a transaction that was sent",
    description=(
        "The hash that a wallet gave for a step. The transaction is followed to its end: done as shown, different "
        "and why, failed, replaced or dropped. A hash alone is never called a success. The same hash may be told "
        "again; the answer is what is known now. For calls sent as one batch, tell each step with the same hash."
    ),
    status=201,
    body=SUBMITTED,
    examples=SUBMIT_EXAMPLES,
)
class PlanSubmit(PlanAct):
    cost = LOOK_COST
    fields = ("step", "tx_hash")

    def act(self, kept: PreparedPlan, asked: Mapping[str, Any]) -> HttpResponseBase:
        step = _count(asked.get("step"), "step", "Write the number of the step, counted from 0.")
        tx_hash = asked.get("tx_hash")
        if not isinstance(tx_hash, str) or not _HASH.fullmatch(tx_hash.lower()):
            raise bodies.bad("tx_hash", "Write the transaction's hash: 0x and 64 hexadecimal digits.")
        try:
            one = receipts.submission_add(kept.id, step, tx_hash)
        except receipts.BadSubmission as error:
            raise Problem("refused", str(error), {"reason": "no_such_step"}) from error
        return self.answer(kept, submission_data(_looked_at(one)), status=201)


class PlanExport(PlanEndpoint):
    http_method_names = ["get", "head", "options"]
    renderer_classes: Sequence[type[BaseRenderer]] = [JSONRenderer, Plain]

    @described(
        "plan_export",
        None,
        summary="A plan for another wallet",
        description=(
            "`safe` for Safe's Transaction Builder with its checksum, `raw` as `eth_sendTransaction` takes it, `cast` "
            "for Foundry, `link` by EIP-681 for a plan of one call, `unsigned` as EIP-1559 transactions with nonce and "
            "fees of this moment."
        ),
        parameters=[
            ID,
            OpenApiParameter("form", {"type": "string", "enum": list(FORMS)}, OpenApiParameter.PATH),
        ],
        refusals=(404, 409),
    )
    def get(self, request: Request, id: str, form: str) -> HttpResponseBase:
        kept = _known(id)
        if form not in FORMS:
            raise Problem("not_found", f"There is no such format; there is {', '.join(FORMS)}.")
        made = export_of(kept, form, chain.client)
        if isinstance(made, Refusal):
            raise _refused(made)
        headers = {"Content-Disposition": f'attachment; filename="{made.name}"', "Cache-Control": "no-store"}
        return HttpResponse(made.text, content_type=made.content_type, headers=headers)


def _known(identity: str) -> PreparedPlan:
    kept = PreparedPlan.objects.filter(pk=identity).first() if len(identity) <= 32 and "\0" not in identity else None
    if kept is None:
        raise Problem("unknown_plan", "No plan has this id. Plans that were not signed are forgotten after a week.")
    return kept


def _made(found: PreparedPlan | Refusal) -> PreparedPlan:
    if isinstance(found, Refusal):
        raise _refused(found)
    return found


def _refused(refusal: Refusal) -> Problem:
    return Problem("refused", refusal.sentence, {"reason": refusal.code})


def _intention(asked: dict[str, Any]) -> Intention:
    kind = asked.pop("kind", None)
    if not isinstance(kind, str):
        raise bodies.bad("kind", "Name what is wanted.", allowed=list(KINDS))
    try:
        return of_program(kind, asked)
    except BadIntention as error:
        raise bodies.bad(error.field, error.sentence) from error


def _count(found: Any, field: str, sentence: str) -> int:
    if isinstance(found, bool) or not isinstance(found, int) or found < 0:
        raise bodies.bad(field, sentence)
    return found


def _codes(found: Any, field: str) -> list[str]:
    is_list = isinstance(found, list) and len(found) <= MOST_CODES
    if not is_list or not all(isinstance(one, str) and _CODE.fullmatch(one) for one in found):
        raise bodies.bad(field, f"Write a list of at most {MOST_CODES} codes of disturbances.")
    return list(found)


def _mine(found: Any) -> list[Address]:
    if not isinstance(found, list) or len(found) > plans.MOST_MINE:
        raise bodies.bad("mine", f"Write a list of at most {plans.MOST_MINE} addresses.")
    try:
        return [queries.address(str(one)) for one in found]
    except (AddressError, Problem) as error:
        raise bodies.bad("mine", error.detail if isinstance(error, Problem) else str(error)) from error


def _rest_checked(kept: PreparedPlan, done: int) -> plans.Rechecked | Refusal:
    """The plan as it is kept, with what its remaining steps would do otherwise than it says."""
    if not kept.document["ready"] or done >= len(kept.document["steps"]):
        return Refusal("nothing_left", "The plan has no steps left that could be signed.")
    found = rest_differs(chain.client(), kept.document, done=done)
    return found if isinstance(found, Refusal) else plans.Rechecked(kept, found)


def _looked_at(one: PlanSubmission) -> PlanSubmission:
    """The submission as the chain knows it; as it is kept where the chain does not answer, since it is followed on."""
    try:
        return receipts.submission_check(chain.client(), one)
    except ChainError:
        return one
