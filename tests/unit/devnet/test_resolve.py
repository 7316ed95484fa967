"""Acts against what the chain says: carried out, or left out where the contracts would refuse."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.devnet import moves
from apps.devnet.acts import Act, Verb
from apps.devnet.calldata import arguments_of
from apps.devnet.cast import make_cast
from apps.devnet.deployment import Deployment
from apps.devnet.resolve import Needs, Scene, needs, resolve
from apps.devnet.tickets import REDEEM
from apps.devnet.view import Holding, Lock, Node, Purse, View
from apps.devnet.wire import Call
from apps.protocol.units import NEVER, WEI, ZERO_ADDRESS

pytestmark = pytest.mark.unit

CAST = make_cast(1)
NAMES = ("LivepeerToken", "BondingManager", "RoundsManager", "TicketBroker", "ServiceRegistry", "PollCreator")
POLL = "0x" + "9e" * 20
AT = Deployment(
    chain_id=31337,
    genesis_hash="0x",
    seed=1,
    block=1,
    round_length=30,
    deployer=CAST.exchange.address,
    controller="0x" + "c0" * 20,
    addresses={name: f"0x{place + 1:040x}" for place, name in enumerate(NAMES)},
)
NUMBER = 40
SAVER, NODE, GATEWAY = (CAST.accounts[name].address for name in ("topper-1", "steady-worker", "studio-gateway"))
HOLDING = Holding(
    bonded=100 * WEI,
    delegate=NODE,
    start_round=5,
    next_lock=3,
    pending_stake=110 * WEI,
    pending_fees=WEI,
    wallet=50 * WEI,
    allowance=2**256 - 1,
    locks=(Lock(0, 7 * WEI, 12), Lock(2, 9 * WEI, 47)),
)
ACTIVE = Node(last_reward_round=39, activation_round=2, deactivation_round=NEVER)


def calls(
    act: Act,
    *,
    holding: Holding = HOLDING,
    node: Node = ACTIVE,
    purse: Purse | None = None,
    staked: int = 0,
    poll: str | None = POLL,
) -> list[Call]:
    view = View(
        round=NUMBER,
        round_hash=b"\x01" * 32,
        staked_ppm=staked,
        newest_poll=poll,
        holdings={SAVER: holding},
        nodes={NODE: node},
        purses={GATEWAY: purse or Purse(deposit=WEI, withdraw_round=0, reserve=0)},
    )
    return resolve(act, Scene(CAST, AT, view))


def saver(verb: Verb, target: str = "", *, amount: int = 0, part_ppm: int = 0) -> Act:
    return Act(10, "topper-1", verb, target, amount=amount, part_ppm=part_ppm)


def node(verb: Verb, target: str = "", *, amount: int = 0) -> Act:
    return Act(10, "steady-worker", verb, target, amount=amount)


def test_reward__active_and_not_yet_called__is_called() -> None:
    assert calls(node(Verb.REWARD)) == [moves.reward(AT, NODE)]


@pytest.mark.parametrize(
    "state",
    [
        replace(ACTIVE, last_reward_round=NUMBER),
        replace(ACTIVE, activation_round=NUMBER + 1),
        replace(ACTIVE, deactivation_round=NUMBER),
    ],
)
def test_reward__called_already_or_not_active__is_left_out(state: Node) -> None:
    assert calls(node(Verb.REWARD), node=state) == []


def test_set_cuts__active_before_its_reward__is_left_out() -> None:
    assert calls(node(Verb.SET_CUTS, amount=5)) == []


def test_set_cuts__after_its_reward__is_sent() -> None:
    assert calls(node(Verb.SET_CUTS, amount=5), node=replace(ACTIVE, last_reward_round=NUMBER)) == [
        moves.set_cuts(AT, NODE, 5, 0)
    ]


def test_bond__with_a_full_wallet__is_one_call() -> None:
    assert calls(saver(Verb.BOND, "open-hand", amount=50 * WEI)) == [
        moves.bond(AT, SAVER, 50 * WEI, CAST.accounts["open-hand"].address)
    ]


def test_bond__first_time_and_short__buys_approves_and_bonds() -> None:
    fresh = replace(HOLDING, wallet=20 * WEI, allowance=0)
    assert calls(saver(Verb.BOND, "steady-worker", amount=50 * WEI), holding=fresh) == [
        moves.give_lpt(AT, CAST.exchange.address, SAVER, 30 * WEI),
        moves.approve(AT, SAVER),
        moves.bond(AT, SAVER, 50 * WEI, NODE),
    ]


def test_move__to_where_it_is__is_left_out() -> None:
    assert calls(saver(Verb.BOND, "steady-worker")) == []


def test_move__of_nothing__is_left_out() -> None:
    assert calls(saver(Verb.BOND, "open-hand"), holding=replace(HOLDING, bonded=0)) == []


def test_unbond__a_part__is_of_the_pending_stake() -> None:
    assert calls(saver(Verb.UNBOND, part_ppm=250_000)) == [moves.unbond(AT, SAVER, 27_500_000_000_000_000_000)]


@pytest.mark.parametrize("state", [replace(HOLDING, start_round=41), replace(HOLDING, delegate=ZERO_ADDRESS)])
def test_unbond__pending_or_with_nobody__is_left_out(state: Holding) -> None:
    assert calls(saver(Verb.UNBOND, part_ppm=250_000), holding=state) == []


def test_unbond_gain__above_the_opening_stake__is_exactly_that() -> None:
    assert calls(saver(Verb.UNBOND_GAIN, amount=100 * WEI)) == [moves.unbond(AT, SAVER, 10 * WEI)]
    assert calls(saver(Verb.UNBOND_GAIN, amount=110 * WEI)) == []


def test_rebond__takes_the_newest_lock() -> None:
    assert calls(saver(Verb.REBOND)) == [moves.rebond(AT, SAVER, 2)]


def test_rebond_from_unbonded__still_bonded__is_left_out() -> None:
    assert calls(saver(Verb.REBOND_FROM_UNBONDED, "open-hand")) == []


def test_withdraw_stake__takes_the_oldest_matured_lock_only() -> None:
    assert calls(saver(Verb.WITHDRAW_STAKE)) == [moves.withdraw_stake(AT, SAVER, 0)]
    assert calls(saver(Verb.WITHDRAW_STAKE), holding=replace(HOLDING, locks=HOLDING.locks[1:])) == []


def test_withdraw_fees__takes_all_to_itself() -> None:
    assert calls(saver(Verb.WITHDRAW_FEES)) == [moves.withdraw_fees(AT, SAVER, SAVER, WEI)]
    assert calls(saver(Verb.WITHDRAW_FEES), holding=replace(HOLDING, pending_fees=1)) == []


@pytest.mark.parametrize(
    ("staked", "expected"),
    [
        (510_000, [moves.unbond(AT, SAVER, 40 * WEI)]),
        (490_000, [moves.bond(AT, SAVER, 40 * WEI, NODE)]),
        (500_000, []),
    ],
)
def test_even_out__by_the_bonding_rate__unbonds_bonds_or_rests(staked: int, expected: list[Call]) -> None:
    assert calls(saver(Verb.EVEN_OUT, "steady-worker", amount=40 * WEI), staked=staked) == expected


def test_redeem__funded_and_active__is_a_ticket_of_this_round() -> None:
    (call,) = calls(Act(10, "steady-worker", Verb.REDEEM, "studio-gateway", amount=5, nonce=4001))
    fields, _, _ = arguments_of(REDEEM, call.data)
    assert (fields[0], fields[1], fields[2], fields[4]) == (NODE, GATEWAY, 5, 4001)
    assert fields[6] == NUMBER.to_bytes(32) + b"\x01" * 32


def test_redeem__from_an_empty_purse__is_left_out() -> None:
    act = Act(10, "steady-worker", Verb.REDEEM, "studio-gateway", amount=5, nonce=4001)
    assert calls(act, purse=Purse(0, 0, 0)) == []


def test_unlock__asked_for_already__is_left_out() -> None:
    act = Act(10, "studio-gateway", Verb.UNLOCK)
    assert calls(act) == [moves.unlock(AT, GATEWAY)]
    assert calls(act, purse=Purse(WEI, 45, 0)) == []


def test_withdraw__before_its_round__is_left_out() -> None:
    act = Act(10, "studio-gateway", Verb.WITHDRAW)
    assert calls(act, purse=Purse(WEI, 41, 0)) == []
    assert calls(act, purse=Purse(WEI, 40, 0)) == [moves.withdraw(AT, GATEWAY)]


def test_needs__of_mixed_acts__asks_for_no_more_than_they_use() -> None:
    acts = [node(Verb.REWARD), saver(Verb.UNBOND), Act(10, "steady-worker", Verb.REDEEM, "studio-gateway")]
    assert needs(acts, CAST) == Needs(holders=[SAVER], nodes=[NODE, NODE], gateways=[GATEWAY])


def test_create_poll__with_stake_enough__is_sent() -> None:
    act = Act(9, "topper-1", Verb.CREATE_POLL, text="Shall we?")
    assert calls(act) == [moves.create_poll(AT, SAVER, "Shall we?")]
    assert calls(act, holding=replace(HOLDING, pending_stake=100 * WEI - 1)) == []


def test_vote__while_there_is_a_poll__goes_to_the_newest() -> None:
    assert calls(saver(Verb.VOTE, amount=1)) == [moves.vote(SAVER, POLL, 1)]
    assert calls(saver(Verb.VOTE, amount=1), poll=None) == []


def test_needs__of_a_vote__are_the_newest_poll_and_nobodys_stake() -> None:
    assert needs([saver(Verb.VOTE)], CAST) == Needs(with_polls=True)
