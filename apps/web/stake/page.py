"""What the pages of positions show: one address in full, or several with their sums."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from apps.delegation.earned import RoundEarned
from apps.delegation.held import TONES, Caution, Held
from apps.delegation.positions import positions_of
from apps.delegation.since import Since, since
from apps.network.models import Orchestrator
from apps.network.selectors import governance
from apps.network.selectors.governance import VoteRow
from apps.network.selectors.identities import Name, names
from apps.protocol.units import Address
from apps.scoring import selectors as scoring
from apps.scoring.selectors import ScoreRow

SINCE_ROUNDS = 30
SHOWN_ROUNDS = 30
SHOWN_VOTES = 20


@dataclass(frozen=True, slots=True)
class PositionPage:
    """One address. `score` is that of its node, None where there is none; `is_node` if it is an orchestrator itself."""

    held: Held
    since: Since
    score: ScoreRow | None
    names: Mapping[str, Name]
    votes: Sequence[VoteRow]
    is_node: bool

    @property
    def shown_rounds(self) -> Sequence[RoundEarned]:
        return (self.since.rounds or ())[:SHOWN_ROUNDS]

    @property
    def hidden_rounds(self) -> int:
        return len(self.since.rounds or ()) - len(self.shown_rounds)

    @property
    def grave(self) -> Sequence[Caution]:
        """Those that stand over the figures; the others are notes beside them."""
        return [one for one in self.held.cautions if one.tone != "info"]

    @property
    def notes(self) -> Sequence[Caution]:
        return [one for one in self.held.cautions if one.tone == "info"]


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Several addresses and their sums; a sum leaves out what is unknown, and `unknown` says of how many."""

    rows: Sequence[Held]
    names: Mapping[str, Name]
    scores: Mapping[Address, ScoreRow]
    kinds: Mapping[str, str] = field(default_factory=dict)  # a few words on those that are contracts

    @property
    def stake_lpt_wei(self) -> int:
        return sum(row.stake_lpt_wei for row in self.rows)

    @property
    def fees_eth_wei(self) -> int:
        return sum(row.fees_eth_wei for row in self.rows)

    @property
    def locked_lpt_wei(self) -> int:
        return sum(row.locked_lpt_wei for row in self.rows)

    @property
    def rewards_lpt_wei(self) -> int:
        return sum(row.rewards_lpt_wei or 0 for row in self.rows)

    @property
    def unknown(self) -> int:
        return sum(1 for row in self.rows if row.rewards_lpt_wei is None)

    @property
    def nodes(self) -> int:
        """How many orchestrators the stake lies with."""
        return len({row.delegate for row in self.rows if row.delegate})

    @property
    def cautions(self) -> Sequence[tuple[Held, Caution]]:
        found = [(row, one) for row in self.rows for one in row.cautions if one.tone != "info"]
        return sorted(found, key=lambda pair: TONES.index(pair[1].tone))


def position_page(address: Address, *, first: int | None) -> PositionPage:
    """The address with what changed since round `first`, or over the last rounds."""
    held = positions_of([address])[0]
    run = scoring.latest_run() if held.delegate else None
    return PositionPage(
        held=held,
        since=since(held, max(held.running - SINCE_ROUNDS, 0) if first is None else first),
        score=scoring.score_of(Address(held.delegate), run=run) if run else None,
        names=names(),
        votes=governance.votes(voter=address, limit=SHOWN_VOTES),
        is_node=Orchestrator.objects.filter(address=address, ever_registered=True).exists(),
    )


def portfolio(addresses: Sequence[Address], kinds: Mapping[str, str]) -> Portfolio:
    """These addresses together; `kinds` as Portfolio has them."""
    rows = positions_of(addresses)
    run = scoring.latest_run()
    nodes = sorted({Address(row.delegate) for row in rows if row.delegate})
    return Portfolio(rows, names(), scoring.scores_of(run, of=nodes) if run and nodes else {}, kinds)
