"""Rebuild every projection from the stored logs."""

from __future__ import annotations

import time
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from indexer.models import ChainLog, IndexState
from indexer.projections.replay import replay


class Command(BaseCommand):
    help = "Rebuild every projection from the stored logs. Needs no network; readers see the old rows until it ends."

    def handle(self, *args: Any, **options: Any) -> None:
        if not IndexState.objects.exists():
            raise CommandError("Nothing is indexed yet. Run `manage.py backfill` first.")
        console = Console(stderr=True)
        started = time.monotonic()
        columns = (TextColumn("Replaying logs"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        with Progress(*columns, console=console, disable=not console.is_terminal) as bar:
            task = bar.add_task("replay", total=ChainLog.objects.count())
            done = replay(lambda logs: bar.update(task, completed=logs))
        elapsed = time.monotonic() - started
        self.stdout.write(f"Replayed {done:,} logs in {elapsed:.1f} s.")
