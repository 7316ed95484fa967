"""Calls as bytes: selectors and arguments as the contracts expect them."""

from __future__ import annotations

import pytest

from apps.devnet import moves
from apps.devnet.calldata import address_in, arguments_of, calldata, contract_id, selector, words
from apps.devnet.tickets import REDEEM

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("signature", "expected"),
    [
        (moves.BOND, "b78d27dc"),
        (moves.BOND_FOR, "ee4e804a"),
        (moves.UNBOND, "27de9e32"),
        (moves.REBOND, "eaffb3f9"),
        (moves.REBOND_FROM_UNBONDED, "3a080e93"),
        (moves.TRANSFER_BOND, "062e98b8"),
        (moves.WITHDRAW_STAKE, "25d5971f"),
        (moves.WITHDRAW_FEES, "ad3b1b47"),
        (moves.CLAIM_EARNINGS, "24b1babf"),
        (moves.SET_CUTS, "43d3461a"),
        (moves.REWARD, "228cb733"),
        (moves.INITIALIZE_ROUND, "d4807fb2"),
        (moves.APPROVE, "095ea7b3"),
    ],
)
def test_selector__of_a_function_an_actor_calls__is_the_published_one(signature: str, expected: str) -> None:
    assert selector(signature).hex() == expected
    assert moves.name_of(bytes.fromhex(expected)) == signature.partition("(")[0]


def test_calldata__of_bond__is_selector_and_two_words() -> None:
    data = calldata(moves.BOND, 5, "0x" + "ab" * 20)
    assert data.hex() == "b78d27dc" + f"{5:064x}" + "00" * 12 + "ab" * 20
    assert arguments_of(moves.BOND, data) == (5, "0x" + "ab" * 20)


def test_arguments_of__a_tuple_first__keeps_it_together() -> None:
    ticket = ("0x" + "11" * 20, "0x" + "22" * 20, 3, 4, 5, b"\x06" * 32, b"\x07" * 64)
    assert arguments_of(REDEEM, calldata(REDEEM, ticket, b"sig", 8)) == (ticket, b"sig", 8)


def test_words__of_an_answer__are_its_numbers() -> None:
    assert words(bytes(31) + b"\x01" + bytes(30) + b"\x02\x00") == [1, 512]
    assert address_in(0xAB << 8) == "0x" + "0" * 36 + "ab00"


def test_contract_id__of_a_name__is_its_keccak() -> None:
    assert contract_id("BondingManager").hex() == "2517d59a36a86548e38734e8ab416f42afff4bca78706a66ad65750dae7f9e37"


def test_name_of__an_unknown_function__is_empty() -> None:
    assert moves.name_of(b"\x00\x00\x00\x00") == ""
