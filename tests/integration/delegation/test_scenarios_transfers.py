"""Acceptance scenarios between accounts on scene F: A10 to A14, A24 to A26, A33 and A34."""

from __future__ import annotations

from dataclasses import replace

import pytest

from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.intentions import (
    Cancel,
    Delegate,
    HandOver,
    Intention,
    MoveAll,
    MovePart,
    Undelegate,
    WithdrawFees,
)
from apps.delegation.plan.refusals import Refusal
from apps.devnet import moves
from apps.protocol.bonding import steps
from apps.protocol.bonding.state import Lock, Status
from apps.protocol.units import ZERO_ADDRESS, Address, EthWei, Round
from tests.integration.delegation.scene import NOW, Scene, lpt
from tests.stages import ETH

pytestmark = pytest.mark.integration

REFUSES_ETHER = "0x60006000fd"  # reverts whatever comes in


@pytest.fixture
def t1(scene: Scene) -> Address:
    return Address(scene.t1.address)


@pytest.fixture
def t2(scene: Scene) -> Address:
    return Address(scene.t2.address)


def stakes_with(scene: Scene, who: Address, to: Address, amount: int) -> None:
    at = scene.stage.net.deployment
    scene.did(
        moves.give_lpt(at, at.deployer, who, amount),
        moves.approve(at, who, amount),
        moves.bond(at, who, amount, to),
    )


def test_a10__part_to_a_second_account_elsewhere__then_a_seed_opens_it_and_the_part_lands_there(
    scene: Scene, t1: Address, t2: Address
) -> None:
    scene.reward(scene.t1)

    plan = scene.plan(MovePart(scene.d, scene.b, t2, lpt("400")))
    said = scene.mined(plan)

    assert [step.function for step in plan.steps] == ["approve", "bondForWithHint", "transferBond"]
    now = scene.now().state
    mine, theirs = now.account(scene.d), now.account(scene.b)
    assert (mine.bonded, mine.delegate, now.status_of(scene.d)) == (lpt("603.2"), t1, Status.BONDED)
    assert (theirs.bonded, theirs.delegate, now.status_of(scene.b)) == (lpt("400") + 1, t2, Status.PENDING)
    moved = [(one.name, one.arguments.get("delegate")) for one in said if one.name in ("Unbond", "Rebond")]
    assert moved == [("Unbond", t1), ("Rebond", t2)]
    assert [one.name for one in said][-3:] == ["Unbond", "TransferBond", "Rebond"]


def test_a11__receiver_whose_delegate_has_yet_to_call__on_the_first_contracts__then_it_is_done_as_promised(
    scene: Scene, t2: Address
) -> None:
    """These contracts have no such guard, and claim nothing for the receiver."""
    scene.to_round(NOW + 1)
    stakes_with(scene, scene.b, t2, lpt("10"))
    scene.to_round(NOW + 2)

    scene.mined(scene.plan(MovePart(scene.d, scene.b, t2, lpt("400"))))

    assert (scene.of(scene.b).bonded, scene.of(scene.b).last_claim_round) == (lpt("410"), NOW + 1)


def test_a11__the_same__planner_alone_for_later_contracts__then_refused_before_the_reward_and_done_after_it(
    scene: Scene, t2: Address
) -> None:
    wanted = MovePart(scene.d, scene.b, t2, lpt("400"))
    stakes_with(scene, scene.b, t2, lpt("10"))
    scene.to_round(NOW + 1)

    early = scene.later(wanted)
    scene.reward(scene.t2)
    made = scene.later(wanted)

    assert isinstance(early, Refusal)
    assert early.code == "others_reward_first"
    assert isinstance(made, Plan)
    assert made.run.after.account(scene.b).delegate == t2
    assert made.run.after.account(scene.b).last_claim_round == NOW + 1


