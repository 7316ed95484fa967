"""A plan's steps outside the browser: the published checksum, and bytes that another implementation reads the same."""

from __future__ import annotations

import shlex

import pytest
from eth_account.typed_transactions.typed_transaction import TypedTransaction
from hexbytes import HexBytes

from apps.delegation.export import safe, texts
from apps.delegation.plan.build import Plan, Step, build
from apps.delegation.plan.intentions import Add
from apps.protocol.hashing import checksummed, keccak
from tests.unit.delegation.fixture import DELEGATOR, MANAGER, T1, TOKEN, D, lpt, node, snapshot, state

pytestmark = pytest.mark.unit

ARBITRUM = 42161
# the addresses of the published vector
PROXY, TOKEN_THERE = "0x35Bcf3c30594191d53231E4FF333E8A770453e40", "0x289ba1701C2F088cf0faf8B3705246331cB8A839"


def steps() -> tuple[Step, ...]:
    made = build(Add(D, lpt(100)), snapshot(state(d=DELEGATOR)))
    assert isinstance(made, Plan)
    return made.steps


def test_checksum__when_the_file_is_the_published_vector__then_it_is_the_published_one() -> None:
    data = f"0x095ea7b3{PROXY[2:].lower():0>64}{5 * 10**18:064x}"
    file = {
        "version": "1.0",
        "chainId": "42161",
        "createdAt": 1700000000000,
        "meta": {"name": "Delegate 5 LPT", "description": "top up"},
        "transactions": [{"to": TOKEN_THERE, "value": "0", "data": data}],
    }

    assert safe.checksum(file) == "0x50faffdbb9195cbc8aab9efc23151a4aba9128a2134c9216618e45c2a2c50e73"


def test_batch__when_made_of_a_plan__then_method_values_and_data_agree_and_the_name_is_not_in_the_checksum() -> None:
    file = safe.batch(
        steps(), chain_id=ARBITRUM, safe=D, name="Top up", description="100 LPT", created_at_ms=1_700_000_000_000
    )

    approve, bond = file["transactions"]
    assert (approve["to"], bond["to"]) == (checksummed(TOKEN), checksummed(MANAGER))
    assert bond["contractInputsValues"]["amount"] == str(lpt(100))
    assert bond["contractInputsValues"]["to"] == checksummed(T1)
    assert (bond["contractMethod"]["name"], bond["value"], file["chainId"]) == ("bondWithHint", "0", "42161")
    assert safe.checksum({**file, "meta": {**file["meta"], "name": "Another"}}) == file["meta"]["checksum"]
    assert safe.checksum({**file, "createdAt": 1}) != file["meta"]["checksum"]


def test_link__when_a_step_is_a_call__then_types_and_values_stand_in_order() -> None:
    approve = steps()[0]

    assert texts.link(approve, chain_id=ARBITRUM) == (
        f"ethereum:{checksummed(TOKEN)}@42161/approve?address={checksummed(MANAGER)}&uint256={lpt(100)}"
    )


def test_command__when_read_by_a_shell__then_it_is_the_call_and_nothing_of_the_reader_s_is_run() -> None:
    words = shlex.split(texts.command(steps()[0]))

    assert words[:4] == ["cast", "send", checksummed(TOKEN), "approve(address,uint256)"]
    assert words[4:6] == [checksummed(MANAGER), str(lpt(100))]
    assert words[6:8] == ["--from", checksummed(D)]


def test_unsigned__when_read_by_another_implementation__then_every_field_and_the_hash_are_the_same() -> None:
    bond = steps()[1]
    fees = texts.Fees(nonce=300, gas=700_000, max_fee_wei=20_000_000, tip_wei=0)

    made = texts.unsigned(bond, fees, chain_id=ARBITRUM)

    theirs = TypedTransaction.from_dict(
        {
            "type": 2, "chainId": ARBITRUM, "nonce": 300, "maxPriorityFeePerGas": 0, "maxFeePerGas": 20_000_000,
            "gas": 700_000, "to": checksummed(bond.target), "value": 0, "data": bond.calldata, "accessList": [],
        }
    )  # fmt: skip
    assert HexBytes(texts.signing_hash(made)) == theirs.hash()
    assert texts.signing_hash(made) == keccak(made)


def test_raw__when_a_wallet_takes_it__then_chain_sender_target_and_data_are_named() -> None:
    (approve, _) = texts.raw(steps(), chain_id=ARBITRUM)

    assert approve["chainId"] == "0xa4b1"
    assert (approve["from"], approve["to"], approve["value"]) == (checksummed(D), checksummed(TOKEN), "0x0")
    assert approve["data"].startswith("0x095ea7b3")


def test_export__when_a_disturbance_is_not_acknowledged__then_nothing_is_given_out() -> None:
    made = build(Add(D, lpt(100)), snapshot(state(t1=node(T1))))
    assert isinstance(made, Plan)

    for refuse in (
        lambda: texts.raw(made.steps, chain_id=1),
        lambda: texts.link(made.steps[0], chain_id=1),
        lambda: texts.command(made.steps[0]),
        lambda: safe.batch(made.steps, chain_id=1, safe=D, name="", description="", created_at_ms=0),
    ):
        with pytest.raises(ValueError, match="acknowledged"):
            refuse()
