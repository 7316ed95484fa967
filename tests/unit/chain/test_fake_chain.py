"""The chain in memory behaves like a chain, since so much is proved with it."""

from __future__ import annotations

from typing import Any

import pytest

from apps.chain.client import ChainClient
from apps.protocol import abi
from tests.fakes.chain import ADDRESSES, FakeChain, FakeLog, encode_log
from tests.fakes.nodes import FakeNode, Faults, transport

pytestmark = [pytest.mark.unit, pytest.mark.usefixtures("no_waiting")]

ALICE = "0x" + "a1" * 20


def reward(amount: int) -> FakeLog:
    return encode_log("Reward", transcoder=ALICE, amount=amount)


def client_of(chain: FakeChain) -> ChainClient:
    return ChainClient(["http://node"], transport=transport(FakeNode(chain)))


def test_encode__event_with_indexed_and_plain_arguments__is_as_on_arbitrum() -> None:
    # Arbitrum One, block 7,382,486, log 0.
    log = encode_log(
        "EarningsClaimed",
        delegate="0x525419FF5707190389bfb5C87c375D710F5fCb0E",
        delegator="0x31e91e6cb265256047Ab6c88595495e37Eb8EFB6",
        rewards=898752504169141712,
        fees=118147350126509,
        startRound=2485,
        endRound=2485,
    )

    assert log.topics == (
        "0xd7eab0765b772ea6ea859d5633baf737502198012e930f257f90013d9b211094",
        "0x000000000000000000000000525419ff5707190389bfb5c87c375d710f5fcb0e",
        "0x00000000000000000000000031e91e6cb265256047ab6c88595495e37eb8efb6",
    )
    assert log.data == (
        "0x0000000000000000000000000000000000000000000000000c7902a407fe95d0"
        "00000000000000000000000000000000000000000000000000006b7452d5dfad"
        "00000000000000000000000000000000000000000000000000000000000009b5"
        "00000000000000000000000000000000000000000000000000000000000009b5"
    )


@pytest.mark.parametrize(
    ("contract", "event"), [(contract, event) for contract in abi.CONTRACTS for event in abi.events(contract)]
)
def test_encode__every_event_of_our_abis__has_its_topic_and_address(contract: str, event: str) -> None:
    entry = abi.events(contract)[event]
    values: dict[str, Any] = {
        "address": ALICE,
        "uint256": 1,
        "uint8": 1,
        "address[]": [ALICE],
        "uint256[]": [1],
        "string[]": ["x"],
        "bytes[]": [b"x"],
        "string": "x",
        "bytes": b"x",
        "bytes20": bytes(20),
        "bytes32": bytes(32),
    }

    log = encode_log(event, contract=contract, **{each["name"]: values[abi.type_of(each)] for each in entry["inputs"]})

    assert log.topics[0] == "0x" + abi.topic0(entry).hex()
    assert len(log.topics) == 1 + sum(each["indexed"] for each in entry["inputs"])
    assert log.address == ADDRESSES[contract]


def test_encode__with_a_wrong_argument__says_which_are_right() -> None:
    with pytest.raises(TypeError, match="Reward takes transcoder, amount, not transcoder"):
        encode_log("Reward", transcoder=ALICE)


def test_chain__of_empty_blocks__links_hash_to_parent() -> None:
    chain = FakeChain()
    chain.skip(500_000_000)
    headers = client_of(chain).headers(range(499_999_990, 500_000_001))

    assert [header.parent_hash for header in headers[1:]] == [header.hash for header in headers[:-1]]
    assert len({header.hash for header in headers}) == 11


def test_reorg__to_a_depth__keeps_what_is_below_and_changes_every_hash_above() -> None:
    chain = FakeChain()
    for amount in range(10):
        chain.mine(reward(amount))
    before = [chain.hash_of(number) for number in range(11)]

    chain.reorg(4)

    after = [chain.hash_of(number) for number in range(11)]
    assert after[:7] == before[:7]
    assert not set(after[7:]) & set(before)
    assert [log.block_number for log in chain.raw_logs()] == [1, 2, 3, 4, 5, 6]
    assert chain.block(7)["parentHash"] == before[6]


