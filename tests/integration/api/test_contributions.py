"""Contributions over the API: handed in signed, read in pages, exported; and what is refused."""

from __future__ import annotations

import csv
import io
import json
import time
from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from eth_abi.abi import decode

from apps.api.cursors import Cursor, write
from apps.contributions.models import Attestation, Claim, Statement
from apps.network.limits import limiter
from apps.protocol.statements import digest_text, typed_document
from tests.factories import (
    AttestationFactory,
    ClaimFactory,
    EvidenceCheckFactory,
    HidingFactory,
    KeyDelegationFactory,
    address,
)
from tests.integration.api.conftest import Get, post, true_to_schema
from tests.integration.contributions.conftest import Place
from tests.integration.contributions.conftest import built as built
from tests.integration.contributions.conftest import place as place
from tests.signing import LOCAL_CHAIN, attestation, claim, delegation, revocation, sign, signed

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

HTML = '<script>alert("1")</script><b>&amp;'
ATOM = "{http://www.w3.org/2005/Atom}"


def handed_in(client: Client, message: Any, by: Any, *, path: str = "contributions") -> Any:
    return post(client, path, signed(message, by).body)


def test_statement__when_any_kind_is_posted__then_it_is_stored_and_can_be_read(client: Client, place: Place) -> None:
    now = int(time.time())
    made = handed_in(client, claim(place.one.address, issued_at=now), place.one)

    assert made.status_code == 201
    true_to_schema(made, "post", "/api/v1/contributions")
    subject = made.json()["data"]["digest"]
    assert made.json()["data"] == {"digest": subject, "kind": "claim", "path": f"/api/v1/contributions/{subject}"}
    assert made.headers["Location"] == f"/api/v1/contributions/{subject}"
    paths = []
    for message, by in (
        (attestation(subject, place.two.address), place.two),
        (delegation(place.one.address, place.nobody.address), place.one),
        (revocation(subject, nonce=9), place.one),
    ):
        answer = handed_in(client, message, by)
        assert answer.status_code == 201, answer.json()
        paths.append(answer.json()["data"]["path"].removeprefix("/api/v1/").split("/")[0])
    assert paths == ["attestations", "statements", "statements"]

    read = client.get(f"/api/v1/contributions/{subject}")
    true_to_schema(read, "get", "/api/v1/contributions/{digest}")
    data = read.json()["data"]
    assert (data["state"], data["endorsements"], data["signer"]) == ("revoked", 1, place.one.address)
    assert [each["state"] for each in data["transitions"]] == ["claimed", "revoked"]
    assert sign(data["statement"], place.one) == data["signature"]


def test_statement__when_it_is_refused__then_a_problem_names_the_reason_and_nothing_is_stored(
    client: Client, place: Place
) -> None:
    made = handed_in(client, claim(place.one.address), place.two)

    assert (made.status_code, made.headers["Content-Type"]) == (409, "application/problem+json")
    true_to_schema(made, "post", "/api/v1/contributions")
    assert (made.json()["code"], made.json()["reason"]) == ("statement_refused", "wrong_signer")
    assert Statement.objects.count() == 0
    wrong_place = handed_in(client, claim(place.one.address), place.one, path="attestations")
    assert (wrong_place.status_code, wrong_place.json()["reason"]) == (409, "wrong_kind")


@pytest.mark.parametrize(
    ("body", "parameter"),
    [
        ({}, "statement"),
        ({"statement": "text", "signature": "0x"}, "statement"),
        ({"statement": {}}, "signature"),
        ({"statement": {}, "signature": 7}, "signature"),
        ({"statement": {}, "signature": "0x", "signer": "me"}, "signer"),
        ({"statement": {}, "signature": "0x", "signer": None}, "signer"),
        ({"statement": {}, "signature": "0x", "more": 1}, "more"),
    ],
)
def test_body__when_it_is_malformed__then_it_says_which_field(
    client: Client, db: None, body: dict[str, Any], parameter: str
) -> None:
    made = post(client, "contributions", body)
    assert (made.status_code, made.json()["code"], made.json()["parameter"]) == (400, "bad_body", parameter)