def test_a12__part_to_an_unbonded_account__then_it_stays_with_the_orchestrator_and_fees_and_locks_stay(
    scene: Scene, t1: Address
) -> None:
    """The first contracts do not begin a receiver's position anew, so a seed of one wei does."""
    scene.ticket(scene.t1, ETH // 2)
    scene.reward(scene.t1)
    scene.mined(scene.plan(Undelegate(scene.d, lpt("5"))))
    before = scene.of(scene.d)

    scene.mined(scene.plan(MovePart(scene.d, scene.b, t1, lpt("400"))))

    now = scene.now().state
    assert (now.account(scene.b).delegate, now.status_of(scene.b)) == (t1, Status.PENDING)
    assert now.account(scene.b).bonded == lpt("400") + 1
    assert now.account(scene.d).locks == before.locks == {0: Lock(lpt("5"), Round(NOW + 7))}
    assert now.account(scene.d).fees == before.fees == 25 * ETH // 1000


def test_a12__the_same__planner_alone_for_later_contracts__then_it_is_one_call(scene: Scene, t1: Address) -> None:
    scene.reward(scene.t1)

    made = scene.later(MovePart(scene.d, scene.b, t1, lpt("400")))

    assert isinstance(made, Plan)
    assert [step.function for step in made.steps] == ["transferBond"]
    assert made.run.after.status_of(scene.b) is Status.PENDING


def test_a13__part_to_an_orchestrator__then_it_is_called_a_gift(scene: Scene, t1: Address) -> None:
    scene.reward(scene.t1)

    plan = scene.plan(MovePart(scene.d, t1, t1, lpt("1")))
    scene.mined(plan)

    assert {"ownership_given_away", "gift_to_orchestrator"} <= {one.code for one in plan.disturbances}
    assert scene.of(t1).bonded == lpt("9001")


def test_a13__receiver_without_stake_that_is_the_own_delegate__then_it_is_refused_though_these_contracts_take_it(
    scene: Scene, t1: Address
) -> None:
    """On the first contracts such a gift registers the orchestrator anew; the model says so, the planner refuses."""
    scene.reward(scene.t1)
    scene.mined(scene.plan(Undelegate(t1)))
    wanted = HandOver(scene.d, t1)
    modelled = steps.transfer_bond(scene.snapshot(wanted).state, scene.d, t1, lpt("1")).state

    refused = scene.refused(wanted)
    later = scene.later(wanted)
    scene.did(moves.transfer_bond(scene.stage.net.deployment, scene.d, t1, lpt("1")))

    assert refused == "receiver_is_delegate"
    assert isinstance(later, Refusal)
    assert later.code == "receiver_is_delegate"
    now = scene.now().state
    assert (now.accounts[t1], now.nodes[t1]) == (modelled.accounts[t1], modelled.nodes[t1])
    assert now.nodes[t1].registered


@pytest.mark.parametrize(("nobody", "code"), [(True, "to_nobody"), (False, "same_account")])
def test_a14__part_to_nobody_or_oneself__then_it_is_refused(scene: Scene, t1: Address, nobody: bool, code: str) -> None:
    receiver = ZERO_ADDRESS if nobody else scene.d
    at = scene.snapshot(MovePart(scene.d, scene.b, t1, lpt("1")))

    refused = build(MovePart(scene.d, receiver, t1, lpt("1")), at)

    assert isinstance(refused, Refusal)
    assert refused.code == code


def test_a24__target_on_its_way_out__planner_alone_for_later_contracts__then_refused_until_it_has_called(
    scene: Scene, t2: Address
) -> None:
    """The first contracts take stake for an orchestrator on its way out at any time."""
    wanted = MoveAll(scene.d, t2)

    early, late = (_as_if_leaving(scene, wanted, t2, rewarded=rewarded) for rewarded in (False, True))

    assert isinstance(early, Refusal)
    assert early.code == "leaving_before_reward"
    assert isinstance(late, Plan)
    assert late.run.after.pool.holds(t2)
    assert "delegate_leaving" not in late.missing


def _as_if_leaving(scene: Scene, wanted: Intention, who: Address, *, rewarded: bool) -> Plan | Refusal:
    """Evicted in this round, from a pool that has a place again."""
    now = scene.snapshot(wanted).state
    node = replace(
        now.node(who),
        deactivation_round=Round(NOW + 1),
        last_reward_round=Round(NOW if rewarded else NOW - 1),
    )
    return scene.later(wanted, nodes={**now.nodes, who: node}, pool=now.pool.without(who))


def test_a25__stake_for_the_zero_address__then_it_is_refused_although_the_contract_takes_it(scene: Scene) -> None:
    at = scene.stage.net.deployment

    refused = scene.refused(Delegate(scene.d2, ZERO_ADDRESS, lpt("10")))
    said = scene.did(moves.approve(at, scene.d2, lpt("10")), moves.bond(at, scene.d2, lpt("10"), ZERO_ADDRESS))

    assert refused == "to_nobody"
    assert [one.arguments["newDelegate"] for one in said if one.name == "Bond"] == [ZERO_ADDRESS]


def test_a26__orchestrator_that_wants_to_delegate__then_refused_and_the_way_offered_works_at_once(
    scene: Scene, t1: Address, t2: Address
) -> None:
    scene.reward(scene.t1, scene.t2)

    refused = scene.refused(MoveAll(t2, t1))
    contract = scene.contract_says(moves.bond(scene.stage.net.deployment, t2, 0, t1))
    out = scene.plan(Undelegate(t2))
    scene.mined(out)
    scene.mined(scene.plan(Cancel(t2, 0, to=t1)))

    assert refused == "orchestrators_stay"
    assert contract == "registered transcoders can't delegate towards other addresses"
    assert "orchestrator_resigns" in [one.code for one in out.disturbances]
    assert (scene.of(t2).delegate, scene.of(t2).bonded) == (t1, lpt("10040"))


def test_a33__third_party_stakes_for_an_unbonded_account_first__then_the_stale_plan_is_not_made_again(
    scene: Scene, t1: Address, t2: Address
) -> None:
    at = scene.stage.net.deployment
    stakes_with(scene, scene.d2, t1, lpt("10"))
    scene.to_round(NOW + 1)
    scene.reward(scene.t1)
    scene.mined(scene.plan(Undelegate(scene.d2)))
    wanted = Cancel(scene.d2, 0, to=t1)
    plan = scene.plan(wanted)

    scene.did(moves.approve(at, scene.d, 1), moves.bond_for(at, scene.d, 1, scene.d2, t2))

    assert scene.refused(wanted) == "delegate_differs"
    assert scene.contract_says(moves.rebond_from_unbonded(at, scene.d2, t1, 0)) == "caller must be unbonded"
    assert [step.function for step in plan.steps] == ["rebondFromUnbondedWithHint"]


def test_a34__fees_to_a_contract_that_refuses_them__then_the_simulation_fails_and_another_account_is_offered(
    scene: Scene,
) -> None:
    scene.ticket(scene.t1, ETH)
    scene.reward(scene.t1)
    scene.stage.client.rpc("anvil_setCode", [scene.b, REFUSES_ETHER])
    wanted = WithdrawFees(scene.d, scene.b, EthWei(5 * ETH // 100))

    _, proof = scene.proved(wanted)
    told = build(wanted, replace(scene.snapshot(wanted), contracts=frozenset({scene.b})))

    assert [one.ok for one in proof.outcomes] == [False]
    assert isinstance(told, Plan)
    assert "eth_to_contract" in told.missing
    assert told.alternatives[0].kind == "withdraw_fees"
    scene.mined(scene.plan(WithdrawFees(scene.d, scene.d2, EthWei(5 * ETH // 100))))


def test_a34__more_fees_than_there_are__then_it_is_refused_as_the_contract_would(scene: Scene) -> None:
    scene.ticket(scene.t1, ETH)
    amount = 6 * ETH // 100
    raw = moves.withdraw_fees(scene.stage.net.deployment, scene.d, scene.d, amount)

    refused = scene.refused(WithdrawFees(scene.d, scene.d, EthWei(amount)))

    assert scene.now().own[scene.d].fees == 5 * ETH // 100
    assert (refused, scene.contract_says(raw)) == ("over_fees", "insufficient fees to withdraw")


def test_commission__after_the_claim_of_the_round__then_it_waits_for_the_next_as_the_contract_has_it(
    scene: Scene, t1: Address
) -> None:
    """Found by the soak: pendingStake and pendingFees tell more than a call of this round can take."""
    at = scene.stage.net.deployment
    scene.did(moves.claim_earnings(at, t1))
    scene.reward(scene.t1)
    scene.ticket(scene.t1, ETH)
    worth = scene.now().own[t1]

    assert (worth.stake, worth.fees) == (lpt("9008"), ETH // 2)
    assert scene.contract_says(moves.unbond(at, t1, worth.stake)) == "amount is greater than bonded amount"
    assert scene.contract_says(moves.withdraw_fees(at, t1, t1, 1)) == "insufficient fees to withdraw"
    assert [scene.refused(one) for one in (Undelegate(t1), WithdrawFees(t1, t1))] == ["commission_waits"] * 2
    scene.to_round(NOW + 1)
    scene.reward(scene.t1)
    scene.mined(scene.plan(WithdrawFees(t1, t1)))
    scene.mined(scene.plan(Undelegate(t1, lpt("9008"))))
