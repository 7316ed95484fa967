"""The client believes an answer only when it fits its question."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import orjson
import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import (
    CallFailed,
    CallReverted,
    LaggingNode,
    LyingNode,
    RpcRefused,
    StateMissing,
    TooManyLogs,
    Unreachable,
    WindowTooWide,
)
from apps.chain.records import RawLog
from tests.fakes.chain import ADDRESSES, FakeChain, FakeLog, Revert, encode_log
from tests.fakes.nodes import FakeNode, Faults, transport

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_waiting")]

ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20
SOMEWHERE = "0x" + "50" * 20


def reward(amount: int = 1) -> FakeLog:
    return encode_log("Reward", transcoder=ALICE, amount=amount)


def client_of(node: FakeNode, *, urls: int = 1) -> ChainClient:
    return ChainClient([f"http://node{place}" for place in range(urls)], transport=transport(node))


def scripted(*results: Any) -> ChainClient:
    """A client whose node answers each request of the first batch with the next of these results."""

    def handle(request: httpx.Request) -> httpx.Response:
        asked = orjson.loads(request.content)
        batch = asked if isinstance(asked, list) else [asked]
        answers = [{"jsonrpc": "2.0", "id": each["id"], "result": results[each["id"]]} for each in batch]
        return httpx.Response(200, content=orjson.dumps(answers if isinstance(asked, list) else answers[0]))

    return ChainClient(["http://node"], transport=httpx.MockTransport(handle))


@pytest.fixture
def chain() -> FakeChain:
    """Ten blocks; three logs in block 4 and one in block 8."""
    chain = FakeChain()
    chain.skip(3)
    chain.mine([reward(1), reward(2)], encode_log("NewRound", round=7, blockHash=bytes(32)))
    chain.skip(3)
    chain.mine(encode_log("Bond", **bond_of(BOB)))
    chain.skip(2)
    return chain


def bond_of(delegator: str) -> dict[str, Any]:
    return {
        "newDelegate": ALICE,
        "oldDelegate": ALICE,
        "delegator": delegator,
        "additionalAmount": 5,
        "bondedAmount": 9,
    }


def test_logs__of_a_range__come_in_chain_order_with_every_field(chain: FakeChain) -> None:
    logs = client_of(FakeNode(chain)).logs(1, 10)

    assert logs == chain.raw_logs()
    assert [(log.block_number, log.tx_index, log.log_index) for log in logs] == [
        (4, 0, 0),
        (4, 0, 1),
        (4, 1, 2),
        (8, 0, 0),
    ]
    assert logs[3].address == ADDRESSES["BondingManager"]
    assert logs[3].topics[3] == bytes(12) + bytes.fromhex("b0" * 20)
    assert logs[3].data == (5).to_bytes(32) + (9).to_bytes(32)


def test_logs__with_filters__asks_the_node_for_no_more(chain: FakeChain) -> None:
    client = client_of(FakeNode(chain))
    bond = bytes.fromhex(encode_log("Bond", **bond_of(BOB)).topics[0][2:])

    assert [log.block_number for log in client.logs(1, 10, addresses=[ADDRESSES["RoundsManager"].upper()])] == [4]
    assert [log.block_number for log in client.logs(1, 10, topics0=[bond])] == [8]
    assert client.logs(1, 10, addresses=[ADDRESSES["Minter"]]) == []


def test_logs__shuffled_by_the_node__come_in_chain_order(chain: FakeChain) -> None:
    assert client_of(FakeNode(chain, Faults(shuffles=True, seed=1))).logs(1, 10) == chain.raw_logs()


@pytest.mark.parametrize(
    ("faults", "sentence"),
    [
        (Faults(outside=4), "a log of block 4 when asked for 5 to 7"),
        (Faults(repeats=True), "the same log twice"),
        (Faults(wrong_hashes=True), "two hashes for one block"),
        (Faults(ignores_filters=True), "logs of contracts that were not asked for"),
    ],
)
def test_logs__that_were_not_asked_for__are_refused(chain: FakeChain, faults: Faults, sentence: str) -> None:
    first, last = (5, 7) if faults.outside else (1, 10)

    with pytest.raises(LyingNode, match=sentence):
        client_of(FakeNode(chain, faults)).logs(first, last, addresses=[ADDRESSES["BondingManager"]])


def test_logs__of_other_events__are_refused(chain: FakeChain) -> None:
    with pytest.raises(LyingNode, match="events that were not asked for"):
        client_of(FakeNode(chain, Faults(ignores_filters=True))).logs(1, 10, topics0=[bytes(32)])


def test_logs__from_a_node_that_lags__are_refused(chain: FakeChain) -> None:
    with pytest.raises(LaggingNode, match="does not have block 10"):
        client_of(FakeNode(chain, Faults(lag_blocks=3))).logs(1, 10)


def test_logs__from_a_node_that_lags_and_names_the_true_head__are_refused(chain: FakeChain) -> None:
    with pytest.raises(LaggingNode):
        client_of(FakeNode(chain, Faults(lag_blocks=3, claims_head=True))).logs(1, 10)


def test_logs__up_to_the_lagging_node_s_own_head__are_believed(chain: FakeChain) -> None:
    assert len(client_of(FakeNode(chain, Faults(lag_blocks=3))).logs(1, 7)) == 3


@pytest.mark.parametrize(
    "spoil",
    [
        lambda log: log.pop("topics"),
        lambda log: log.update(data="0x123"),
        lambda log: log.update(blockHash="0x12"),
        lambda log: log.update(transactionHash="0x12"),
        lambda log: log.update(blockNumber=None),
        lambda log: log.update(address=None),
        lambda log: log.update(removed=True),
    ],
)
def test_logs__malformed_or_removed__are_refused(chain: FakeChain, spoil: Callable[[dict[str, Any]], Any]) -> None:
    log = chain.logs(8, 8)[0]
    spoil(log)

    with pytest.raises(LyingNode):
        scripted(chain.block(8), [log], chain.block(8), chain.block(8)).logs(8, 8)


@pytest.mark.parametrize("answer", [None, "0x", {"logs": []}, [None]])
def test_logs__answered_with_something_else__are_refused(chain: FakeChain, answer: Any) -> None:
    with pytest.raises(LyingNode):
        scripted(chain.block(8), answer, chain.block(8), chain.block(8)).logs(8, 8)


def test_logs__read_while_the_chain_reorganised__are_refused(chain: FakeChain) -> None:
    before = chain.block(8)
    chain.reorg(5)

    with pytest.raises(LyingNode, match="changed block 8 while it was read"):
        scripted(before, [], chain.block(1), chain.block(8)).logs(1, 8)


def test_logs__of_another_branch_than_the_last_header__are_refused(chain: FakeChain) -> None:
    orphaned = chain.logs(8, 8)
    chain.reorg(5)

    with pytest.raises(LyingNode, match="two hashes for one block"):
        scripted(chain.block(8), orphaned, chain.block(1), chain.block(8)).logs(1, 8)


def test_sealed_logs__of_a_range__carry_its_first_and_last_header(chain: FakeChain) -> None:
    sealed = client_of(FakeNode(chain)).sealed_logs(1, 9)

    assert list(sealed.logs) == chain.raw_logs()
    assert (sealed.first.number, sealed.last.number) == (1, 9)
    assert sealed.first.parent_hash == bytes.fromhex(chain.hash_of(0)[2:])
    assert sealed.last.hash == bytes.fromhex(chain.hash_of(9)[2:])


def test_logs__beyond_a_named_range__carry_the_limit(chain: FakeChain) -> None:
    with pytest.raises(WindowTooWide) as refusal:
        client_of(FakeNode(chain, Faults(max_range=5))).logs(1, 10)

    assert refusal.value.limit_blocks == 5


def test_logs__of_a_range_known_to_be_refused__are_not_asked_for_again(chain: FakeChain) -> None:
    node = FakeNode(chain, Faults(max_range=5))
    client = client_of(node)
    for _ in range(2):
        with pytest.raises(WindowTooWide):
            client.logs(1, 10)

    assert node.requests == 1
    assert len(client.logs(1, 5)) == 3


def test_logs__more_than_the_node_returns__are_too_many(chain: FakeChain) -> None:
    with pytest.raises(TooManyLogs):
        client_of(FakeNode(chain, Faults(max_results=3))).logs(1, 10)


def test_logs__that_time_out__are_too_many_unless_it_was_one_block(chain: FakeChain) -> None:
    node = FakeNode(chain, Faults(failures=("timeout",), failure_rate=1))

    with pytest.raises(TooManyLogs):
        client_of(node).logs(1, 10)
    assert node.requests == 1
    with pytest.raises(Unreachable, match="did not answer within 10 s"):
        client_of(node).logs(4, 4)


def test_header__of_number_hash_and_tag__is_the_same_block(chain: FakeChain) -> None:
    client = client_of(FakeNode(chain))
    head = client.head()

    assert head.number == 10
    assert head.parent_hash == bytes.fromhex(chain.hash_of(9)[2:])
    assert head.timestamp == chain.timestamp_of(10)
    assert client.header(10) == client.header(head.hash) == client.header("latest") == head


def test_header__of_a_block_that_is_not_there__is_none(chain: FakeChain) -> None:
    client = client_of(FakeNode(chain))

    assert client.header(11) is None
    assert client.header(b"\x01" * 32) is None


def test_header__of_another_block_than_asked__is_refused(chain: FakeChain) -> None:
    with pytest.raises(LyingNode):
        scripted(chain.block(3)).header(4)


def test_headers__of_numbers__keep_their_order(chain: FakeChain) -> None:
    client = client_of(FakeNode(chain))

    assert [header.number for header in client.headers([9, 2, 5])] == [9, 2, 5]
    assert client.headers([]) == []


def test_headers__with_one_missing__say_which(chain: FakeChain) -> None:
    with pytest.raises(LaggingNode, match="does not have block 12"):
        client_of(FakeNode(chain)).headers([9, 12])


def test_calls__answers_and_refusals__are_values_in_order(chain: FakeChain) -> None:
    chain.calls[SOMEWHERE, b"\x01"] = lambda number: number.to_bytes(32)
    chain.calls[SOMEWHERE, b"\x02"] = Revert("not today")
    client = client_of(FakeNode(chain))

    answers = client.calls([(SOMEWHERE, b"\x01"), (SOMEWHERE, b"\x02"), (SOMEWHERE, b"\x03")], block=6)

    assert answers[0] == (6).to_bytes(32)
    assert isinstance(answers[1], CallFailed)
    assert answers[1].reason == "not today"
    assert answers[2] == b""
    assert client.call(SOMEWHERE, b"\x01", block=bytes.fromhex(chain.hash_of(4)[2:])) == (4).to_bytes(32)
    assert client.calls([], block=6) == []


def test_call__refused__raises_with_the_reason(chain: FakeChain) -> None:
    chain.calls[SOMEWHERE, b"\x02"] = Revert("not today")

    with pytest.raises(CallReverted, match=r"^The contract refused: not today\.$") as refusal:
        client_of(FakeNode(chain)).call(SOMEWHERE, b"\x02", block=6)

    assert refusal.value.reason == "not today"
    assert refusal.value.data[:4] == bytes.fromhex("08c379a0")


def test_calls__at_a_block_the_node_lacks__raise_instead_of_looking_like_a_refusal(chain: FakeChain) -> None:
    with pytest.raises(StateMissing):
        client_of(FakeNode(chain)).calls([(SOMEWHERE, b"\x01")], block=11)


def test_calls__at_an_orphaned_hash__raise(chain: FakeChain) -> None:
    orphan = bytes.fromhex(chain.hash_of(9)[2:])
    chain.reorg(3)

    with pytest.raises(StateMissing):
        client_of(FakeNode(chain)).calls([(SOMEWHERE, b"\x01")], block=orphan)


def test_rpc__unknown_method__is_refused(chain: FakeChain) -> None:
    with pytest.raises(RpcRefused) as refusal:
        client_of(FakeNode(chain)).rpc("eth_getNothing", [])

    assert refusal.value.code == -32601


@pytest.mark.parametrize(
    ("faults", "requests"), [(Faults(), 2), (Faults(max_batch=100), 3 + 10), (Faults(no_batches=True), 8 + 600)]
)
def test_batch__larger_than_the_node_takes__is_cut_up(chain: FakeChain, faults: Faults, requests: int) -> None:
    node = FakeNode(chain, faults)
    client = client_of(node)

    answers = client.batch([("eth_getBlockByNumber", [hex(place % 10), False]) for place in range(600)])

    assert [int(answer["number"], 16) for answer in answers] == [place % 10 for place in range(600)]
    assert node.requests == requests


def test_batch__with_one_refused__raises_it(chain: FakeChain) -> None:
    with pytest.raises(RpcRefused):
        client_of(FakeNode(chain)).batch([("eth_chainId", []), ("eth_getNothing", [])])


def test_batch__of_nothing__asks_nothing(chain: FakeChain) -> None:
    node = FakeNode(chain)

    assert client_of(node).batch([]) == []
    assert node.requests == 0


def test_raw_log__is_what_the_readme_of_the_room_says() -> None:
    assert RawLog._fields == (
        "block_number",
        "block_hash",
        "tx_hash",
        "tx_index",
        "log_index",
        "address",
        "topics",
        "data",
    )
