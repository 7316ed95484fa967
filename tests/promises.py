"""What must hold on the chain once a plan was signed at the block it was made for."""

from __future__ import annotations

from collections.abc import Sequence

from apps.chain import receipts
from apps.delegation.document import state
from apps.delegation.plan.build import Plan
from apps.delegation.plan.intentions import WithdrawFees
from apps.delegation.proof import differences
from apps.protocol import logs
from apps.protocol.logs import Event
from apps.protocol.units import Address
from tests.stages import Moment, Receipt, Stage, as_far_as


class Broken(AssertionError):
    """The chain does not hold what was promised; the message says where."""


def events_of(stage: Stage, receipt: Receipt) -> list[Event]:
    """What the staking contract and the token said in a transaction."""
    named: dict[str, str] = {stage.at.bonding_manager: "BondingManager", stage.at.token: "LivepeerToken"}
    whole = receipts.receipt_of(receipt, bytes.fromhex(receipt["transactionHash"][2:]))
    found = (logs.decode(named[one.address], one.topics, one.data) for one in whole.logs if one.address in named)
    return [each for each in found if each is not None]


def expect_promise(plan: Plan, later: Moment) -> None:
    """Every figure of every account and orchestrator of the plan, and the pool's order."""
    apart = list(differences(plan.run.after, as_far_as(plan, later.state)))
    if apart:
        raise Broken(f"the chain is not what was promised: {apart}")


def keeps_its_promise(plan: Plan, later: Moment) -> bool:
    """Whether accounts and orchestrators hold what was promised. Others may have come and gone in the pool."""
    planned, seen = plan.run.after, later.state
    shown, found = state(planned), state(seen)
    named = {each["address"] for each in shown["accounts"]}
    if shown["network"] != found["network"]:
        return False
    if shown["accounts"] != [each for each in found["accounts"] if each["address"] in named]:
        return False
    terms = ("registered", "active", "reward_cut_ppm", "fee_share_ppm", "reward_called", "leaves_in_round")
    nodes = {each["address"]: each for each in found["nodes"]}
    return all(
        each["address"] in nodes
        and all(each[name] == nodes[each["address"]][name] for name in terms)
        and (each["place_in_pool"] is None) == (nodes[each["address"]]["place_in_pool"] is None)
        for each in shown["nodes"]
    )


def expect_rest(plan: Plan, before: Moment, later: Moment) -> None:
    """Whoever the plan does not name is as before, to the wei; an evicted orchestrator is named."""
    for who, one in before.state.accounts.items():
        is_same = one == later.state.accounts[who] and before.own[who] == later.own[who]
        if not is_same and who not in plan.run.after.accounts:
            raise Broken(f"{who} is not named and changed: {one} {later.state.accounts[who]}")
    told = {one.about for one in plan.disturbances}
    for who, node in before.state.nodes.items():
        if node != later.state.nodes[who] and who not in plan.run.after.nodes and who not in told:
            raise Broken(f"the orchestrator {who} is not named and changed: {node} {later.state.nodes[who]}")


def expect_eth(plan: Plan, before: Moment, later: Moment, mined: Sequence[Receipt]) -> None:
    """The signer pays gas, fees arrive where they were sent, and nobody else's ETH moves."""
    due = dict(before.eth)
    for receipt in mined:
        due[Address(receipt["from"])] -= int(receipt["gasUsed"], 16) * int(receipt["effectiveGasPrice"], 16)
    if isinstance(plan.wanted, WithdrawFees):
        who = plan.wanted.owner
        due[plan.wanted.recipient] += plan.run.before.worth(who).fees - plan.run.after.worth(who).fees
    if due != later.eth:
        raise Broken(
            f"ETH went elsewhere: {[(who, due[who], later.eth[who]) for who in due if due[who] != later.eth[who]]}"
        )
