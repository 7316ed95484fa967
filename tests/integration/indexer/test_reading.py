"""Windows read many at a time lead to the rows of one window after the other, whatever the node allows."""

from __future__ import annotations

import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django import Settings

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode, ProviderBusy, TooManyLogs
from apps.chain.readers.controller import contract_id
from apps.chain.records import Header
from apps.network.models import Block
from indexer import reading, sync
from indexer.models import ChainLog, CoveredRange, IndexState
from indexer.projections.replay import replay
from indexer.projections.writer import DERIVED_TABLES, EVENT_TABLES
from indexer.sources.chain_logs import Batch
from indexer.store import Books
from indexer.windows import ENOUGH_LOGS, LARGEST_BLOCKS, Window
from tests.bench.history import Shape, address, logs
from tests.fakes.chain import ADDRESSES, FakeChain, FakeLog, encode_log
from tests.fakes.nodes import FakeNode, Faults, transport
from tests.integration.indexer.snapshots import difference, projections

pytestmark = pytest.mark.integration

SHAPE = Shape(nodes=5, rounds=30, tickets=6, moves=3)  # 1,800 blocks, so more than one window of the first size


@pytest.fixture(autouse=True)
def _controller(settings: Settings, db: None) -> None:
    settings.CONTROLLER_ADDRESS = ADDRESSES["Controller"]


def lived() -> FakeChain:
    chain = FakeChain()
    chain.load(logs(SHAPE))
    return chain


def client_of(node: FakeNode) -> ChainClient:
    return ChainClient(["http://node"], transport=transport(node))


