"""`manage.py devnet anvil | build | play | outside`: the simulated network's node, past, present and surroundings."""

from __future__ import annotations

import logging
import os
import signal
import time
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError
from apps.devnet import artifacts, history, node
from apps.devnet import deployment as deployments
from apps.devnet.cast import make_cast
from apps.devnet.community.voices import Site, Voices
from apps.devnet.outside.server import make_server
from apps.devnet.play import Player, play
from apps.devnet.stage import Stage
from apps.devnet.wire import Reverted

WAIT_FOR_NODE_S = 30.0
PATIENT_S = 60.0  # a loaded machine may take this long for a round's worth of blocks
BRISK_S = 5.0  # a node killed while it answers is noticed by this
PLAIN_EVERY = 8  # rounds between two lines where there is no terminal


class Command(BaseCommand):
    help = "The simulated Livepeer network: its node, its history, its life."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("part", choices=("anvil", "build", "play", "outside"))
        parser.add_argument("--seed", type=int, default=1, help="which cast and history to build (default 1)")
        parser.add_argument("--rounds", type=int, default=history.HISTORY_ROUNDS, help="rounds of history to build")

    def handle(self, *args: object, part: str, seed: int, rounds: int, **options: object) -> None:
        logging.getLogger("httpx").setLevel(logging.WARNING)
        try:
            if part == "anvil":
                _run_anvil(rounds)
            elif part == "build":
                _build(seed, rounds)
            elif part == "play":
                _play()
            else:
                _serve_outside()
        except (ChainError, Reverted, node.NodeFailed, artifacts.ArtifactMissing) as error:
            raise CommandError(str(error)) from error


def _run_anvil(rounds: int) -> None:
    """Becomes anvil; returns only if that fails."""
    folder, binary = _path("DEVNET_DIR"), _path("DEVNET_ANVIL")
    if not os.access(binary, os.X_OK):
        raise CommandError(f"{binary} is not there or cannot be run; `make run` fetches it.")
    node.prepare(folder)
    port = urlsplit(_url()).port or 8545
    arguments = node.command(binary, folder, port=port, genesis_time=history.genesis_time(rounds))
    os.execve(binary, arguments, node.environment(folder))


def _build(seed: int, rounds: int) -> None:
    client = _client(PATIENT_S)
    with _progress(rounds + 1) as tell:
        built = history.build(
            client,
            lambda: artifacts.load(_path("DEVNET_CONTRACTS")),
            _path("DEVNET_DIR"),
            seed=seed,
            rounds=rounds,
            progress=tell,
        )
    if built.tally.sent:
        tally = built.tally
        counts = f"{tally.sent} transactions, {tally.logs} logs, {len(tally.refused)} refused"
        print(f"The simulated network lived through its history in {built.seconds:.0f} s: {counts}.", flush=True)


@contextmanager
def _progress(total: int) -> Iterator[history.Progress]:
    """A bar on a terminal, a line now and then elsewhere."""
    console = Console()
    if not console.is_terminal:
        yield _plain_progress
        return
    columns = (TextColumn("Simulated network"), BarColumn(), MofNCompleteColumn(), TextColumn("rounds"))
    with Progress(*columns, TimeRemainingColumn(), console=console, transient=True) as bar:
        task = bar.add_task("history", total=total)
        yield lambda done, _: bar.update(task, completed=done)


def _plain_progress(done: int, total: int) -> None:
    if done % PLAIN_EVERY == 0 or done == total:
        print(f"Simulated network: round {done} of {total}", flush=True)


def _play() -> None:
    client, folder = _client(BRISK_S), _path("DEVNET_DIR")
    at = history.find_deployment(client, folder)
    if at is None:
        raise CommandError("There is no network on this chain yet; run `manage.py devnet build` first.")
    stopped: list[int] = []
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, frame: stopped.append(received))
    cast = make_cast(at.seed)
    site = Site(f"http://127.0.0.1:{settings.PORT}")
    # beside the play and never in its way; it ends with the process
    Thread(target=Voices(cast, at, site).speak, kwargs={"until": lambda: bool(stopped)}, daemon=True).start()
    play(Player(Stage(client, at, cast), folder), until=lambda: bool(stopped))


def _serve_outside() -> None:
    """Answers as the off-chain sources of the deployed network until told to stop."""
    deployed = deployments.load(_path("DEVNET_DIR"))
    port = urlsplit(str(getattr(settings, "OUTSIDE_ORIGIN", None) or "")).port
    if deployed is None or port is None:
        raise CommandError("There is no network to speak of yet; run `manage.py devnet build` first.")
    server = make_server(make_cast(deployed.seed), port=port)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda received, frame: Thread(target=server.shutdown).start())
    with server:
        server.serve_forever()


def _client(timeout_s: float) -> ChainClient:
    """A client of the local node, once that answers."""
    deadline = time.monotonic() + WAIT_FOR_NODE_S
    while not node.answers(_url()):
        if time.monotonic() > deadline:
            raise CommandError(f"No node answers at {_url()}; run `manage.py devnet anvil` beside this.")
        time.sleep(0.2)
    return ChainClient([_url()], chain_id=node.CHAIN_ID, timeout_s=timeout_s)


def _path(setting: str) -> Path:
    """A path that only the settings of `make run` know."""
    path = getattr(settings, setting, None)
    if path is None:
        raise CommandError(f"{setting} is not set; the simulated network runs with config.settings.dev only.")
    return Path(path)


def _url() -> str:
    return str(settings.CHAIN_RPC_URLS[0])
