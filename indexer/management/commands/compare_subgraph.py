"""Compare the subgraph's events with the chain's logs."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.chain.errors import ChainError
from indexer import sync
from indexer.comparison import Compared, compare
from indexer.models import SourceDifference
from indexer.sources.subgraph import configured
from indexer.sources.subgraph.errors import SubgraphError

WORDS = {
    "not_on_chain": "the subgraph has it, the chain does not",
    "not_told": "the chain has it, the subgraph does not",
    "unreadable": "cannot be read",
}


class Command(BaseCommand):
    help = (
        "Compare every event of the subgraph with the stored logs, from where the last run ended, and list differences."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--anew", action="store_true", help="begin again at the first block")
        parser.add_argument("--list", action="store_true", help="only list the open differences, and ask nobody")
        parser.add_argument("--json", action="store_true", help="print them as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        sentence = "" if options["list"] else self._compare(anew=options["anew"])
        rows = SourceDifference.objects.filter(source="subgraph", resolved_at=None).order_by("block", "record", "field")
        if options["json"]:
            columns = ("kind", "entity", "record", "block", "field", "told", "chain", "found_at")
            self.stdout.write(json.dumps(list(rows.values(*columns)), default=str))
            return
        if sentence:
            self.stdout.write(sentence)
        self.stdout.write(f"{len(rows):,} differences are open.")
        for row in rows:
            self.stdout.write(f"block {row.block:,}  {row.entity} {row.record}: {described(row)}")

    def _compare(self, *, anew: bool) -> str:
        subgraph = configured()
        if subgraph is None:
            raise CommandError("No subgraph is configured; set SUBGRAPH_URL, and SUBGRAPH_API_KEY where it wants one.")
        console = Console(stderr=True)
        columns = (TextColumn("Comparing blocks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("compare", total=None)

            def show(done: Compared) -> None:
                bar.update(task, completed=done.upto - done.first + 1, total=done.target - done.first + 1)

            try:
                done = compare(sync.client(), subgraph, anew=anew, progress=show)
            except (ChainError, SubgraphError) as error:
                raise CommandError(str(error)) from error
            finally:
                subgraph.close()
        return f"Blocks {done.first:,} to {done.upto:,}: {done.events:,} events of the subgraph compared."


def described(row: SourceDifference) -> str:
    """What differs, in words."""
    if row.kind == "differs":
        return f"{row.field} is {row.told} there and {row.chain} on the chain"
    return WORDS[row.kind] + (f": {row.told}" if row.told else "")
