"""`/api/v1/status`: how far the chain is read, and whether the numbers are current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any, Literal

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request

from apps.api.fields import Hash, LowerAddress
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.v1.envelope import described
from apps.api.v1.shapes import Shape
from apps.network.selectors import network
from indexer.models import CoveredRange, IndexState, ParkedLog

State = Literal["current", "behind", "stale", "stopped", "empty"]
STATES: tuple[State, ...] = ("current", "behind", "stale", "stopped", "empty")


@dataclass(frozen=True, slots=True)
class Range:
    """Blocks `first` to `last`, both included."""

    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Status:
    """What is read, and what is known of the chain's head."""

    state: State
    chain_id: int
    local: bool
    index: IndexState | None
    covered: Sequence[Range]
    parked_logs: int
    round: network.RoundNow | None
    scored_at: datetime | None

    @property
    def gaps(self) -> list[Range]:
        """Blocks between the covered ranges."""
        return [Range(a.last + 1, b.first - 1) for a, b in pairwise(self.covered) if a.last + 1 < b.first]


class RangeSerializer(Shape):
    first = serializers.IntegerField()
    last = serializers.IntegerField()


class IndexSerializer(Shape):
    genesis_hash = Hash()
    controller = LowerAddress()
    start_block = serializers.IntegerField(help_text="first block that can hold a log of ours")
    projected_to = serializers.IntegerField()
    head_block = serializers.IntegerField(allow_null=True)
    head_time = serializers.DateTimeField(allow_null=True)
    safe_block = serializers.IntegerField(allow_null=True)
    finalized_block = serializers.IntegerField(allow_null=True)
    looked_at = serializers.DateTimeField(allow_null=True, help_text="when the head was last read")
    trouble = serializers.CharField(help_text="why the index stands still; empty while it runs")
    reorgs = serializers.IntegerField()


class RoundNowSerializer(Shape):
    round = serializers.IntegerField(source="number")
    started_at = serializers.DateTimeField()
    passed_ppm = serializers.IntegerField(allow_null=True)
    left_s = serializers.IntegerField(allow_null=True, help_text="an estimate from how long the last rounds took")


class StatusSerializer(Shape):
    """`state`: current, behind (catching up), stale (the chain was not read lately), stopped (see trouble) or empty."""

    state = serializers.ChoiceField(choices=STATES)
    chain_id = serializers.IntegerField()
    local = serializers.BooleanField(help_text="a simulated network: nothing here is real")
    index = IndexSerializer(allow_null=True)
    covered = RangeSerializer(many=True, help_text="blocks whose logs are all here")
    gaps = RangeSerializer(many=True)
    parked_logs = serializers.IntegerField(help_text="logs that could not be read")
    round = RoundNowSerializer(allow_null=True)
    scored_at = serializers.DateTimeField(allow_null=True, help_text="when the newest score run was made")


class StatusNow(Resource):
    """How far the chain is read."""

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        state = at.state
        return (*at.identity, _state_of(at), *((state.looked_at, state.trouble, state.reorgs) if state else ()))

    def find(self, at: Standpoint, asked: None) -> Answer:
        found = Status(
            state=_state_of(at),
            chain_id=at.state.chain_id if at.state else settings.CHAIN_ID,
            local=bool(settings.LOCAL_NETWORK),
            index=at.state,
            covered=_covered(),
            parked_logs=ParkedLog.objects.count(),
            round=network.round_now(),
            scored_at=at.run.made_at if at.run else None,
        )
        return Answer(StatusSerializer(found).data)

    @described(
        "status",
        StatusSerializer(),
        summary="Status",
        description="How far the chain is read and scored, and whether the numbers are current.",
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


def _state_of(at: Standpoint) -> State:
    if at.state is None or at.block is None:
        return "empty"
    if at.state.trouble:
        return "stopped"
    patience = timedelta(seconds=settings.HEAD_STALE_S)
    if at.state.looked_at is not None and datetime.now(UTC) - at.state.looked_at > patience:
        return "stale"
    late = at.state.head_time is not None and at.time is not None and at.state.head_time - at.time > patience
    return "behind" if late and at.lag_blocks else "current"


def _covered() -> list[Range]:
    """The covered blocks, neighbouring ranges joined."""
    joined: list[Range] = []
    for blocks in CoveredRange.objects.order_by("blocks").values_list("blocks", flat=True):
        first, last = blocks.lower, blocks.upper - 1
        if joined and joined[-1].last + 1 >= first:
            joined[-1] = Range(joined[-1].first, max(joined[-1].last, last))
        else:
            joined.append(Range(first, last))
    return joined
