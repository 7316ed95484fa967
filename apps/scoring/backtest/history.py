"""All that the tables remember of a network, and what somebody at the first block of a round could know of it.

A standpoint is the block that began a round: every earlier round was over, and of the round itself only the set of
active orchestrators and their stake was settled. Rows are read once and cut here, in memory.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter

from apps.protocol.units import Address, BlockNumber, LptWei, Ppm, Round
from apps.scoring.facts import Cuts, LinkFact, NetworkFacts, OrchestratorFacts, Payments, RaisedFact, Rounds
from apps.scoring.jobfacts import DeliveryFacts, JobFacts, MarketFacts
from apps.scoring.method import Method


class LookAhead(Exception):
    """A standpoint was about to see what came after it: the back-test is wrong and must not be published."""


@dataclass(frozen=True, slots=True)
class RoundStart:
    """A round and the block that began it."""

    number: Round
    block: BlockNumber


@dataclass(frozen=True, slots=True)
class Factors:
    """The cumulative factors as they stood when a round was over, 1e27 = 1."""

    round: Round
    reward: int
    fee: int


@dataclass(frozen=True, slots=True)
class Registration:
    """From this block on the orchestrator is, or is no more, bonded to itself."""

    block: BlockNumber
    holds: bool


@dataclass(frozen=True, slots=True)
class Told:
    """What is read anew at each standpoint: who is related to whom, and what sources beside the chain had told."""

    links: tuple[LinkFact, ...] = ()
    jobs: Mapping[Address, JobFacts] = field(default_factory=dict)
    delivery: Mapping[Address, DeliveryFacts] = field(default_factory=dict)
    market: MarketFacts | None = None


NOTHING_TOLD = Told()


@dataclass(frozen=True, slots=True)
class Life:
    """One orchestrator over the whole history; every row ascending. `cut_blocks` is the block of each of `cuts`.

    `raised` has the rewards of rounds with a reward cut above its least of all rounds.
    """

    address: Address
    rounds: Rounds = field(default_factory=Rounds.of)
    raised: Sequence[RaisedFact] = ()
    factors: Sequence[Factors] = ()
    payments: Payments = field(default_factory=Payments.of)
    cuts: Cuts = field(default_factory=Cuts.of)
    cut_blocks: Sequence[BlockNumber] = ()
    registrations: Sequence[Registration] = ()

    def opening(self, now: Round) -> LptWei | None:
        """Its stake in the active set of a round, settled when the round begins; nothing where it is not in it."""
        at = bisect_left(self.rounds.round, now)
        here = at < len(self.rounds.round) and self.rounds.round[at] == now
        return self.rounds.stake_lpt_wei[at] if here else None


@dataclass(frozen=True, slots=True)
class History:
    """The network: its rounds ascending, the last of which is open, and the lives of its orchestrators.

    `told` has what was read at the block that began a round, by that round.
    """

    starts: Sequence[RoundStart]
    lives: Mapping[Address, Life]
    told: Mapping[Round, Told] = field(default_factory=dict)

    @property
    def closed(self) -> int:
        """How many rounds are over."""
        return max(0, len(self.starts) - 1)


@dataclass(frozen=True, slots=True)
class Reach:
    """How many rounds back a run may look: at rounds and payments, at changes of terms, at links."""

    long: int
    cuts: int
    links: int

    @classmethod
    def of(cls, method: Method) -> Reach:
        return cls(method.long_rounds, method.whole("windows", "cut_rounds"), method.whole("windows", "link_rounds"))


def known_at(history: History, start: RoundStart, reach: Reach) -> NetworkFacts:
    """The facts of a run made at the block that began a round: nothing later than that block is in them."""
    now, first = start.number, start.number - reach.long
    told = history.told.get(now, NOTHING_TOLD)
    nodes = (_known(history.lives[address], start, reach, told) for address in sorted(history.lives))
    return NetworkFacts(
        round=now,
        window=tuple(one.number for one in history.starts if first <= one.number < now),
        orchestrators=tuple(one for one in nodes if one is not None),
        links=told.links,
        demand=told.market,
    )


def refuse_look_ahead(facts: NetworkFacts, start: RoundStart) -> None:
    """Raises LookAhead where a fact is of the standpoint's own round (terms and links: of a later one)."""
    now = start.number
    late = [number for number in facts.window if number >= now]
    late += [one.round for one in facts.links if one.round > now]
    for one in facts.orchestrators:
        late += [number for number in (*one.rounds.round[-1:], *one.payments.round[-1:]) if number >= now]
        late += [number for number in one.cuts.round[-1:] if number > now]
        late += [each.round for each in one.raised[-1:] if each.round >= now]
    if late or facts.round != now:
        raise LookAhead(f"At the beginning of round {now} something of round {max(late, default=facts.round)} is seen.")


def _known(life: Life, start: RoundStart, reach: Reach, told: Told) -> OrchestratorFacts | None:
    now = start.number
    rounds = life.rounds.between(now - reach.long, now)
    registrations = life.registrations[: bisect_right(life.registrations, start.block, key=attrgetter("block"))]
    registered = bool(registrations) and registrations[-1].holds
    active = life.opening(now) is not None
    if not (rounds or registered or active):
        return None
    cuts = Cuts(*(column[: bisect_right(life.cut_blocks, start.block)] for column in life.cuts.columns()))
    return OrchestratorFacts(
        address=life.address,
        registered=registered,
        active=active,
        reward_cut_ppm=cuts.reward_cut_ppm[-1] if cuts else Ppm(0),  # what a self-bond without terms leaves
        fee_share_ppm=cuts.fee_share_ppm[-1] if cuts else Ppm(0),
        rounds=rounds,
        payments=life.payments.between(now - reach.long, now),
        cuts=cuts.between(now - reach.cuts, now + 1),
        jobs=told.jobs.get(life.address),
        delivery=told.delivery.get(life.address),
        raised=_raised(life.raised, rounds),
    )


def _raised(every: Sequence[RaisedFact], rounds: Rounds) -> tuple[RaisedFact, ...]:
    """The rewards of those rounds whose reward cut was above the least of the same rounds."""
    least = min(rounds.reward_cut_ppm, default=0)
    above = {past for past, cut in zip(rounds.round, rounds.reward_cut_ppm, strict=True) if cut > least}
    return tuple(one for one in every if one.round in above) if above else ()
