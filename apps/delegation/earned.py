"""What a position earned round by round, from its own logs and the factors of the nodes it was with.

Between two claims a position only grows: by its node's factors of each round, rounded down as the contract rounds. What
a claim brought in all stands in its log, and what is pending now is known to the wei, so the rounds of a stretch always
add up to it. A node's own commission has no share by round in any log: it counts in the round in which it was claimed,
and while it is pending in the running round.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from apps.protocol import ledger
from apps.protocol.ledger import DelegatorBook
from apps.protocol.perc import ONE, precise_perc_of
from apps.protocol.units import ZERO_ADDRESS

Stored = Mapping[int, tuple[int, int]]  # reward and fee factor of a node by round, 0 where none is stored


class Step(NamedTuple):
    """A log about a position, in the order of the chain; amounts in base units of LPT, fees in wei of ETH."""

    kind: str
    round: int
    delegate: str
    other: str
    amount: int
    bonded: int
    fees: int
    lock_id: int
    start_round: int


class Base(NamedTuple):
    """What was bonded at the end of a round, and with whom."""

    round: int
    bonded: int
    delegate: str


@dataclass(frozen=True, slots=True)
class Stretch:
    """Stake from one claim to the next, in rounds `first` and `last`, and what it brought in all.

    `bases` are the rounds in which the stake was set, oldest first: usually only that of the claim, but stake that was
    received may be added to and moved without its owner ever having claimed.
    """

    bases: tuple[Base, ...]
    first: int
    last: int
    rewards: int
    fees: int


@dataclass(frozen=True, slots=True)
class Moves:
    """What an owner did in a round: LPT put in, bonded again or received; LPT unbonded, given away or slashed."""

    put_in: int = 0
    taken_out: int = 0


@dataclass(slots=True)
class History:
    """A position replayed from its logs."""

    book: DelegatorBook = field(default_factory=DelegatorBook)
    stretches: list[Stretch] = field(default_factory=list)
    moves: dict[int, Moves] = field(default_factory=dict)
    delegates: dict[int, str] = field(default_factory=dict)  # whom it was with at the end of a round in which it acted
    bases: list[Base] = field(default_factory=list)  # since the last claim

    def moved(self, round_: int, *, put_in: int = 0, taken_out: int = 0) -> None:
        before = self.moves.get(round_, Moves())
        self.moves[round_] = Moves(before.put_in + put_in, before.taken_out + taken_out)

    def ends(self, round_: int, *, rewards: int, fees: int) -> None:
        """Closes the stretch that runs, if there is stake that could have grown."""
        if self.bases and (rewards or fees or self.book.bonded):
            self.stretches.append(
                Stretch(tuple(self.bases), self.book.last_claim_round, round_, rewards, fees),
            )
        self.bases = []

    def stands(self, round_: int) -> None:
        """What is bonded at the end of a round in which something was done."""
        if self.bases and self.bases[-1].round == round_:
            self.bases.pop()
        self.bases.append(Base(round_, self.book.bonded, self.book.delegate))
        self.delegates[round_] = self.book.delegate


@dataclass(frozen=True, slots=True)
class RoundEarned:
    """A position in one round: what it earned and moved in it, principal and stake at its end.

    `principal_lpt_wei` is what was put in less what was taken out until then: below 0 where rewards were taken out too.
    """

    round: int
    delegate: str
    put_in_lpt_wei: int
    taken_out_lpt_wei: int
    rewards_lpt_wei: int
    fees_eth_wei: int
    principal_lpt_wei: int
    stake_lpt_wei: int


def replay(steps: Iterable[Step]) -> History:
    """The position after all its logs, the stretch that runs still open."""
    history = History()
    for step in steps:
        if step.kind in ("transfer", "withdraw_stake", "withdraw_fees"):
            continue  # neither touches the stake: a transfer is its Unbond and its Rebond
        _apply(history, step)
        history.stands(step.round)
    return history


def _apply(history: History, step: Step) -> None:
    book = history.book
    if step.kind == "claim":
        history.ends(step.round, rewards=step.amount, fees=step.fees)
        ledger.claimed(book, rewards=step.amount, fees=step.fees, round_=step.round)
    elif step.kind == "bond":
        history.moved(step.round, put_in=step.amount)
        ledger.bonded(
            book, delegate=step.delegate, old_delegate=step.other, bonded_wei=step.bonded, running_round=step.round
        )
    elif step.kind == "rebond":
        history.moved(step.round, put_in=step.amount)
        ledger.rebonded(
            book, delegate=step.delegate, lock_id=step.lock_id, amount=step.amount, starts_in=step.start_round
        )
    elif step.kind == "unbond":
        history.moved(step.round, taken_out=step.amount)
        ledger.unbonded(book, lock_id=step.lock_id, amount=step.amount)
    elif step.kind == "slash":
        history.moved(step.round, taken_out=step.amount)
        ledger.slashed(book, penalty=step.amount)


def grown(stretch: Stretch, factors: Mapping[str, Stored], *, first: int) -> Iterator[tuple[Base, int, int, int]]:
    """Each round of a stretch from `first` on with its rewards and fees; the last brings what is left of the whole.

    The contract counts from what was stored for exactly the first round, and up to the newest factors there are: where
    nothing was stored for the first round, stake that comes grows by all that its node ever earned, at once. Stake that
    moves on before any claim loses what it had grown by, which makes a round below 0.
    """
    told_rewards = told_fees = 0
    ends = [*(base.round for base in stretch.bases[1:]), stretch.last]
    for base, end in zip(stretch.bases, ends, strict=True):
        numbers = range(max(base.round, first - 1), end)  # the round before tells what was there already
        for number, reward, fee in _growth(base, factors.get(base.delegate, {}), since=stretch.first, numbers=numbers):
            if number >= first:
                yield base, number, reward - told_rewards, fee - told_fees
            told_rewards, told_fees = reward, fee
    yield stretch.bases[-1], stretch.last, stretch.rewards - told_rewards, stretch.fees - told_fees


def _growth(base: Base, stored: Stored, *, since: int, numbers: range) -> Iterator[tuple[int, int, int]]:
    """What the base had grown by at the end of each of these rounds, counted from the factors of round `since`."""
    start_reward, start_fee = stored.get(since, (0, 0))
    reward, fee = _latest(stored, numbers.start)
    start_reward = start_reward or ONE
    for number in numbers:
        stored_reward, stored_fee = stored.get(number, (0, 0))
        reward, fee = stored_reward or reward, stored_fee or fee
        rewards = precise_perc_of(base.bonded, reward, start_reward) - base.bonded
        yield number, rewards, precise_perc_of(base.bonded, fee - start_fee, start_reward)


def _latest(stored: Stored, number: int) -> tuple[int, int]:
    """The newest factors at the end of a round, each stored for it or for one before."""
    reward, fee = stored.get(number, (0, 0))
    if not reward or not fee:
        before = sorted((each for each in stored if each < number), reverse=True)
        reward = reward or next((stored[each][0] for each in before if stored[each][0]), 0)
        fee = fee or next((stored[each][1] for each in before if stored[each][1]), 0)
    return reward or ONE, fee


def by_round(history: History, factors: Mapping[str, Stored], *, first: int, last: int) -> list[RoundEarned]:
    """Rounds `first` to `last` in which the position held or moved something, oldest first.

    `factors` need to hold, of each stretch that ends in `first` or later: those of the round that it counts from, those
    of `first` less one and later, and the newest before them.
    """
    earned, nodes = _earned(history.stretches, factors, first=first)
    principal = sum(moves.put_in - moves.taken_out for at, moves in history.moves.items() if at < first)
    stake = principal + _before(history.stretches, earned)
    rows, delegate = [], _delegate_before(history, first)
    for number in range(first, last + 1):
        moves, (rewards, fees) = history.moves.get(number, Moves()), earned.get(number, (0, 0))
        before, delegate = delegate, history.delegates.get(number, delegate)
        principal += moves.put_in - moves.taken_out
        stake += moves.put_in - moves.taken_out + rewards
        if stake or rewards or fees or moves != Moves():
            named = nodes.get(number) or (delegate if delegate != ZERO_ADDRESS else before)
            rows.append(
                RoundEarned(number, named, moves.put_in, moves.taken_out, rewards, fees, principal, stake),
            )
    return rows


def _earned(
    stretches: Sequence[Stretch], factors: Mapping[str, Stored], *, first: int
) -> tuple[dict[int, tuple[int, int]], dict[int, str]]:
    """Rewards and fees of each round from `first` on, and the node that they are of."""
    earned: dict[int, tuple[int, int]] = defaultdict(lambda: (0, 0))
    nodes: dict[int, str] = {}
    for stretch in stretches:
        if stretch.last < first:
            continue
        for base, number, rewards, fees in grown(stretch, factors, first=first):
            if rewards or fees or number > stretch.bases[0].round:
                earned[number] = (earned[number][0] + rewards, earned[number][1] + fees)
                nodes[number] = base.delegate
    return earned, nodes


def _before(stretches: Sequence[Stretch], earned: Mapping[int, tuple[int, int]]) -> int:
    """The rewards that came before the rounds in `earned`."""
    return sum(stretch.rewards for stretch in stretches) - sum(rewards for rewards, _ in earned.values())


def _delegate_before(history: History, first: int) -> str:
    acted = [number for number in history.delegates if number < first]
    return history.delegates[max(acted)] if acted else ZERO_ADDRESS
