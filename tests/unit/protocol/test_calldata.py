"""Calls as bytes: known vectors, and that nothing gets lost between words and bytes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.protocol.calldata import BadCalldata, Function, decode, encode, functions_of
from apps.protocol.units import ZERO_ADDRESS, Address

pytestmark = pytest.mark.unit

MANAGER = Address("0x35bcf3c30594191d53231e4ff333e8a770453e40")
NODE = Address("0x" + "ab" * 20)

# selectors as published for the contracts on Arbitrum One
SELECTORS = {
    "bondWithHint": "6bd9add4", "bondForWithHint": "ee4e804a", "unbondWithHint": "9500ed9b",
    "rebondWithHint": "7fc4606f", "rebondFromUnbondedWithHint": "0584a373", "transferBond": "062e98b8",
    "withdrawStake": "25d5971f", "withdrawFees": "ad3b1b47", "transcoderWithHint": "3550aa10",
}  # fmt: skip


@pytest.mark.parametrize(("name", "selector"), SELECTORS.items())
def test_selector__when_the_function_is_one_a_plan_uses__then_it_is_the_published_one(name: str, selector: str) -> None:
    assert functions_of("BondingManager")[name].selector.hex() == selector


def test_approve__when_encoded__then_it_is_the_known_vector() -> None:
    data = encode("LivepeerToken", "approve", MANAGER, 5 * 10**18)

    assert data.hex() == (
        "095ea7b3"
        "00000000000000000000000035bcf3c30594191d53231e4ff333e8a770453e40"
        "0000000000000000000000000000000000000000000000004563918244f40000"
    )


def test_decoding__when_a_bond_is_read_back__then_each_argument_has_its_name() -> None:
    data = encode("BondingManager", "bondWithHint", 7, NODE, ZERO_ADDRESS, ZERO_ADDRESS, MANAGER, NODE)

    decoded = decode("BondingManager", data)

    assert decoded.function.name == "bondWithHint"
    assert decoded.named == {
        "amount": 7,
        "to": NODE,
        "oldDelegateNewPosPrev": ZERO_ADDRESS,
        "oldDelegateNewPosNext": ZERO_ADDRESS,
        "currDelegateNewPosPrev": MANAGER,
        "currDelegateNewPosNext": NODE,
    }


@pytest.mark.parametrize(
    "data",
    [
        b"",
        bytes.fromhex("deadbeef"),
        encode("BondingManager", "withdrawStake", 1)[:-1],
        encode("BondingManager", "withdrawStake", 1) + bytes(32),
        encode("BondingManager", "withdrawFees", NODE, 1)[:4] + b"\1" * 64,
    ],
    ids=["nothing", "unknown", "a byte short", "a word more", "no address"],
)
def test_decoding__when_the_bytes_are_no_call_we_know__then_they_are_refused(data: bytes) -> None:
    with pytest.raises(BadCalldata):
        decode("BondingManager", data)


@pytest.mark.parametrize("value", [-1, 2**256, True, "12"])
def test_encoding__when_an_amount_is_no_whole_number_in_range__then_it_is_refused(value: int) -> None:
    with pytest.raises(BadCalldata):
        encode("BondingManager", "withdrawStake", value)


def test_encoding__when_the_function_only_reads__then_it_is_no_call_of_a_plan() -> None:
    with pytest.raises(BadCalldata, match="no function getDelegator"):
        encode("BondingManager", "getDelegator", NODE)


@given(data=st.data(), function=st.sampled_from(sorted(functions_of("BondingManager").values(), key=lambda f: f.name)))
def test_any_call__when_encoded_and_decoded__then_it_is_the_same(data: st.DataObject, function: Function) -> None:
    numbers, addresses = st.integers(0, 2**256 - 1), st.binary(min_size=20, max_size=20)
    values = tuple(
        data.draw(numbers) if each.type == "uint256" else Address("0x" + data.draw(addresses).hex())
        for each in function.arguments
    )

    assert decode("BondingManager", encode("BondingManager", function.name, *values)).values == values