class Moody(FakeNode):
    """A node that answers in any order and allows less and less."""

    def next_failure(self) -> Any:
        failure = super().next_failure()
        time.sleep(self._random.random() / 200)
        self.faults.max_range = (None, 700, 90, 17)[min(self.requests // 12, 3)]
        return failure


class Noting(FakeNode):
    """A node that notes how often it was asked for the logs of a contract in a block."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.asked: Counter[tuple[str, int]] = Counter()

    def _answer(self, request: Mapping[str, Any]) -> dict[str, Any]:
        if request["method"] == "eth_getLogs":
            wanted = request["params"][0]
            blocks = range(int(wanted["fromBlock"], 16), int(wanted["toBlock"], 16) + 1)
            with self._lock:
                self.asked.update((address, block) for address in wanted["address"] for block in blocks)
        return super()._answer(request)


def read(node: FakeNode) -> tuple[dict[str, list[Any]], list[Any], list[Any]]:
    """Everything that following this node leaves behind; and then it is as if it had not been."""
    with transaction.atomic():
        sync.follow(client_of(node), books=Books())
        rows = ChainLog.objects.order_by("block_id", "log_index")
        raw = list(rows.values_list("block_id", "log_index", "address", "tx_hash", "topics", "data"))
        covered = [row.blocks for row in CoveredRange.objects.all()]
        with_logs = Block.objects.filter(number__in=ChainLog.objects.values("block_id"))
        found = projections(), raw, [covered, list(with_logs.order_by("number").values_list())]
        transaction.set_rollback(True)
    return found


def test_follow__when_a_node_allows_less_and_less__then_rows_are_those_of_a_straight_run() -> None:
    chain = lived()
    straight = read(FakeNode(chain))
    many = [Faults(max_range=61), Faults(max_results=40), Faults(max_range=333, shuffles=True, seed=3)]

    for node in (*(FakeNode(chain, faults) for faults in many), Moody(chain, Faults(seed=7))):
        other = read(node)
        assert difference(straight[0], other[0]) == {}
        assert other[1:] == straight[1:]
    assert straight[1] == [
        (log.block_number, log.log_index, log.address, log.tx_hash, b"".join(log.topics), log.data)
        for log in chain.raw_logs()
    ]
    assert [(blocks.lower, blocks.upper) for blocks in straight[2][0]] == [(0, chain.head + 1)]


def test_batches__of_a_node_with_a_limit__learn_it_once() -> None:
    chain = FakeChain()
    chain.skip(3_000)
    node = FakeNode(chain, Faults(max_range=100))
    client = client_of(node)
    list(reading.batches(client, 0, 2_999))
    asked = node.methods["eth_getLogs"]
    refused = asked - 30

    list(reading.batches(client, 0, 2_999))

    assert 1 <= refused <= reading.IN_FLIGHT  # those that were under way together
    assert node.methods["eth_getLogs"] - asked == 30


def test_follow__when_a_contract_is_announced__then_windows_read_ahead_are_asked_for_it_alone() -> None:
    chain, new = FakeChain(), "0x" + "7b" * 20
    chain.skip(40)
    chain.mine(encode_log("NewRound", round=5, blockHash=bytes(32)))
    chain.skip(700)
    told = encode_log("SetContractInfo", id=contract_id("TicketBroker"), contractAddress=new, gitCommitHash=bytes(20))
    chain.mine([told, paid(new)])
    for blocks in (300, 900, 900):
        chain.skip(blocks)
        chain.mine(paid(new))
    chain.skip(100)
    node = Noting(chain)

    sync.follow(client_of(node), books=Books())

    assert ChainLog.objects.filter(address=new).count() == 4
    assert IndexState.objects.get().projected_to == chain.head
    assert (new, chain.head) in node.asked
    assert set(node.asked.values()) == {1}


def paid(broker: str) -> FakeLog:
    return encode_log(
        "WinningTicketTransfer",
        address=broker,
        sender=address("gateway", 1),
        recipient=address("node", 1),
        amount=7,
    )


def test_follow__to_the_head__keeps_the_finalized_block_to_go_back_to() -> None:
    chain = lived()
    sync.follow(client_of(FakeNode(chain)), books=Books())

    state = IndexState.objects.get()

    assert state.finalized_block == chain.head - 64
    assert Block.objects.filter(number=state.finalized_block).exists()


def test_batches__of_empty_blocks__become_few_commits_of_one_header(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading, "fetch", slowly(empty))

    found = list(reading.batches(object(), 0, 2_000_000))  # type: ignore[arg-type]

    assert [len(batch.headers) for batch in found] == [1] * len(found)
    assert_in_order(found, 0, 2_000_000)


def test_batches__of_a_chain_that_changed_in_between__are_not_joined(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = 1_000  # the window that begins here does not follow the one before it

    def fetched(_: object, window: Window, known: dict[str, str]) -> Batch:
        return empty(window, after=b"another" if window.first == broken else None)

    monkeypatch.setattr(reading, "fetch", fetched)

    found = list(reading.batches(object(), 0, 20_000))  # type: ignore[arg-type]

    assert broken in [batch.window.first for batch in found]
    assert_in_order(found, 0, 20_000)


def test_batches__before_the_first_answer__ask_for_no_more_full_windows_than_may_wait(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []
    at_the_first_answer: list[int] = []

    def fetched(_: object, window: Window, known: dict[str, str]) -> Batch:
        asked.append(window.first)
        if window.first == 0:
            time.sleep(0.05)
            at_the_first_answer.append(len(asked))
        return empty(window)

    monkeypatch.setattr(reading, "fetch", fetched)

    assert_in_order(list(reading.batches(object(), 0, 300_000)), 0, 300_000)  # type: ignore[arg-type]
    assert at_the_first_answer == [reading.WAITING_LOGS // ENOUGH_LOGS]


def test_batches__of_a_provider_that_finds_ten_too_many__ask_fewer_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, lock = [0], threading.Lock()

    def busy_with_two(_: object, window: Window, known: dict[str, str]) -> Batch:
        with lock:
            under_way[0] += 1
            is_busy = under_way[0] > 2
        time.sleep(0.002)
        with lock:
            under_way[0] -= 1
        if is_busy:
            raise ProviderBusy("slow down")
        return empty(window)

    monkeypatch.setattr(reading, "fetch", busy_with_two)

    assert_in_order(list(reading.batches(object(), 0, 300_000)), 0, 300_000)  # type: ignore[arg-type]


@pytest.mark.parametrize("refusal", [ProviderBusy("slow down"), TooManyLogs("too many")])
def test_batches__when_nothing_is_little_enough__raise_the_refusal(
    monkeypatch: pytest.MonkeyPatch, refusal: Exception
) -> None:
    def refuse(*_: object) -> Batch:
        raise refusal

    monkeypatch.setattr(reading, "fetch", refuse)

    with pytest.raises(type(refusal)):
        list(reading.batches(object(), 0, 300_000))  # type: ignore[arg-type]


def test_batches__when_a_later_window_fails__hand_over_what_came_before_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fetched(_: object, window: Window, known: dict[str, str]) -> Batch:
        if window.last >= 3_000:
            raise LyingNode("a lie")
        return empty(window)

    monkeypatch.setattr(reading, "fetch", fetched)
    found: list[Batch] = []

    with pytest.raises(LyingNode):
        found.extend(reading.batches(object(), 0, 9_000))  # type: ignore[arg-type]

    assert_in_order(found, 0, found[-1].window.last)
    assert 2_000 <= found[-1].window.last < 3_000


def test_batches__of_a_short_stretch_with_too_many_logs__are_asked_for_in_halves(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    asked: list[int] = []

    def fetched(_: object, window: Window, known: dict[str, str]) -> Batch:
        asked.append(window.blocks)
        if window.blocks > 2:
            raise TooManyLogs("too many")
        return empty(window)

    monkeypatch.setattr(reading, "fetch", fetched)

    assert_in_order(list(reading.batches(object(), 0, 7)), 0, 7)  # type: ignore[arg-type]
    assert [blocks for blocks in asked if blocks > 3] in ([8, 4], [8, 4, 4])  # the second half may have been under way


def test_replay__at_its_end__has_put_back_every_key_and_index() -> None:
    sync.follow(client_of(FakeNode(lived())), books=Books())
    before = keys_and_indexes()

    replay()

    assert keys_and_indexes() == before
    assert sum(kind == "p" for _, _, kind, _ in before[0]) == len(EVENT_TABLES + DERIVED_TABLES)


def keys_and_indexes() -> tuple[list[Any], list[Any]]:
    tables = [[*EVENT_TABLES, *DERIVED_TABLES]]
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint"
            " WHERE conrelid = ANY(%s::regclass[]) AND contype IN ('p', 'f', 'u', 'c') ORDER BY 1, 2",
            tables,
        )
        constraints = cursor.fetchall()
        cursor.execute("SELECT indexdef FROM pg_indexes WHERE tablename = ANY(%s) ORDER BY 1", tables)
        # a list of words is written in two ways, with a cast of the whole or of each
        return constraints, [re.sub(r"::character varying|::text(\[\])?|[()]", "", row[0]) for row in cursor.fetchall()]


def slowly(make: Callable[[Window], Batch]) -> Callable[..., Batch]:
    """A fetch that takes a little while, each time another one."""
    rng = random.Random(5)

    def fetched(_: object, window: Window, known: dict[str, str]) -> Batch:
        time.sleep(rng.random() / 500)
        return make(window)

    return fetched


def empty(window: Window, *, after: bytes | None = None) -> Batch:
    """A window without logs whose hashes are its numbers."""
    parent = after or b"%d" % (window.first - 1)
    return Batch(window, parent, (Header(window.last, b"%d" % window.last, b"", 0),), (), {})


def assert_in_order(found: list[Batch], first: int, last: int) -> None:
    """The pieces follow each other from first to last, none larger than a window may be."""
    assert [batch.window.first for batch in found] == [first, *(batch.window.last + 1 for batch in found[:-1])]
    assert found[-1].window.last == last
    assert all(batch.headers[-1].number == batch.window.last for batch in found)
    assert max(batch.window.blocks for batch in found) <= LARGEST_BLOCKS
