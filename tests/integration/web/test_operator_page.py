"""The operator's page and the way in; whole sign-ins with a wallet are tried in a browser."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client

from apps.accounts.models import WalletSession
from apps.accounts.services import Opened, Site, message_write, session_open
from apps.chain.signatures import Proof
from apps.protocol import siwe
from apps.protocol.units import Address
from tests.factories import (
    AttestationFactory,
    ClaimFactory,
    CoSignatureFactory,
    KeyDelegationFactory,
    OrchestratorFactory,
    ScoreFactory,
    ScorePartFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

WHO, OTHER = address(1), address(2)
SITE = Site("testserver", "http://testserver/operator/", 31337)


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def signed_in(client: Client, who: str = WHO) -> str:
    """Opens a session of the address in this client; gives its secret."""
    now = datetime.now(UTC)
    message = message_write(Address(who), site=SITE, now=now)
    found = session_open(
        message, b"", site=SITE, now=now, verify=lambda account, digest, signature: Proof(account, "ecdsa")
    )
    assert isinstance(found, Opened)
    client.cookies["wallet"] = found.token
    return found.token


def test_operator__when_nobody_is_signed_in__then_the_way_in_and_no_cookie_but_the_forms(client: Client) -> None:
    answer = client.get("/operator/")
    assert "Sign in with your wallet" in text(answer)
    assert answer.headers["Cache-Control"] == "private, no-store"
    assert list(answer.cookies) == ["csrftoken"]
    client.cookies["wallet"] = "made-up"
    assert "Sign in with your wallet" in text(client.get("/operator/"))


def test_message__when_asked_for__then_of_this_site_and_account(client: Client) -> None:
    shown = text(client.post("/operator/message/", {"address": WHO}))
    found = shown.partition('id="message" tabindex="0">')[2].partition("</pre>")[0]
    message = siwe.parsed(found.replace("&#x27;", "'"))
    assert (message.domain, message.uri, message.address) == (SITE.domain, SITE.uri, WHO)
    wrong = client.post("/operator/message/", {"address": "0x12"})
    assert wrong.status_code == 400
    assert "is not an address" in text(wrong)


def test_sign_in__when_the_message_is_no_longer_good__then_told_and_no_session(client: Client) -> None:
    now = datetime.now(UTC)
    other = message_write(Address(WHO), site=Site("evil.example", SITE.uri, 31337), now=now)
    for document, status, sentence in (
        ("nonsense", 400, "The message is not as it was given out."),
        (other, 409, "The message is for evil.example"),
        (
            other.replace("evil.example", "testserver").replace("Nonce: ", "Nonce: 0"),
            409,
            "was not given out by this site",
        ),
    ):
        answer = client.post("/operator/sign-in/", {"document": document, "signature": "0x" + "11" * 65})
        assert answer.status_code == status
        assert sentence in text(answer)
        assert "wallet" not in answer.cookies
    assert not WalletSession.objects.exists()


def test_sign_in__when_a_form_elsewhere_sends_it__then_refused() -> None:
    strict = Client(enforce_csrf_checks=True)
    for path in ("/operator/message/", "/operator/sign-in/", "/operator/sign-out/"):
        assert strict.post(path, {"address": WHO}).status_code == 403


def test_operator__when_signed_in__then_claims_requests_keys_and_what_counts(client: Client) -> None:
    OrchestratorFactory(address=WHO)
    mine = ClaimFactory(orchestrator=WHO, title="My tool", state="endorsed")
    ClaimFactory(orchestrator=OTHER, title="Ours", co_authors=[WHO])
    done = ClaimFactory(orchestrator=OTHER, title="Signed long ago", co_authors=[WHO])
    CoSignatureFactory(claim=done, signer=WHO)
    AttestationFactory(claim=mine, attester=OTHER, verdict=0, reason="It never ran.")
    AttestationFactory(claim=mine, attester=address(3), verdict=0, reason="Taken back.", revoked=True)
    KeyDelegationFactory(orchestrator=WHO, key=address(9), nonce=5)
    KeyDelegationFactory(orchestrator=OTHER, key=WHO, nonce=6)
    score = ScoreFactory(orchestrator=WHO, run__version="1.1")
    for part in ("work", "jobs"):
        ScorePartFactory(score=score, part=part)
    ScorePartFactory(score=score, part="terms", raises=["A reward cut lower by 5 points: 4.2 points at once."])
    ScorePartFactory(
        score=score, part="community", value=12.5, reason="One endorsed claim.",
        raises=["Evidence that a machine finds."],
        sources={"claims": [{"digest": mine.pk, "points": "12.500000"}]},
    )  # fmt: skip
    signed_in(client)
    shown = text(client.get("/operator/"))
    for words in (
        "My tool", "12.5", "One endorsed claim.", "Evidence that a machine finds.", "A reward cut lower by 5 points",
        "names you as a co-author of", "Ours", "It never ran.", "Two requests wait for you.", "This address signs for",
    ):  # fmt: skip
        assert words in shown, words
    assert "Signed long ago" not in shown
    assert "Taken back." not in shown
    assert f'value="{WHO}"' in text(client.get("/contributions/new/"))  # forms begin with who is signed in


def test_sign_out__when_asked__then_the_session_is_gone_here_and_there(client: Client) -> None:
    token = signed_in(client)
    answer = client.post("/operator/sign-out/", {"why": "account"})
    assert answer.headers["Location"] == "/operator/?ended=account"
    assert answer.cookies["wallet"].value == ""
    client.cookies["wallet"] = token
    assert "Sign in with your wallet" in text(client.get("/operator/"))
