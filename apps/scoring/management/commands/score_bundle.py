"""`manage.py score_bundle FILE`: makes a run's scores again from its bundle and compares; no database is needed."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, BinaryIO

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.scoring.recompute import MOST_BYTES, BundleError, Check, check

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Recomputes the bundle of a score run from its inputs and compares. Exit code 0: equal; 1: not, or no bundle."
    )
    requires_system_checks = ()  # they would ask the database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", help="a bundle, as /api/v1/score-runs/{id}/bundle gives it; - for standard input")

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            found = check(_data(file))
        except BundleError as fault:
            raise CommandError(f"{'standard input' if file == '-' else file}: {fault}") from fault
        self.stdout.write(
            f"Method {found.version} at block {found.block}, round {found.round}: "
            f"{found.orchestrators} orchestrators scored again."
        )
        self.stdout.write(f"Bundle {found.digest}")
        self._judge(found)

    def _judge(self, found: Check) -> None:
        for line in found.differences[:SHOWN]:
            self.stdout.write(f"  {line}")
        hidden = len(found.differences) - SHOWN
        if hidden > 0:
            self.stdout.write(f"  … and {hidden} more")
        if found.differences:
            count = len(found.differences)
            raise CommandError(f"Not equal: {count} difference{'' if count == 1 else 's'}, listed above.")
        self.stdout.write("Equal: the scores are what the inputs give by the method, and every digest is right.")


def _data(file: str) -> bytes:
    """The bytes of the file or of standard input, and one more than is read at most where there are more."""
    if file == "-":
        return _at_most(sys.stdin.buffer)
    try:
        with Path(file).open("rb") as opened:
            return _at_most(opened)
    except OSError as fault:
        raise BundleError(f"It cannot be read: {fault.strerror or fault}.") from fault


def _at_most(source: BinaryIO) -> bytes:
    return source.read(MOST_BYTES + 1)
