"""What an account holds before and after a plan, as two bars on one scale: wallet, stake, stake on its way out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from apps.protocol import formats
from apps.protocol.formats import NBSP

WIDTH, BAR = 1000, 24
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


def drawn(then: Held, now: Held) -> tuple[tuple[str, SafeString], ...]:
    """A bar for each moment, each with a sentence for those who hear it; none where nothing of it changes."""
    whole = max(then.total, now.total)
    if then == now or not whole:
        return ()
    return ("Now", _bar(then, whole)), ("After", _bar(now, whole))


def keys(then: Held, now: Held) -> Sequence[tuple[str, str]]:
    """The fill and the words of each part that there is."""
    return [(fill, words) for name, words, fill in _PARTS if getattr(then, name) or getattr(now, name)]


def _bar(one: Held, whole: int) -> SafeString:
    """Stretched to its place, so its words stand beside it and not in it."""
    x, found = 0.0, []
    for name, _, fill in _PARTS:
        width = WIDTH * getattr(one, name) / whole
        if width:
            found.append(f'<rect class="{fill}" x="{x:.1f}" width="{max(width, 2):.1f}" height="{BAR}"/>')
        x += width
    return mark_safe(
        f'<svg class="heldbar" viewBox="0 0 {WIDTH} {BAR}" preserveAspectRatio="none" role="img" '
        f'aria-label="{escape(_said(one))}">{"".join(found)}</svg>'
    )


def _said(one: Held) -> str:
    return ", ".join(f"{formats.exact(getattr(one, name))}{NBSP}LPT {words}" for name, words, _ in _PARTS)
