"""The network's present: a block a second, a round every half minute, everybody acting at their block."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event, Thread

from apps.chain.errors import ChainError, Unreachable
from apps.devnet.acts import LAST_SLOT, ROUND_BLOCKS
from apps.devnet.safekeeping import Spares, drop_traces
from apps.devnet.stage import Clock, RoundRun, Stage, read_clock
from apps.devnet.wire import Rpc, newest_time

TICK_S = 0.4
RETRY_S = 1.0
TRACES_DROPPED_EVERY = 4  # rounds

log = logging.getLogger(__name__)


class Metronome:
    """Makes a block every `every_s` seconds until stopped, from a thread of its own.

    Not anvil's own interval: at two seconds or less it keeps the states of 1,500 blocks whatever --prune-history says,
    which was 1.5 MB a second and gigabytes within the hour.
    """

    def __init__(self, rpc: Rpc, every_s: float) -> None:
        self._rpc = rpc
        self._every_s = every_s
        self._stopped = Event()
        self._thread = Thread(target=self._run, daemon=True, name="metronome")
        self._thread.start()

    def stop(self) -> None:
        """Returns once no block will come any more."""
        self._stopped.set()
        self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._stopped.wait(max(0.0, due - time.monotonic())):
            due = max(due + self._every_s, time.monotonic())  # a block that was late is not made up for
            try:
                self._rpc.rpc("evm_mine", [])
            except ChainError:
                continue  # the player meets the same, and says so


@dataclass
class Player:
    """Acts as the chain's blocks come. Keeps nothing that the chain could not tell again."""

    stage: Stage
    folder: Path
    block_s: int = 1
    run: RoundRun | None = None
    opened: int = -1  # the round for which initializeRound was sent last
    opened_at: int = -1  # and the block after which
    _spares: Spares = field(init=False)
    _head: int = -1
    _metronome: Metronome | None = None

    def __post_init__(self) -> None:
        self._spares = Spares(self.folder)

    def start(self) -> None:
        """Lets blocks come by themselves, at the time of the clock on the wall."""
        rpc = self.stage.rpc
        rpc.rpc("anvil_removeBlockTimestampInterval", [])
        rpc.rpc("anvil_setTime", [max(int(time.time()), newest_time(rpc))])  # time never goes back
        self._metronome = self._metronome or Metronome(rpc, self.block_s)

    def stop(self) -> None:
        """Lets the chain rest, so that no round passes while nobody plays."""
        if self._metronome is not None:
            self._metronome.stop()
            self._metronome = None

    def tick(self) -> None:
        """Looks at the clock and does what is due; nothing if no block came since the last look."""
        self._spares.keep()
        clock = read_clock(self.stage.rpc, self.stage.at)
        if clock.head == self._head:
            return
        rolled_back = clock.head < self._head
        self._head = clock.head
        if not clock.is_open:
            self._open(clock.number, head=clock.head)
            return
        if self.run is None or self.run.number != clock.number or rolled_back:
            self._enter(clock)
        self._act(clock)
        if clock.next_slot >= ROUND_BLOCKS:
            self._open(clock.number + 1, head=clock.head)
        self.stage.settle()

    def _open(self, number: int, *, head: int) -> None:
        """Initialises the round once, and again if that was not mined two blocks later."""
        if self.opened != number or not self.opened_at <= head <= self.opened_at + 2:
            self.stage.open_round(number)
            self.opened, self.opened_at = number, head

    def _enter(self, clock: Clock) -> None:
        if self.run is not None and self.run.left:
            log.info("round %s ended before %s acts", self.run.number, len(self.run.left))
        self.run = RoundRun(self.stage, clock)
        self.stage.fill_purses()
        log.info("round %s: %s acts to come", clock.number, len(self.run.left))
        if clock.number % TRACES_DROPPED_EVERY == 0:
            drop_traces(self.stage.rpc, self.folder)

    def _act(self, clock: Clock) -> None:
        run = self.run
        if run is None or clock.next_slot > LAST_SLOT:
            return  # what is sent now could miss the round
        acts = run.due(clock.next_slot)
        if acts:
            self.stage.perform(acts, number=run.number, round_hash=run.round_hash)


def play(player: Player, *, until: Callable[[], bool] = lambda: False) -> None:
    """Plays until told to stop, through restarts of the node and refused calls alike."""
    started = lost = False
    while not until():
        try:
            if not started:
                player.start()
                started, lost = True, False
            player.tick()
        except Unreachable:
            if not lost:
                log.info("the node does not answer; trying again until it does")
            player.stop()
            started, lost, player.run = False, True, None
            time.sleep(RETRY_S)
        except ChainError as error:
            log.warning("looking again: %s", error)
            player.run = None
            time.sleep(RETRY_S)
        time.sleep(TICK_S)
    player.stop()
