"""What the last comparison with the contracts found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from indexer.models import Verification
from indexer.verification.records import latest, latest_full

_SHOWN = 20


@dataclass(frozen=True, slots=True)
class Difference:
    """A figure that differed; `reason` is empty where no reason is known."""

    subject: str
    figure: str
    ours: str
    theirs: str
    reason: str


@dataclass(frozen=True, slots=True)
class Checked:
    """The newest comparison, the newest of everything, and what differed in the newest."""

    last: Verification | None
    full: Verification | None
    differences: Sequence[Difference]

    @property
    def tone(self) -> str:
        if self.last is None:
            return "hatch"
        return "danger" if self.last.unexplained else "warn" if self.last.differ else "good"

    @property
    def more(self) -> int:
        """Differences that are not shown."""
        return self.last.differ - len(self.differences) if self.last else 0


def checked() -> Checked:
    """Works on an empty database."""
    last = latest()
    kept = last.drift[:_SHOWN] if last else []
    found = [Difference(**{name: row.get(name, "") for name in Difference.__slots__}) for row in kept]
    return Checked(last, latest_full(), found)
