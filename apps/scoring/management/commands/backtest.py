"""`manage.py backtest`: how well the method would have predicted, printed and stored."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.scoring import backtests
from apps.scoring.backtest.report import Report
from apps.scoring.results import PARTS


class Command(BaseCommand):
    help = "Walks over the past rounds with the live method, compares its order with others, stores and prints it."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--rounds", type=int, default=backtests.ROUNDS, help="how many of the newest rounds to read"
        )
        parser.add_argument(
            "--every", type=int, default=None, help="rounds between two standpoints; else as many as help"
        )

    def handle(self, *args: Any, rounds: int, every: int | None, **options: Any) -> None:
        run = backtests.network_backtest(force=True, rounds=rounds, every_rounds=every)
        if run is None:
            self.stdout.write("There is nothing to test yet: no round lies at or below a finalized block.")
            return
        self.stdout.write(f"{str(run).capitalize()}, round {run.as_of_round:,}.")
        self.stdout.write(f"Result {run.digest}")
        for line in lines(run.result):
            self.stdout.write(line)


def lines(found: Report) -> Iterator[str]:
    """The report as a person reads it in a terminal."""
    walk, rounds = found["walk"], found["rounds"]
    if not walk["standpoints"]:
        yield f"Not enough history: {rounds['closed']:,} rounds, {walk['needed_rounds']:,} needed."
    else:
        yield (
            f"{walk['standpoints']} standpoints from round {rounds['first_standpoint']:,} to "
            f"{rounds['last_standpoint']:,}, one every {walk['every_rounds']}, each against the next "
            f"{walk['horizon_rounds']} rounds: {walk['stretches']} stretches that do not overlap."
        )
    for measure in found["measures"]:
        yield from _measure(measure)
    yield from _weights(found["weights"])
    yield from _sensitivity(found["sensitivity"])


def _measure(measure: dict[str, Any]) -> Iterator[str]:
    lot = measure["chance"]
    yield ""
    yield f"{measure['title']}{' (less is better)' if measure['less_is_better'] else ''}"
    yield f"  {'':32}{'rank correlation':28}{'precision at the top'}"
    for one in measure["rankings"]:
        yield f"  {one['title']:32}{_estimate(one['correlation']):28}{_estimate(one['precision'])}"
    yield f"  {'By chance':32}{_estimate(lot['correlation']):28}{_estimate(lot['precision'])}"


def _weights(found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    own, best = found["own"], found["best"]
    yield ""
    yield f"Weights {_shares(own)} reach {_estimate(own['reached'])} on average over all measures."
    yield f"Best of {found['tried']} tried: {_shares(best)} with {_estimate(best['reached'])}."
    held = "unknown" if found["held_out"] is None else f"{found['held_out']:+.2f}"
    yield f"Chosen by the older half, the gain in the newer half is {held}."
    yield "A reason to change them." if found["is_better"] else "No reason to change them."


def _sensitivity(found: dict[str, Any] | None) -> Iterator[str]:
    if found is None:
        return
    yield ""
    for one in found["shifts"]:
        kept = f"{one['overlap']:g} of the first {found['size']} stay"
        yield f"Weight of {one['part']} {one['percent']:+d} %: {kept}, rank correlation {one['correlation']:.3f}"
    yield f"All weights a quarter off at once: at worst {found['least_overlap']:g} of {found['size']} stay."


def _estimate(one: dict[str, float | None]) -> str:
    if one["mean"] is None:
        return "unknown"
    if one["low"] is None or one["high"] is None:
        return f"{one['mean']:+.2f} (no interval)"
    return f"{one['mean']:+.2f} ({one['low']:+.2f} to {one['high']:+.2f})"


def _shares(trial: dict[str, Any]) -> str:
    return "/".join(str(trial["weights"][name]) for name in PARTS)
