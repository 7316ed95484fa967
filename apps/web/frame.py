"""What stands around every page: chain, block, round, and whether the numbers are current."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar

from django.conf import settings
from django.http import HttpRequest

from apps.network.selectors import network
from apps.protocol import formats
from apps.protocol.units import PPM
from apps.scoring.selectors import latest_run
from apps.web import links
from indexer.models import IndexState
from indexer.status import standing

Kept = TypeVar("Kept")


@dataclass(frozen=True, slots=True)
class Notice:
    """A bar under the banner: what is wrong, and what that means for the reader."""

    tone: str  # warn or danger
    lead: str
    rest: str


@dataclass(frozen=True, slots=True)
class RoundBar:
    """The round and its progress bar."""

    number: int
    passed_percent: int | None
    left_s: int | None


@dataclass(frozen=True, slots=True)
class Standpoint:
    """The block and the score run that a page speaks of; two pages of one standpoint hold the same figures."""

    block: int | None = None
    block_hash: bytes = b""
    time: datetime | None = None
    final_block: int | None = None
    run_id: int | None = None
    method: str = ""
    score_block: int | None = None
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True)
class Frame:
    """Everything base.html needs of the network."""

    chain: str
    is_local: bool
    block: int | None
    time: datetime | None
    block_url: str
    final_block: int | None
    round: RoundBar | None
    method: str
    score_block: int | None
    notices: tuple[Notice, ...]

    @property
    def is_current(self) -> bool:
        return self.block is not None and not self.notices

    @property
    def state_words(self) -> str:
        return "nothing read yet" if self.block is None else "numbers are behind"


def standpoint(request: HttpRequest) -> Standpoint:
    """The newest standpoint, read once for a request so that a page never mixes two."""
    return _once(request, "_standpoint", lambda: _read_standpoint(datetime.now(UTC)))


def round_now(request: HttpRequest) -> network.RoundNow | None:
    """The running round, read once for a request."""
    return _once(request, "_round_now", network.round_now)


def _once(request: HttpRequest, name: str, read: Callable[[], Kept]) -> Kept:
    kept: dict[str, Kept] = request.__dict__
    if name not in kept:
        kept[name] = read()
    return kept[name]


def frame(request: HttpRequest) -> Frame:
    """The frame of a page at the request's standpoint."""
    at = standpoint(request)
    return Frame(
        chain=links.chain_name(settings.CHAIN_ID),
        is_local=settings.CHAIN_ID == links.LOCAL_CHAIN,
        block=at.block,
        time=at.time,
        block_url=(at.block is not None and links.block(settings.CHAIN_ID, at.block)) or "/status/",
        final_block=at.final_block,
        round=_round_bar(round_now(request)),
        method=at.method,
        score_block=at.score_block,
        notices=at.notices,
    )


def _round_bar(now: network.RoundNow | None) -> RoundBar | None:
    if now is None:
        return None
    passed = None if now.passed_ppm is None else now.passed_ppm * 100 // PPM
    return RoundBar(now.number, passed, now.left_s)


def _read_standpoint(now: datetime) -> Standpoint:
    state = IndexState.objects.first()
    if state is None:
        return Standpoint()
    head = network.head(at_most=state.projected_to)
    run = latest_run()
    return Standpoint(
        block=head.number if head else None,
        block_hash=head.hash if head else b"",
        time=head.time if head else None,
        final_block=state.finalized_block,
        run_id=run.pk if run else None,
        method=run.version if run else "",
        score_block=run.as_of_block if run else None,
        notices=_notices(state, head, now),
    )


def _notices(state: IndexState, head: network.Head | None, now: datetime) -> tuple[Notice, ...]:
    """Why the numbers may be old, worst first; nothing while they are current."""
    found = standing(state, head.time if head else None, now, patience_s=settings.HEAD_STALE_S)
    if found.word == "stopped":
        return (Notice("danger", "The index stands still.", f"{state.trouble} What is shown was right at its block."),)
    if found.word == "stale":
        since = formats.duration(int(found.unseen_s or 0))
        return (Notice("warn", f"The chain was last read {since} ago.", "What is shown was right then."),)
    if found.word == "behind":
        lead = f"Numbers are {formats.grouped(found.lag_blocks or 0)} blocks behind."
        return (Notice("warn", lead, "Reading is fine; the index is catching up."),)
    return ()
