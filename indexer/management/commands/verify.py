"""Compare the tables with the contracts."""

from __future__ import annotations

import json
import time
from dataclasses import asdict
from typing import IO, Any, cast

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.table import Table

from apps.chain.errors import ChainError
from apps.protocol.units import AddressError, parse_address
from indexer import sync
from indexer.errors import IndexerError
from indexer.verification import Drift, Verdict, verify
from indexer.verification.records import keep


class Command(BaseCommand):
    help = (
        "Compare every figure that a contract can answer with the tables, at the indexed block, to the wei. "
        "Ends with 1 if a figure differs without a known reason."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")
        some = parser.add_mutually_exclusive_group()
        some.add_argument("--address", help="only this delegator or orchestrator")
        some.add_argument("--sample", type=int, metavar="N", help="all orchestrators and N of the other accounts")

    def handle(self, *args: Any, **options: Any) -> None:
        started = time.monotonic()
        try:
            address = parse_address(options["address"]) if options["address"] else None
            sync.follow()  # so that the indexed block is one whose state the node still holds
            verdict = verify(sync.client(), addresses=[address] if address else None, sample=options["sample"])
        except (ChainError, IndexerError, AddressError) as error:
            raise CommandError(str(error)) from error
        if address is None:
            kind = "full" if options["sample"] is None else "sample"
            keep(verdict, kind=kind, seconds=time.monotonic() - started)
        if options["json"]:
            self.stdout.write(json.dumps(asdict(verdict)))
        else:
            _print(verdict, Console(file=cast(IO[str], self.stdout), width=None if self.stdout.isatty() else 200))
        if verdict.unexplained:
            raise CommandError(f"{len(verdict.unexplained)} figures differ without a known reason.")


def _print(verdict: Verdict, console: Console) -> None:
    console.print(
        f"Block {verdict.block:,} ({verdict.block_hash}), round {verdict.round:,}: {verdict.accounts:,} accounts, "
        f"{verdict.orchestrators:,} orchestrators, {verdict.figures:,} figures compared, "
        f"{len(verdict.drift):,} differ.",
        highlight=False,
        soft_wrap=True,
    )
    console.print(_summary(verdict))
    if verdict.absent:
        console.print(f"{verdict.absent:,} questions have no function on this chain's contracts.", highlight=False)
    if verdict.unsteady:
        console.print(
            f"{verdict.unsteady:,} figures differed in a first reading of the block and agreed in the second.",
            highlight=False,
        )
    if verdict.drift:
        console.print(_differences(verdict.drift))


def _summary(verdict: Verdict) -> Table:
    table = Table("Figure", title=None, box=None, pad_edge=False)
    for heading in ("Compared", "Differ", "Largest difference"):
        table.add_column(heading, justify="right")
    for one in verdict.summary:
        table.add_row(one.figure, f"{one.compared:,}", f"{one.differ:,}", f"{one.largest:,}")
    return table


def _differences(drift: tuple[Drift, ...]) -> Table:
    table = Table("Subject", "Figure", box=None, pad_edge=False)
    for heading in ("Ours", "Contract", "Difference"):
        table.add_column(heading, justify="right")
    table.add_column("Why", overflow="fold")
    for one in drift:
        size = "" if one.size is None else f"{one.size:+}"
        table.add_row(one.subject, one.figure, str(one.ours), str(one.theirs), size, one.reason or "UNEXPLAINED")
    return table
