"""What the score is made from: plain facts about whole rounds, their canonical text and its digest.

Nothing here touches a framework, so a stored bundle of facts can be scored again anywhere. Rows of a kind are kept as
columns; `Rounds.of(...)` and its like make them from rows, and iterating gives the rows back.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from typing import Any, ClassVar

from apps.protocol.units import Address, EthWei, LptWei, Ppm, Round
from apps.scoring.jobfacts import DeliveryFacts, JobFacts, MarketFacts
from apps.scoring.method import live
from apps.scoring.plain import PlainError, plain, restored
from apps.scoring.tables import Table

LONG_ROUNDS, RECENT_ROUNDS = live().long_rounds, live().recent_rounds


@dataclass(frozen=True, slots=True)
class RoundFact:
    """One orchestrator in one round in which it was active."""

    round: Round
    stake_lpt_wei: LptWei
    reward_called: bool
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    fees_eth_wei: EthWei  # as the contract credited them, whoever paid


@dataclass(frozen=True, slots=True)
class PaymentFact:
    """All that one gateway paid to one orchestrator in one round."""

    round: Round
    gateway: Address
    amount_eth_wei: EthWei
    tickets: int


@dataclass(frozen=True, slots=True)
class CutFact:
    """A change of terms; the old values are empty on the first setting, which worsens nothing."""

    round: Round
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    old_reward_cut_ppm: Ppm | None
    old_fee_share_ppm: Ppm | None


@dataclass(frozen=True, slots=True)
class RaisedFact:
    """A reward called in a round whose reward cut was above the least of the window: what a rise took is part of it."""

    round: Round
    reward_lpt_wei: LptWei  # net of the treasury's part, before the cut


@dataclass(frozen=True, slots=True)
class Rounds(Table[RoundFact]):
    """The rounds of one orchestrator, oldest first."""

    round: tuple[Round, ...]
    stake_lpt_wei: tuple[LptWei, ...]
    reward_called: tuple[bool, ...]
    reward_cut_ppm: tuple[Ppm, ...]
    fee_share_ppm: tuple[Ppm, ...]
    fees_eth_wei: tuple[EthWei, ...]

    row: ClassVar[type[Any]] = RoundFact
    order: ClassVar[tuple[str, ...]] = ("round",)


@dataclass(frozen=True, slots=True)
class Payments(Table[PaymentFact]):
    """What one orchestrator was paid, by round and gateway."""

    round: tuple[Round, ...]
    gateway: tuple[Address, ...]
    amount_eth_wei: tuple[EthWei, ...]
    tickets: tuple[int, ...]

    row: ClassVar[type[Any]] = PaymentFact
    order: ClassVar[tuple[str, ...]] = ("round", "gateway", "amount_eth_wei", "tickets")


@dataclass(frozen=True, slots=True)
class Cuts(Table[CutFact]):
    """The changes of terms of one orchestrator; two in one round keep the order of the chain."""

    round: tuple[Round, ...]
    reward_cut_ppm: tuple[Ppm, ...]
    fee_share_ppm: tuple[Ppm, ...]
    old_reward_cut_ppm: tuple[Ppm | None, ...]
    old_fee_share_ppm: tuple[Ppm | None, ...]

    row: ClassVar[type[Any]] = CutFact
    order: ClassVar[tuple[str, ...]] = ("round",)


@dataclass(frozen=True, slots=True)
class LinkFact:
    """Two addresses that are related, and the log that shows it.

    Kinds: `funds` (a transaction of `one` paid into the deposit or reserve of `other`), `withdraws_to` (fees of `one`
    were withdrawn to `other`), `hands_stake` (transferBond from `one` to `other`), `bonds_for` (a transaction of `one`
    bonded for `other`), `delegates` (`one`, a gateway, is bonded to `other`), `shares_key` (two orchestrators with one
    node key; seen off the chain, so `tx_hash` is empty), `calls_reward_for`. A kind that is not known is no evidence.
    `amount_wei` is ETH for the first two and LPT for the others; empty where none belongs to it or it is not known.
    """

    one: Address
    other: Address
    kind: str
    round: Round
    tx_hash: str
    log_index: int
    amount_wei: int | None = None


@dataclass(frozen=True, slots=True)
class ClaimFact:
    """A claimed contribution that stands: neither withdrawn nor replaced by a newer version nor too old.

    `state` as in apps.contributions.states. `age_days` runs from the last day of the work to that of the block, by the
    calendar of UTC, so that facts differ at midnight and not with every block. Weights are in ppm of one reviewer;
    `standing_ppm` is the share of its points that a claim with such support brings.
    """

    digest: str
    category: str
    state: str
    age_days: int
    authors: int  # the orchestrator and the co-authors who signed: they share the points
    endorsed_ppm: int
    disputed_ppm: int
    standing_ppm: Ppm


@dataclass(frozen=True, slots=True)
class CommunityFacts:
    """The claims of one orchestrator by digest, and how many reviewers serve on this chain."""

    claims: tuple[ClaimFact, ...]
    reviewers: int


@dataclass(frozen=True, slots=True)
class OrchestratorFacts:
    """One orchestrator: its standing at the block of the run, and what it did in the window's whole rounds.

    `jobs`, `delivery` and `community` are empty where no source tells anything; that is not the same as zero.
    """

    address: Address
    registered: bool
    active: bool
    reward_cut_ppm: Ppm
    fee_share_ppm: Ppm
    rounds: Rounds
    payments: Payments
    cuts: Cuts
    jobs: JobFacts | None = None
    delivery: DeliveryFacts | None = None
    community: CommunityFacts | None = None
    raised: tuple[RaisedFact, ...] = ()


@dataclass(frozen=True, slots=True)
class NetworkFacts:
    """Everything a run may know.

    `round` is the round open at the block of the run. `window` is the rounds before it that were initialised, among as
    many as the longest method looks back on. Rounds and payments of an orchestrator lie inside it; changes of terms and
    links may be older, and may lie in the open round.
    """

    round: Round
    window: tuple[Round, ...]
    orchestrators: tuple[OrchestratorFacts, ...]
    links: tuple[LinkFact, ...] = ()
    demand: MarketFacts | None = None

    def trimmed(self, rounds: int) -> NetworkFacts:
        """The same facts with no round older than the last `rounds`; what is kept whole stays whole."""
        first = self.round - rounds
        if not self.window or min(self.window) >= first:
            return self
        return replace(
            self,
            window=tuple(number for number in self.window if number >= first),
            orchestrators=tuple(
                replace(
                    one,
                    rounds=one.rounds.between(first, self.round),
                    payments=one.payments.between(first, self.round),
                )
                for one in self.orchestrators
            ),
        )


def canonical(facts: NetworkFacts) -> str:
    """The facts as JSON without spaces: keys and rows sorted, rows as columns, every integer as a decimal string."""
    return "".join(canonical_pieces(facts))


def canonical_pieces(facts: NetworkFacts) -> Iterator[str]:
    """The canonical text in pieces, one an orchestrator, so that a large network never lies in memory as one text."""
    yield '{"demand":' + _json(plain(facts.demand))
    yield ',"links":' + _json([plain(one) for one in sorted(facts.links, key=_link_order)])
    yield ',"orchestrators":['
    for at, one in enumerate(sorted(facts.orchestrators, key=lambda each: each.address)):
        yield ("," if at else "") + _one_text(one)
    yield f'],"round":"{facts.round}","window":{_json([str(number) for number in sorted(facts.window)])}}}'


def digest(facts: NetworkFacts) -> str:
    """sha256 of the canonical text, in hex: equal facts give an equal digest on any machine."""
    return digest_of_pieces(canonical_pieces(facts))


def digest_of_pieces(pieces: Iterable[str]) -> str:
    """The digest of facts whose canonical text was made before."""
    found = hashlib.sha256()
    for piece in pieces:
        found.update(piece.encode())
    return found.hexdigest()


def facts_from(text: str) -> NetworkFacts:
    """The facts whose canonical text this is, exactly; raises PlainError with what is wrong where it is none."""
    try:
        found = restored(NetworkFacts, json.loads(text))
    except ValueError as fault:
        raise fault if isinstance(fault, PlainError) else PlainError(f"This is no text of facts: {fault}.") from fault
    return found  # type: ignore[no-any-return]


def _one_text(one: OrchestratorFacts) -> str:
    values = {name: getattr(one, name) for name in _FACTS_OF_ONE}
    inner = ",".join(f'"{name}":{_value_text(value)}' for name, value in values.items())
    return f"{{{inner}}}"


def _value_text(value: Any) -> str:
    if isinstance(value, Table):
        return _table_text(value)
    return "null" if value is None else _json(plain(value))


def _table_text(table: Table[Any]) -> str:
    columns = sorted(zip(table.names(), table.columns(), strict=True))
    return "{" + ",".join(f'"{name}":{_column_text(column)}' for name, column in columns) + "}"


def _column_text(column: tuple[Any, ...]) -> str:
    """Numbers and addresses need no escaping, so a column is joined and not encoded value by value."""
    if not column:
        return "[]"
    if isinstance(column[0], bool):
        return _truths_text(column)
    if None in column:
        return _json([plain(each) for each in column])
    return _plain_text(column)


# many orchestrators share their rounds, cuts and calls to the last value. Two functions, as (True,) equals (1,)
@lru_cache(maxsize=1024)
def _truths_text(column: tuple[bool, ...]) -> str:
    return "[" + ",".join(["true" if each else "false" for each in column]) + "]"


@lru_cache(maxsize=1024)
def _plain_text(column: tuple[Any, ...]) -> str:
    return '["' + '","'.join(map(str, column)) + '"]'


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, separators=(",", ":"))


def _link_order(one: LinkFact) -> tuple[Any, ...]:
    return (one.round, one.kind, one.one, one.other, one.tx_hash, one.log_index, one.amount_wei or 0)


_FACTS_OF_ONE = tuple(sorted(one.name for one in fields(OrchestratorFacts)))
