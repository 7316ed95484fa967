"""The feed of contributions, a claim's page and the forms: what they show, and what they keep back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.contributions.models import Claim, Statement
from apps.scoring.models import AttestationWeight
from tests.factories import (
    AttestationFactory,
    ClaimFactory,
    ClaimTransitionFactory,
    CoSignatureFactory,
    EvidenceCheckFactory,
    HidingFactory,
    KeyDelegationFactory,
    OrchestratorFactory,
    RevocationFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

AUTHOR, OTHER = address(1), address(2)
NASTY = "<script>alert(1)</script><b onmouseover=x>bold</b>"


def text(response: Any) -> str:
    found: str = response.content.decode()
    return found


def page(client: Client, path: str, *, status: int = 200) -> str:
    answer = client.get(path)
    assert answer.status_code == status, text(answer)[-2000:]
    return text(answer)


def titles(shown: str) -> list[str]:
    """The titles of a feed, in its order."""
    return [part.partition("</bdi>")[0] for part in shown.split("<bdi>")[1:]]


# --- the feed


def test_feed__when_nothing_is_claimed__then_says_so(client: Client) -> None:
    shown = page(client, "/contributions/")
    assert "Nobody has claimed anything yet." in shown
    assert 'href="/contributions/new/"' in shown


def test_feed__when_filtered__then_only_what_passes_and_in_the_address(client: Client) -> None:
    ClaimFactory(orchestrator=AUTHOR, category="software", title="Tool", age=timedelta(days=1))
    ClaimFactory(orchestrator=AUTHOR, category="guides", title="Guide", age=timedelta(days=2), state="endorsed")
    ClaimFactory(orchestrator=OTHER, category="guides", title="Other guide", age=timedelta(days=3))
    old = ClaimFactory(orchestrator=OTHER, category="guides", title="First words", age=timedelta(days=5))
    ClaimFactory(orchestrator=OTHER, category="guides", title="Second words", age=timedelta(days=4), amends=old)
    assert titles(page(client, "/contributions/")) == ["Tool", "Guide", "Other guide", "Second words"]
    assert titles(page(client, "/contributions/?category=guides")) == ["Guide", "Other guide", "Second words"]
    assert titles(page(client, f"/contributions/?category=guides&orchestrator={OTHER}")) == [
        "Other guide",
        "Second words",
    ]
    one = page(client, "/contributions/?state=endorsed")
    assert titles(one) == ["Guide"]
    assert '<option value="endorsed" selected>' in one
    none = page(client, "/contributions/?state=revoked&category=guides")
    assert "No claim passes these 2 filters." in none
    assert 'href="/contributions/?category=guides">Any state</a>' in none
    assert "1 of 4 is endorsed by others, 0 disputed" in one


def test_feed__when_longer_than_a_page__then_its_cursor_leads_through_all_of_it(client: Client) -> None:
    made = [ClaimFactory(orchestrator=AUTHOR, title=f"No {n}", age=timedelta(hours=n)) for n in range(48)]
    at = made[-1].received_at - timedelta(hours=1)
    for n in range(48, 53):  # received in one moment, on both sides of the end of the page
        ClaimFactory(orchestrator=AUTHOR, title=f"No {n}", age=timedelta(hours=48), received_at=at)
    first = page(client, "/contributions/?state=claimed")
    (onward,) = [part.partition('"')[0] for part in first.split('href="')[1:] if "before=" in part.partition('"')[0]]
    assert onward.startswith("/contributions/?state=claimed&amp;before=")
    second = page(client, onward.replace("&amp;", "&"))
    assert len(titles(first)) == 50
    assert sorted(titles(first) + titles(second)) == sorted(f"No {n}" for n in range(53))
    assert 'href="/contributions/?state=claimed">Newest</a>' in second
    assert ">Older</a>" not in second


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("category=gaming", "There is no category “gaming”."),
        ("state=fine", "There is no state “fine”."),
        ("orchestrator=0x12", "is not an address"),
        ("orchestrator=nobody.eth", "is not known here"),
        ("before=1", "This is no place in the feed."),
        ("before=99999999999999999.0x" + "a" * 64, "This is no place in the feed."),
        ("page=2", "There is no such filter here."),
    ],
)
def test_feed__when_the_address_cannot_be_read__then_400_with_the_reason(
    client: Client, query: str, sentence: str
) -> None:
    assert sentence in page(client, f"/contributions/?{query}", status=400)


def test_feed__however_long__then_as_many_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for n in range(12):
        claim = ClaimFactory(orchestrator=address(n), age=timedelta(hours=n))
        AttestationFactory(claim=claim)
        EvidenceCheckFactory(evidence=claim.evidence.get())
    with django_assert_num_queries(10):
        page(client, "/contributions/")


# --- one claim


def test_claim__when_read__then_statement_evidence_words_and_history(client: Client) -> None:
    key = KeyDelegationFactory(orchestrator=AUTHOR, nonce=5).key
    claim = ClaimFactory(orchestrator=AUTHOR, title="Tool", co_authors=[OTHER, address(3)], state="endorsed")
    found = EvidenceCheckFactory(
        evidence=claim.evidence.get(), detail={"sentence": "Merged by a maintainer."}, snapshot=b"kept"
    )
    CoSignatureFactory(claim=claim, signer=OTHER)
    ClaimTransitionFactory(claim=claim, state="endorsed", by="reviewers", why="Endorsed with weight 2.")
    counted = AttestationFactory(claim=claim, attester=address(4), reason="We run it.", conflict="Its delegator")
    aside = AttestationFactory(claim=claim, attester=address(5), verdict=0, reason="Never saw it.")
    gone = AttestationFactory(claim=claim, attester=address(6), reason="I was wrong.", revoked=True)
    AttestationWeight.objects.create(attestation=counted.pk, weight_ppm=500_000, code="stated_conflict")
    AttestationWeight.objects.create(attestation=aside.pk, weight_ppm=0, code="no_trust")
    shown = page(client, f"/contributions/{claim.pk}/")
    counts, _, others = shown.partition("Shown, not counted")
    for words in ("We run it.", "weighs 0.5", "It states a conflict of interest, so it counts half.", "Its delegator"):
        assert words in counts
    for words in ("Never saw it.", "No trust from the published reviewers", "I was wrong.", "Its author revoked it."):
        assert words in others
    assert f'id="word-{gone.pk[2:12]}"' in others
    for words in (
        "Merged by a maintainer.", f"0x{bytes(found.snapshot_hash).hex()}", "Endorsed with weight 2.", "has not signed",
        claim.pk, f"0x{'00' * 65}", "manage.py verify_statement", f"/api/v1/contributions/{claim.pk}/bundle",
        f'href="/contributions/{claim.pk}/attest/"', f'href="/contributions/new/?amends={claim.pk}"',
    ):  # fmt: skip
        assert words in shown, words
    assert key not in shown


def test_claim__when_amended_or_revoked__then_every_version_stays_and_none_can_be_spoken_of(client: Client) -> None:
    old = ClaimFactory(orchestrator=AUTHOR, title="First words", age=timedelta(days=2))
    new = ClaimFactory(orchestrator=AUTHOR, title="Second words", age=timedelta(days=1), amends=old)
    shown = page(client, f"/contributions/{old.pk}/")
    assert "There is a newer version." in shown
    assert f"/contributions/{new.pk}/" in shown
    assert "Endorse or dispute" not in shown
    assert client.get(f"/contributions/{old.pk}/attest/").headers["Location"] == f"/contributions/{new.pk}/attest/"
    Claim.objects.filter(pk=new.pk).update(state="revoked")
    assert "Endorse or dispute" not in page(client, f"/contributions/{new.pk}/")


def test_claim__when_moderators_hide_it__then_no_page_shows_its_text_and_all_say_why(client: Client) -> None:
    OrchestratorFactory(address=AUTHOR)
    links = ("https://bad.example/x",)
    claim = ClaimFactory(orchestrator=AUTHOR, title="Unlawful words", links=links, co_authors=[OTHER])
    word = AttestationFactory(claim=claim, reason="More unlawful words")
    EvidenceCheckFactory(evidence=claim.evidence.get(), detail={"sentence": "Says unlawful things."})
    HidingFactory(statement=claim.statement, reason="It names a private person.")
    HidingFactory(statement=word.statement, reason="So does this.")
    whole = page(client, f"/contributions/{claim.pk}/")
    assert "It names a private person." in whole
    assert "So does this." in whole
    assert claim.pk in whole
    for path in (
        "/contributions/",
        f"/contributions/{claim.pk}/",
        f"/contributions/{claim.pk}/attest/",
        f"/contributions/{claim.pk}/revoke/",
        f"/contributions/new/?amends={claim.pk}",
        f"/orchestrators/{AUTHOR}/",
    ):
        shown = page(client, path)
        assert "nlawful" not in shown, path
        assert "bad.example" not in shown, path
    assert "nlawful" not in page(client, f"/contributions/{claim.pk}/cosign/", status=404)


def test_claim__when_texts_hold_markup__then_escaped_everywhere(client: Client) -> None:
    claim = ClaimFactory(orchestrator=AUTHOR, title=NASTY[:100], co_authors=[OTHER])
    AttestationFactory(claim=claim, reason=NASTY, conflict=NASTY)
    ClaimTransitionFactory(claim=claim, state="disputed", why=NASTY)
    EvidenceCheckFactory(evidence=claim.evidence.get(), author=NASTY, detail={"sentence": NASTY})
    for path in ("", f"{claim.pk}/", f"{claim.pk}/attest/", f"{claim.pk}/cosign/", f"new/?amends={claim.pk}"):
        shown = page(client, f"/contributions/{path}")
        assert "<script>alert" not in shown
        assert "<b onmouseover" not in shown
        assert "alert(1)" in shown


def test_statement__when_it_is_no_claim__then_leads_to_where_it_is_read(client: Client) -> None:
    word = AttestationFactory()
    key = KeyDelegationFactory(orchestrator=AUTHOR, nonce=5)
    gone = RevocationFactory(subject=word.pk, nonce=9)
    anchor = f"/contributions/{word.claim_id}/#word-{word.pk[2:12]}"
    assert client.get(f"/contributions/{word.pk}/").headers["Location"] == anchor
    assert client.get(f"/contributions/{gone.pk}/").headers["Location"] == anchor
    assert client.get(f"/contributions/{key.pk}/").headers["Location"] == f"/orchestrators/{AUTHOR}/#contributions"
    upper = word.claim_id.upper().replace("0X", "0x")
    assert client.get(f"/contributions/{upper}/").headers["Location"] == f"/contributions/{word.claim_id}/"
    for unknown in ("0x12", "0x" + "ab" * 32):
        assert "There is no such statement." in page(client, f"/contributions/{unknown}/", status=404)


# --- forms; what becomes of signatures is tried in a browser


def test_forms__when_something_is_wrong__then_all_of_it_is_told_and_kept(client: Client) -> None:
    answer = client.post("/contributions/new/", {"title": NASTY, "evidence": "ftp://x", "orchestrator": "0x12"})
    shown = text(answer)
    assert answer.status_code == 400
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Five fields need another look." in shown
    assert shown.count('role="alert"') == 7  # five fields, the whole, and the place of refusals of every page
    assert "&lt;script&gt;alert(1)" in shown
    assert not Statement.objects.exists()


def test_forms__when_sound__then_the_text_to_sign_and_every_way_to_sign_it(client: Client) -> None:
    answer = client.post(
        "/contributions/new/",
        {
            "title": "Grüße, tool", "category": "software", "evidence": "https://a.example/1", "orchestrator": AUTHOR,
            "period_start": "2026-01-01", "period_end": "2026-02-01",
        },
    )  # fmt: skip
    shown = text(answer)
    assert answer.status_code == 200
    for words in ("livepeer_cli", "Sign typed data", "Ctrl-D", "SigFormat: data/typed", "ERC-1271", "Change it"):
        assert words in shown
    typed = shown.partition('id="typed" tabindex="0">')[2].partition("</pre>")[0]
    assert typed.isascii()
    assert max(map(len, typed.split("\n"))) < 4_000  # what a terminal takes in one line
    assert "Gr\\u00fc\\u00dfe, tool" in typed


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"document": "{"}, "This is no JSON."),
        ({"document": "{}"}, "A statement is an object with types, primaryType, domain and message"),
        ({"document": '{"statement": {}, "signer": "0x12"}'}, "is not an address"),
        ({"document": " " * 60_001}, "at most 60,000 bytes"),
    ],
)
def test_upload__when_it_is_no_statement__then_refused(client: Client, given: dict[str, str], sentence: str) -> None:
    for path in ("/contributions/sign/", "/contributions/sign/file/"):
        answer = client.post(path, given)
        assert answer.status_code == 400
        assert sentence in text(answer) or path.endswith("file/")
    assert client.get("/contributions/sign/file/").status_code == 405


def test_cosigning__when_no_co_author_waits__then_nothing_to_sign(client: Client) -> None:
    alone = ClaimFactory(orchestrator=AUTHOR)
    assert client.get(f"/contributions/{alone.pk}/cosign/").status_code == 404
    claim = ClaimFactory(orchestrator=AUTHOR, co_authors=[OTHER])
    assert "You sign the same." in page(client, f"/contributions/{claim.pk}/cosign/?as={OTHER}")
    CoSignatureFactory(claim=claim, signer=OTHER)
    assert client.get(f"/contributions/{claim.pk}/cosign/").headers["Location"] == f"/contributions/{claim.pk}/"
