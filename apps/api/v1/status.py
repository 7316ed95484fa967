"""`/api/v1/status`: how far the chain is read, and whether the numbers are current."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any, Literal

from django.conf import settings
from rest_framework import serializers
from rest_framework.request import Request

from apps.api.fields import Hash, LowerAddress
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.v1 import providers as chain_providers
from apps.api.v1.envelope import described
from apps.api.v1.shapes import Shape
from apps.api.v1.subgraph import SubgraphSerializer
from apps.api.v1.subgraph import identity as subgraph_identity
from apps.api.v1.verification import VerificationSerializer
from apps.network.selectors import network
from apps.network.selectors.contracts import Change
from indexer.models import CoveredRange, IndexState, ParkedLog, Verification
from indexer.providers import last_change
from indexer.status import standing
from indexer.subgraph_state import SubgraphNow, subgraph_now
from indexer.verification.records import latest, verified_at

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
    verification: Verification | None
    round: network.RoundNow | None
    scored_at: datetime | None
    subgraph: SubgraphNow
    heads: chain_providers.HeadsNow
    providers: Sequence[dict[str, Any]]
    contracts_acknowledged: bool | None
    contract_changes: Sequence[Change]

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
    parked_logs = serializers.IntegerField(help_text="logs that could not be read, or that contradict the rest")
    verification = VerificationSerializer(allow_null=True, help_text="the newest comparison with the contracts")
    round = RoundNowSerializer(allow_null=True)
    scored_at = serializers.DateTimeField(allow_null=True, help_text="when the newest score run was made")
    subgraph = SubgraphSerializer()
    heads = chain_providers.HeadsSerializer()
    providers = chain_providers.ProviderSerializer(many=True, help_text="as the workers last saw them")
    contracts_acknowledged = serializers.BooleanField(
        allow_null=True,
        help_text="false while a contract has changed and no operator has acknowledged it: nothing is prepared then",
    )
    contract_changes = chain_providers.ContractChangeSerializer(many=True, help_text="newest first")


class StatusNow(Resource):
    """How far the chain is read."""

    def identity(self, at: Standpoint) -> tuple[object, ...]:
        state = at.state
        seen = (state.looked_at, state.trouble, state.reorgs) if state else ()
        return (*at.identity, _state_of(at), *seen, last_change(), *subgraph_identity(), verified_at())

    def find(self, at: Standpoint, asked: None) -> Answer:
        found = Status(
            state=_state_of(at),
            chain_id=at.state.chain_id if at.state else settings.CHAIN_ID,
            local=bool(settings.LOCAL_NETWORK),
            index=at.state,
            covered=_covered(),
            parked_logs=ParkedLog.objects.count(),
            verification=latest(),
            round=network.round_now(),
            scored_at=at.run.made_at if at.run else None,
            subgraph=subgraph_now(),
            heads=chain_providers.heads_now(),
            providers=chain_providers.provider_rows(),
            **chain_providers.contract_facts(),
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
    return standing(at.state, at.time, datetime.now(UTC), patience_s=settings.HEAD_STALE_S).word


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
