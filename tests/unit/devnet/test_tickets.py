"""Tickets: the hash that the gateway signs, and who signed it."""

from __future__ import annotations

from dataclasses import replace

import pytest
from eth_account import Account as Signer
from eth_account.messages import encode_defunct

from apps.devnet.calldata import arguments_of
from apps.devnet.keys import account
from apps.devnet.tickets import OFTEN_WINS, REDEEM, Ticket, redemption

pytestmark = pytest.mark.unit

GATEWAY = account(1, "gateway")
TICKET = Ticket(
    recipient="0x" + "11" * 20,
    sender=GATEWAY.address,
    face_value=10**17,
    sender_nonce=3,
    rand=4,
    creation_round=5,
    creation_hash=b"\x06" * 32,
)


def test_aux_data__of_a_ticket__is_round_and_block_hash() -> None:
    assert TICKET.aux_data() == (5).to_bytes(32) + b"\x06" * 32


def test_redemption__of_a_ticket__carries_the_gateways_personal_signature() -> None:
    fields, signature, rand = arguments_of(REDEEM, redemption(TICKET, gateway=GATEWAY))
    assert fields == TICKET.fields()
    assert rand == 4
    assert Signer.recover_message(encode_defunct(TICKET.hash()), signature=signature).lower() == GATEWAY.address


def test_redemption__of_a_ticket_that_may_lose__is_of_the_first_that_wins_after_it() -> None:
    rare = replace(TICKET, win_prob=OFTEN_WINS)

    fields, signature, rand = arguments_of(REDEEM, redemption(rare, gateway=GATEWAY))

    tried = [replace(rare, rand=number) for number in range(4, rand + 1)]
    signed = [Signer.sign_message(encode_defunct(one.hash()), GATEWAY.key).signature for one in tried]
    assert [one.wins(bytes(each)) for one, each in zip(tried, signed, strict=True)] == [False] * (rand - 4) + [True]
    assert rand > 4
    assert (fields, signature) == (tried[-1].fields(), bytes(signed[-1]))
