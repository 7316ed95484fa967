"""An audit says log by log what the tables say in one number."""

from __future__ import annotations

import io
import json

import pytest
from django.core.management import CommandError, call_command

from apps.delegation.models import Position
from apps.devnet.network import Account
from apps.network.models import RewardCall
from indexer import sync
from indexer.audit import audit
from indexer.audit.printing import FIGURES
from indexer.audit.trail import Answer
from indexer.errors import IndexerError
from tests.local import Local

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

LPT = ETH = 10**18


@pytest.fixture
def people(settled: Local, monkeypatch: pytest.MonkeyPatch) -> tuple[Account, Account]:
    """The node and its delegator."""
    monkeypatch.setattr(sync, "client", lambda: settled.client)
    return settled.net.account("node"), settled.net.account("delegator")


def test_audit__of_a_delegator__tells_every_log_and_ends_in_the_contracts_answer(
    settled: Local, people: tuple[Account, Account]
) -> None:
    node, delegator = people
    trail = audit(delegator.address, lambda: settled.client)

    assert [step.event for step in trail.steps] == ["EarningsClaimed", "Bond", "EarningsClaimed", "Unbond"]
    assert [step.bonded_lpt_wei for step in trail.steps][:2] == [0, 250 * LPT]
    assert trail.steps[2].bonded_lpt_wei == trail.steps[3].bonded_lpt_wei + 50 * LPT
    assert trail.steps[3].arguments["amount_wei"] == 50 * LPT
    assert trail.steps[3].fees_eth_wei > 0
    assert {step.delegate for step in trail.steps[1:]} == {node.address}

    pending = trail.pending
    assert pending is not None
    assert pending.start_round + 1 == pending.reward_factor_round == trail.round
    assert pending.end_reward_factor > pending.start_reward_factor > 10**27
    assert pending.stake_lpt_wei == settled.net.pending_stake(delegator)
    assert pending.pending_fees_eth_wei == settled.net.pending_fees(delegator)
    assert Answer("pending stake, LPT wei", *[settled.net.pending_stake(delegator)] * 3) in trail.answers
    assert all(one.agrees and one.from_contract is not None for one in trail.answers)
    assert (trail.note, trail.rounds) == ("", [])


def test_audit__of_a_node__sums_rewards_and_fees_by_round_from_its_logs(
    settled: Local, people: tuple[Account, Account]
) -> None:
    node, _ = people
    trail = audit(node.address, lambda: settled.client)

    rewarded = {one.round: one for one in trail.rounds if one.reward_lpt_wei}
    calls = {call.round: call.amount_lpt_wei for call in RewardCall.objects.all()}
    assert {number: one.reward_lpt_wei for number, one in rewarded.items()} == calls
    first, second = (rewarded[number] for number in sorted(rewarded))
    assert first.reward_commission_lpt_wei == first.reward_lpt_wei * 200_000 // 1_000_000
    assert second.reward_commission_lpt_wei > second.reward_lpt_wei * 200_000 // 1_000_000  # the first one earns too
    assert (first.tickets, first.fees_eth_wei) == (1, ETH // 2)
    assert first.fee_commission_eth_wei == ETH // 4
    assert (first.earning_stake_lpt_wei, first.active, second.tickets) == (1_250 * LPT, True, 0)
    assert sum(one.reward_commission_lpt_wei for one in trail.rounds) == next(
        one.from_contract for one in trail.answers if one.figure == "own rewards, LPT wei"
    )
    assert all(one.agrees and one.from_contract is not None for one in trail.answers)


def test_audit__of_an_earlier_block__says_what_is_not_beside_it(
    settled: Local, people: tuple[Account, Account]
) -> None:
    _, delegator = people
    bonded = next(step for step in audit(delegator.address, lambda: settled.client).steps if step.event == "Bond")
    trail = audit(delegator.address, lambda: settled.client, block=bonded.block)

    assert [step.event for step in trail.steps] == ["EarningsClaimed", "Bond"]
    assert trail.note.startswith("The tables stand at block ")
    assert {one.from_tables for one in trail.answers} == {None}
    assert all(one.agrees and one.from_contract is not None for one in trail.answers)


def test_audit__a_row_was_changed_by_hand__names_the_figure_and_ends_with_1(
    settled: Local, people: tuple[Account, Account]
) -> None:
    _, delegator = people
    out = io.StringIO()
    call_command("audit", delegator.address, stdout=out)
    assert "EarningsClaimed" in out.getvalue()
    assert f"= {settled.net.pending_stake(delegator)} LPT wei." in out.getvalue()
    assert "DIFFERS" not in out.getvalue()

    Position.objects.filter(delegator=delegator.address).update(fees_eth_wei=1)
    out = io.StringIO()
    with pytest.raises(CommandError, match=r"^The logs say otherwise about: fees, ETH wei, pending fees, ETH wei\.$"):
        call_command("audit", delegator.address, "--json", stdout=out)
    told = json.loads(out.getvalue())
    assert told["address"] == delegator.address
    assert [one["figure"] for one in told["answers"] if one["from_tables"] != one["from_logs"]] == [
        "fees, ETH wei",
        "pending fees, ETH wei",
    ]


def test_audit__of_one_figure__shows_only_its_logs(settled: Local, people: tuple[Account, Account]) -> None:
    node, _ = people
    shown = {}
    for figure in FIGURES:
        out = io.StringIO()
        call_command("audit", node.address, "--figure", figure, stdout=out)
        shown[figure] = out.getvalue()
    assert {one for one in FIGURES if "WinningTicketTransfer" in shown[one]} == {"commission", "paid"}
    assert {one for one in FIGURES if "Reward  " in shown[one]} == {"stake", "rewards", "commission"}


def test_audit__of_somebody_no_log_names__is_refused(settled: Local, people: tuple[Account, Account]) -> None:
    stranger = settled.net.account("stranger").address
    with pytest.raises(IndexerError, match=f"names {stranger}"):
        audit(stranger, lambda: settled.client)
    with pytest.raises(IndexerError, match="Block 10000000 is not indexed"):
        audit(stranger, lambda: settled.client, block=10_000_000)
