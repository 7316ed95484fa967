"""Intention, preview and signature of a plan. The server makes and checks plans; it holds no key and sends nothing.

Nobody is signed in here: what a forged request could do, its forger could do as well, so no token is asked for. Whoever
has a plan's random id may read it and agree to it, which only shows calldata that their own wallet has to sign.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.http import (
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponsePermanentRedirect,
    HttpResponseRedirect,
    JsonResponse,
    QueryDict,
)
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError
from apps.delegation import chain, plans
from apps.delegation.continuing import rest_differs
from apps.delegation.exports import export_of
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.plan.parsing import BadIntention
from apps.delegation.plan.refusals import Refusal
from apps.delegation.plans import Rechecked
from apps.delegation.receipts import BadSubmission, submission_add, submission_check
from apps.network.limits import CHAIN_COST, LOOK_COST
from apps.protocol.formats import checksummed
from apps.protocol.units import Address, AddressError
from apps.web.csp import signs
from apps.web.limiting import limited
from apps.web.named import address_of
from apps.web.plan import form as forms
from apps.web.plan.account import beside
from apps.web.plan.agreeing import Answered, answered
from apps.web.plan.export import FORMATS
from apps.web.plan.kinds import GROUPS, KINDS
from apps.web.plan.page import page_of
from apps.web.plan.suggested import nodes_to_choose
from apps.web.plan.words import called, differs
from apps.web.refusals import form_page
from apps.web.signing import chain_for_wallets, walletconnect

AWAY = "The chain does not answer just now, so no plan can be made or checked. Nothing is lost; try again in a moment."
_FRESH = timedelta(seconds=1)  # a page that waits asks again in a second and a half
_FORM, _SHOW = "plan/form.html", "plan/show.html"


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHAIN_COST)
@limited(LOOK_COST, methods=("GET", "HEAD"))
def form(request: HttpRequest, address: str) -> HttpResponseBase:
    """The intentions in words, one of them with its fields; a readable one becomes a plan."""
    who = _owner(address)
    if who != address:
        query = request.GET.urlencode()
        whither = _base(who) + (f"?{query}" if query else "")
        # a name may lead elsewhere tomorrow; another spelling of the address never does
        return HttpResponseRedirect(whither) if "." in address else HttpResponsePermanentRedirect(whither)
    if request.method != "POST":
        return _form(request, who, request.GET)
    kind = request.POST.get("kind", "")
    try:
        asked = forms.read(kind, who, request.POST)
    except BadIntention as wrong:
        return _form(request, who, request.POST, wrong=wrong, status=400)
    try:
        made = plans.plan_make(chain.client(), asked.wanted, mine=asked.mine)
    except ChainError:
        return _form(request, who, request.POST, refused=Refusal("chain_away", AWAY), status=503)
    if isinstance(made, Refusal):
        return _form(request, who, request.POST, refused=made, status=409)
    return HttpResponseRedirect(reverse("web:plan", args=[who, made.id]))


def _owner(text: str) -> Address:
    """Whose page it is; a name leads to its address. Raises Http404 with the reason."""
    try:
        return address_of(text)
    except AddressError as wrong:
        raise Http404(str(wrong)) from wrong


def _base(address: Address) -> str:
    return reverse("web:plan_form", args=[address])


def _form(
    request: HttpRequest,
    who: Address,
    given: QueryDict,
    *,
    wrong: BadIntention | None = None,
    refused: Refusal | None = None,
    status: int = 200,
) -> HttpResponse:
    """The form as it was filled in, with what is wrong with it."""
    kind = KINDS.get(given.get("kind", ""))
    context = {
        **beside(who),
        "groups": GROUPS,
        "others": f"&{urlencode([('and', given['and'])])}" if given.get("and") else "",
        "form": forms.filled(kind, given, wrong=wrong) if kind else None,
        "wrong": wrong,
        "refused": refused,
        "suggestions": nodes_to_choose() if kind else (),
    }
    return _unstored(form_page(request, _FORM, context, status=status))


# --- a plan


def _kept(address: str, identity: str) -> PreparedPlan:
    """The plan of this id that this account signs. Raises Http404, the same for an id that is another's."""
    found = PreparedPlan.objects.filter(pk=identity).first()
    if found is None or found.document["signer"] != address.lower():
        raise Http404("There is no such plan. Plans are forgotten a week after they have expired.")
    return found


