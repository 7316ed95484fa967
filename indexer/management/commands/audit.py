"""Show how a figure came to be, log by log."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from apps.chain.errors import ChainError
from apps.protocol.units import AddressError, parse_address
from indexer import sync
from indexer.audit import Trail, audit
from indexer.audit.printing import FIGURES, show
from indexer.errors import IndexerError
from indexer.models import ChainLog


class Command(BaseCommand):
    help = (
        "Show every log that made an address what it is, worked out from the raw logs alone, beside the tables and the "
        "contract. Ends with 1 if they differ."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("address", help="a delegator or an orchestrator")
        parser.add_argument("--figure", choices=FIGURES, help="only what this figure is made of")
        parser.add_argument(
            "--block", type=int, metavar="N", help="as of the end of this block; the indexed one if unset"
        )
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            trail = self._audit(parse_address(options["address"]), options["block"])
        except (ChainError, IndexerError, AddressError) as error:
            raise CommandError(str(error)) from error
        if options["json"]:
            self.stdout.write(json.dumps(asdict(trail)))
        else:
            show(
                trail,
                Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 240),
                options["figure"],
            )
        apart = [one.figure for one in trail.answers if not one.agrees]
        if apart:
            raise CommandError(f"The logs say otherwise about: {', '.join(apart)}.")

    def _audit(self, address: str, block: int | None) -> Trail:
        console = Console(stderr=True)
        columns = (TextColumn("Reading logs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("audit", total=ChainLog.objects.count())
            return audit(address, sync.client, block=block, progress=lambda done: bar.update(task, completed=done))
