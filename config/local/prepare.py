"""What a start does before the site is up, all in one process, since every further process costs a second.

    python -m config.local.prepare

It loads Django while PostgreSQL and the local chain come up beside it, and then waits for them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import io
import socket
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from config.env import SettingError, choose_settings, env
from config.local import postgres, runtime
from config.local.command import in_one_sentence
from config.local.steps import done, step

SERVERS_LIMIT_S = 90.0
TICK_S = 0.05


def main() -> int:
    """0 when tables, local network, index and static files are ready; 1 after a sentence that says what is not."""
    choose_settings("config.settings.dev")
    import django

    django.setup()
    try:
        return in_one_sentence(_prepare)
    except SettingError as error:
        print(f"millrace: {error}", file=sys.stderr)
        return 1


def _prepare() -> None:
    from django.core.management import call_command

    with step("Servers"):
        _choose_database()
    with step("Tables"):
        call_command("migrate", interactive=False, verbosity=0)
        if env.local_network:
            call_command("align", stdout=io.StringIO())
        else:
            _recognise_chain()
    _collect_static()
    runtime.save(env.data, dataclasses.replace(runtime.load(env.data), tables_ready=True))
    if env.local_network:
        for name, command in (("Local network", ("devnet", "build")), ("Index", ("backfill",))):
            began = time.monotonic()  # no spinner: these draw bars of their own
            call_command(*command)
            done(name, time.monotonic() - began)
        with step("Scores"):
            call_command("score", top=0, stdout=io.StringIO())


def _recognise_chain() -> None:
    """Refuses a database that holds another chain, before the site shows it."""
    from django.core.management import CommandError

    from indexer import sync
    from indexer.errors import IndexerError
    from indexer.finality import look

    try:
        chain = sync.client()
        sync.ensure_state(chain, look(chain))
    except IndexerError as error:
        raise CommandError(str(error)) from error


def _choose_database() -> None:
    """One database for each chain id and genesis, so that rows of two chains never meet."""
    from django.db import connections

    from config.database import connection

    genesis = _genesis_hash()
    if env.database_url is not None:
        return
    address = postgres.url_file(env.data / "postgres")
    _wait(address.is_file, "PostgreSQL")
    name = f"millrace_{env.chain_id}_{genesis.hex()[:8]}"
    url = postgres.ensure_database(address.read_text(encoding="utf-8"), name)
    runtime.save(env.data, dataclasses.replace(runtime.load(env.data), database_url=url))
    connections.databases["default"].update(connection(url))


def _genesis_hash() -> bytes:
    from apps.chain.client import ChainClient

    urls = [runtime.local_rpc_url(env.data)] if env.local_network else list(env.arbitrum_rpc_urls)
    if env.local_network:
        _wait(lambda: _port_answers(urls[0]), "The local chain")
    client = ChainClient(urls, chain_id=env.chain_id)
    try:
        header = client.header(0)
    finally:
        client.close()
    if header is None:
        raise SettingError("ARBITRUM_RPC_URLS: no provider knows block 0 of its chain; use another provider.")
    return header.hash


def _wait(ready: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + SERVERS_LIMIT_S
    while not ready():
        if time.monotonic() > deadline:
            raise SettingError(
                f"{what} did not get ready within {SERVERS_LIMIT_S:.0f} s; try again on a quieter machine."
            )
        time.sleep(TICK_S)


def _port_answers(url: str) -> bool:
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", int(url.rsplit(":", 1)[1]))) == 0


def _collect_static() -> None:
    """Collects the static files unless none has changed since they were collected last."""
    from django.core.management import call_command

    fingerprint, stamp = _fingerprint(), env.data / "static.stamp"
    if stamp.is_file() and stamp.read_bytes() == fingerprint and (env.data / "static").is_dir():
        return
    with step("Static files"):
        call_command("collectstatic", interactive=False, verbosity=0, clear=True)
    runtime.replace(stamp, fingerprint)


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
