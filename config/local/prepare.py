"""What a start does before the site is up, all in one process, since every further process costs a second.

python -m config.local.prepare
"""

from __future__ import annotations

import hashlib
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from config.env import choose_settings, env
from config.local.command import in_one_sentence
from config.local.runtime import replace
from config.local.steps import done, step


def main() -> int:
    """0 when tables, local network, index and static files are ready; 1 after a sentence that says what is not."""
    choose_settings("config.settings.dev")
    return in_one_sentence(_prepare)


def _prepare() -> None:
    import django
    from django.core.management import call_command

    django.setup()
    with step("Tables"):
        call_command("migrate", interactive=False, verbosity=0)
        if env.local_network:
            call_command("align", verbosity=0)
    _collect_static()
    if env.local_network:
        for name, command in (("Local network", ("devnet", "build")), ("Index", ("backfill",))):
            began = time.monotonic()  # no spinner: these draw bars of their own
            call_command(*command)
            done(name, time.monotonic() - began)


def _collect_static() -> None:
    """Collects the static files unless none has changed since they were collected last."""
    from django.core.management import call_command

    fingerprint, stamp = _fingerprint(), env.data / "static.stamp"
    if stamp.is_file() and stamp.read_bytes() == fingerprint and (env.data / "static").is_dir():
        return
    with step("Static files"):
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    replace(stamp, fingerprint)


def _fingerprint() -> bytes:
    """Changes with the name, size or time of any static file of the project or of a package."""
    digest = hashlib.sha256()
    for path in sorted(_static_files()):
        facts = path.stat()
        digest.update(f"{path}\0{facts.st_size}\0{facts.st_mtime_ns}\n".encode())
    return digest.hexdigest().encode()


def _static_files() -> Iterator[Path]:
    from django.contrib.staticfiles.finders import get_finders

    for finder in get_finders():
        for name, storage in finder.list([]):
            yield Path(storage.path(name))


if __name__ == "__main__":
    sys.exit(main())
