"""Receipts are taken whole or not at all."""

from __future__ import annotations

from typing import Any

import pytest

from apps.chain.client import ChainClient
from apps.chain.errors import LyingNode
from apps.chain.receipts import RECEIPTS_AT_ONCE, bloom_of, receipt_of, receipts
from tests.factories import address
from tests.fakes.chain import FakeChain, encode_log
from tests.fakes.nodes import transport
from tests.fakes.receipts import ReceiptNode

pytestmark = pytest.mark.unit

NODE = address(1)


@pytest.fixture
def node() -> ReceiptNode:
    chain = FakeChain()
    reward = encode_log("Reward", transcoder=NODE, amount=5)
    chain.mine(reward, [reward, encode_log("DepositFunded", sender=NODE, amount=7), reward])
    return ReceiptNode(chain)


def shown(node: ReceiptNode, place: int = -1) -> tuple[dict[str, Any], bytes]:
    """A receipt as the node answers it, and the hash asked for."""
    tx_hash = node.chain.raw_logs()[place].tx_hash
    answer = node._receipt("0x" + tx_hash.hex())
    assert answer is not None
    return answer, tx_hash


def test_receipts__of_transactions__have_their_logs_in_order(node: ReceiptNode) -> None:
    client = ChainClient(["http://node"], transport=transport(node))
    logs = node.chain.raw_logs()
    unknown = bytes(32)
    one, none, other = receipts(client, [logs[0].tx_hash, unknown, logs[1].tx_hash])
    assert none is None
    assert one is not None
    assert other is not None
    assert (one.block_number, one.logs) == (1, (logs[0],))
    assert other.logs == tuple(logs[1:])


def test_receipts__of_many__are_asked_some_at_a_time() -> None:
    chain = FakeChain()
    chain.mine(*[encode_log("Reward", transcoder=NODE, amount=n) for n in range(RECEIPTS_AT_ONCE + 1)])
    node = ReceiptNode(chain)
    client = ChainClient(["http://node"], transport=transport(node))
    found = receipts(client, [log.tx_hash for log in chain.raw_logs()])
    assert [one.logs[0].log_index for one in found if one] == list(range(RECEIPTS_AT_ONCE + 1))
    assert node.requests == 2


@pytest.mark.parametrize(
    ("change", "error"),
    [
        (lambda answer: answer.pop("blockHash"), "malformed receipt"),
        (lambda answer: answer["logs"].pop(), "do not belong to its bloom filter"),
        (lambda answer: answer["logs"].pop(1), "a gap between its logs"),
        (lambda answer: answer.update(transactionHash="0x" + "11" * 32), "another transaction's receipt"),
        (lambda answer: answer["logs"][0].update(transactionHash="0x" + "11" * 32), "logs of another transaction"),
        (lambda answer: answer["logs"][0].update(blockHash="0x" + "11" * 32), "two hashes for one block"),
        (lambda answer: answer.update(logsBloom="0x1"), "do not belong to its bloom filter"),
    ],
)
def test_receipt__that_is_not_whole__is_refused(node: ReceiptNode, change: Any, error: str) -> None:
    node.chain.mine(
        [encode_log("Reward", transcoder=NODE, amount=n) for n in range(2)]
        + [encode_log("DepositFunded", sender=NODE, amount=7)]
    )
    answer, asked = shown(node)
    answer["logs"] = [dict(log) for log in answer["logs"]]
    change(answer)
    with pytest.raises(LyingNode, match=error):
        receipt_of(answer, asked)


def test_receipt__in_another_order__is_put_in_order(node: ReceiptNode) -> None:
    answer, asked = shown(node)
    answer["logs"] = list(reversed(answer["logs"]))
    assert [log.log_index for log in receipt_of(answer, asked).logs] == [1, 2, 3]


def test_receipt__without_a_bloom_filter__is_taken(node: ReceiptNode) -> None:
    answer, asked = shown(node)
    del answer["logsBloom"]
    assert len(receipt_of(answer, asked).logs) == 3


def test_bloom__of_no_logs__is_empty() -> None:
    assert bloom_of([]) == 0
