"""What a verification found."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple


class Pair(NamedTuple):
    """One figure of one subject, as the tables have it and as a contract answers; both in the contract's unit."""

    subject: str
    figure: str
    ours: int | str
    theirs: int | str


@dataclass(frozen=True, slots=True)
class Drift:
    """One figure that differs. `reason` says why that is expected; empty means that it is not."""

    subject: str
    figure: str
    ours: int | str
    theirs: int | str
    reason: str = ""

    @property
    def size(self) -> int | None:
        """Ours less theirs; None where the figure is no number."""
        return self.ours - self.theirs if isinstance(self.ours, int) and isinstance(self.theirs, int) else None


@dataclass(frozen=True, slots=True)
class Compared:
    """All figures of one name: how many were compared, how many differ, and by how much at most."""

    figure: str
    compared: int
    differ: int
    largest: int


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was compared at a block, and what differed (nothing, if all is well).

    `unsteady` counts figures that differed in a first reading of the block and agreed in the second: see `run`.
    `absent` counts questions that this chain's contracts have no function for.
    """

    block: int
    block_hash: str
    round: int
    accounts: int
    orchestrators: int
    figures: int
    unsteady: int
    absent: int
    summary: tuple[Compared, ...]
    drift: tuple[Drift, ...]

    @property
    def unexplained(self) -> tuple[Drift, ...]:
        return tuple(one for one in self.drift if not one.reason)


def summed(counts: dict[str, int], drift: Iterable[Drift]) -> tuple[Compared, ...]:
    """One line a figure, in the order in which they were compared."""
    by_figure: dict[str, list[Drift]] = {figure: [] for figure in counts}
    for one in drift:
        by_figure[one.figure].append(one)
    return tuple(
        Compared(figure, counts[figure], len(found), max((abs(one.size or 0) for one in found), default=0))
        for figure, found in by_figure.items()
    )
