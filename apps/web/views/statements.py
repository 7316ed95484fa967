"""Forms that end in a signature, and what is done with it. The server makes the text to sign and holds no key.

Nobody has to be signed in: whoever can sign may submit, from anywhere. So what a forged request could do, its forger
could do as well, and no token is asked for.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods, require_POST

from apps.chain.errors import ChainError
from apps.contributions.categories import CATEGORIES
from apps.contributions.models import Attestation, Claim, Statement
from apps.contributions.models import KeyDelegation as KeyRow
from apps.contributions.services import Accepted, cosignature_submit, statement_submit
from apps.delegation import chain
from apps.network.limits import LOOK_COST
from apps.network.selectors import identities
from apps.protocol import statements
from apps.protocol.statements import ContributionClaim, Message, Refusal
from apps.protocol.units import Address, AddressError, parse_address
from apps.web.contributions import forms
from apps.web.contributions.forms import Form
from apps.web.contributions.rows import hidden_among
from apps.web.contributions.signing import (
    FILE,
    HTTP_COMMAND,
    Signing,
    cosigning_of,
    document_of,
    signature_in,
    signing_of,
)
from apps.web.csp import signs
from apps.web.limiting import limited
from apps.web.operator import wallet

AWAY = Refusal(
    "chain_away",
    "The chain does not answer just now, so no signature can be checked. Nothing is lost; try again in a moment.",
)
_LONGEST_UPLOAD = 60_000  # bytes; a statement has some 6,000
_SOURCES = {"form", "command_line", "upload"}


# --- filling in


@csrf_exempt
@signs
@require_http_methods(["GET", "HEAD", "POST"])
def claim(request: HttpRequest) -> HttpResponseBase:
    """The claiming form; with `amends` it begins as that claim is. A sound one leads to its signature."""
    now = datetime.now(UTC)
    if "document" in request.POST:
        return _changed(request)
    if request.method == "POST":
        form = Form(forms.typed(request.POST, forms.CLAIM_FIELDS))
        message = forms.claim_read(form, categories=CATEGORIES, chain_id=settings.CHAIN_ID, now=now)
        if message is not None:
            return _to_sign(request, message)
        return _claim_form(request, form, status=400)
    return _claim_form(request, Form(_beginning(request, now)))


def _changed(request: HttpRequest) -> HttpResponse:
    """The form as it was filled in for a claim that waits for its signature."""
    document = document_of(request.POST["document"][:_LONGEST_UPLOAD])
    found = document if isinstance(document, Refusal) else statements.parse(document, chain_id=settings.CHAIN_ID)
    if not isinstance(found, ContributionClaim):
        return _claim_form(request, Form({}, trouble="This is no claim. Begin anew."), status=400)
    amends = "" if found.amends == statements.NO_HASH else f"0x{found.amends.hex()}"
    return _claim_form(request, Form(forms.claim_filled(statements.written(found), amends)))


def _beginning(request: HttpRequest, now: datetime) -> dict[str, str]:
    """What the form starts with: an older version, else what the address of the page and the session know."""
    amends = request.GET.get("amends", "")
    if amends:
        older = _claim(amends)
        filled = forms.claim_filled(older.statement.message, older.pk)
        return {**filled, "title": "", "evidence": ""} if hidden_among([older.pk]) else filled
    session = wallet.session(request)
    month = now.date() - timedelta(days=30)
    return {
        "orchestrator": request.GET.get("orchestrator", session.address if session else "")[:100],
        "category": request.GET.get("category", "")[:40],
        "period_start": month.isoformat(),
        "period_end": now.date().isoformat(),
    }


def _claim_form(request: HttpRequest, form: Form, *, status: int = 200) -> HttpResponse:
    context = {"form": form, "categories": CATEGORIES.values(), "limits": statements}
    return _unstored(render(request, "contributions/new.html", context, status=status))


@csrf_exempt
@signs
@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Endorse or dispute a claim."""
    about = _newest(_claim(digest))
    if about.pk != digest:
        return HttpResponseRedirect(reverse("web:attest", args=[about.pk]))
    session = wallet.session(request)
    if request.method == "POST":
        form = Form(forms.typed(request.POST, forms.ATTEST_FIELDS))
        message = forms.attestation_read(form, claim=about.pk, chain_id=settings.CHAIN_ID, now=datetime.now(UTC))
        if message is not None:
            return _to_sign(request, message)
    else:
        attester = request.GET.get("attester", session.address if session else "")[:100]
        form = Form({"verdict": request.GET.get("verdict", "")[:10], "attester": attester})
    shown_title = "a claim whose text moderators hide" if hidden_among([about.pk]) else about.title
    context = {
        "form": form,
        "claim": about,
        "shown_title": shown_title,
        "names": identities.names(),
        "limits": statements,
    }
    status = 400 if request.method == "POST" else 200
    return _unstored(render(request, "contributions/attest.html", context, status=status))


