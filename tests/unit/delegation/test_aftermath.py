"""What a mined step did, beside its plan: on documents of the fixture, without a chain."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from apps.delegation.aftermath import judged, left_allowance, says_so
from apps.delegation.plan.intentions import Add, BecomeOrchestrator, Intention, MoveAll, Undelegate
from apps.protocol.formats import NBSP, short_address
from apps.protocol.logs import Event
from apps.protocol.units import Address, LptWei, Ppm
from tests.factories.plans import document_of
from tests.unit.delegation.fixture import D2, MANAGER, T1, T2, D, lpt

pytestmark = pytest.mark.unit

LPT = 10**18
APPROVAL = Event("LivepeerToken", "Approval", {"owner": D, "spender": MANAGER, "value": 100 * LPT})


def bond(to: Address = T1, old: Address = T1, amount: int = 100 * LPT) -> Event:
    given: dict[str, int | str] = {
        "newDelegate": to,
        "oldDelegate": old,
        "delegator": D,
        "additionalAmount": amount,
        "bondedAmount": 1,
    }
    return Event("BondingManager", "Bond", given)


def shown(wanted: Intention | None = None) -> Any:
    return document_of(wanted or Add(D, lpt(100)), identity="x")


def after(plan: Any, who: Address = D, **changes: Any) -> Any:
    """The state that was promised, with figures of one account changed."""
    found = copy.deepcopy(plan["after"])
    next(each for each in found["accounts"] if each["address"] == who).update(changes)
    return found


def stake_after(plan: Any, who: Address = D) -> int:
    return int(next(each for each in plan["after"]["accounts"] if each["address"] == who)["stake_lpt_wei"])


def stake_before(plan: Any) -> int:
    return int(next(each for each in plan["before"]["accounts"] if each["address"] == D)["stake_lpt_wei"])


def verdict(plan: Any, now: Any, *meanwhile: Event, own: tuple[Event, ...] = (bond(),), step: int = 1) -> Any:
    return judged(plan, step, own=own, now=now, meanwhile=meanwhile, called=short_address)


def test_verdict__when_all_is_as_promised__then_it_is_done_exactly() -> None:
    plan = shown()

    assert verdict(plan, after(plan)).sentence == "Done exactly as shown."
    assert verdict(plan, None, own=(APPROVAL,), step=0).sentence == "Step 1 of 2 is done as shown."


def test_verdict__when_the_logs_tell_of_something_else__then_the_hash_is_not_believed() -> None:
    plan = shown()

    for own in ((), (bond(T2),), (bond(amount=1),), (APPROVAL,)):
        wrong = verdict(plan, after(plan), own=own)
        assert wrong.state == "different"
        assert "it did not do this" in wrong.sentence
        assert wrong.mends[0].intention == plan["intention"]


def test_verdict__when_a_reward_landed__then_it_says_how_much_more_there_is() -> None:
    plan = shown()
    more = after(plan, stake_lpt_wei=str(stake_after(plan) + 2 * LPT), bonded_lpt_wei=str(stake_after(plan) + 2 * LPT))

    found = verdict(plan, more, Event("BondingManager", "Reward", {"transcoder": T1, "amount": 1}))

    assert found.sentence == (
        f"Done, and there is more: the stake of {short_address(D)} is 2{NBSP}LPT more than shown. "
        f"{short_address(T1)} called reward meanwhile."
    )
    assert (found.state, found.mends) == ("different", ())


def test_verdict__when_nothing_explains_it__then_that_is_said() -> None:
    plan = shown()

    found = verdict(plan, after(plan, delegate=T2))

    assert found.sentence == (
        f"Mined, but not exactly as shown: the orchestrator of {short_address(D)} is {short_address(T2)} instead of "
        f"{short_address(T1)}. What else happened in between is not known."
    )


def test_verdict__when_only_an_orchestrator_changed__then_the_accounts_are_said_to_be_as_shown() -> None:
    plan = shown()
    now = after(plan)
    next(each for each in now["nodes"] if each["address"] == T1)["reward_cut_ppm"] = 900_000

    found = verdict(plan, now, Event("BondingManager", "TranscoderUpdate", {"transcoder": T1, "rewardCut": 1}))

    assert found.sentence == (
        f"Done as shown for every account. Around it something else changed: the reward cut of {short_address(T1)} is "
        f"90{NBSP}% instead of 20{NBSP}%. {short_address(T1)} changed its terms meanwhile."
    )


def test_verdict__when_another_round_began__then_it_is_told_once() -> None:
    plan = shown()
    now = after(plan)
    now["network"] = {**now["network"], "round": 4001}

    told = verdict(plan, now, Event("RoundsManager", "NewRound", {"round": 4001, "blockHash": "0x"}))
    untold = verdict(plan, now)

    assert [each.sentence for each in told.causes] == ["Round 4,001 began before it was mined."]
    assert [each.sentence for each in untold.causes] == ["Another round began before it was mined."]


def test_verdict__when_an_allowance_is_left__then_it_can_be_taken_back() -> None:
    plan = shown()

    found = verdict(plan, after(plan, allowance_lpt_wei=str(3 * LPT)))

    assert found.mends[0].intention == {"kind": "reset_allowance", "owner": D}
    assert f"3{NBSP}LPT" in found.mends[0].sentence


def test_verdict__when_a_reward_came_to_a_stake_that_was_taken_out_whole__then_the_rest_can_follow() -> None:
    plan = shown(Undelegate(D))
    out = Event("BondingManager", "Unbond", {"delegator": D, "amount": stake_before(plan)})

    left = after(plan, status="bonded", stake_lpt_wei=str(3 * LPT), bonded_lpt_wei=str(3 * LPT), delegate=T1)
    found = judged(plan, 0, own=(out,), now=left, meanwhile=(), called=short_address)

    assert found.state == "different"
    assert [each.intention for each in found.mends] == [{"kind": "undelegate", "owner": D}]


def test_verdict__when_a_top_up_took_the_stake_from_where_it_had_gone__then_it_can_go_back() -> None:
    plan = shown()

    moved = verdict(plan, after(plan, status="pending"), own=(bond(old=T2),))

    assert [each.intention for each in moved.mends] == [{"kind": "move_all", "owner": D, "to": T2}]


def test_verdict__when_many_figures_differ__then_three_are_told_and_the_rest_counted() -> None:
    plan = shown()

    many = verdict(plan, after(plan, status="pending", start_round=4001, locks=[{"id": 1}], balance_lpt_wei="0"))

    assert "; and 1 more." in many.sentence
    assert len(many.differences) == 4


def test_causes__when_others_act_on_what_the_plan_names__then_each_is_told_and_nothing_else_is() -> None:
    plan = shown()
    strangers = "0x" + "9" * 40
    events = (
        Event("TicketBroker", "WinningTicketTransfer", {"sender": strangers, "recipient": T1, "amount": 1}),
        Event("BondingManager", "Unbond", {"delegate": T1, "delegator": D, "amount": 1}),
        Event("LivepeerToken", "Transfer", {"from": strangers, "to": D, "value": 1}),
        Event("LivepeerToken", "Transfer", {"from": strangers, "to": strangers, "value": 1}),
        Event("BondingManager", "Reward", {"transcoder": strangers, "amount": 1}),
        Event("BondingManager", "Unbond", {"delegate": T1, "delegator": strangers, "amount": 1}),
    )

    found = verdict(plan, after(plan, fees_eth_wei="5"), *events, *events)

    assert [each.code for each in found.causes] == ["fees_landed", "other_transaction", "wallet_changed"]


@pytest.mark.parametrize(
    ("wanted", "step", "said"),
    [
        (MoveAll(D, T2), 0, bond(T2, T1, 0)),
        (Undelegate(D, LptWei(LPT)), 0, Event("BondingManager", "Unbond", {"delegator": D, "amount": LPT})),
        (
            BecomeOrchestrator(D2, lpt(1), Ppm(7), Ppm(9)),
            2,
            Event("BondingManager", "TranscoderUpdate", {"transcoder": D2, "rewardCut": 7, "feeShare": 9}),
        ),
    ],
)
def test_step__when_its_own_event_is_there__then_it_was_done_whoever_sent_it(
    wanted: Intention, step: int, said: Event
) -> None:
    one = shown(wanted)["steps"][step]

    assert says_so(one, [said])
    for name, value in said.arguments.items():
        if name not in ("oldDelegate", "bondedAmount"):
            other = Event(said.contract, said.name, {**said.arguments, name: MANAGER if isinstance(value, str) else 3})
            assert not says_so(one, [other]), name


def test_allowance__when_the_approval_was_a_step_before__then_it_is_offered_back() -> None:
    plan = shown()

    assert list(left_allowance(plan, 0)) == []
    assert [each.intention for each in left_allowance(plan, 1)] == [{"kind": "reset_allowance", "owner": D}]
    assert list(left_allowance(shown(MoveAll(D, T2)), 0)) == []
