"""Compare the tables with the contracts."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.chain.errors import ChainError
from indexer import sync
from indexer.errors import IndexerError
from indexer.verification import Verdict, verify


class Command(BaseCommand):
    help = "Compare every position, lock, orchestrator and total with the contracts at the indexed block, to the wei."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--json", action="store_true", help="print the result as JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            sync.follow()  # so that the indexed block is one whose state the node still holds
            verdict = verify(sync.client())
        except (ChainError, IndexerError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(asdict(verdict)) if options["json"] else _table(verdict))
        if verdict.drift:
            raise CommandError(f"{len(verdict.drift)} figures differ.")


def _table(verdict: Verdict) -> str:
    lines = [
        f"Block {verdict.block:,}, round {verdict.round:,}: {verdict.accounts:,} accounts, "
        f"{verdict.orchestrators:,} orchestrators, {verdict.figures:,} figures compared, {len(verdict.drift):,} differ."
    ]
    lines += [f"{one.subject}  {one.figure}: ours {one.ours}, contract {one.theirs}" for one in verdict.drift]
    return "\n".join(lines)