@csrf_exempt
@signs
@require_http_methods(["GET", "HEAD", "POST"])
def revoke(request: HttpRequest, digest: str) -> HttpResponseBase:
    """Withdraw a claim, a word on one, or a key."""
    subject = Statement.objects.filter(pk=digest).exclude(kind=Statement.Kind.REVOCATION).first()
    if subject is None:
        raise Http404("There is no such statement.")
    form = Form({})
    if request.method == "POST":
        form = Form(forms.typed(request.POST, forms.REVOKE_FIELDS))
        message = forms.revocation_read(form, subject=digest, chain_id=settings.CHAIN_ID, now=datetime.now(UTC))
        if message is not None:
            return _to_sign(request, message)
    context = {"form": form, "subject": subject, "names": identities.names(), "back": page_of(subject.pk)}
    status = 400 if request.method == "POST" else 200
    return _unstored(render(request, "contributions/revoke.html", context, status=status))


@csrf_exempt
@signs
@require_http_methods(["GET", "HEAD", "POST"])
def key(request: HttpRequest) -> HttpResponseBase:
    """Let another key sign for an orchestrator."""
    now = datetime.now(UTC)
    if request.method == "POST":
        form = Form(forms.typed(request.POST, forms.KEY_FIELDS))
        message = forms.key_read(form, chain_id=settings.CHAIN_ID, now=now)
        if message is not None:
            return _to_sign(request, message)
    else:
        session = wallet.session(request)
        until = (now + timedelta(days=180)).date().isoformat()
        asked = request.GET.get("orchestrator", session.address if session else "")[:100]
        form = Form({"orchestrator": asked, "valid_until": until})
    status = 400 if request.method == "POST" else 200
    return _unstored(render(request, "contributions/key.html", {"form": form}, status=status))


# --- signing


@csrf_exempt
@signs
@require_http_methods(["GET", "HEAD", "POST"])
@limited(LOOK_COST)
def sign(request: HttpRequest) -> HttpResponseBase:
    """Takes a statement with its signature; one without a signature yet is shown to be signed."""
    if request.method != "POST":
        return _unstored(render(request, "contributions/upload.html", {}))
    given = _given(request)
    if isinstance(given, Refusal):
        return _unstored(render(request, "contributions/upload.html", {"refused": given}, status=400))
    document, signature, signer = given
    message = statements.parse(document, chain_id=settings.CHAIN_ID)
    if isinstance(message, Refusal):
        return _unstored(render(request, "contributions/upload.html", {"refused": message}, status=400))
    if not signature:
        asked = Refusal("no_signature", "Paste the signature that was made.") if "pasting" in request.POST else None
        return _to_sign(request, message, refused=asked)
    found = _submitted(request, document, signature, signer)
    if isinstance(found, Refusal):
        return _to_sign(request, message, refused=found, pasted=signature)
    return HttpResponseRedirect(page_of(found.digest))


def _given(request: HttpRequest) -> tuple[Mapping[str, Any], str, Address | None] | Refusal:
    """Typed data, signature and signer of a form or of an uploaded file, which may hold all three."""
    text = request.POST.get("document", "")
    uploaded = request.FILES.get("file")
    if uploaded is not None:
        text = uploaded.read(_LONGEST_UPLOAD + 1).decode("utf-8", "replace")
    if len(text) > _LONGEST_UPLOAD:
        return Refusal("too_large", f"A statement has at most {_LONGEST_UPLOAD:,} bytes.")
    found = document_of(text)
    if isinstance(found, Refusal):
        return found
    signature = signature_in(request.POST.get("signature", ""))
    signer = request.POST.get("signer", "").strip()
    if "statement" in found:  # as the API takes it
        signature = signature or str(found.get("signature", ""))
        signer = signer or str(found.get("signer") or "")
        found = found["statement"]
    try:
        return found, signature, parse_address(signer) if signer else None
    except AddressError as wrong:
        return Refusal("bad_signer", str(wrong))


def _submitted(
    request: HttpRequest, document: Mapping[str, Any], signature: str, signer: Address | None
) -> Accepted | Refusal:
    source = request.POST.get("source", "upload")
    try:
        return statement_submit(
            chain.client(),
            document=document,
            signature=signature,
            signer=signer,
            source=source if source in _SOURCES else "upload",
        )
    except ChainError:
        return AWAY


def _to_sign(
    request: HttpRequest, message: Message, *, refused: Refusal | None = None, pasted: str = ""
) -> HttpResponse:
    signing = signing_of(message, now=datetime.now(UTC))
    if isinstance(signing, Refusal):
        return _unstored(render(request, "contributions/upload.html", {"refused": signing}, status=400))
    return _sign_page(request, signing, submit=reverse("web:sign"), refused=refused, pasted=pasted)


