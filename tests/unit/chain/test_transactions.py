"""Who sent a transaction, as a node tells it."""

from __future__ import annotations

import pytest

from apps.chain.errors import LyingNode
from apps.chain.transactions import Sent, sent_of

pytestmark = pytest.mark.unit

HASH, BLOCK_HASH = b"\1" * 32, b"\2" * 32
ANSWER = {
    "hash": "0x" + HASH.hex(),
    "from": "0x" + "AB" * 20,
    "blockNumber": "0x1f",
    "blockHash": "0x" + BLOCK_HASH.hex(),
}


def test_sent_of__when_it_stands_in_a_block__then_its_sender_is_told_in_lower_case() -> None:
    assert sent_of(ANSWER, HASH) == Sent(HASH, 31, BLOCK_HASH, "0x" + "ab" * 20)


@pytest.mark.parametrize("answer", [None, {**ANSWER, "blockHash": None, "blockNumber": None}])
def test_sent_of__when_it_is_unknown_or_waits_for_its_block__then_there_is_none(answer: object) -> None:
    assert sent_of(answer, HASH) is None


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"hash": "0x" + "03" * 32}, "another transaction"),
        ({"from": "0xab"}, "another transaction"),
        ({"blockHash": "0x02"}, "another transaction"),
        ({"hash": 7}, "malformed"),
        ({"blockNumber": "x"}, "malformed"),
        ({"blockNumber": None}, "malformed"),
    ],
)
def test_sent_of__when_the_answer_cannot_be__then_it_is_refused(change: dict[str, object], reason: str) -> None:
    with pytest.raises(LyingNode, match=reason):
        sent_of({**ANSWER, **change}, HASH)


@pytest.mark.parametrize("gone", list(ANSWER))
def test_sent_of__when_a_field_is_missing__then_it_is_refused(gone: str) -> None:
    with pytest.raises(LyingNode, match="malformed"):
        sent_of({name: value for name, value in ANSWER.items() if name != gone}, HASH)
