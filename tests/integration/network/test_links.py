"""Links that gateways, reward callers and node keys show."""

from __future__ import annotations

import pytest

from apps.network.models import Block, GatewayFunding
from apps.network.selectors.links import Link, links, unknown_funders
from apps.protocol.units import WEI
from tests import factories as made
from tests.factories import address, hash_of, moment

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER, THIRD = address(1), address(2), address(3)
FIRST, SECOND = sorted((NODE, OTHER))
GATEWAY, HONEST = address(10_001), address(10_002)
BLOCK = 1060  # the seventh block of round 105, the last of these tests


@pytest.fixture(autouse=True)
def rounds() -> None:
    for number in range(100, 106):
        made.RoundFactory(number=number, block=at(number))
    made.BlockFactory(number=BLOCK)
    for node in (NODE, OTHER, THIRD):
        made.OrchestratorFactory(address=node)


def at(round_: int, after: int = 0) -> Block:
    return made.BlockFactory(number=round_ * 10 + after)


def fund(gateway: str, round_: int, sender: str | None, *, amount: int = WEI, name: str = "", read: bool = True) -> str:
    """A deposit, and its transaction's hash as links have it; `read` says whether its sender was asked for."""
    tx_hash = hash_of(f"{name} {gateway} {round_}")
    block = at(round_, 2)
    made.GatewayFundingFactory(gateway=gateway, round=round_, block=block, tx_hash=tx_hash, amount_eth_wei=amount)
    if read:
        made.TransactionSenderFactory(tx_hash=tx_hash, block=block, sender=sender)
    return "0x" + tx_hash.hex()


def pay(gateway: str, node: str, round_: int) -> None:
    made.TicketPaymentFactory(gateway=gateway, orchestrator=node, round=round_, block=at(round_, 5))


def test_links__when_a_node_funds_a_gateway_that_pays__then_each_funding_is_a_link() -> None:
    pay(GATEWAY, NODE, 103)
    pay(HONEST, NODE, 103)
    first, second = fund(GATEWAY, 101, NODE, amount=3), fund(GATEWAY, 104, NODE, amount=4)
    own = fund(HONEST, 101, HONEST, amount=9)  # relates it to nobody; others' money is measured by it
    fund(address(10_003), 101, NODE)  # pays nobody

    assert links(first_round=100, block=BLOCK) == [
        *sorted([Link(NODE, GATEWAY, "funds", 101, first, 0, 3), Link(HONEST, HONEST, "funds", 101, own, 0, 9)]),
        Link(NODE, GATEWAY, "funds", 104, second, 0, 4),
    ]
    assert [one.round for one in links(first_round=102, block=BLOCK)] == [104]
    assert [one.round for one in links(first_round=100, block=1040)] == [101, 101]  # funded later than that block
    assert links(first_round=104, block=BLOCK) == []  # it paid nobody since then


def test_links__when_deposit_and_reserve_are_funded_at_once__then_a_part_of_nothing_is_no_link() -> None:
    pay(GATEWAY, NODE, 103)
    tx_hash = fund(GATEWAY, 101, NODE, amount=5)
    made.GatewayFundingFactory(
        gateway=GATEWAY,
        kind=GatewayFunding.Kind.RESERVE,
        round=101,
        block=at(101, 2),
        tx_hash=bytes.fromhex(tx_hash[2:]),
        log_index=1,
        amount_eth_wei=0,
    )
    assert links(first_round=100, block=BLOCK) == [Link(NODE, GATEWAY, "funds", 101, tx_hash, 0, 5)]


def test_unknown_funders__when_a_sender_was_not_read_or_not_found__then_the_gateway_is_named() -> None:
    unread, unfound, unfunded = (address(10_000 + number) for number in (11, 12, 13))
    for gateway in (GATEWAY, unread, unfound, unfunded):
        pay(gateway, NODE, 103)
    fund(GATEWAY, 101, NODE)
    fund(unread, 101, None, read=False)
    fund(unfound, 101, None)
    fund(unfound, 102, unfound)

    assert unknown_funders(first_round=100, block=BLOCK) == {unread, unfound, unfunded}
    assert {one.other for one in links(first_round=100, block=BLOCK) if one.one != one.other} == {GATEWAY}
    assert unknown_funders(first_round=104, block=BLOCK) == set()


def test_links__when_somebody_may_call_reward_for_a_node__then_only_the_newest_caller_counts() -> None:
    caller = address(30_001)
    for number, (node, who) in enumerate([(NODE, address(30_000)), (NODE, caller), (OTHER, caller), (OTHER, None)]):
        made.RewardCallerChangeFactory(
            orchestrator=node, caller=who, block=at(100 + number), tx_hash=hash_of(f"caller {number}"), log_index=7
        )
    made.RewardCallerChangeFactory(orchestrator=THIRD, caller=THIRD, block=at(101))
    made.RewardCallerChangeFactory(orchestrator=address(999), caller=NODE, block=at(101))  # anybody can emit one

    tx_hash = "0x" + hash_of("caller 1").hex()
    assert links(first_round=105, block=BLOCK) == [Link(caller, NODE, "calls_reward_for", 101, tx_hash, 7)]
    assert [one.other for one in links(first_round=105, block=1020)] == [NODE, OTHER]


def key_seen(node: str, key: str, block: int) -> None:
    made.NodeAddressFactory(
        identity=hash_of(f"{node} {key} {block}"), orchestrator=node, node_key=key, first_seen=moment(block)
    )


def test_links__when_two_nodes_show_one_key__then_they_are_linked_from_when_both_were_seen() -> None:
    key = address(50_000)
    key_seen(OTHER, key, 1012)
    key_seen(NODE, key, 1033)
    key_seen(NODE, key, 1038)  # again, at another address
    key_seen(NODE, address(50_001), 1012)
    key_seen(THIRD, "", 1012)  # a source that does not tell
    key_seen(NODE, "", 1012)

    assert links(first_round=105, block=BLOCK) == [Link(FIRST, SECOND, "shares_key", 103, "", 0)]
    assert links(first_round=100, block=1030) == []  # not seen together yet


def test_links__when_a_node_signs_with_the_address_of_another__then_they_are_linked() -> None:
    key_seen(NODE, OTHER, 1012)
    key_seen(THIRD, THIRD, 1012)  # signs with its own, as most do
    assert links(first_round=100, block=BLOCK) == [Link(FIRST, SECOND, "shares_key", 101, "", 0)]


def test_links__when_a_key_is_shown_by_very_many__then_links_grow_with_them_and_not_with_their_pairs() -> None:
    many = sorted(address(number) for number in range(100, 117))
    for node in many:
        key_seen(node, address(50_000), 1012)
    found = links(first_round=100, block=BLOCK)
    assert [(one.one, one.other) for one in found] == [(many[0], other) for other in many[1:]]
