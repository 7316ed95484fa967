"""A comparison as its page shows it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.safestring import SafeString

from apps.network.selectors.moves import GAS_AS_OF, GAS_PRICE_WEI, GAS_UNITS, Moves
from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.protocol.moving import Balance, BreakEven
from apps.scoring.results import PARTS
from apps.web.compare import chart
from apps.web.compare.measures import sections
from apps.web.compare.nodes import Comparison, Node
from apps.web.compare.rows import Section, per_round
from apps.web.node.yields import small_eth
from apps.web.pictures.svg import Picture


@dataclass(frozen=True, slots=True)
class Leader:
    """Who earned most of one currency, and how much."""

    node: Node
    shown: str


@dataclass(frozen=True, slots=True)
class MoveLine:
    """Moving to one node: what it would have earned more or less a round, when that paid, and a verdict in words."""

    node: Node
    lpt: str
    eth: str
    lpt_after: str
    eth_after: str
    tone: str
    icon: str
    verdict: str
    words: str


@dataclass(frozen=True, slots=True)
class ReasonLine:
    """A part with each node's reason."""

    title: str
    reasons: Sequence[tuple[Node, str]]


@dataclass(frozen=True, slots=True)
class ComparePage:
    """Everything on the page."""

    found: Comparison
    sections: Sequence[Section]
    reasons: Sequence[ReasonLine]
    most_lpt: Leader | None
    most_eth: Leader | None
    moves: Sequence[MoveLine]
    wide: Picture
    narrow: Picture
    figure: dict[str, Any]
    table: SafeString
    rounds: int

    @property
    def nodes(self) -> Sequence[Node]:
        return self.found.nodes

    @property
    def gas(self) -> str:
        return gas_words()

    @property
    def present(self) -> Node | None:
        return self.found.node(self.found.moves.present) if self.found.moves else None


def gas_words() -> str:
    """How the estimate of gas came to be, and of which day it is."""
    price = formats.fixed(GAS_PRICE_WEI, unit=10**9, places=2)
    day = f"{GAS_AS_OF.day} {GAS_AS_OF:%B %Y}"
    units = formats.grouped(GAS_UNITS)
    return f"{units} gas at {price} gwei, assumed on {day} and not read; your wallet tells the real price"


_TITLES = {"work": "Work", "terms": "Terms", "jobs": "Job mix", "community": "Community"}


def page_of(found: Comparison) -> ComparePage:
    """The page of a comparison."""
    history = chart.history_of(found)
    wide, narrow = chart.drawings(history)
    return ComparePage(
        found=found,
        sections=sections(found),
        reasons=_reasons(found.nodes),
        most_lpt=_most(found, "rewards_lpt_wei", lambda wei: f"{formats.lpt(wei)}{NBSP}LPT"),
        most_eth=_most(found, "fees_eth_wei", lambda wei: f"{small_eth(wei)}{NBSP}ETH"),
        moves=_move_lines(found, found.moves) if found.moves else (),
        wide=wide,
        narrow=narrow,
        figure=chart.figure_of(history),
        table=chart.table_of(history),
        rounds=len(history.rounds),
    )


def _most(found: Comparison, figure: str, write: Any) -> Leader | None:
    """None unless every node's amount is known and one of them is above all others."""
    amounts = [(getattr(node.earned.newest, figure) if node.earned else None, node) for node in found.nodes]
    known = [(amount, node) for amount, node in amounts if amount is not None]
    best = max((amount for amount, _ in known), default=0)
    leaders = [node for amount, node in known if amount == best]
    return Leader(leaders[0], write(best)) if len(known) == len(amounts) and len(leaders) == 1 else None


def _reasons(nodes: Sequence[Node]) -> list[ReasonLine]:
    lines = []
    for name in PARTS:
        parts = [(node, node.part(name)) for node in nodes]
        lines.append(ReasonLine(_TITLES[name], [(node, part.reason if part else "") for node, part in parts]))
    return lines if any(reason for line in lines for _, reason in line.reasons) else []


_VERDICTS = {
    "pays": ("good", "check", "Pays"),
    "never": ("danger", "octagon", "Never"),
    "trade": ("warn", "triangle", "A trade"),
    "same": ("", "equal", "No difference"),
    "unknown": ("hatch", "info", "Unknown"),
}


def _move_lines(found: Comparison, moves: Moves) -> list[MoveLine]:
    return [_move_line(found.node(address), even, moves) for address, even in moves.to.items()]


def _move_line(node: Node, even: BreakEven, moves: Moves) -> MoveLine:
    tone, icon, verdict = _VERDICTS[even.verdict]
    return MoveLine(
        node=node,
        lpt=_gain(even.lpt, "LPT"),
        eth=_gain(even.eth, "ETH"),
        lpt_after=after(even.lpt),
        eth_after=after(even.eth),
        tone=tone,
        icon=icon,
        verdict=verdict,
        words=_words(even, moves.days(even)),
    )


def _gain(side: Balance | None, unit: str) -> str:
    return "" if side is None else per_round(side.gain_wei, side.rounds, unit)


def after(side: Balance | None) -> str:
    """When one currency's cost is earned back: after so many rounds, at once, never; empty where unknown."""
    if side is None:
        return ""
    if side.side != "after":
        return "never" if side.side == "never" else "nothing to earn back"
    rounds = side.after_rounds or 0
    return f"after {_count(rounds, 'round')}" if rounds else "at once"


def _words(even: BreakEven, days: int | None) -> str:
    if even.verdict == "pays":
        rounds = even.after_rounds or 0
        if not rounds:
            return "It would have earned more from the first round on."
        about = f", about {_count(days, 'day')}" if days is not None else ""
        return f"It would have earned its cost back after {_count(rounds, 'round')}{about}."
    return {
        "never": "It would have earned no more of either, so its cost is never earned back.",
        "trade": "More of one for less of the other: without a price there is no one answer.",
        "same": "Both earned the same, so gas is never earned back.",
        "unknown": "A figure it rests on is missing.",
    }[even.verdict]


def _count(number: int, what: str) -> str:
    return f"{formats.grouped(number)} {what}{'' if number == 1 else 's'}"
