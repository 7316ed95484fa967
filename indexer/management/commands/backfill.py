"""Catch up with the chain."""

from __future__ import annotations

import time
from contextlib import suppress
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.chain.errors import ChainError
from indexer import senders, sync
from indexer.errors import IndexerError

READING = {"chain": "Reading blocks", "subgraph": "Reading blocks that the subgraph names"}


class Command(BaseCommand):
    help = "Read the chain up to its head into the database and go on where the last run stopped."

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        started = time.monotonic()
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task(READING["chain"], total=None)

            def show(done: sync.Progress) -> None:
                bar.update(task, completed=done.projected_to, total=done.head, description=READING[done.source])

            try:
                done = sync.follow(progress=show)
            except (ChainError, IndexerError) as error:
                raise CommandError(str(error)) from error
        with suppress(ChainError):  # beat asks again
            while senders.find(sync.client):
                pass
        elapsed = time.monotonic() - started
        self.stdout.write(f"At block {done.projected_to:,}: {done.logs:,} new logs in {elapsed:.1f} s.")
