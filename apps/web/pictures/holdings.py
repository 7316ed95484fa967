"""What an account holds before and after a plan, as two bars on one scale: wallet, stake, stake on its way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.protocol import formats
from apps.protocol.formats import NBSP

WIDTH, BAR, GAP, LEFT = 640, 24, 14, 56
_PARTS = (
    ("balance", "in the wallet", "f-stint"),
    ("stake", "staked", "f-work"),
    ("locks", "unbonding", "f-stake"),
)


@dataclass(frozen=True, slots=True)
class Held:
    """LPT wei of one account at one moment."""

    balance: int
    stake: int
    locks: int

    @property
    def total(self) -> int:
        return self.balance + self.stake + self.locks


def held(account: Mapping[str, Any]) -> Held:
    """What the document of a plan says of an account."""
    locks = sum(int(lock["amount_lpt_wei"]) for lock in account["locks"])
    return Held(int(account["balance_lpt_wei"]), int(account["stake_lpt_wei"]), locks)


def drawn(then: Held, now: Held) -> SafeString | None:
    """The two bars with a sentence for those who hear them; None where nothing of it changes."""
    whole = max(then.total, now.total)
    if then == now or not whole:
        return None
    rows = [("Now", then), ("After", now)]
    bars = "".join(_bar(words, one, whole, number * (BAR + GAP)) for number, (words, one) in enumerate(rows))
    height = 2 * BAR + GAP
    said = escape("; ".join(f"{words}: {_said(one)}" for words, one in rows))
    return mark_safe(
        f'<svg class="chart held" viewBox="0 0 {WIDTH} {height}" width="{WIDTH}" height="{height}" '
        f'preserveAspectRatio="xMinYMid meet" role="img" aria-label="{said}">{bars}</svg>'
    )


def keys(then: Held, now: Held) -> Sequence[tuple[str, str]]:
    """The fill and the words of each part that there is."""
    return [(fill, words) for name, words, fill in _PARTS if getattr(then, name) or getattr(now, name)]


def _bar(words: str, one: Held, whole: int, y: int) -> str:
    room, x, found = WIDTH - LEFT, float(LEFT), []
    for name, _, fill in _PARTS:
        width = room * getattr(one, name) / whole
        if width:
            found.append(f'<rect class="{fill}" x="{x:.1f}" y="{y}" width="{max(width, 1):.1f}" height="{BAR}"/>')
        x += width
    return f'<text x="0" y="{y + 17}">{words}</text>{"".join(found)}'


def _said(one: Held) -> str:
    return ", ".join(f"{formats.exact(getattr(one, name))}{NBSP}LPT {words}" for name, words, _ in _PARTS)
