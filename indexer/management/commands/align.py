"""Bring the index back to a local chain that lost its last seconds."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.chain.errors import ChainError
from indexer import sync
from indexer.errors import IndexerError


class Command(BaseCommand):
    help = "After the local chain was killed: forget the blocks that it no longer has. Refuses on any other chain."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.LOCAL_NETWORK:
            raise CommandError("align is for the local network only; on a real chain a fork below finality needs you.")
        try:
            fork = sync.align(sync.client())
        except (ChainError, IndexerError) as error:
            raise CommandError(str(error)) from error
        self.stdout.write("Nothing to forget." if fork is None else f"Went back to block {fork:,}.")
