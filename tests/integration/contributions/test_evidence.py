"""Evidence looked at over real HTTP into real tables: due, found, gone, back; hosts that misbehave; who looks."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import orjson
import pytest
from django.db import connection
from pytest_django import Settings

from apps.contributions.evidence import checking
from apps.contributions.evidence.checking import evidence_check
from apps.contributions.evidence.pace import SIMULATED
from apps.contributions.models import Claim, EvidenceCheck, EvidenceTurn
from apps.contributions.tasks import read_evidence
from apps.network.models import Identity
from apps.protocol.hashing import keccak
from tests.factories import (
    BlockFactory,
    ClaimFactory,
    ContractChangeFactory,
    PollFactory,
    PollVoteFactory,
    ProposalChangeFactory,
    ProposalFactory,
    ProposalVoteFactory,
)
from tests.factories.base import address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE = address(1)
PULL, PULL_API = "https://code.example/mill/tools/pull/7", "/code.example/api/repos/mill/tools/pulls/7"
MERGED = {
    "merged": True,
    "merged_at": "2026-03-04T05:06:07Z",
    "title": "Count tickets",
    "user": {"login": "alice"},
    "base": {"repo": {"full_name": "mill/tools"}},
}
PAGE, PAGE_PATH = "https://pages.example/guide", "/pages.example/guide"
Behaviour = Callable[[BaseHTTPRequestHandler], None]


class Web:
    """Everything that hosts under .example answer, which a test may change; and what they were asked."""

    def __init__(self) -> None:
        self.answers: dict[str, object] = {}
        self.asked: list[str] = []

    def reply(self, handler: BaseHTTPRequestHandler) -> None:
        self.asked.append(handler.path)
        found = self.answers.get(handler.path)
        if callable(found):
            found(handler)
            return
        body = found if isinstance(found, bytes) else orjson.dumps(found)
        handler.send_response(404 if found is None else 200)
        handler.send_header("Content-Type", "text/html" if isinstance(found, bytes) else "application/json")
        handler.send_header("Content-Length", str(len(body)))
        handler.end_headers()
        handler.wfile.write(body)


@pytest.fixture
def web(settings: Settings) -> Iterator[Web]:
    made = Web()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            made.reply(self)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    settings.OUTSIDE_ORIGIN = f"http://127.0.0.1:{server.server_address[1]}"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


class Clock:
    """The time of the looks, moved by the test."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now

    def later(self, by: timedelta) -> None:
        self.now += by


@pytest.fixture
def clock() -> Clock:
    return Clock()


def claim(*links: str, **fields: object) -> Claim:
    made: Claim = ClaimFactory(orchestrator=NODE, links=links, **fields)
    return made


def checks() -> list[tuple[str, str]]:
    """What was written down, oldest first."""
    return [(row.found, row.detail["sentence"]) for row in EvidenceCheck.objects.order_by("pk")]


MERGED_WORDS = "Merged into mill/tools on 2026-03-04, made by alice."
GONE_WORDS = "code.example has no such page (it answered 404)."


def test_read_evidence__when_a_claim_is_new__then_found_with_snapshot_hash_and_date(web: Web) -> None:
    made = claim(PULL)
    web.answers[PULL_API] = MERGED
    assert read_evidence() == 1
    (row,) = EvidenceCheck.objects.all()
    assert (row.evidence.claim_id, row.found, row.author) == (made.pk, "yes", "alice")
    assert row.detail["sentence"] == MERGED_WORDS
    assert row.snapshot is not None
    assert keccak(bytes(row.snapshot)) == row.snapshot_hash
    assert abs((row.at - datetime.now(UTC)).total_seconds()) < 60
    assert read_evidence() == 0  # not due again


def test_evidence_check__when_the_name_record_declares_an_account__then_the_author_is_compared(web: Web) -> None:
    Identity.objects.create(address=NODE, github="alice", due_at=datetime.now(UTC))
    claim(PULL)
    web.answers[PULL_API] = MERGED
    evidence_check()
    assert EvidenceCheck.objects.get().detail["author_is"] == "bound"


def test_evidence_check__when_it_vanishes__then_a_second_look_makes_sure_and_it_may_come_back(
    web: Web, clock: Clock
) -> None:
    claim(PULL)
    web.answers[PULL_API] = MERGED
    evidence_check(now=clock)
    clock.later(SIMULATED.found)
    assert evidence_check(now=clock) == 1
    assert checks() == [("yes", MERGED_WORDS)]  # as before: nothing new is written

    del web.answers[PULL_API]
    clock.later(SIMULATED.found)
    assert evidence_check(now=clock) == 1
    assert checks() == [("yes", MERGED_WORDS)]
    clock.later(SIMULATED.confirming)
    assert evidence_check(now=clock) == 1
    assert checks() == [("yes", MERGED_WORDS), ("no", GONE_WORDS)]

    web.answers[PULL_API] = MERGED
    clock.later(SIMULATED.missing)
    assert evidence_check(now=clock) == 1
    assert checks()[2:] == [("yes", MERGED_WORDS)]