def _sign_page(
    request: HttpRequest, signing: Signing, *, submit: str, refused: Refusal | None = None, pasted: str = ""
) -> HttpResponse:
    context = {
        "signing": signing,
        "submit": submit,
        "refused": refused,
        "pasted": pasted[:2000],
        "http_command": HTTP_COMMAND,
        "file": FILE,
        "names": identities.names(),
    }
    status = 409 if refused is not None else 200
    return _unstored(render(request, "contributions/sign.html", context, status=status))


@csrf_exempt
@signs
@require_http_methods(["GET", "HEAD", "POST"])
@limited(LOOK_COST)
def cosign(request: HttpRequest, digest: str) -> HttpResponseBase:
    """A co-author signs the claim that names them: the same typed data, the same digest."""
    found = _claim(digest)
    message = statements.parse({**_envelope(), "message": found.statement.message}, chain_id=settings.CHAIN_ID)
    if not isinstance(message, ContributionClaim) or not found.co_authors:
        raise Http404("This claim names no co-author.")
    if hidden_among([found.pk]):
        raise Http404("Moderators hide the text of this claim, so it cannot be signed here.")
    signed = set(found.co_signatures.values_list("signer", flat=True))
    waiting = [Address(one) for one in found.co_authors if one not in signed]
    if not waiting:
        return HttpResponseRedirect(page_of(found.pk))
    who = request.GET.get("as", "")
    signing = cosigning_of(message, Address(who) if who in waiting else waiting[0])
    submit = reverse("web:cosign", args=[found.pk])
    if request.method != "POST":
        return _sign_page(request, signing, submit=submit)
    pasted = signature_in(request.POST.get("signature", ""))
    refused = _cosigned(found.pk, pasted, request.POST.get("signer", ""))
    if refused is not None:
        return _sign_page(request, signing, submit=submit, refused=refused, pasted=pasted)
    return HttpResponseRedirect(page_of(found.pk))


def _envelope() -> dict[str, Any]:
    kind = ContributionClaim.TYPE
    types = [{"name": name, "type": type_} for type_, name in statements.TYPES[kind]]
    return {"types": {kind: types}, "primaryType": kind, "domain": statements.domain(settings.CHAIN_ID)}


def _cosigned(digest: str, signature: str, signer: str) -> Refusal | None:
    try:
        account = parse_address(signer) if signer.strip() else None
        found = cosignature_submit(chain.client(), claim=digest, signature=signature, signer=account)
    except AddressError as wrong:
        return Refusal("bad_signer", str(wrong))
    except ChainError:
        return AWAY
    return found if isinstance(found, Refusal) else None


@csrf_exempt
@require_POST
def to_sign_file(request: HttpRequest) -> HttpResponseBase:
    """The typed data of a statement as a file, for machines that have no browser."""
    document = document_of(request.POST.get("document", "")[:_LONGEST_UPLOAD])
    found = document if isinstance(document, Refusal) else statements.parse(document, chain_id=settings.CHAIN_ID)
    if isinstance(found, Refusal):
        return _unstored(render(request, "contributions/upload.html", {"refused": found}, status=400))
    text = json.dumps(statements.typed_document(found, settings.CHAIN_ID), indent=1)
    response = HttpResponse(text, content_type="application/json")
    response.headers["Content-Disposition"] = f'attachment; filename="{FILE}"'
    return _unstored(response)


# --- what all of them need


def page_of(digest: str) -> str:
    """Where a statement can be read: a claim on its page, a word on its claim's, a key on its orchestrator's."""
    word = Attestation.objects.filter(pk=digest).values_list("claim_id", flat=True).first()
    if word is not None:
        return f"{reverse('web:contribution', args=[word])}#word-{digest[2:12]}"
    statement = Statement.objects.filter(pk=digest).first()
    if statement is not None and statement.kind == Statement.Kind.REVOCATION:
        return page_of(statement.revocation.subject)
    given = KeyRow.objects.filter(pk=digest).first()
    if given is not None:
        return f"{reverse('web:orchestrator', args=[given.orchestrator])}#contributions"
    return reverse("web:contribution", args=[digest])


def _claim(digest: str) -> Claim:
    """Raises Http404."""
    found = Claim.objects.select_related("statement").filter(pk=digest).first() if len(digest) == 66 else None
    if found is None:
        raise Http404("There is no such claim.")
    return found


def _newest(one: Claim) -> Claim:
    """The newest version of a claim."""
    if one.superseded_by_id is None:
        return one
    return Claim.objects.select_related("statement").get(root_id=one.root_id, superseded_by=None)


def _unstored(response: HttpResponse) -> HttpResponse:
    """Drafts are of one reader and of one moment: nobody keeps them on the way."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["X-Robots-Tag"] = "noindex"
    return response
