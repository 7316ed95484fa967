"""The network's past: dozens of rounds lived in seconds, with the times they would have had."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from apps.devnet import deployment as deployments
from apps.devnet.acts import ROUND_BLOCKS
from apps.devnet.artifacts import Artifact
from apps.devnet.cast import make_cast
from apps.devnet.deploy import DeployConfig, deploy
from apps.devnet.deployment import Deployment
from apps.devnet.outside import labels
from apps.devnet.roles import FIRST_ROUND
from apps.devnet.safekeeping import drop_traces
from apps.devnet.stage import Clock, RoundRun, Stage, Tally, read_clock
from apps.devnet.wire import Rpc, mine, newest_time

HISTORY_ROUNDS = 64
PLACES = 20  # for 22 candidates: somebody is always outside
TRACES_DROPPED_EVERY = 20  # rounds
ROUND_S = 30  # seconds a round takes, then and now: a block a second

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]  # rounds done, rounds in all


@dataclass(frozen=True, slots=True)
class Built:
    """A finished history. `tally` counts what this run sent, nothing if all was there already."""

    deployment: Deployment
    tally: Tally
    seconds: float


def genesis_time(rounds: int = HISTORY_ROUNDS) -> int:
    """The Unix time a new chain starts at so that its history ends about now."""
    return int(time.time()) - (rounds + FIRST_ROUND + 2) * ROUND_S


def find_deployment(rpc: Rpc, folder: Path) -> Deployment | None:
    """The deployment that is on this very chain; None for no file, another chain, or a chain saved before it."""
    saved = deployments.load(folder)
    if saved is None:
        return None
    genesis, code = rpc.batch([("eth_getBlockByNumber", ["0x0", False]), ("eth_getCode", [saved.controller, "latest"])])
    return saved if genesis["hash"] == saved.genesis_hash and len(code) > 2 else None


def build(
    rpc: Rpc,
    artifacts: Callable[[], Mapping[str, Artifact]],
    folder: Path,
    *,
    seed: int = 1,
    rounds: int = HISTORY_ROUNDS,
    progress: Progress = lambda done, total: None,
) -> Built:
    """Deploys and lives through `rounds` rounds after the opening one, or goes on where an earlier run stopped."""
    started = time.monotonic()
    at = find_deployment(rpc, folder)
    if at is None:
        deployments.forget(folder)
        at = deploy(rpc, artifacts(), DeployConfig(seed=seed, round_length_blocks=ROUND_BLOCKS, active_places=PLACES))
        deployments.save(at, folder)
    stage = Stage(rpc, at, make_cast(at.seed))
    if at.built is None:
        live_until(stage, FIRST_ROUND + rounds, folder, progress=progress)
        at = deployments.mark_built(at, folder, block=read_clock(rpc, at).head)
    labels.write(folder, stage.cast)
    return Built(at, stage.tally, time.monotonic() - started)


def live_until(stage: Stage, last: int, folder: Path, *, progress: Progress = lambda done, total: None) -> None:
    """Lives every round up to `last` to its end, mining as fast as the node can, a second of chain time a block."""
    stage.rpc.batch([("evm_setAutomine", [False]), ("evm_setIntervalMining", [0])])
    stage.rpc.rpc("anvil_setTime", [newest_time(stage.rpc)])  # a node that was started again is at the present
    stage.rpc.rpc("anvil_setBlockTimestampInterval", [1])
    clock = _enter_round(stage, read_clock(stage.rpc, stage.at), last)
    while True:
        _live_round(stage, clock)
        progress(clock.number, last)
        if clock.number >= last:
            break
        if clock.number % TRACES_DROPPED_EVERY == 0:
            drop_traces(stage.rpc, folder)
        clock = _enter_round(stage, read_clock(stage.rpc, stage.at), last)
    drop_traces(stage.rpc, folder)
    stage.rpc.rpc("anvil_removeBlockTimestampInterval", [])


def _enter_round(stage: Stage, clock: Clock, last: int) -> Clock:
    """Brings the chain into an initialised round, the next one if the current one is over or still round 0."""
    if clock.number < FIRST_ROUND or clock.next_slot >= ROUND_BLOCKS:
        mine(stage.rpc, clock.first_block + ROUND_BLOCKS - 1 - clock.head)
        _set_time(stage.rpc, rounds_to_come=last - clock.number)
        number = clock.number + 1
    elif clock.is_open:
        return clock
    else:
        number = clock.number
    stage.fill_purses()
    stage.open_round(number)
    mine(stage.rpc)
    return read_clock(stage.rpc, stage.at)


def _set_time(rpc: Rpc, *, rounds_to_come: int) -> None:
    """Moves the chain's time so that the rounds to come end now; it never goes back."""
    wanted = int(time.time()) - rounds_to_come * ROUND_S
    if wanted > newest_time(rpc):
        rpc.rpc("evm_setNextBlockTimestamp", [wanted])


def _live_round(stage: Stage, clock: Clock) -> None:
    """Lives the round to its last block; a request mines what waits, then empty blocks up to the next act."""
    run = RoundRun(stage, clock)
    head, last = clock.head, clock.first_block + ROUND_BLOCKS - 1
    stage.nonces = {}
    while head < last:
        stage.perform(run.due(head + 1 - run.first_block), number=run.number, round_hash=run.round_hash)
        slot = run.next_slot()
        target = last if slot is None else run.first_block + slot - 1
        mine(stage.rpc, target - head)
        head = target
    stage.settle()