def test_reorg__twice_from_the_same_block__gives_three_branches() -> None:
    chain = FakeChain()
    chain.skip(10)
    hashes = {chain.hash_of(10)}
    for _ in range(2):
        chain.reorg(1)
        hashes.add(chain.hash_of(10))

    assert len(hashes) == 3


def test_rollback__then_mined_again__holds_only_the_new_logs() -> None:
    chain = FakeChain()
    for amount in range(5):
        chain.mine(reward(amount))
    chain.rollback(2)
    chain.mine(reward(70))

    assert chain.head == 4
    assert [int.from_bytes(log.data) for log in client_of(chain).logs(0, 4)] == [0, 1, 2, 70]


def test_transactions__of_one_block__number_their_logs_through() -> None:
    chain = FakeChain()
    chain.mine([reward(1), reward(2)], reward(3))
    logs = chain.raw_logs()

    assert [(log.tx_index, log.log_index) for log in logs] == [(0, 0), (0, 1), (1, 2)]
    assert logs[0].tx_hash == logs[1].tx_hash != logs[2].tx_hash


def test_load__of_recorded_logs_and_headers__shows_them_as_they_were() -> None:
    origin = FakeChain(seed="origin")
    origin.skip(100)
    origin.mine(reward(1), reward(2))
    origin.skip(5)
    origin.mine(reward(3))
    source = client_of(origin)

    copy = FakeChain()
    copy.load(source.logs(0, 107), source.headers([101, 107]))

    assert copy.head == 107
    assert client_of(copy).logs(0, 107) == source.logs(0, 107)
    assert client_of(copy).headers([101, 107]) == source.headers([101, 107])
    copy.reorg(3)
    assert [log.block_number for log in copy.raw_logs()] == [101, 101]


def test_timestamps__are_spaced_unless_given() -> None:
    chain = FakeChain(block_time_s=0.25, genesis_time=1000)
    chain.skip(8)
    chain.mine(timestamp=5000)

    assert [chain.timestamp_of(number) for number in (4, 8, 9)] == [1001, 1002, 5000]


def test_tags__of_a_node__trail_its_head() -> None:
    chain = FakeChain()
    chain.skip(100)
    client = client_of(chain)

    assert [client.header(tag).number for tag in ("latest", "safe", "finalized", "earliest")] == [100, 68, 36, 0]  # type: ignore[union-attr]


def test_failures__of_the_same_seed__come_in_the_same_order() -> None:
    faults = [Faults(failures=("429", "500", "cut"), failure_rate=0.4, seed=7) for _ in range(2)]
    one, two = (FakeNode(FakeChain(), each) for each in faults)
    drawn = [one.next_failure() for _ in range(50)]

    assert drawn == [two.next_failure() for _ in range(50)]
    assert {"429", "500", "cut", None} == set(drawn)


def test_lagging_node__asked_beyond_its_head__answers_with_empty_logs() -> None:
    chain = FakeChain()
    chain.mine(reward(1))
    chain.mine(reward(2))
    node = FakeNode(chain, Faults(lag_blocks=1))
    client = ChainClient(["http://node"], transport=transport(node))

    assert client.rpc("eth_blockNumber", []) == "0x1"
    assert len(client.rpc("eth_getLogs", [{"fromBlock": "0x1", "toBlock": "0x2"}])) == 1


def test_logs__by_block_hash_and_by_later_topics__are_filtered() -> None:
    chain = FakeChain()
    chain.mine(reward(1), encode_log("TranscoderActivated", transcoder=ALICE, activationRound=2))
    chain.mine(encode_log("Reward", transcoder="0x" + "b0" * 20, amount=5))
    client = client_of(chain)
    alice = "0x" + "00" * 12 + "a1" * 20

    assert len(client.rpc("eth_getLogs", [{"blockHash": chain.hash_of(2)}])) == 1
    assert len(client.rpc("eth_getLogs", [{"fromBlock": "0x0", "toBlock": "latest", "topics": [None, alice]}])) == 2
