"""Who stands behind a node, pending amounts counted, and how stake came and went."""

from __future__ import annotations

import pytest

from apps.delegation import selectors
from apps.protocol.perc import ONE
from apps.protocol.units import WEI, ZERO_ADDRESS
from tests.factories import (
    BlockFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    PositionFactory,
    StakeEventFactory,
    address,
    hash_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER, ANN, BOB = address(1), address(2), address(21), address(22)


def test_delegators__when_rewards_are_pending__then_counted_by_factors_and_commission() -> None:
    node = OrchestratorFactory(
        address=NODE, last_reward_round=9, last_fee_round=8, cumulative_rewards_lpt_wei=7, cumulative_fees_eth_wei=5
    )
    OrchestratorRoundFactory(orchestrator=NODE, round=4, reward_factor=2 * ONE, fee_factor=ONE // 10)
    OrchestratorRoundFactory(orchestrator=NODE, round=8, reward_factor=2 * ONE, fee_factor=ONE // 2)
    OrchestratorRoundFactory(orchestrator=NODE, round=9, reward_factor=3 * ONE, fee_factor=0)
    # a claim stores the factors of its round
    OrchestratorRoundFactory(orchestrator=NODE, round=10, reward_factor=3 * ONE, fee_factor=ONE // 2)
    PositionFactory(delegator=ANN, delegate=NODE, bonded_lpt_wei=100 * WEI, fees_eth_wei=WEI, last_claim_round=4)
    PositionFactory(delegator=NODE, delegate=NODE, bonded_lpt_wei=10 * WEI, last_claim_round=4, start_round=3)
    PositionFactory(delegator=BOB, delegate=NODE, bonded_lpt_wei=90 * WEI, last_claim_round=10)
    PositionFactory(delegator=address(23), delegate=NODE, bonded_lpt_wei=0)
    PositionFactory(delegator=address(24), delegate=OTHER)
    found = selectors.delegators_of(node)
    assert [(one.address, one.stake_lpt_wei, one.fees_eth_wei, one.is_node) for one in found] == [
        (ANN, 150 * WEI, WEI + 20 * WEI, False),
        (BOB, 90 * WEI, 0, False),
        (NODE, 15 * WEI + 7, 2 * WEI + 5, True),
    ]


def test_delegators_with_stake__when_some_left__then_not_counted() -> None:
    PositionFactory(bonded_lpt_wei=1)
    PositionFactory(bonded_lpt_wei=0)
    assert selectors.delegators_with_stake() == 1


def moves(*, most: int = 50) -> list[tuple[str, str, str, int | None]]:
    return [
        (one.kind, one.account, one.node or one.other, one.lpt_wei)
        for one in selectors.stake_happenings(NODE, most=most)
    ]


def test_stake_happenings__when_stake_is_new__then_a_bond() -> None:
    StakeEventFactory(delegator=ANN, delegate=NODE, other=ZERO_ADDRESS, amount_lpt_wei=5, bonded_lpt_wei=5)
    StakeEventFactory(delegator=ANN, delegate=NODE, other=NODE, amount_lpt_wei=2, bonded_lpt_wei=7)
    assert moves() == [("bond", ANN, NODE, 2), ("bond", ANN, ZERO_ADDRESS, 5)]


def test_stake_happenings__when_a_position_changes_sides__then_both_nodes_see_what_moved() -> None:
    StakeEventFactory(delegator=ANN, delegate=NODE, other=OTHER, amount_lpt_wei=0, bonded_lpt_wei=40)
    StakeEventFactory(delegator=BOB, delegate=OTHER, other=NODE, amount_lpt_wei=3, bonded_lpt_wei=33)
    assert moves() == [("moved_away", BOB, OTHER, 30), ("moved_here", ANN, OTHER, 40)]


def test_stake_happenings__when_it_is_claimed_or_withdrawn__then_no_news() -> None:
    for kind in ("claim", "withdraw_stake", "withdraw_fees"):
        StakeEventFactory(kind=kind, delegator=ANN, delegate=NODE)
    StakeEventFactory(kind="unbond", delegator=ANN, delegate=NODE, amount_lpt_wei=4, bonded_lpt_wei=None)
    assert moves() == [("unbond", ANN, "", 4)]


def transfer(name: str, *, sender: str, receiver: str, left: str, came: str, first: int = 0) -> None:
    """The three logs of one transferBond."""
    block, tx_hash = BlockFactory(number=5000), hash_of(name)
    shared = {"block": block, "tx_hash": tx_hash, "amount_lpt_wei": 9, "bonded_lpt_wei": None}
    StakeEventFactory(kind="unbond", delegator=sender, delegate=left, in_transfer=True, log_index=first, **shared)
    StakeEventFactory(kind="transfer", delegator=sender, delegate=None, other=receiver, log_index=first + 1, **shared)
    StakeEventFactory(kind="rebond", delegator=receiver, delegate=came, in_transfer=True, log_index=first + 2, **shared)


@pytest.mark.parametrize(
    ("left", "came", "kind"),
    [(NODE, OTHER, "transfer_out"), (OTHER, NODE, "transfer_in"), (NODE, NODE, "transfer_within")],
)
def test_stake_happenings__when_stake_is_handed_over__then_one_row(left: str, came: str, kind: str) -> None:
    transfer("one", sender=ANN, receiver=BOB, left=left, came=came)
    assert moves() == [(kind, ANN, BOB, 9)]


def test_stake_happenings__when_one_transaction_hands_over_twice__then_two_rows() -> None:
    transfer("both", sender=ANN, receiver=BOB, left=NODE, came=OTHER)
    transfer("both", sender=BOB, receiver=ANN, left=OTHER, came=NODE, first=3)
    assert moves() == [("transfer_in", BOB, ANN, 9), ("transfer_out", ANN, BOB, 9)]


def test_stake_happenings__when_limited__then_the_newest() -> None:
    for amount in range(1, 6):
        StakeEventFactory(delegator=ANN, delegate=NODE, other=NODE, amount_lpt_wei=amount)
    assert [lpt for _, _, _, lpt in moves(most=2)] == [5, 4]
