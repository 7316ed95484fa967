"""Django's command line, with refusals told in one sentence."""

from __future__ import annotations

from config.env import choose_settings


def main(argv: list[str]) -> int:
    """Runs one management command and returns 0; what cannot run leaves through SystemExit with a sentence."""
    choose_settings("config.settings.dev")
    from django.core.management import execute_from_command_line

    execute_from_command_line(argv)
    return 0
