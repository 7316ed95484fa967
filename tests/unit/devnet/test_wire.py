"""Sending: nonces, fees and the addresses of contracts to be."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from apps.devnet.wire import Call, created_address, mine, send

pytestmark = pytest.mark.unit

ALICE, BOB = "0x" + "a1" * 20, "0x" + "b0" * 20


class Recorder:
    """Answers nonces and takes transactions."""

    def __init__(self) -> None:
        self.seen: list[tuple[str, Sequence[Any]]] = []

    def rpc(self, method: str, params: Sequence[Any]) -> Any:
        return self.batch([(method, params)])[0]

    def batch(self, requests: Sequence[tuple[str, Sequence[Any]]]) -> list[Any]:
        self.seen.extend(requests)
        return [
            "0x7" if method == "eth_getTransactionCount" else f"hash {at}" for at, (method, _) in enumerate(requests)
        ]

    def sent(self) -> list[tuple[str, str]]:
        wanted = [params[0] for method, params in self.seen if method == "eth_sendTransaction"]
        return [(one["from"], one["nonce"]) for one in wanted]


@pytest.mark.parametrize(
    ("nonce", "expected"),
    [
        (0, "0xcd234a471b72ba2f1ccf0a70fcaba648a5eecd8d"),
        (1, "0x343c43a37d37dff08ae8c4a11544c718abb4fcf8"),
        (2, "0xf778b86fa74e846c4f0a1fbd1335fe81c00a0c91"),
    ],
)
def test_created_address__by_nonce__is_the_chains_rule(nonce: int, expected: str) -> None:
    assert created_address("0x6ac7ea33f8831ea9dcc53393aaa88b25a785dbf0", nonce) == expected


def test_send__several_of_one_sender__numbers_them_in_order() -> None:
    rpc = Recorder()
    hashes = send(rpc, [Call(ALICE, BOB), Call(BOB, ALICE), Call(ALICE, BOB)])
    assert hashes == ["hash 0", "hash 1", "hash 2"]
    assert rpc.sent() == [(ALICE, "0x7"), (BOB, "0x7"), (ALICE, "0x8")]


def test_send__with_nonces_kept__asks_once_per_sender() -> None:
    rpc, nonces = Recorder(), dict[str, int]()
    for _ in range(3):
        send(rpc, [Call(ALICE, BOB)], nonces)
    assert [method for method, _ in rpc.seen].count("eth_getTransactionCount") == 1
    assert rpc.sent() == [(ALICE, "0x7"), (ALICE, "0x8"), (ALICE, "0x9")]


def test_send__nothing__asks_nothing() -> None:
    rpc = Recorder()
    assert send(rpc, []) == []
    assert rpc.seen == []


def test_send__a_creation__names_no_receiver_and_more_gas() -> None:
    rpc = Recorder()
    send(rpc, [Call(ALICE, "", b"\x60\x01", value=2)])
    transaction = rpc.seen[-1][1][0]
    assert "to" not in transaction
    assert (transaction["data"], transaction["value"], transaction["gas"]) == ("0x6001", "0x2", hex(9_000_000))


def test_mine__no_blocks__asks_nothing() -> None:
    rpc = Recorder()
    mine(rpc, 0)
    assert rpc.seen == []
