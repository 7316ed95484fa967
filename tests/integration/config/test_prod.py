"""Production's settings: they refuse to guess, and Django finds nothing to say against them."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from config.env import NAMES, ROOT, inherited

pytestmark = pytest.mark.integration

KEY = "fifty characters at the least, so that nobody guesses them"


def manage(data: Path, *arguments: str, **changes: str) -> subprocess.CompletedProcess[str]:
    own = {*NAMES, "DJANGO_ALLOW_ASYNC_UNSAFE"}  # the last is the browser's tests' and no setting
    settings = {
        "SECRET_KEY": KEY,
        "ALLOWED_HOSTS": "millrace.example",
        "DATABASE_URL": "postgresql://db.example/millrace",
        "CELERY_BROKER_URL": "redis://queue.example/0",
        "ARBITRUM_RPC_URLS": "https://arbitrum.example",
        "MILLRACE_DATA": str(data),
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        **changes,
    }
    return subprocess.run(
        [sys.executable, "-W", "ignore::RuntimeWarning", "manage.py", *arguments],
        cwd=ROOT,
        env={**{name: value for name, value in inherited().items() if name not in own}, **settings},
        capture_output=True,
        text=True,
        check=False,
    )


def test_prod__when_everything_is_set__then_djangos_own_check_for_deployment_is_clean(data_folder: Path) -> None:
    ended = manage(data_folder, "check", "--deploy", "--fail-level", "WARNING")
    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout == "System check identified no issues (2 silenced).\n"


def test_prod__when_the_key_is_short__then_it_refuses(data_folder: Path) -> None:
    ended = manage(data_folder, "check", SECRET_KEY="hidden")
    sentence = "millrace: SECRET_KEY is shorter than 50 characters; set it to that many random ones.\n"
    assert (ended.returncode, ended.stderr) == (1, sentence)


def test_prod__when_the_key_is_given_as_a_file__then_it_is_read(data_folder: Path) -> None:
    (data_folder / "key").write_text(KEY + "\n")
    program = "from django.conf import settings; print(settings.SECRET_KEY)"
    given = {"SECRET_KEY": "", "SECRET_KEY_FILE": str(data_folder / "key")}
    ended = manage(data_folder, "shell", "-v", "0", "-c", program, **given)
    assert ended.stdout == KEY + "\n"
