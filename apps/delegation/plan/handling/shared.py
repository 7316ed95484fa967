"""What the handling of several intentions has in common."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, TypeAlias

from apps.delegation.plan import calls
from apps.delegation.plan.calls import Call, lpt
from apps.delegation.plan.facts import Snapshot
from apps.delegation.plan.intentions import Intention
from apps.delegation.plan.refusals import Refusal
from apps.protocol.bonding.state import Status
from apps.protocol.units import Address, LptWei


@dataclass(frozen=True, slots=True)
class Handling:
    """One kind of intention: why it may be refused beside the common reasons, and the calls that meet it.

    `calls` are only made of an intention that nothing refuses at the same snapshot.
    """

    reasons: Callable[[Any, Snapshot], Iterator[Refusal]]
    calls: Callable[[Any, Snapshot], Iterator[Call]]


Handled: TypeAlias = Mapping[type[Intention], Handling]


def approved(payer: Address, amount: LptWei, at: Snapshot) -> Iterator[Call]:
    """An approval of exactly the amount, only where the allowance falls short."""
    if amount and at.state.account(payer).allowance < amount:
        yield calls.approve(payer, amount, manager=at.manager)


def bonded_first(owner: Address, at: Snapshot) -> Iterator[Refusal]:
    """Stake that is not there, or counts from the next round on only, cannot be taken out or given away."""
    status = at.state.status_of(owner)
    if status is Status.UNBONDED:
        yield Refusal("nothing_staked", "This account has no stake. Choose an orchestrator and delegate first.")
    elif status is Status.PENDING:
        soon = f"{at.state.account(owner).start_round:,}"
        yield Refusal(
            "pending",
            f"The stake counts from round {soon} on; until then it can be moved but not taken out. Come back then.",
        )


def within_stake(owner: Address, amount: int, at: Snapshot) -> Iterator[Refusal]:
    stake, reach = at.state.worth(owner).stake, at.state.within_reach(owner).stake
    if amount > stake:
        yield Refusal("over_stake", f"The stake with all that is pending is {lpt(stake)}, less than {lpt(amount)}.")
    elif amount >= reach < stake:
        yield commission_waits(
            lpt(stake - reach),
            f"Taking out all before that would leave it behind: wait, or name less than {lpt(reach)}.",
            at,
        )


def commission_waits(amount: str, what_to_do: str, at: Snapshot) -> Refusal:
    """What came after the orchestrator's own claim of the round is pending, and no call can take it yet."""
    return Refusal(
        "commission_waits",
        f"{amount} of it is commission that came after the claim of this round, and can be taken from round "
        f"{at.state.round + 1:,} on. {what_to_do}",
    )


def their_reward_first(delegate: Address, owner: Address, at: Snapshot) -> Refusal:
    """The contracts of today let nobody make another lose the round's reward."""
    return Refusal(
        "others_reward_first",
        f"{at.called(delegate)} has yet to call reward in this round. Until it does, the contract keeps others from "
        f"touching {at.called(owner)}, which would lose its reward. Try again after that call.",
    )
