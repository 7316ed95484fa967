"""`manage.py score`: one score run now, printed."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from apps.scoring import selectors, services
from apps.scoring.selectors import ScoreRow


class Command(BaseCommand):
    help = "Scores the network at the finalized block, unless that is done, and prints the newest run."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--top", type=int, default=20, help="how many orchestrators to print; 0 for none")

    def handle(self, *args: Any, top: int, **options: Any) -> None:
        made = services.network_score()
        run = made or selectors.latest_run()
        if run is None:
            self.stdout.write("There is nothing to score yet: no finished round lies at or below a finalized block.")
            return
        state = "made now" if made else "made before; nothing has changed since"
        self.stdout.write(f"Run {run.pk}, {run}, round {run.as_of_round:,}: {state}.")
        self.stdout.write(f"Inputs {run.inputs_digest}")
        for row in list(selectors.scores_of(run).values())[:top]:
            self.stdout.write(_line(row))


def _line(row: ScoreRow) -> str:
    rank = "—" if row.rank is None else str(row.rank)
    parts = " ".join(f"{part.name} {_number(part.value)}" for part in row.parts if part.known)
    return f"{rank:>4}  {row.address}  {_number(row.value):>6}  {row.low:.1f} to {row.high:.1f}  {parts}  {row.advice}"


def _number(value: float | None) -> str:
    return "unknown" if value is None else f"{value:.1f}"