def test_co_author__when_posted__then_kept_and_shown(client: Client, place: Place) -> None:
    message = claim(place.one.address, co_authors=(place.two.address,))
    digest = place.accepted(message, place.one)
    body = {"signature": sign(typed_document(message, LOCAL_CHAIN), place.two)}

    made = post(client, f"contributions/{digest}/co-signatures", body)

    assert made.status_code == 201
    true_to_schema(made, "post", "/api/v1/contributions/{digest}/co-signatures")
    data = client.get(f"/api/v1/contributions/{digest}").json()["data"]
    assert [(each["signer"], each["signature"]) for each in data["co_signatures"]] == [
        (place.two.address, body["signature"])
    ]
    assert post(client, f"contributions/0x{'1' * 64}/co-signatures", body).status_code == 404


def test_list__when_paged__then_every_claim_once_newest_first(get: Get, db: None) -> None:
    made = [ClaimFactory(age=timedelta(hours=hours // 2)).pk for hours in range(5)]
    found: list[str] = []
    path = "contributions?limit=2"
    while path:
        answer = get(path)
        true_to_schema(answer, "get", "/api/v1/contributions")
        found += [each["digest"] for each in answer.json()["data"]]
        cursor = answer.json()["paging"]["next_cursor"]
        path = f"contributions?limit=2&cursor={cursor}" if cursor else ""
    assert sorted(found) == sorted(made)
    times = dict(Claim.objects.values_list("pk", "received_at"))
    assert [(times[each], each) for each in found] == sorted(((times[e], e) for e in found), reverse=True)


def test_list__when_filtered__then_those_only(get: Get, db: None) -> None:
    node = address(1)
    one = ClaimFactory(orchestrator=node, category="software")
    two = ClaimFactory(orchestrator=node, state="endorsed")
    newer = ClaimFactory(orchestrator=node, amends=two, category="guides")

    def digests(query: str) -> set[str]:
        return {each["digest"] for each in get(f"contributions?{query}").json()["data"]}

    ClaimFactory()
    assert digests(f"orchestrator={node}") == {one.pk, newer.pk}
    assert digests(f"orchestrator={node}&versions=all") == {one.pk, two.pk, newer.pk}
    assert digests("category=software") == {one.pk}
    assert digests("state=endorsed") == set()
    assert digests("state=endorsed&versions=all") == {two.pk}


@pytest.mark.parametrize("query", ["category=football", "state=good", "versions=some", "orchestrator=0x12", "q=1"])
def test_list__when_a_filter_is_unknown__then_400(get: Get, db: None, query: str) -> None:
    assert get(f"contributions?{query}").status_code == 400


@pytest.mark.parametrize("after", ["1.0x12", "x.0x" + "1" * 64, "99999999999999999.0x" + "1" * 64, ""])
def test_cursor__when_it_was_made_for_another_list__then_400(get: Get, db: None, after: str) -> None:
    answer = get(f"contributions?cursor={write(Cursor((), after, 0))}")
    assert (answer.status_code, answer.json()["code"]) == (400, "bad_cursor")


def test_texts__when_they_are_markup_or_formulas__then_they_stay_text_in_every_form(get: Get, db: None) -> None:
    made = ClaimFactory(title=HTML, links=("https://a.example/?a=1&b=2",))
    formula = ClaimFactory(title="=HYPERLINK(1)", age=timedelta(days=1))
    HidingFactory(statement=ClaimFactory(title="Unlawful", age=timedelta(days=2)).statement, reason="It is <unlawful>.")

    listed = get("contributions").json()["data"]
    assert [each["title"] for each in listed] == [HTML, formula.title, None]
    assert (listed[2]["evidence"], listed[2]["hidden"]["reason"]) == (None, "It is <unlawful>.")
    rows = list(csv.DictReader(io.StringIO(get("contributions.csv").content.decode())))
    assert [row["title"] for row in rows] == [HTML, "'=HYPERLINK(1)", ""]
    assert (rows[0]["digest"], rows[2]["hidden_reason"]) == (made.pk, "It is <unlawful>.")
    answer = get("contributions.atom")
    assert answer.headers["Content-Type"] == "application/atom+xml; charset=utf-8"
    feed = ElementTree.fromstring(answer.content)
    assert [each.findtext(f"{ATOM}title") for each in feed.iter(f"{ATOM}entry")] == [
        HTML,
        formula.title,
        "Hidden by a moderator",
    ]
    assert b"<script>" not in answer.content
    assert "Unlawful" not in answer.content.decode() + get("contributions.csv").content.decode()


def test_hidden__when_read_anywhere__then_digest_signer_and_reason_but_no_text(get: Get, db: None) -> None:
    subject = ClaimFactory(title="Unlawful", links=("https://unlawful.example/",))
    word = AttestationFactory(claim=subject, reason="Unlawful too", conflict="Unlawful as well")
    for one in (subject, word):
        HidingFactory(statement=one.statement, reason="A court said so.")

    for path in (
        f"contributions/{subject.pk}",
        f"contributions/{subject.pk}/bundle",
        f"attestations?claim={subject.pk}",
        f"attestations/{word.pk}",
        f"statements/{subject.pk}",
        f"statements/{word.pk}",
    ):
        text = get(path).content.decode()
        assert "nlawful" not in text, path
        assert "A court said so." in text, path
        assert subject.pk in text or word.pk in text
    assert get(f"statements/{subject.pk}/eas").status_code == 404


def test_tag__when_a_word_comes_in__then_it_changes_and_before_that_it_holds(get: Get, db: None) -> None:
    subject = ClaimFactory()
    for path in ("contributions", "contributions.csv", "contributions.atom", f"contributions/{subject.pk}"):
        tag = get(path).headers["ETag"]
        assert get(path, if_none_match=tag).status_code == 304
    tag = get("contributions").headers["ETag"]
    AttestationFactory(claim=subject)
    again = get("contributions", if_none_match=tag)
    assert (again.status_code, again.json()["data"][0]["endorsements"]) == (200, 1)


def test_attestations__when_listed__then_by_claim_or_attester_with_what_no_longer_stands(get: Get, db: None) -> None:
    subject = ClaimFactory()
    first = AttestationFactory(claim=subject, verdict=0, reason=HTML)
    Attestation.objects.filter(pk=first.pk).update(revoked=True)
    AttestationFactory()

    answer = get(f"attestations?claim={subject.pk}")

    true_to_schema(answer, "get", "/api/v1/attestations")
    rows = answer.json()["data"]
    assert [(row["digest"], row["verdict"], row["stands"], row["reason"]) for row in rows] == [
        (first.pk, "dispute", False, HTML)
    ]
    assert [row["digest"] for row in get(f"attestations?attester={first.attester}").json()["data"]] == [first.pk]
    true_to_schema(get(f"attestations/{first.pk}"), "get", "/api/v1/attestations/{digest}")
    assert get("attestations?claim=0x12").status_code == 400


def test_keys__when_listed__then_open_and_past_ones(get: Get, db: None) -> None:
    node = address(1)
    opened = KeyDelegationFactory(orchestrator=node)
    answer = get(f"key-delegations?orchestrator={node}")
    true_to_schema(answer, "get", "/api/v1/key-delegations")
    assert [(row["digest"], row["key"], row["open"]) for row in answer.json()["data"]] == [
        (opened.pk, opened.key, True)
    ]
    assert get("key-delegations").status_code == 400


@pytest.mark.parametrize("path", ["contributions", "attestations", "statements"])
@pytest.mark.parametrize("digest", ["0x12", "0x" + "1" * 64, "0x" + "A" * 64, "%00", "orchestrators"])
def test_digest__when_nothing_has_it__then_404(get: Get, db: None, path: str, digest: str) -> None:
    answer = get(f"{path}/{digest}")
    assert (answer.status_code, answer.json()["code"]) == (404, "unknown_statement")


def test_eas__when_asked_for__then_the_data_decodes_by_its_schema(get: Get, db: None) -> None:
    subject = ClaimFactory(title=HTML)
    answer = get(f"statements/{subject.pk}/eas")
    true_to_schema(answer, "get", "/api/v1/statements/{digest}/eas")
    found = answer.json()["data"]
    kinds = [member.split(" ")[0] for member in found["schema_text"].split(",")]
    values = decode(kinds, bytes.fromhex(found["request"]["data"][2:]))
    assert (values[0].hex(), values[1], values[3]) == (subject.pk[2:], subject.orchestrator, HTML)
    assert list(found["request"]) == ["schema", "recipient", "expirationTime", "revocable", "refUID", "data"]
    assert found["contract"] is None  # of the local chain
    word = AttestationFactory(claim=subject)
    assert get(f"statements/{word.pk}/eas").json()["data"]["request"]["recipient"] == subject.orchestrator
    assert get(f"statements/{KeyDelegationFactory().pk}/eas").status_code == 404


@pytest.fixture
def lived(place: Place) -> str:
    """A contribution with everything that can happen to one; its newest digest."""
    now = int(time.time())
    place.accepted(delegation(place.one.address, place.nobody.address), place.one)
    first = place.accepted(claim(place.one.address, issued_at=now - 60, co_authors=(place.two.address,)), place.nobody)
    word = bytes.fromhex(first[2:])
    second = place.accepted(claim(place.one.address, title="Two calls", amends=word, nonce=2, issued_at=now), place.one)
    said = place.accepted(attestation(second, place.two.address), place.two)
    place.accepted(revocation(said, nonce=4), place.two)
    EvidenceCheckFactory(evidence=Claim.objects.get(pk=second).evidence.get())
    limiter.forget()
    return second


def test_bundle__when_checked_by_the_command__then_nothing_is_wrong_and_it_says_what_is_open(
    get: Get, lived: str, tmp_path: Any
) -> None:
    bundle = tmp_path / "bundle.json"
    bundle.write_bytes(get(f"contributions/{lived}/bundle").content)
    out = io.StringIO()

    call_command("verify_statement", str(bundle), stdout=out)

    text = out.getvalue()
    assert text.splitlines()[0] == "Signed for chain 31337."
    assert text.count("Signed by") == 5
    assert "had the authority of" in text
    assert "WRONG" not in text
    assert "registered orchestrator at block" in text
    assert text.splitlines()[-1].startswith("Nothing is wrong: 6 right, 4 that cannot be checked offline.")


@pytest.mark.parametrize("what", ["title", "signature", "digest", "authority", "author", "signer", "nonce"])
def test_bundle__when_something_in_it_is_altered__then_the_command_finds_it(
    get: Get, lived: str, tmp_path: Any, what: str
) -> None:
    found = json.loads(get(f"contributions/{lived}/bundle").content)
    claims = [each for each in found["statements"] if each["kind"] == "claim"]
    first = next(each for each in claims if each["authority"])
    match what:
        case "title":
            first["document"]["message"]["title"] = "Led ten calls"
        case "signature":
            first["signature"] = claims[1]["signature"] if claims[0] is first else claims[0]["signature"]
        case "digest":
            first["digest"] = "0x" + "1" * 64
        case "authority":
            first["authority"] = None
        case "author" | "signer":
            first[what] = address(3)
        case "nonce":
            found["statements"].append({**first, "digest": "0x" + "2" * 64})
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps(found))
    out = io.StringIO()
    with pytest.raises(CommandError, match="wrong, listed above"):
        call_command("verify_statement", str(bundle), stdout=out)
    assert "WRONG" in out.getvalue()


def test_statement__when_checked_alone__then_signer_and_digest_are_told(
    client: Client, place: Place, tmp_path: Any
) -> None:
    message = claim(place.one.address)
    alone = tmp_path / "claim.json"
    alone.write_text(json.dumps(signed(message, place.one).body))
    out = io.StringIO()
    call_command("verify_statement", str(alone), stdout=out)
    assert f"Signed by {place.one.address}." in out.getvalue()
    assert digest_text(message, LOCAL_CHAIN)[:10] in out.getvalue()
    place.accepted(message, place.one)
    limiter.forget()
    from_api = tmp_path / "answer.json"
    from_api.write_bytes(client.get(f"/api/v1/statements/{digest_text(message, LOCAL_CHAIN)}").content)
    call_command("verify_statement", str(from_api), stdout=out)
    for nonsense in (b"", b"[]", b"{}", b'{"statements": 1}', b'{"statement": {}, "signature": "0x"}', b"\xff"):
        alone.write_bytes(nonsense)
        with pytest.raises(CommandError):
            call_command("verify_statement", str(alone), stdout=out)
