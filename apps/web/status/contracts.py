"""Contracts that changed behind their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from apps.network.selectors.contracts import Change, changes

_SHOWN = 10


@dataclass(frozen=True, slots=True)
class News:
    """The newest changes, all that nobody has acknowledged among them."""

    shown: Sequence[Change]
    total: int
    pending: int


def contract_news() -> News:
    """What the Controller announced, newest first."""
    found = changes()
    shown = [change for place, change in enumerate(found) if place < _SHOWN or change.is_pending]
    return News(shown, len(found), sum(change.is_pending for change in found))
