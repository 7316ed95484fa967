"""Logs in words, by our own ABIs."""

from __future__ import annotations

import pytest

from apps.protocol.hashing import topic_of
from apps.protocol.logs import Event, decode

pytestmark = pytest.mark.unit

BOND = topic_of("Bond(address,address,address,uint256,uint256)")
WORDS = [bytes(12) + bytes([number]) * 20 for number in (1, 2, 3)]


def test_event__when_it_is_known__then_each_argument_has_its_name() -> None:
    data = (5).to_bytes(32) + (2**200).to_bytes(32)

    assert decode("BondingManager", [BOND, *WORDS], data) == Event(
        "BondingManager",
        "Bond",
        {
            "newDelegate": "0x" + "01" * 20,
            "oldDelegate": "0x" + "02" * 20,
            "delegator": "0x" + "03" * 20,
            "additionalAmount": 5,
            "bondedAmount": 2**200,
        },
    )


def test_event__when_a_word_of_bytes_is_in_it__then_it_is_hex() -> None:
    topics = [topic_of("NewRound(uint256,bytes32)"), (7).to_bytes(32)]

    found = decode("RoundsManager", topics, b"\xab" * 32)

    assert found is not None
    assert found.arguments == {"round": 7, "blockHash": "0x" + "ab" * 32}


@pytest.mark.parametrize(
    ("contract", "topics", "data"),
    [
        ("BondingManager", [], b""),
        ("LivepeerToken", [BOND, *WORDS], bytes(64)),
        ("BondingManager", [BOND, *WORDS[:2]], bytes(64)),
        ("BondingManager", [BOND, *WORDS], bytes(63)),
        ("BondingManager", [topic_of("ParameterUpdate(string)")], bytes(96)),
    ],
)
def test_event__when_it_is_unknown_or_laid_out_otherwise__then_there_is_none(
    contract: str, topics: list[bytes], data: bytes
) -> None:
    assert decode(contract, topics, data) is None
