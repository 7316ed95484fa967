"""Django's command line, with refusals told in one sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable

from config.env import choose_settings


def main(argv: list[str]) -> int:
    """Runs one management command. Returns 0, or 1 after a sentence that says what is wrong."""
    choose_settings("config.settings.dev")
    from django.core.management import execute_from_command_line

    return in_one_sentence(lambda: execute_from_command_line(argv))


def in_one_sentence(work: Callable[[], None]) -> int:
    """0 when the work is done; 1 when the database, the chain or the work itself refused, after saying so."""
    from django.core.management import CommandError
    from django.db import OperationalError

    from apps.chain.errors import ChainError

    try:
        work()
    except OperationalError as error:
        if getattr(error.__cause__, "sqlstate", None) is not None:
            raise  # the database answered: this is no matter of settings
        return _say(_database_sentence(error))
    except (ChainError, CommandError) as error:
        return _say(str(error))
    except KeyboardInterrupt:
        return 130
    return 0


def _say(sentence: str) -> int:
    print(f"millrace: {sentence}", file=sys.stderr)
    return 1


def _database_sentence(error: Exception) -> str:
    from config.env import env

    if env.database_url is None:
        return "the program's own PostgreSQL does not run; start it with `make run`, or set DATABASE_URL."
    reason = (str(error).strip().splitlines() or [type(error).__name__])[0].strip()
    return f"DATABASE_URL names a database that cannot be opened ({reason}); start its server or correct the setting."
