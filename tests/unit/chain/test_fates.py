"""What became of a transaction, told by a node that is asked little."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import pytest

from apps.chain import fates
from apps.chain.client import ChainClient
from apps.chain.errors import CallReverted, LyingNode
from apps.chain.fates import Transaction

pytestmark = pytest.mark.unit

SENDER = "0x" + "5" * 40


class Counting:
    """A chain on which the sender's transactions were mined in these blocks."""

    def __init__(self, *mined: int) -> None:
        self.mined = mined
        self.trips = 0

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[str]:
        self.trips += 1
        assert len(requests) <= 2 * fates.COUNTS_AT_ONCE + 2
        return [hex(sum(block <= int(params[1], 16) for block in self.mined)) for _, params in requests]

    def rpc(self, method: str, params: Sequence[Any]) -> Any:
        self.trips += 1
        number = int(params[0], 16)
        others = [answer(nonce=nonce, sender="0x" + "6" * 40) for nonce in range(3)]
        mine = [answer(nonce=nonce) for nonce, block in enumerate(self.mined) if block == number]
        return {"transactions": [*others, *mine]}


def answer(**changes: Any) -> dict[str, Any]:
    """A transaction as nodes write it."""
    nonce, sender = changes.get("nonce", 0), changes.get("sender", SENDER)
    return {
        "hash": "0x" + f"{nonce:064x}",
        "from": sender,
        "nonce": hex(nonce),
        "to": None,
        "input": "0xab",
        "value": "0x0",
        "gas": "0x5208",
    }


def found(chain: Counting, nonce: int, *, first: int, last: int) -> Transaction | None:
    return fates.mined_with(cast(ChainClient, chain), SENDER, nonce, first=first, last=last)


@pytest.mark.parametrize("block", [1_000, 1_001, 3_333, 5_999, 6_000])
def test_search__when_a_nonce_was_used_among_5000_blocks__then_it_is_found_in_few_requests(block: int) -> None:
    chain = Counting(10, block)

    one = found(chain, 1, first=1_000, last=6_000)

    assert one is not None
    assert (one.nonce, one.sender, one.to, one.data) == (1, SENDER, "", b"\xab")
    assert chain.trips <= 5


def test_search__when_the_nonce_was_used_before_or_is_free__then_there_is_nothing() -> None:
    chain = Counting(10, 2_000)

    assert found(chain, 0, first=1_000, last=6_000) is None
    assert found(chain, 2, first=1_000, last=6_000) is None
    assert found(chain, 1, first=1_000, last=1_999) is None


def test_refusal__when_the_contract_gives_its_reason__then_it_is_asked_before_the_block() -> None:
    asked: list[Any] = []

    class Refusing:
        def rpc(self, method: str, params: Sequence[Any]) -> Any:
            asked.append(params)
            raise CallReverted("refused", reason="caller must be bonded")

    one = fates.transaction_of(answer())

    assert fates.refused_because(cast(ChainClient, Refusing()), one, block=0x51) == "caller must be bonded"
    assert asked[0][1] == "0x50"
    assert asked[0][0]["gas"] == "0x5208"


def test_transaction__when_it_is_malformed__then_the_node_lies() -> None:
    with pytest.raises(LyingNode):
        fates.transaction_of({**answer(), "nonce": None})