def test_evidence_check__when_the_page_changes__then_the_new_content_is_kept_beside_the_old(
    web: Web, clock: Clock
) -> None:
    claim(PAGE)
    for words in (b"first words", b"other words"):
        web.answers[PAGE_PATH] = b"<script>alert(1)</script>" + words
        evidence_check(now=clock)
        clock.later(SIMULATED.found)
    kept = [bytes(row.snapshot or b"") for row in EvidenceCheck.objects.order_by("pk")]
    assert kept == [b"first words", b"other words"]


def test_evidence_check__when_the_host_is_down_for_long__then_it_is_no_longer_known(web: Web, clock: Clock) -> None:
    claim(PULL)
    web.answers[PULL_API] = MERGED
    evidence_check(now=clock)
    web.answers[PULL_API] = lambda handler: handler.send_error(503)
    ends = clock.now + SIMULATED.patience
    while clock.now < ends:
        clock.later(SIMULATED.longest)
        evidence_check(now=clock)
    turn = EvidenceTurn.objects.get()
    assert checks()[0] == ("yes", MERGED_WORDS)
    assert [found for found, _ in checks()] == ["yes"]
    clock.later(SIMULATED.longest)
    evidence_check(now=clock)
    assert [found for found, _ in checks()] == ["yes", "unknown"]
    assert (turn.failures, turn.trouble) == (4, "127.0.0.1 answered 503: it is busy.")


