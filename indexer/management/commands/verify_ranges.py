"""Prove what was read on the subgraph's word."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.chain.errors import ChainError
from indexer import sync
from indexer.errors import IndexerError
from indexer.upgrade import Upgraded, verify_ranges


class Command(BaseCommand):
    help = "Read the blocks covered on the subgraph's word again from the chain, and add the logs that it did not name."

    def handle(self, *args: Any, **options: Any) -> None:
        console = Console(stderr=True)
        columns = (TextColumn("Proving blocks"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("prove", total=None)

            def show(done: Upgraded) -> None:
                bar.update(task, completed=done.blocks, total=done.of)

            try:
                done = verify_ranges(sync.client(), show)
            except (ChainError, IndexerError) as error:
                raise CommandError(str(error)) from error
        self.stdout.write(_sentence(done))


def _sentence(done: Upgraded) -> str:
    if not done.of and not done.replayed:
        return "No block is covered on the subgraph's word."
    text = f"{done.blocks:,} blocks are proved by the chain; {done.found:,} logs had not been named."
    if done.dropped:
        text += f" {done.dropped:,} stored logs are not on the chain and were dropped."
    return text + (f" Every figure was made again from {done.replayed:,} logs." if done.replayed else "")