@signs
@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited(CHAIN_COST)
def show(request: HttpRequest, address: str, identity: str) -> HttpResponseBase:
    """The preview; a POST agrees to the disturbances that are ticked, and typed where that is asked for."""
    kept = _kept(address, identity)
    if request.method != "POST":
        return _shown(request, kept)
    if kept.submissions.exists():
        return HttpResponseRedirect(f"{_url(kept)}#result")
    shown = kept.document
    answers = answered(shown, request.POST)
    if answers.wrong:
        return _shown(request, kept, answers=answers, status=400)
    try:
        made = plans.plan_acknowledge(chain.client(), kept.id, answers.codes)
    except ChainError:
        return _shown(request, kept, refused=Refusal("chain_away", AWAY), status=503)
    if isinstance(made, Refusal):
        return _shown(request, kept, refused=made, status=409)
    changed = _since(shown, made)
    if changed:
        return _shown(request, made, changed=changed)
    return HttpResponseRedirect(f"{_url(made)}#{'sign' if made.document['ready'] else 'agree'}")


def _since(shown: Mapping[str, Any], made: PreparedPlan) -> list[str]:
    """What is not as the reader had read it when they agreed; their agreement itself is no difference."""
    from_then = plans.differences(shown, made.document)
    return differs(from_then, called())


def _url(kept: PreparedPlan) -> str:
    return reverse("web:plan", args=[kept.document["signer"], kept.id])


def _shown(
    request: HttpRequest,
    kept: PreparedPlan,
    *,
    refused: Refusal | None = None,
    changed: list[str] | None = None,
    answers: Answered | None = None,
    status: int = 200,
) -> HttpResponse:
    base = _base(Address(kept.document["signer"]))
    page = page_of(kept, base, called(), answers)
    context = {
        "page": page,
        "who": kept.document["signer"],
        "refused": refused,
        "changed": changed,
        "wallet": _for_wallet(kept, page.done) if page.can_sign else None,
        "walletconnect": walletconnect() if page.can_sign else None,
        "formats": FORMATS,
        "feed_url": request.build_absolute_uri(reverse("web:stake_reward_feed", args=[kept.document["signer"]])),
    }
    return _unstored(render(request, _SHOW, context, status=status))


def _for_wallet(kept: PreparedPlan, done: int) -> dict[str, Any]:
    """What wallet.js needs."""
    url = _url(kept)
    return {
        "signer": checksummed(kept.document["signer"]),
        "done": done,
        "steps": [step["sentence"] for step in kept.document["steps"]],
        "recheck": f"{url}recheck/",
        "submissions": f"{url}submissions/",
        "page": url,
        "chain": chain_for_wallets(),
    }


@signs
@csrf_exempt
@require_POST
@limited(CHAIN_COST)
def recheck(request: HttpRequest, address: str, identity: str) -> HttpResponseBase:
    """The plan beside the chain as it is now: as JSON for wallet.js before each signature, else the page."""
    kept, done = _kept(address, identity), request.POST.get("done", "0")
    for_script = request.headers.get("Accept", "").startswith("application/json")
    try:
        found = _rechecked(chain.client(), kept, int(done) if done.isascii() and done.isdigit() else 0)
    except ChainError:
        found = Refusal("chain_away", AWAY)
    if for_script:
        return _unstored(JsonResponse(_recheck_answer(kept, found)))
    if isinstance(found, Refusal):
        return _shown(request, kept, refused=found, status=409)
    changed = differs(found.differences, called())
    return _shown(request, found.plan, changed=changed) if changed else HttpResponseRedirect(_url(kept))


