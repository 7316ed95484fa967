"""An operator says that changed contracts have been looked at."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from apps.network.selectors.contracts import Change, pending_changes
from apps.network.services import contracts_acknowledge
from apps.protocol.formats import checksummed


class Command(BaseCommand):
    help = "Show contracts that changed since this database began; with --yes, let transactions be prepared with them."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--yes", action="store_true", help="the changes shown have been looked at")

    def handle(self, *args: Any, **options: Any) -> None:
        pending = pending_changes()
        if not pending:
            self.stdout.write("No change of a contract waits for an acknowledgement.")
            return
        self.stdout.write(_table(pending))
        if not options["yes"]:
            raise CommandError(
                "Nothing was acknowledged. Compare what the new contracts do with the old ones, then give --yes."
            )
        done = contracts_acknowledge(pending)
        self.stdout.write(f"{done} acknowledged; transactions may be prepared again.")


def _table(pending: Sequence[Change]) -> str:
    return "\n".join(
        f"block {one.block:,}  {one.name}: "
        f"{checksummed(one.old_address) if one.old_address else 'nothing'} -> {checksummed(one.address)}  "
        f"commit {one.git_commit}  transaction 0x{one.tx_hash.hex()} log {one.log_index}"
        for one in reversed(pending)
    )
