"""The reward to come and what an early claim gives up: scenarios A1 and A2, by the numbers of the fixture."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.protocol.bonding.rewards import Mint, forfeited, reward_of
from apps.protocol.bonding.state import Account, Node, State
from apps.protocol.earnings import Factors
from apps.protocol.hints import Pool
from apps.protocol.perc import ONE
from apps.protocol.units import NEVER, WEI, Address, LptWei, Ppm, Round

pytestmark = pytest.mark.unit

T1, D = Address("0x" + "1" * 40), Address("0x" + "d" * 40)
MINT = Mint(LptWei(20_000 * WEI), LptWei(5_000_000 * WEI), 10**26)
NODE = Node(
    T1,
    stake=LptWei(10_000 * WEI),
    registered=True,
    active=True,
    last_reward_round=Round(3999),
    deactivation_round=Round(NEVER),
    reward_cut=Ppm(200_000),
    latest=Factors(ONE, 0),
    round_stake=LptWei(10_000 * WEI),
)
STATE = State(
    round=Round(4000),
    unbonding_period=7,
    pool=Pool.of([(T1, LptWei(10_000 * WEI))], max_size=100),
    accounts={D: Account(D, delegate=T1, bonded=LptWei(1_000 * WEI), last_claim_round=Round(3999))},
    nodes={T1: NODE},
    factors={(T1, Round(3999)): Factors(ONE, 0)},
)


def milli(amount: int) -> int:
    return amount * WEI // 1000


def test_reward__when_an_average_node_calls__then_treasury_commission_and_shared_part_are_as_in_the_contract() -> None:
    reward = reward_of(NODE, MINT)

    assert (reward.minted, reward.treasury, reward.commission, reward.shared) == (
        40 * WEI, 4 * WEI, milli(7_200), milli(28_800),
    )  # fmt: skip


def test_reward__when_there_is_no_treasury__then_nothing_goes_there() -> None:
    reward = reward_of(NODE, replace(MINT, treasury_cut=0))

    assert (reward.treasury, reward.commission, reward.shared) == (0, 8 * WEI, 32 * WEI)


def test_early_claim__when_the_delegate_has_yet_to_call__then_the_whole_position_s_reward_is_given_up() -> None:
    assert forfeited(STATE, D, MINT) == milli(2_880)


@pytest.mark.parametrize(
    "state",
    [
        STATE.with_node(replace(NODE, last_reward_round=Round(4000))),
        STATE.with_node(replace(NODE, active=False)),
        STATE.with_account(replace(STATE.accounts[D], last_claim_round=Round(4000))),
        STATE.with_account(Account(D)),
    ],
    ids=["rewarded", "not active", "claimed already", "unbonded"],
)
def test_early_claim__when_nothing_is_to_come_for_the_position__then_nothing_is_given_up(state: State) -> None:
    assert forfeited(state, D, MINT) == 0
