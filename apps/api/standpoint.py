"""Where every answer stands: block, round, finality and score run, read once for a request."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from apps.network.models import Round
from apps.network.selectors import network
from apps.scoring.models import ScoreRun
from apps.scoring.selectors import latest_run
from indexer.models import IndexState


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The newest block whose logs are in every figure. All is empty before the first block."""

    state: IndexState | None
    block: int | None = None
    block_hash: bytes | None = None
    time: datetime | None = None
    round: int | None = None
    run: ScoreRun | None = None

    @property
    def finality(self) -> str:
        """`final` once the block can no longer change, `head` while it may, `unknown` before there is one."""
        if self.block is None or self.state is None:
            return "unknown"
        final = self.state.finalized_block
        return "final" if final is not None and self.block <= final else "head"

    @property
    def lag_blocks(self) -> int | None:
        """Blocks of the chain that are not read yet; empty while the head is unknown."""
        if self.state is None or self.state.head_block is None:
            return None
        return max(0, self.state.head_block - self.state.projected_to)

    @property
    def as_of_round(self) -> int:
        """The running round, 0 before the first, for windows that end with it."""
        return self.round or 0

    @property
    def run_id(self) -> int | None:
        return self.run.pk if self.run else None

    @property
    def identity(self) -> tuple[object, ...]:
        """Equal for two standpoints that give equal answers."""
        state = self.state
        reach = (state.projected_to, state.head_block, state.finalized_block) if state else ()
        return (self.block_hash, self.round, self.run_id, reach)


def read() -> Standpoint:
    """The standpoint of this moment. Four queries."""
    state = IndexState.objects.first()
    head = network.head(at_most=state.projected_to) if state else None
    if head is None:
        return Standpoint(state)
    running = Round.objects.order_by("-number").values_list("number", flat=True).first()
    return Standpoint(state, head.number, head.hash, head.time, running, latest_run())
