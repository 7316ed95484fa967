"""Plans that are kept: made, acknowledged, read again, and never more than was agreed to."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta

import pytest

from apps.delegation import plans
from apps.delegation.models import PreparedPlan
from apps.delegation.plan.intentions import Add, MoveAll
from apps.protocol.units import Address, LptWei
from tests.local import Local, living

pytestmark = pytest.mark.integration

LPT = 10**18


def made(found: object) -> PreparedPlan:
    assert isinstance(found, PreparedPlan), found
    return found


def test_plan__when_it_disturbs__then_there_is_calldata_only_after_every_code(local: Local) -> None:
    _, two, saver = living(local)

    first = made(plans.plan_make(local.client, MoveAll(saver, two)))
    half = made(plans.plan_acknowledge(local.client, first.id, ["whole_position_moves"]))
    whole = made(plans.plan_acknowledge(local.client, first.id, ["pending_until_next_round"]))

    assert [step["calldata"] for step in first.document["steps"]] == [None]
    assert (half.document["ready"], half.document["to_acknowledge"]) == (False, ["pending_until_next_round"])
    assert whole.document["ready"]
    assert whole.document["steps"][0]["calldata"].startswith("0x6bd9add4")
    assert PreparedPlan.objects.count() == 1


def test_plan__when_written_as_json__then_no_amount_is_a_float_and_addresses_are_whole(local: Local) -> None:
    _, _, saver = living(local)

    document = made(plans.plan_make(local.client, Add(saver, LptWei(5 * LPT)))).document

    assert "." not in "".join(number for number in _numbers(document))
    before = {each["address"]: each for each in document["before"]["accounts"]}[saver]
    after = {each["address"]: each for each in document["after"]["accounts"]}[saver]
    assert int(after["stake_lpt_wei"]) == int(before["stake_lpt_wei"]) + 5 * LPT
    assert document["proof"]["holds"]
    assert json.loads(json.dumps(document)) == document


def _numbers(found: object) -> list[str]:
    if isinstance(found, dict):
        return [each for value in found.values() for each in _numbers(value)]
    if isinstance(found, list):
        return [each for value in found for each in _numbers(value)]
    return [str(found)] if isinstance(found, int | float) and not isinstance(found, bool) else []


def test_recheck__when_nothing_happened__then_it_stands(local: Local) -> None:
    _, _, saver = living(local)
    plan = made(plans.plan_make(local.client, Add(saver, LptWei(5 * LPT))))
    local.net.mine()

    again = plans.plan_recheck(local.client, plan.id)

    assert isinstance(again, plans.Rechecked)
    assert again.stands, again.differences


def test_recheck__when_the_cut_rose_meanwhile__then_it_does_not_stand_and_says_what_differs(local: Local) -> None:
    one, _, saver = living(local)
    plan = made(plans.plan_make(local.client, Add(saver, LptWei(5 * LPT))))
    local.net.set_cuts(str(one), 900_000, 500_000)

    again = plans.plan_recheck(local.client, plan.id)

    assert isinstance(again, plans.Rechecked)
    assert (f"before.nodes.{one}.reward_cut_ppm", 100_000, 900_000) in [
        (each.where, each.shown, each.now) for each in again.differences
    ]


def test_recheck__when_another_round_began__then_it_does_not_stand(local: Local) -> None:
    _, _, saver = living(local)
    plan = made(plans.plan_make(local.client, Add(saver, LptWei(5 * LPT))))
    local.net.next_round()

    again = plans.plan_recheck(local.client, plan.id)

    assert isinstance(again, plans.Rechecked)
    assert {"before.network.round", f"disturbances.reward_forfeited {saver}"} <= {
        each.where for each in again.differences
    }


def test_identity__when_two_plans_are_made__then_neither_tells_of_the_other(local: Local) -> None:
    _, two, saver = living(local)

    one, other = (made(plans.plan_make(local.client, MoveAll(saver, two))) for _ in range(2))

    assert one.id != other.id
    assert len(one.id) >= 20


def test_forgetting__when_a_plan_expired_a_week_ago_and_was_not_signed__then_it_goes(local: Local) -> None:
    _, _, saver = living(local)
    old, new = (made(plans.plan_make(local.client, Add(saver, LptWei(LPT)))) for _ in range(2))
    PreparedPlan.objects.filter(pk=old.id).update(expires_at=datetime.now(UTC) - timedelta(days=8))

    assert plans.forget_old_plans() == 1
    assert list(PreparedPlan.objects.values_list("id", flat=True)) == [new.id]
    assert Address(new.document["owner"]) == saver
