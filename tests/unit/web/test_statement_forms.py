"""The forms of statements: what is typed becomes what is signed, and what cannot be is told beside its field."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from apps.protocol import statements
from apps.protocol.statements import DISPUTE, NO_HASH, Attestation, ContributionClaim, KeyDelegation, Revocation
from apps.web.contributions import forms
from apps.web.contributions.forms import Form
from apps.web.contributions.signing import document_of, rows_of, signature_in
from tests.factories.base import address

pytestmark = pytest.mark.unit

CHAIN = 31337
NOW = datetime(2026, 3, 10, 15, 30, tzinfo=UTC)
CATEGORIES = ("software", "other")
CLAIM = {
    "orchestrator": address(1),
    "category": "software",
    "title": "  Price   monitor\nfor all ",
    "evidence": "https://github.com/a/b/pull/1\n\nhttps://forum.example/t/c/2 https://github.com/a/b/pull/1",
    "period_start": "2026-02-01",
    "period_end": "2026-03-10",
    "co_authors": f"{address(2)}, {address(3)}",
    "content_hash": "",
    "amends": "",
}
ATTEST = {"verdict": "dispute", "reason": "Never ran.", "has_conflict": "no", "conflict": "", "attester": address(4)}


def read(**changes: str) -> tuple[Form, object]:
    form = Form({**CLAIM, **changes})
    return form, forms.claim_read(form, categories=CATEGORIES, chain_id=CHAIN, now=NOW)


def test_claim__when_typed_as_people_type__then_in_the_one_form_that_is_signed() -> None:
    form, found = read()
    assert (form.wrong, form.trouble) == ({}, "")
    assert isinstance(found, ContributionClaim)
    assert found.title == "Price monitor for all"
    assert found.evidence == ("https://github.com/a/b/pull/1", "https://forum.example/t/c/2")
    assert found.co_authors == (address(2), address(3))
    assert found.period_start == int(datetime(2026, 2, 1, tzinfo=UTC).timestamp())
    assert found.period_end == found.issued_at == int(NOW.timestamp())  # the running day ends now
    assert (found.content_hash, found.amends) == (NO_HASH, NO_HASH)
    assert found.nonce != getattr(read()[1], "nonce", None)


@pytest.mark.parametrize(
    ("field", "text", "sentence"),
    [
        ("orchestrator", "", "This is missing."),
        ("orchestrator", "0x12", "is not an address"),
        ("orchestrator", "0x" + "0" * 40, "Nobody can sign for the zero address."),
        ("category", "gaming", "Choose one of these."),
        ("title", " \n ", "This is missing."),
        ("title", "a" * 121, "At most 120 characters; these are 121."),
        ("title", "plain \u202e turned", "invisible characters"),
        ("evidence", "http://example.com/", "does not begin with https://"),
        ("evidence", "javascript:alert(1)", "does not begin with https://"),
        ("evidence", " ".join(f"https://a.example/{n}" for n in range(9)), "At most 8 links; these are 9."),
        ("evidence", "https://a.example/" + "a" * 300, "A link has at most 300 characters."),
        ("period_start", "yesterday", "Write a day as 2026-01-19."),
        ("period_start", "2014-01-01", "since Ethereum began"),
        ("period_start", "2026-03-11", "It begins after it ends."),
        ("period_end", "2026-03-11", "This day is still to come."),
        ("co_authors", address(1), "The author itself is no co-author."),
        ("co_authors", "0x12", "is not an address"),
        ("content_hash", "0x12", "A hash is 0x and 64 hexadecimal digits."),
    ],
)
def test_claim__when_a_field_is_wrong__then_said_beside_it_and_nothing_to_sign(
    field: str, text: str, sentence: str
) -> None:
    form, found = read(**{field: text})
    assert found is None
    assert sentence in form.wrong[field]
    assert form.values[field] == text


def test_claim__when_only_the_whole_cannot_be_signed__then_said_above() -> None:
    form, found = read(evidence='https://a.example/"quoted"')
    assert found is None
    assert form.wrong == {}
    assert "https://" in form.trouble


def test_claim__when_taken_up_again__then_the_form_is_as_it_was() -> None:
    _, found = read()
    assert isinstance(found, ContributionClaim)
    again = forms.claim_filled(statements.written(found), "")
    expected = {
        **CLAIM,
        "title": "Price monitor for all",
        "evidence": "https://github.com/a/b/pull/1\nhttps://forum.example/t/c/2",
        "co_authors": f"{address(2)}\n{address(3)}",
    }
    assert again == expected


def test_attestation__when_a_conflict_is_not_stated_plainly__then_asked_for() -> None:
    def asked(**changes: str) -> tuple[dict[str, str], object]:
        form = Form({**ATTEST, **changes})
        return form.wrong, forms.attestation_read(form, claim="0x" + "ab" * 32, chain_id=CHAIN, now=NOW)

    wrong, found = asked()
    assert wrong == {}
    assert isinstance(found, Attestation)
    assert (found.verdict, found.claim_hash, found.conflict) == (DISPUTE, b"\xab" * 32, "")
    assert list(asked(has_conflict="")[0]) == ["has_conflict"]
    assert list(asked(has_conflict="yes")[0]) == ["conflict"]
    assert list(asked(conflict="Its delegator")[0]) == ["has_conflict"]
    assert list(asked(verdict="maybe", reason="")[0]) == ["verdict", "reason"]
    wrong, found = asked(has_conflict="yes", conflict="Its delegator")
    assert wrong == {}
    assert getattr(found, "conflict", None) == "Its delegator"


def test_key__when_typed__then_good_from_tomorrow_for_at_most_a_year() -> None:
    def asked(until: str, key: str = address(2)) -> tuple[dict[str, str], object]:
        form = Form({"orchestrator": address(1), "key": key, "valid_until": until})
        return form.wrong, forms.key_read(form, chain_id=CHAIN, now=NOW)

    found = asked("2027-03-10")[1]
    assert isinstance(found, KeyDelegation)
    assert found.valid_until == int(datetime(2027, 3, 10, tzinfo=UTC).timestamp())
    assert list(asked("2026-03-10")[0]) == ["valid_until"]
    assert list(asked("2027-03-11")[0]) == ["valid_until"]
    assert list(asked("2026-03-11", key=address(1))[0]) == ["key"]


def test_revocation__when_no_reason_is_given__then_asked_for() -> None:
    form = Form({"reason": ""})
    assert forms.revocation_read(form, subject="0x" + "ab" * 32, chain_id=CHAIN, now=NOW) is None
    assert form.wrong == {"reason": "This is missing."}
    found = forms.revocation_read(Form({"reason": "A mistake."}), subject="0x" + "ab" * 32, chain_id=CHAIN, now=NOW)
    assert isinstance(found, Revocation)


@pytest.mark.parametrize(
    ("pasted", "expected"),
    [
        ("0x" + "ab" * 65, "0x" + "ab" * 65),
        ("  \n0x" + "ab" * 65 + "\n", "0x" + "ab" * 65),
        ("Signature: 0x" + "AB" * 65 + " done", "0x" + "AB" * 65),
        ("\n".join([" " + "ab " * 16] * 4 + [" ab"]), "ab" * 65),  # bytes in rows, as od prints them
        ("0x1234", "0x1234"),
        ("", ""),
    ],
)
def test_signature__when_pasted_from_anywhere__then_found(pasted: str, expected: str) -> None:
    assert signature_in(pasted) == expected


def test_fields__when_shown__then_each_as_signed_and_in_order() -> None:
    _, found = read(co_authors="")
    assert isinstance(found, ContributionClaim)
    shown = dict(rows_of(found))
    assert list(shown) == [name for _, name in statements.TYPES["ContributionClaim"]]
    assert shown["coAuthors"] == shown["contentHash"] == "none"
    assert shown["periodStart"] == f"{found.period_start} (1 February 2026, 00:00 UTC)"


@pytest.mark.parametrize("text", ["", "[]", "1", "{", "[" * 100_000])
def test_document__when_no_json_object__then_refused(text: str) -> None:
    assert getattr(document_of(text), "code", None) == "not_json"
    assert document_of(json.dumps({"a": 1})) == {"a": 1}
