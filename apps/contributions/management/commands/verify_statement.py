"""`manage.py verify_statement FILE`: checks a signed statement or a contribution's bundle; no network, no database."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.contributions.verifying import MOST_BYTES, OPEN, RIGHT, WRONG, Unreadable, verify

_SIGNS = {RIGHT: "right      ", WRONG: "WRONG      ", OPEN: "not checked"}


class Command(BaseCommand):
    help = (
        "Checks digests, keys' signatures and authorities of a statement or of a contribution's bundle, offline. "
        "Exit code 0: nothing is wrong; 1: something is, or it is neither."
    )
    requires_system_checks = ()  # they would ask the database

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "file", help="a statement, or a bundle as /api/v1/contributions/{digest}/bundle gives it; - for input"
        )

    def handle(self, *args: Any, file: str, **options: Any) -> None:
        try:
            found = verify(_data(file))
        except Unreadable as fault:
            raise CommandError(f"{'standard input' if file == '-' else file}: {fault}") from fault
        self.stdout.write(f"Signed for chain {found.chain_id}.")
        for line in found.lines:
            self.stdout.write(f"{_SIGNS[line.verdict]}  {line.about}: {line.sentence}")
        counts = {verdict: sum(line.verdict == verdict for line in found.lines) for verdict in _SIGNS}
        if not found.is_sound:
            raise CommandError(f"{counts[WRONG]} of {len(found.lines)} points are wrong, listed above.")
        self.stdout.write(f"Nothing is wrong: {counts[RIGHT]} right, {counts[OPEN]} that cannot be checked offline.")


def _data(file: str) -> bytes:
    """The bytes of the file or of standard input, and one more than is read at most where there are more."""
    if file == "-":
        return sys.stdin.buffer.read(MOST_BYTES + 1)
    try:
        with Path(file).open("rb") as opened:
            return opened.read(MOST_BYTES + 1)
    except OSError as fault:
        raise Unreadable(f"It cannot be read: {fault.strerror or fault}.") from fault
