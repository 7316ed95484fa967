"""Who speaks waits for the site, is heard once, and says nothing of what is not there."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from apps.devnet.cast import make_cast
from apps.devnet.community.deeds import SAYINGS, Deed, Withdrawal, Word
from apps.devnet.community.voices import Site, Voices
from apps.devnet.deployment import Deployment
from apps.protocol import statements
from apps.protocol.statements import Refusal

pytestmark = pytest.mark.unit

CAST = make_cast(1)
POLLS = {"PollCreator": "0x" + "cc" * 20}
AT = Deployment(31337, "0x" + "00" * 32, 1, 1, 30, CAST.exchange.address, "0x" + "dd" * 20, POLLS)


class FakeSite:
    """The public API as far as the cast uses it, with its rule that a nonce counts once."""

    def __init__(self) -> None:
        self.taken: list[statements.Message] = []
        self.refused: list[str] = []
        self.busy = 0

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.busy:
            self.busy -= 1
            return httpx.Response(503)
        if request.method == "GET":
            return httpx.Response(200, json={"data": self._found(request.url.path, request.url.params)})
        return self._take(orjson.loads(request.content))

    def _found(self, path: str, asked: httpx.QueryParams) -> list[dict[str, str]]:
        if path.endswith("/attestations"):
            words = [one for one in self.taken if isinstance(one, statements.Attestation)]
            wanted = (asked["claim"], asked["attester"])
            return [{} for one in words if (f"0x{one.claim_hash.hex()}", one.attester) == wanted]
        ended = [f"0x{one.subject.hex()}" for one in self.taken if isinstance(one, statements.Revocation)]
        rows = self._rows(asked["orchestrator"])
        return [row for row in rows if "state" not in asked or row["digest"] in ended]

    def _rows(self, orchestrator: str) -> list[dict[str, str]]:
        claims = [one for one in self.taken if isinstance(one, statements.ContributionClaim)]
        amended = {one.amends for one in claims}
        return [
            {"digest": statements.digest_text(one, 31337), "title": one.title}
            for one in claims
            if one.orchestrator == orchestrator and statements.digest(one, 31337) not in amended
        ]

    def _take(self, body: dict[str, Any]) -> httpx.Response:
        message = statements.parse(body["statement"], chain_id=31337)
        assert not isinstance(message, Refusal), message
        if message.nonce in [one.nonce for one in self.taken]:
            self.refused.append("nonce_used")
            return httpx.Response(409, json={"code": "statement_refused", "reason": "nonce_used"})
        self.taken.append(message)
        return httpx.Response(201, json={"data": {"digest": statements.digest_text(message, 31337)}})


def voices(site: FakeSite, *sayings: Deed | Word | Withdrawal) -> Voices:
    return Voices(CAST, AT, Site("http://site.example", httpx.MockTransport(site)), sayings or SAYINGS)


def speak(site: FakeSite, *sayings: Deed | Word | Withdrawal) -> int:
    return voices(site, *sayings).speak(until=lambda: False, pause_s=0, retry_s=0)


def test_speak__when_nobody_has_spoken__then_everything_is_taken_in_order() -> None:
    site = FakeSite()
    assert speak(site) == len(SAYINGS)
    issued = [getattr(one, "issued_at", 0) for one in site.taken]
    assert issued == sorted(issued)
    assert site.refused == []


def test_speak__when_the_network_is_older_than_its_polls__then_only_what_speaks_of_them_is_left_out() -> None:
    site = FakeSite()
    older = Voices(CAST, replace(AT, addresses={}), Site("http://site.example", httpx.MockTransport(site)), SAYINGS)
    news = older.speak(until=lambda: False, pause_s=0, retry_s=0)
    claims = [one for one in site.taken if isinstance(one, statements.ContributionClaim)]
    deeds = [one for one in SAYINGS if isinstance(one, Deed)]
    assert len(claims) == sum(not any("{poll}" in link for link in one.links) for one in deeds) < len(deeds)
    assert news == len(site.taken)


def test_speak__when_it_was_all_said_before__then_nothing_is_new() -> None:
    site = FakeSite()
    speak(site)
    before = list(site.taken)
    assert speak(site) == 0
    assert (site.taken, site.refused) == (before, [])


def test_speak__when_the_site_is_not_ready__then_it_is_asked_again() -> None:
    site = FakeSite()
    site.busy = 3
    assert speak(site, SAYINGS[0]) == 1


def test_speak__when_it_was_interrupted__then_the_rest_is_said_at_the_next_start() -> None:
    site = FakeSite()
    speak(site, *SAYINGS[:9])
    assert speak(site) == len(SAYINGS) - 9


def test_speak__when_told_to_stop__then_it_stops_waiting() -> None:
    site = FakeSite()
    site.busy = 10**6
    looks = iter([False, False, True, True])
    assert voices(site).speak(until=lambda: next(looks), pause_s=0, retry_s=0) == 0


def test_speak__when_the_claim_is_not_there__then_nothing_is_said_of_it() -> None:
    site = FakeSite()
    deed = next(one for one in SAYINGS if isinstance(one, Deed))
    word = next(one for one in SAYINGS if isinstance(one, Word) and one.title == deed.title)
    site_without = voices(site, word, deed)
    assert site_without.speak(until=lambda: False, pause_s=0, retry_s=0) == 1
    assert [type(one) for one in site.taken] == [statements.ContributionClaim]
