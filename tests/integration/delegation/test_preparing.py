"""A plan prepared over an index and its chain: proved, in few trips, and refused where it cannot be."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from apps.delegation.plan.intentions import Add, Cancel, Delegate, MoveAll
from apps.delegation.plan.refusals import Refusal
from apps.delegation.preparing import Prepared, prepare
from apps.network.models import ContractChange
from apps.protocol.units import Address, LptWei
from tests.local import Local, living

pytestmark = pytest.mark.integration

LPT = 10**18


def test_top_up__when_the_index_knows_everybody__then_it_is_proved_in_at_most_four_trips(local: Local) -> None:
    _, _, saver = living(local)
    local.allow(saver, 50 * LPT)

    made = prepare(local.client, Add(saver, LptWei(50 * LPT)))

    assert isinstance(made, Prepared)
    assert made.plan.is_ready
    assert made.proof.holds
    assert made.trips <= 4
    assert all(gas > 30_000 for gas in made.proof.gas)


def test_move__when_the_target_has_yet_to_call__then_only_what_the_old_one_owes_counts(local: Local) -> None:
    _, two, saver = living(local)

    made = prepare(local.client, MoveAll(saver, two))

    assert isinstance(made, Prepared)
    assert made.plan.missing == ("whole_position_moves", "pending_until_next_round")


def test_newcomer__when_it_was_never_seen__then_it_can_delegate(local: Local) -> None:
    one, _, _ = living(local)
    newcomer = local.net.account("newcomer")
    local.net.give_lpt(newcomer, 7 * LPT)

    made = prepare(local.client, Delegate(Address(newcomer.address), one, LptWei(7 * LPT)))

    assert isinstance(made, Prepared)
    assert made.plan.run.after.account(Address(newcomer.address)).bonded == 7 * LPT


def test_preparing__when_the_newest_block_is_old__then_it_is_refused(local: Local, settings: Settings) -> None:
    _, _, saver = living(local)
    settings.HEAD_STALE_S = -(10**9)

    refused = prepare(local.client, Add(saver, LptWei(LPT)))

    assert isinstance(refused, Refusal)
    assert refused.code == "stale"


def test_a41__index_that_stands_still__then_plans_are_made_from_the_chain_with_locks_nobody_indexed(
    local: Local,
) -> None:
    one, _, saver = living(local)
    local.net.unbond(saver, 5 * LPT)
    local.net.set_cuts(str(one), 700_000, 500_000)

    made = prepare(local.client, Cancel(saver, 0))

    assert isinstance(made, Prepared)
    assert made.plan.run.before.account(saver).locks[0].amount == 5 * LPT
    assert made.plan.run.before.node(one).reward_cut == 700_000
    assert made.proof.holds


def test_a43__contract_that_changed_and_nobody_looked__then_nothing_is_prepared(local: Local) -> None:
    _, _, saver = living(local)
    newest = ContractChange.objects.order_by("-block_id", "-log_index").first()
    assert newest is not None
    local.net.mine()
    _replace_target(local)
    local.follow()

    refused = prepare(local.client, Add(saver, LptWei(LPT)))

    assert isinstance(refused, Refusal)
    assert refused.code == "contracts_unacknowledged"


def _replace_target(here: Local) -> None:
    from apps.devnet.calldata import calldata
    from apps.devnet.wire import Call
    from apps.protocol.hashing import keccak

    made = here.net.deployment
    data = calldata(
        "setContractInfo(bytes32,address,bytes20)", keccak(b"BondingManagerTarget"), made.deployer, bytes(20)
    )
    here.net.send(Call(made.deployer, made.controller, data, what="setContractInfo"))
