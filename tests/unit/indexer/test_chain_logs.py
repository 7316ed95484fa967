"""A window read in several questions holds what one question would have found, and all of it of one chain."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode
from apps.chain.readers.controller import contract_id
from indexer.handlers import POLL, POLL_CREATOR
from indexer.sources.chain_logs import Batch, fetch
from indexer.windows import Window
from tests.fakes.chain import ADDRESSES, FakeChain, FakeLog, encode_log
from tests.fakes.nodes import FakeNode, transport

pytestmark = pytest.mark.unit

NEW, CREATOR, VOTED = "0x" + "7b" * 20, "0x" + "7c" * 20, "0x" + "7d" * 20
KNOWN = {address: name for name, address in ADDRESSES.items()}
WINDOW = Window(5, 60)


class Counting(FakeNode):
    """A node that notes which blocks of which contracts it was asked for, and can change before an answer."""

    def __init__(self, chain: FakeChain) -> None:
        super().__init__(chain)
        self.asked: Counter[tuple[str, int]] = Counter()
        self.changes_before: dict[int, int] = {}  # the question for logs before which so many blocks are replaced
        self.questions = 0

    def reply(self, body: bytes) -> bytes:
        if self.questions in self.changes_before:
            self.chain.reorg(self.changes_before.pop(self.questions))
        return super().reply(body)

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        answer = super()._answer(request)
        if request["method"] == "eth_getLogs":
            self.questions += 1
            wanted = request["params"][0]
            self.asked.update((address, int(wanted["fromBlock"], 16)) for address in wanted["address"])
        return answer


def client_of(node: FakeNode) -> ChainClient:
    return ChainClient(["http://node"], transport=transport(node))


def paid(broker: str) -> FakeLog:
    people = {"sender": "0x" + "01" * 20, "recipient": "0x" + "02" * 20}
    return encode_log("WinningTicketTransfer", address=broker, **people, amount=7)


def registered(name: str, place: str) -> FakeLog:
    return encode_log("SetContractInfo", id=contract_id(name), contractAddress=place, gitCommitHash=bytes(20))


def announcing() -> FakeChain:
    """A broker and a poll creator are registered in the window; the creator announces a poll, and both are used."""
    chain = FakeChain()
    chain.skip(10)
    chain.mine(paid(ADDRESSES["TicketBroker"]))
    chain.mine([registered("TicketBroker", NEW), paid(NEW)])
    chain.mine(registered("PollCreator", CREATOR))
    chain.skip(10)
    chain.mine(poll_created())
    chain.mine([paid(NEW), paid(ADDRESSES["TicketBroker"]), voted()])
    chain.skip(40)
    return chain


def poll_created() -> FakeLog:
    proposal: dict[str, Any] = {"proposal": b"", "endBlock": 9, "quorum": 1, "quota": 1}
    return encode_log("PollCreated", address=CREATOR, poll=VOTED, **proposal)


def voted() -> FakeLog:
    return encode_log("Vote", address=VOTED, voter="0x" + "01" * 20, choiceID=1)


def places(batch: Batch) -> list[tuple[int, str]]:
    return [(log.block_number, log.address) for log in batch.logs]


def test_fetch__when_contracts_are_announced__then_each_is_asked_for_once() -> None:
    node = Counting(announcing())

    batch = fetch(client_of(node), WINDOW, KNOWN)

    old = ADDRESSES["TicketBroker"]
    controller = ADDRESSES["Controller"]
    assert places(batch) == [
        *((11, old), (12, controller), (12, NEW), (13, controller)),
        *((24, CREATOR), (25, NEW), (25, old), (25, VOTED)),
    ]
    assert [header.number for header in batch.headers] == [11, 12, 13, 24, 25, 60]
    assert batch.contracts == KNOWN | {NEW: "TicketBroker", CREATOR: POLL_CREATOR, VOTED: POLL}
    assert batch.announced == {NEW: 12, CREATOR: 13, VOTED: 24}
    assert node.asked == Counter({(address, WINDOW.first): 1 for address in batch.contracts})


@pytest.mark.parametrize("missing", [{NEW}, {CREATOR}, {NEW, CREATOR}, {NEW, CREATOR, VOTED}, set(KNOWN)])
@pytest.mark.parametrize("first", [5, 12, 14, 25])
def test_fetch__of_a_window_begun_with_fewer_contracts__gives_what_one_read_with_all_has(
    missing: set[str], first: int
) -> None:
    node = Counting(announcing())
    window = Window(first, 60)
    everything = KNOWN | {NEW: "TicketBroker", CREATOR: POLL_CREATOR, VOTED: POLL}
    begun = fetch(client_of(node), window, {a: name for a, name in everything.items() if a not in missing})

    batch = fetch(client_of(node), window, everything, begun)

    assert max(node.asked.values()) == 1
    assert batch == fetch(client_of(node), window, everything)


def test_fetch__when_nothing_is_missing__then_nobody_is_asked() -> None:
    node = Counting(announcing())
    begun = fetch(client_of(node), WINDOW, KNOWN)
    requests = node.requests

    assert fetch(client_of(node), WINDOW, begun.contracts, begun).logs == begun.logs
    assert node.requests == requests


@pytest.mark.parametrize("depth", [1, 41])
def test_fetch__when_the_chain_changes_between_two_questions__then_all_is_of_the_new_one(depth: int) -> None:
    node = Counting(announcing())
    node.changes_before = {1: depth}  # 1 block: the logs stay; 41: the block with the votes is an empty one now

    batch = fetch(client_of(node), WINDOW, KNOWN)

    assert node.changes_before == {}
    assert batch == fetch(client_of(node), WINDOW, KNOWN)
    assert places(batch)[-1] == ((25, VOTED) if depth == 1 else (24, CREATOR))


@pytest.mark.parametrize("depth", [1, 41, 48, 55])
def test_fetch__of_a_window_begun_on_a_branch_that_went_away__reads_it_anew(depth: int) -> None:
    node = Counting(announcing())
    begun = fetch(client_of(node), WINDOW, KNOWN)
    node.chain.reorg(depth)
    more = KNOWN | {"0x" + "7e" * 20: "ServiceRegistry"}

    batch = fetch(client_of(node), WINDOW, more, begun)

    assert batch == fetch(client_of(node), WINDOW, more)


def test_fetch__of_a_window_begun_with_another_name_for_a_contract__reads_it_anew() -> None:
    node = Counting(announcing())
    begun = fetch(client_of(node), WINDOW, KNOWN)
    known = KNOWN | {CREATOR: "Treasury"}  # so that what it says of polls means nothing

    batch = fetch(client_of(node), WINDOW, known, begun)

    assert VOTED not in batch.contracts
    assert batch == fetch(client_of(node), WINDOW, known)


def test_fetch__of_two_answers_with_one_place__is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    node = Counting(announcing())
    chain, sealed_logs = client_of(node), ChainClient.sealed_logs

    def moved(self: ChainClient, first: int, last: int, **wanted: Any) -> Any:
        sealed = sealed_logs(self, first, last, **wanted)
        is_later = NEW in wanted["addresses"]
        return type(sealed)(
            tuple(log._replace(log_index=0) for log in sealed.logs) if is_later else sealed.logs,
            sealed.first,
            sealed.last,
        )

    monkeypatch.setattr(ChainClient, "sealed_logs", moved)

    with pytest.raises(LyingNode, match="the same place"):
        fetch(chain, WINDOW, KNOWN)