def _rechecked(client: ChainClient, kept: PreparedPlan, done: int) -> Rechecked | Refusal:
    """Before the first step the plan is made anew; between two, what is left of it is tried."""
    if not done and kept.submissions.exists():
        return Refusal("already_sent", "A transaction of this plan was sent already. Open its page again.")
    if not done:
        return plans.plan_recheck(client, kept.id)
    if done >= len(kept.document["steps"]) or not kept.document["ready"]:
        return Refusal("nothing_left", "Every step of this plan was sent already.")
    rest = rest_differs(client, kept.document, done=done)
    return rest if isinstance(rest, Refusal) else Rechecked(kept, rest)


def _recheck_answer(kept: PreparedPlan, found: Rechecked | Refusal) -> dict[str, Any]:
    """Steps only where the plan stands as it was shown."""
    if isinstance(found, Refusal):
        return {"stands": False, "code": found.code, "sentence": found.sentence, "differences": [], "steps": []}
    document = found.plan.document
    stands = found.stands and document["ready"]
    steps = [
        {
            "from": checksummed(step["sender"]),
            "to": checksummed(step["target"]),
            "value": hex(int(step["value_eth_wei"])),
            "data": step["calldata"],
        }
        for step in document["steps"]
    ]
    return {
        "stands": stands,
        "code": "" if stands else "differs",
        "sentence": "" if stands else "Something changed since this page was made. Nothing was sent.",
        "differences": differs(found.differences, called()),
        "steps": steps if stands else [],
    }


@csrf_exempt
@require_http_methods(["GET", "HEAD", "POST"])
@limited(LOOK_COST, methods=("GET", "POST"))
def submissions(request: HttpRequest, address: str, identity: str) -> HttpResponseBase:
    """What became of what was sent; a POST adds the hash that a wallet gave for a step."""
    kept = _kept(address, identity)
    if request.method == "POST":
        step, tx_hash = request.POST.get("step", ""), request.POST.get("tx_hash", "").strip()
        try:
            submission_add(kept.id, int(step) if step.isascii() and step.isdigit() else -1, tx_hash)
        except BadSubmission as wrong:
            return _unstored(JsonResponse({"sentence": str(wrong)}, status=400))
        if not request.headers.get("Accept", "").startswith("application/json"):
            return HttpResponseRedirect(f"{_url(kept)}#result")
    return _unstored(
        JsonResponse({"submissions": [_looked_at(one) for one in kept.submissions.order_by("step", "id")]})
    )


def _looked_at(one: PlanSubmission) -> dict[str, Any]:
    """A submission as the chain knows it now; as it was where it was just looked at, or the chain does not answer."""
    if one.checked_at is None or datetime.now(UTC) - one.checked_at >= _FRESH:
        with suppress(ChainError):
            one = submission_check(chain.client(), one)
    return {
        "step": one.step,
        "tx_hash": f"0x{bytes(one.tx_hash).hex()}",
        "state": str(one.state),
        "sentence": one.outcome.get("sentence", ""),
    }


@signs
@require_safe
@limited(LOOK_COST, methods=("GET",))
def export(request: HttpRequest, address: str, identity: str, form: str) -> HttpResponseBase:
    """The steps as a file for wallets that are not in the browser; a 409 while something is to be agreed to."""
    kept = _kept(address, identity)
    if form not in FORMATS:
        raise Http404(f"There is no such file. There are {', '.join(FORMATS)}.")
    try:
        made = export_of(kept, form, chain.client)
    except ChainError:
        return _shown(request, kept, refused=Refusal("chain_away", AWAY), status=503)
    if isinstance(made, Refusal):
        return _shown(request, kept, refused=made, status=409)
    response = HttpResponse(made.text, content_type=made.content_type)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.name}"'
    return _unstored(response)


def _unstored(response: HttpResponse) -> HttpResponse:
    """Plans are of one reader and of one moment: nobody keeps them on the way."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