def drip(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    for _ in range(100):
        handler.wfile.write(b"x")
        handler.wfile.flush()
        time.sleep(0.05)


def flood(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while True:
        handler.wfile.write(b"x" * 65536)


def inward(handler: BaseHTTPRequestHandler) -> None:
    handler.send_response(302)
    handler.send_header("Location", "http://169.254.169.254/latest/meta-data/")
    handler.end_headers()


def quietly(behaves: Behaviour) -> Behaviour:
    def behave(handler: BaseHTTPRequestHandler) -> None:
        try:
            behaves(handler)
        except OSError:
            handler.close_connection = True  # the reader went away, as it should

    return behave


@pytest.mark.parametrize(
    ("behaves", "expected", "words"),
    [
        (drip, "unknown", "127.0.0.1 took longer than 0 s."),
        (flood, "unknown", "127.0.0.1 sent more than 4 MB, which is not read."),
        (inward, "no", "169.254.169.254 leads to a private address, which is never asked."),
        (lambda handler: handler.wfile.write(b"\0\0\0"), "unknown", "127.0.0.1 cannot be reached."),
    ],
)
def test_evidence_check__when_a_host_does_its_worst__then_one_sentence_and_the_others_are_looked_at(
    web: Web, monkeypatch: pytest.MonkeyPatch, behaves: Behaviour, expected: str, words: str
) -> None:
    monkeypatch.setattr("apps.contributions.evidence.fetching.TOTAL_S", 0.4)
    claim("https://bad.example/page", PULL)
    web.answers["/bad.example/page"] = quietly(behaves)
    web.answers[PULL_API] = MERGED
    began = time.monotonic()
    assert evidence_check() == 2
    assert time.monotonic() - began < 3
    assert sorted(checks()) == sorted([(expected, words), ("yes", MERGED_WORDS)])


@pytest.mark.parametrize("link", ["https://127.0.0.1/", "https://localhost/", "https://[::1]/", "https://0x7f000001/"])
def test_evidence_check__when_a_link_leads_inside__then_nothing_is_asked(web: Web, link: str) -> None:
    claim(link)
    evidence_check()
    assert [found for found, _ in checks()] == ["no"]
    assert web.asked == []


def test_evidence_check__when_no_network_is_simulated__then_its_hosts_do_not_exist(
    web: Web, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.LOCAL_NETWORK = False
    claim(PULL)
    evidence_check()
    assert [found for found, _ in checks()] == ["unknown"]
    assert web.asked == []


def test_evidence_check__when_a_claim_cannot_count__then_nobody_looks(web: Web) -> None:
    claim(PULL, state="revoked")
    claim(PULL, state="expired")
    claim(PAGE, amends=claim(PULL))
    assert evidence_check() == 1
    assert web.asked == [PAGE_PATH]


def test_evidence_check__when_somebody_else_looks__then_only_a_turn_that_was_given_up_is_taken(
    web: Web, clock: Clock
) -> None:
    claim(PULL)
    evidence_check(now=clock, most=0)
    EvidenceTurn.objects.update(claimed_until=clock.now + timedelta(seconds=checking.TURN_S))
    assert evidence_check(now=clock) == 0
    clock.later(timedelta(seconds=checking.TURN_S))
    assert evidence_check(now=clock) == 1


def test_evidence_check__when_one_host_has_many_links__then_it_is_asked_a_few_at_a_time(web: Web) -> None:
    for number in range(2):
        claim(*(f"https://pages.example/{number}/{place}" for place in range(8)))
    claim(PULL)
    assert evidence_check() == checking.OF_ONE_HOST + 1
    assert evidence_check() == checking.OF_ONE_HOST


def test_evidence_check__when_a_host_has_had_enough__then_it_is_left_alone_in_this_run(web: Web) -> None:
    claim(*(f"https://pages.example/{place}" for place in range(4)))
    for place in range(4):
        web.answers[f"/pages.example/{place}"] = lambda handler: handler.send_error(429)
    assert evidence_check() == 1
    assert len(web.asked) == 1


def test_evidence_check__when_it_breaks_here__then_the_turn_is_given_back_and_the_error_told(
    web: Web, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(checking, "look", broken)
    claim(PULL)
    with pytest.raises(ZeroDivisionError):
        evidence_check(now=clock)
    turn = EvidenceTurn.objects.get()
    assert (turn.claimed_until, turn.due_at) == (None, clock.now + SIMULATED.trouble)
    assert checks() == []


POLL = address(60_001)


@pytest.mark.parametrize(("voter", "expected"), [(NODE, "yes"), (address(2), "no")])
def test_evidence_check__when_it_is_a_poll__then_the_votes_of_the_account_itself_count(
    voter: str, expected: str
) -> None:
    PollFactory(poll=POLL, proposal="Shall rounds be longer?")
    PollVoteFactory(poll=POLL, voter=voter, choice=0, round=7, block=BlockFactory(number=70))
    PollVoteFactory(poll=POLL, voter=voter, choice=1, round=8, block=BlockFactory(number=80))
    claim(f"https://explorer.livepeer.org/voting/{POLL}")
    evidence_check()
    (row,) = EvidenceCheck.objects.all()
    assert row.found == expected
    if expected == "yes":
        assert row.detail["sentence"] == "It voted no in this poll in round 8."
        assert (row.detail["parts"][0]["block"], row.detail["title"]) == (80, "Shall rounds be longer?")


TOKEN, OTHER = address(500), address(2)
PAYMENT = {
    "target": TOKEN,
    "value_eth_wei": "0",
    "calldata": "0xa9059cbb" + NODE[2:].rjust(64, "0") + f"{250 * 10**18:064x}",
}


def proposed(*, proposer: str = OTHER, executed: bool = True) -> str:
    """A treasury proposal that pays the node 250 LPT; the hash of the transaction that carried it out."""
    ContractChangeFactory(contract_id=keccak(b"LivepeerToken"), address=TOKEN)
    ProposalFactory(proposal_id=99, proposer=proposer, actions=[PAYMENT], description="# Pay the mill\nwork")
    kind = "executed" if executed else "queued"
    change = ProposalChangeFactory(proposal_id=99, kind=kind, round=112)
    return f"0x{bytes(change.tx_hash).hex()}"


def test_evidence_check__when_the_treasury_paid_the_account__then_yes_with_the_amount() -> None:
    tx_hash = proposed()
    claim("https://explorer.livepeer.org/treasury/99", f"https://arbiscan.io/tx/{tx_hash}")
    assert evidence_check() == 2
    for row in EvidenceCheck.objects.all():
        assert (row.found, row.detail["sentence"]) == ("yes", "The treasury paid it in round 112.")
        assert row.detail["parts"][0]["amount_lpt_wei"] == str(250 * 10**18)


@pytest.mark.parametrize(
    ("proposer", "votes", "expected", "words"),
    [
        (NODE, False, "yes", "It made this proposal in round 100."),
        (OTHER, True, "yes", "It voted for in round 102."),
        (OTHER, False, "no", None),
    ],
)
def test_evidence_check__when_a_proposal_was_not_carried_out__then_making_it_and_voting_count(
    proposer: str, votes: bool, expected: str, words: str | None
) -> None:
    proposed(proposer=proposer, executed=False)
    if votes:
        ProposalVoteFactory(proposal_id=99, voter=NODE)
    claim("https://explorer.livepeer.org/treasury/99")
    evidence_check()
    (row,) = EvidenceCheck.objects.all()
    assert row.found == expected
    assert words is None or row.detail["sentence"] == words


def test_evidence_check__when_nothing_of_the_chain_is_read__then_unknown() -> None:
    claim(f"https://explorer.livepeer.org/voting/{POLL}")
    evidence_check()
    assert checks() == [("unknown", "The chain has not been read yet.")]


def test_checks__when_somebody_writes_them_over__then_the_database_refuses(web: Web) -> None:
    claim(PULL)
    evidence_check()
    with pytest.raises(Exception, match="append-only"), connection.cursor() as cursor:
        cursor.execute("UPDATE contributions_evidence_check SET found = 'yes'")
