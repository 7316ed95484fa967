"""Acceptance scenarios A1 to A4, A17 and A39 on scene F: what is earned, and what an early claim gives up."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from apps.delegation.plan.build import Plan, build
from apps.delegation.plan.facts import Worsened
from apps.delegation.plan.intentions import Add, MoveAll, Undelegate
from apps.delegation.waiting import expected
from apps.devnet import moves
from apps.protocol.bonding.rewards import Mint, reward_of
from apps.protocol.bonding.state import Status
from apps.protocol.earnings import Earnings
from apps.protocol.units import Address, EthWei, LptWei, Ppm, Round
from tests.integration.delegation.scene import NOW, Scene, lpt
from tests.stages import ETH, LPT

pytestmark = pytest.mark.integration


def worth(scene: Scene, who: Address) -> Earnings:
    """As the contract itself answers."""
    return scene.now().own[who]


def test_a1__reward_call__then_mint_commission_and_shares_are_to_the_wei(scene: Scene) -> None:
    before = scene.now()
    t1 = before.state.node(Address(scene.t1.address))
    mint = scene.stage.reading(before.head, scene.stage.wanted()).mint

    said = scene.did(moves.reward(scene.stage.net.deployment, scene.t1.address))

    assert mint == Mint(lpt("20000"), lpt("5000000"), 0)
    planned = reward_of(t1, mint)
    assert (planned.minted, planned.treasury, planned.commission, planned.shared) == (lpt("40"), 0, lpt("8"), lpt("32"))
    assert [one.arguments["amount"] for one in said if one.name == "Reward"] == [lpt("40")]
    after = scene.now()
    node = after.state.node(t1.address)
    assert (node.latest.reward, node.own_rewards, node.stake) == (10_032 * 10**23, lpt("8"), lpt("10040"))
    assert after.own[scene.d] == Earnings(lpt("1003.2"), EthWei(0))
    assert after.own[t1.address].stake == lpt("9036.8")


def test_a1__reward_call_where_a_treasury_takes_a_tenth__then_the_planner_alone_leaves_less(scene: Scene) -> None:
    """On later contracts."""
    t1 = scene.now().state.node(Address(scene.t1.address))

    planned = reward_of(t1, Mint(lpt("20000"), lpt("5000000"), 10**26))

    assert (planned.minted, planned.treasury) == (lpt("40"), lpt("4"))
    assert (planned.commission, planned.shared) == (lpt("7.2"), lpt("28.8"))


def test_a2__claim_before_the_reward_call__then_the_round_is_lost_as_the_preview_said(scene: Scene) -> None:
    preview = scene.first(Add(scene.d, LptWei(1)))

    scene.did(moves.claim_earnings(scene.stage.net.deployment, scene.d))
    scene.reward(scene.t1)

    lost = next(one for one in preview.disturbances if one.code == "reward_forfeited")
    assert (lost.amount_wei, lost.about, preview.is_ready) == (lpt("3.2"), scene.d, False)
    assert preview.alternatives[0].kind == "wait"
    assert worth(scene, scene.d).stake == lpt("1000")
    scene.to_round(NOW + 1)
    assert worth(scene, scene.d).stake == lpt("1000")


def test_a3__round_after_an_early_claim__then_only_that_round_counts(scene: Scene) -> None:
    scene.did(moves.claim_earnings(scene.stage.net.deployment, scene.d))
    scene.reward(scene.t1)
    scene.to_round(NOW + 1)

    said = scene.did(moves.reward(scene.stage.net.deployment, scene.t1.address))

    # stake 10,040 of 5,000,040 active: 0.2007983 % of a mint of 20,000.04, a fifth of it commission
    minted = 20_000_040 * LPT // 1000 * 2_007_983 // 10**9
    assert minted == 40_159_740_319_320_000_000
    assert [one.arguments["amount"] for one in said if one.name == "Reward"] == [minted]
    assert worth(scene, scene.d).stake == 1_003_199_979_308_312_350_597


def test_a3__the_same_without_the_early_claim__then_both_rounds_compound(scene: Scene) -> None:
    scene.reward(scene.t1)
    scene.to_round(NOW + 1)
    scene.reward(scene.t1)

    assert worth(scene, scene.d).stake == 1_006_410_219_242_098_950_119


def test_a4__ticket__then_the_fees_are_shared_by_stake_after_commission(scene: Scene) -> None:
    scene.ticket(scene.t1, ETH // 2)

    assert worth(scene, scene.d).fees == 25 * ETH // 1000
    assert scene.now().state.node(Address(scene.t1.address)).own_fees == 25 * ETH // 100
    assert worth(scene, Address(scene.t1.address)).fees == 475 * ETH // 1000


def test_a17__lock_in_a_round_of_arbitrum_s_length__then_the_date_is_seven_starts_after_this_one() -> None:
    """On the estimate alone: the local clock has blocks of no steady length. 6,377 blocks of 12 s make a round."""
    round_s, now = 6_377 * 12, datetime(2026, 7, 1, tzinfo=UTC)
    began = now - timedelta(seconds=2_000 * 12)  # block 23,000,000 of a round that began with 22,998,000
    starts = [(NOW - past, began - timedelta(seconds=past * round_s)) for past in range(20)]

    found = expected(NOW + 7, starts)

    assert found is not None
    assert (found.earliest, found.latest) == (now + timedelta(seconds=511_668),) * 2


def test_a39__cut_raised_after_the_reward__then_it_takes_from_the_next_and_moving_now_loses_nothing(
    scene: Scene,
) -> None:
    t1, t2 = Address(scene.t1.address), Address(scene.t2.address)
    scene.reward(scene.t1)
    scene.did(moves.set_cuts(scene.stage.net.deployment, t1, 1_000_000, 500_000))

    move = scene.plan(MoveAll(scene.d, t2))
    stay = scene.snapshot(Add(scene.d, LptWei(1)))
    told = Worsened(Round(NOW), Ppm(200_000), Ppm(1_000_000), Ppm(500_000), Ppm(500_000))
    alert = build(Add(scene.d, LptWei(1)), replace(stay, worsened={t1: told}))

    assert "reward_forfeited" not in [one.code for one in move.disturbances]
    assert move.run.after.account(scene.d).bonded == lpt("1003.2")
    assert isinstance(alert, Plan)
    assert "terms_worsened_lately" in alert.missing
    scene.to_round(NOW + 1)
    scene.reward(scene.t1)
    assert worth(scene, scene.d).stake == lpt("1003.2")
    assert scene.now().state.status_of(scene.d) is Status.BONDED
    assert scene.plan(Undelegate(scene.d)).run.after.account(scene.d).bonded == 0
