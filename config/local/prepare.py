"""One step of the start in one process: the database's tables, and rows that the saved local chain no longer has."""

from __future__ import annotations

import sys

from config.env import choose_settings


def main() -> int:
    choose_settings("config.settings.dev")
    import django
    from django.conf import settings
    from django.core.management import call_command, get_commands

    django.setup()
    call_command("migrate", interactive=False, verbosity=0)
    if settings.LOCAL_NETWORK and "align" in get_commands():
        call_command("align")
    return 0


if __name__ == "__main__":
    sys.exit(main())
