"""What an amount of stake would have earned with one orchestrator, from the factors that the contract stored.

For stake that was there already this is the contract's own sum: the answer equals what pendingStake and pendingFees
grew by, to the wei. Stake that was not there is put beside the stake that was, round by round, by the rules of reward
and fee (LIP-36): with S the node's stake, A the network's, a the amount and x what it had grown to,

    rewards   are minted by (S + x) / (A + a) and shared by S + x, so each LPT gets A / (A + a) of what it got
    fees      are paid for work and not for stake, so each LPT gets S / (S + x) of what it got

A round mints the same whoever holds the stake, so what the amount earns others do not, and the network holds a more
and not x. The node's other stake is taken as it was, which leaves fees a little low: others would have had somewhat
less of them. What people would have done because of it is not guessed: work, terms and the set of active nodes are
taken as they were. docs/yield.md says more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias

from apps.protocol.earnings import Factors
from apps.protocol.perc import ONE, perc_of, perc_of_v2, precise_perc_of
from apps.protocol.units import EthWei, LptWei, Ppm, Round

# there: part of the node's stake in every round; moved: came from another node; new: came from outside the network
Counted: TypeAlias = Literal["there", "moved", "new"]
Outcome: TypeAlias = Literal["called", "missed", "inactive", "absent"]
COUNTED: tuple[Counted, ...] = ("there", "moved", "new")


@dataclass(frozen=True, slots=True)
class Step:
    """One whole round of one orchestrator.

    `before` and `after` hold the factors at the ends of the round before and of this one. `stake` is what earned in
    the round and `network_stake` what all nodes had in it; None where that is not known. `known` is false where the
    node called reward or was paid, and no factor was stored for it. A node is `absent` before its first active round.
    """

    round: Round
    before: Factors
    after: Factors
    stake: LptWei | None
    network_stake: LptWei | None
    outcome: Outcome
    known: bool = True


@dataclass(frozen=True, slots=True)
class Earned:
    """What the amount would have earned in the rounds `first` to `last`; None is unknown, 0 is nothing.

    `called` and `missed` count the rounds in which the node was active, `inactive` and `absent` the others.
    """

    first: Round
    last: Round
    rewards_lpt_wei: LptWei | None
    fees_eth_wei: EthWei | None
    called: int
    missed: int
    inactive: int
    absent: int

    @property
    def rounds(self) -> int:
        return self.last - self.first + 1


@dataclass(frozen=True, slots=True)
class Range:
    """The worst, the middle and the best of several stretches of equal length.

    With an even number of stretches the middle one is the lower of the two, so that each is a stretch that happened.
    """

    worst: Earned
    median: Earned
    best: Earned


def earned(steps: Sequence[Step], amount: LptWei, *, counted: Counted) -> Earned:
    """What `amount` would have earned over all of these rounds, put in place in the round before the first.

    `steps` are consecutive rounds, at least one. Rewards are restaked, as the contract does by itself.
    """
    rewards, fees = _grown(steps, amount, counted)
    outcomes = [step.outcome for step in steps]
    return Earned(
        first=steps[0].round,
        last=steps[-1].round,
        rewards_lpt_wei=rewards,
        fees_eth_wei=fees,
        called=outcomes.count("called"),
        missed=outcomes.count("missed"),
        inactive=outcomes.count("inactive"),
        absent=outcomes.count("absent"),
    )


def _grown(steps: Sequence[Step], amount: LptWei, counted: Counted) -> tuple[LptWei | None, EthWei | None]:
    """Rewards and fees by the contract's division, from factors as they would have been with the amount there."""
    start = steps[0].before.reward or ONE
    factor, fee_factor = start, 0
    rewards_known, fees_known = _are_known(steps, counted)
    if not rewards_known:
        return None, None  # fees are shared by stake with its rewards, so without these they are unknown too
    for step in steps:
        own = 0 if counted == "there" else amount * factor // start
        before = step.before.reward or ONE
        if fees_known and (paid := step.after.fee - step.before.fee):
            stake = step.stake or 1  # read only where the amount is added to it, and then it is known
            fee_factor += paid * factor * stake // (before * (stake + own)) if own else paid * factor // before
        if grew := (step.after.reward or ONE) - before:
            whole = step.network_stake or 1
            joined = amount if counted == "new" else 0
            factor += grew * factor * whole // (before * (whole + joined)) if joined else grew * factor // before
    fees = EthWei(precise_perc_of(amount, fee_factor, start)) if fees_known else None
    return LptWei(precise_perc_of(amount, factor, start) - amount), fees


def _are_known(steps: Sequence[Step], counted: Counted) -> tuple[bool, bool]:
    """Whether rewards, and whether fees, can be told of these rounds."""
    rewards = fees = all(step.known for step in steps)
    for step in steps:
        grew, paid = step.after.reward != step.before.reward, step.after.fee != step.before.fee
        rewards = rewards and not (counted == "new" and grew and not step.network_stake)
        fees = fees and not (counted != "there" and paid and not step.stake)
    return rewards, fees


def stretches(steps: Sequence[Step], amount: LptWei, *, rounds: int, counted: Counted) -> list[Earned]:
    """Every run of `rounds` rounds among the steps, oldest first; none where there are fewer."""
    starts = range(len(steps) - rounds + 1)
    return [earned(steps[first : first + rounds], amount, counted=counted) for first in starts]


def rewards_range(found: Sequence[Earned]) -> Range | None:
    """By rewards. None unless the rewards of every stretch are known: an unknown one might be the worst or the best."""
    return _range(found, lambda one: one.rewards_lpt_wei)


def fees_range(found: Sequence[Earned]) -> Range | None:
    """By fees, on the same terms."""
    return _range(found, lambda one: one.fees_eth_wei)


def _range(found: Sequence[Earned], figure: Callable[[Earned], int | None]) -> Range | None:
    figures = [(value, one.first, one) for one in found if (value := figure(one)) is not None]
    if not figures or len(figures) < len(found):
        return None
    ordered = [one for _, _, one in sorted(figures, key=lambda each: each[:2])]
    return Range(ordered[0], ordered[(len(ordered) - 1) // 2], ordered[-1])


def reward_to_come(
    *, mintable: LptWei, stake: LptWei, network_stake: LptWei, treasury_cut: int, reward_cut: Ppm, amount: LptWei
) -> LptWei | None:
    """What a reward call in this round leaves to `amount` of the node's stake; None where nothing can be shared.

    Floors are the Minter's and the BondingManager's. `treasury_cut` is in parts per 1e27.
    """
    if not stake or not network_stake:
        return None
    minted = perc_of_v2(mintable, stake, network_stake)
    net = minted - precise_perc_of(minted, treasury_cut, ONE)
    shared = net - perc_of(net, reward_cut)
    return LptWei(amount * shared // stake)
