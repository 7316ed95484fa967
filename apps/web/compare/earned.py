"""The rows of a comparison that tell what the same stake earned with each node."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from apps.network.selectors.yields import Yields
from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.protocol.yields import Earned, Range
from apps.web import marks
from apps.web.compare.nodes import Node
from apps.web.compare.rows import Figure, Measure, eth, exact, known, lpt

NO_FACTORS = "factors of some rounds are missing"


def yield_measures(found: Yields) -> Sequence[Measure]:
    """Rewards and fees apart: the newest stretch, the middle one, the range; and what stood in the way."""
    return (
        *_currency("Rewards", "rewards", "lpt_wei", found, lambda node: node.rewards, _rewards_of, lpt),
        *_currency("Fees", "fees", "eth_wei", found, lambda node: node.fees, _fees_of, eth),
        _count("Reward calls missed", "missed", lambda newest: newest.missed),
        _count("Rounds not active", "inactive", lambda newest: newest.inactive + newest.absent),
    )


def _rewards_of(one: Earned) -> int | None:
    return one.rewards_lpt_wei


def _fees_of(one: Earned) -> int | None:
    return one.fees_eth_wei


def _currency(
    title: str,
    key: str,
    unit: str,
    found: Yields,
    range_of: Callable[..., Range | None],
    amount: Callable[[Earned], int | None],
    write: Callable[[int], str],
) -> Sequence[Measure]:
    def newest(node: Node) -> Figure:
        return amount(node.earned.newest) if node.earned else None

    def middle(node: Node) -> Figure:
        spread = range_of(node.earned) if node.earned else None
        return amount(spread.median) if spread else None

    def ends(node: Node) -> str:
        spread = range_of(node.earned) if node.earned else None
        if spread is None:
            return str(marks.unknown(NO_FACTORS))
        worst, best = amount(spread.worst) or 0, amount(spread.best) or 0
        return f"{exact(worst, write(worst).partition(NBSP)[0])} to {exact(best, write(best))}"

    def when(node: Node) -> str:
        spread = range_of(node.earned) if node.earned else None
        return "" if spread is None else f"from {_day(found, spread.worst)}; from {_day(found, spread.best)}"

    lines = [
        Measure(
            f"{title}, newest",
            newest,
            lambda node: known(newest(node), write, why=NO_FACTORS),
            better="more",
            column=f"{key}_newest_{unit}",
        )
    ]
    if found.period.stretches > 1:
        lines += [
            Measure(
                f"{title}, middle",
                middle,
                lambda node: known(middle(node), write, why=NO_FACTORS),
                better="more",
                column=f"{key}_middle_{unit}",
            ),
            Measure(f"{title}, worst to best", lambda _: None, ends, when),
        ]
    return lines


def _count(title: str, column: str, count: Callable[[Earned], int]) -> Measure:
    def figure(node: Node) -> Figure:
        return count(node.earned.newest) if node.earned else None

    return Measure(title, figure, lambda node: known(figure(node), formats.grouped), better="less", column=column)


def _day(found: Yields, one: Earned) -> str:
    """The day a stretch began on, and its first round where that day is not on record."""
    began = found.began(one)
    return formats.day(began) if began else f"round {formats.grouped(one.first)}"
