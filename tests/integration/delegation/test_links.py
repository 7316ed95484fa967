"""Links that stake and withdrawn fees show."""

from __future__ import annotations

import pytest

from apps.delegation.links import links
from apps.delegation.models import StakeEvent
from apps.network.models import Block
from apps.network.selectors.links import Link
from apps.protocol.units import WEI
from tests import factories as made
from tests.factories import address, hash_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER = address(1), address(2)
GATEWAY = address(10_001)
FRIEND, STRANGER = address(20_001), address(20_002)
BLOCK = 1060
KIND = StakeEvent.Kind


@pytest.fixture(autouse=True)
def network() -> None:
    for number in range(100, 106):
        made.RoundFactory(number=number, block=at(number))
    made.BlockFactory(number=BLOCK)
    for node in (NODE, OTHER):
        made.OrchestratorFactory(address=node)
    made.TicketPaymentFactory(gateway=GATEWAY, orchestrator=NODE, round=103, block=at(103, 5))


def at(round_: int, after: int = 0) -> Block:
    return made.BlockFactory(number=round_ * 10 + after)


def event(kind: str, who: str, round_: int, *, sender: str | None = None, **columns: object) -> str:
    """A log about stake, and its transaction's hash as links have it."""
    tx_hash = hash_of(f"{kind} {who} {round_} {sorted(columns.items(), key=str)}")
    block = at(round_, 3)
    made.StakeEventFactory(kind=kind, delegator=who, round=round_, block=block, tx_hash=tx_hash, **columns)
    if sender is not None:
        made.TransactionSenderFactory(tx_hash=tx_hash, block=block, sender=sender)
    return "0x" + tx_hash.hex()


def fees(who: str, round_: int, to: str, amount: int) -> str:
    return event(KIND.WITHDRAW_FEES, who, round_, delegate=None, other=to, fees_eth_wei=amount, amount_lpt_wei=None)


def test_links__when_fees_are_withdrawn_to_another__then_a_node_or_gateway_on_either_side_makes_a_link() -> None:
    one, two, three = fees(NODE, 101, FRIEND, 5), fees(FRIEND, 102, GATEWAY, 6), fees(NODE, 103, FRIEND, 7)
    fees(NODE, 104, NODE, 8)
    fees(FRIEND, 104, STRANGER, 9)

    assert links(first_round=100, block=BLOCK) == [
        Link(NODE, FRIEND, "withdraws_to", 101, one, 0, 5),
        Link(FRIEND, GATEWAY, "withdraws_to", 102, two, 0, 6),
        Link(NODE, FRIEND, "withdraws_to", 103, three, 0, 7),
    ]
    assert [one.round for one in links(first_round=102, block=1025)] == []  # nobody had paid by then
    assert [one.round for one in links(first_round=103, block=BLOCK)] == [103]


def test_links__when_stake_is_handed_over__then_sender_and_receiver_are_linked() -> None:
    tx_hash = event(KIND.TRANSFER, NODE, 101, delegate=None, other=FRIEND, amount_lpt_wei=40)
    event(KIND.UNBOND, NODE, 101, delegate=NODE, amount_lpt_wei=40, in_transfer=True)
    event(KIND.TRANSFER, FRIEND, 102, delegate=None, other=STRANGER, amount_lpt_wei=40)
    assert links(first_round=100, block=BLOCK) == [Link(NODE, FRIEND, "hands_stake", 101, tx_hash, 0, 40)]


def test_links__when_another_paid_for_a_bond__then_the_payer_is_linked_to_its_owner() -> None:
    bond = {"other": "0x" + "0" * 40, "delegate": NODE}
    tx_hash = event(KIND.BOND, OTHER, 101, sender=FRIEND, amount_lpt_wei=70, **bond)
    event(KIND.BOND, NODE, 101, sender=NODE, amount_lpt_wei=70, **bond)
    event(KIND.BOND, NODE, 102, amount_lpt_wei=70, **bond)  # whose money, nobody was asked
    event(KIND.BOND, STRANGER, 102, sender=FRIEND, amount_lpt_wei=70, **bond)
    event(KIND.BOND, NODE, 103, sender=FRIEND, amount_lpt_wei=0, **bond)  # moves what is there
    assert links(first_round=100, block=BLOCK) == [Link(FRIEND, OTHER, "bonds_for", 101, tx_hash, 0, 70)]


def test_links__when_a_gateway_has_stake_with_a_node__then_the_log_that_placed_it_last_shows_it() -> None:
    event(KIND.BOND, GATEWAY, 100, delegate=OTHER, amount_lpt_wei=50 * WEI)
    tx_hash = event(KIND.BOND, GATEWAY, 101, delegate=NODE, amount_lpt_wei=0)
    event(KIND.CLAIM, GATEWAY, 102, delegate=NODE, amount_lpt_wei=3 * WEI)
    event(KIND.UNBOND, GATEWAY, 104, delegate=NODE, amount_lpt_wei=20 * WEI)
    event(KIND.BOND, STRANGER, 100, delegate=NODE, amount_lpt_wei=50 * WEI)  # no gateway

    held = Link(GATEWAY, NODE, "delegates", 101, tx_hash, 0, 33 * WEI)
    assert links(first_round=103, block=BLOCK) == [held]  # it still stands
    assert links(first_round=103, block=1035) == [held._replace(amount_wei=53 * WEI)]

    event(KIND.UNBOND, GATEWAY, 105, delegate=NODE, amount_lpt_wei=33 * WEI)
    assert links(first_round=103, block=BLOCK) == []
