"""The parts of `/api/v1/status` about providers, heads and contracts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from rest_framework import serializers

from apps.api.fields import Hash, LowerAddress
from apps.api.v1.shapes import Shape
from apps.network.models import ContractBaseline
from apps.network.selectors.contracts import changes
from indexer.heads import head_source
from indexer.providers import all_states, health_of

HEALTH = ("well", "failing", "behind", "unseen")
_AS_STORED = (
    "host",
    "websocket",
    "head",
    "finalized",
    "latency_ms",
    "failures",
    "last_error",
    "ceiling_since",
    "rests_until",
    "seen_at",
)


@dataclass(frozen=True, slots=True)
class HeadsNow:
    """Where new heads come from."""

    by_subscription: bool
    host: str
    since: datetime | None
    error: str
    poll_interval_s: int


class HeadsSerializer(Shape):
    by_subscription = serializers.BooleanField(help_text="each new head is told over WebSocket, beside the polling")
    host = serializers.CharField(help_text="who tells them, or did last; empty if nobody was ever asked")
    since = serializers.DateTimeField(allow_null=True)
    error = serializers.CharField(help_text="why there is no subscription, where one is tried; else empty")
    poll_interval_s = serializers.IntegerField()


class ProviderSerializer(Shape):
    host = serializers.CharField(help_text="host and port; paths and queries can hold keys and are never shown")
    websocket = serializers.BooleanField(help_text="tells heads and nothing else")
    state = serializers.ChoiceField(choices=HEALTH)
    head = serializers.IntegerField(allow_null=True)
    finalized = serializers.IntegerField(allow_null=True)
    latency_ms = serializers.IntegerField(allow_null=True)
    failures = serializers.IntegerField(help_text="in a row; 0 while it is well")
    errors_total = serializers.IntegerField(help_text="since it was first asked")
    last_error = serializers.CharField()
    range_ceiling_blocks = serializers.IntegerField(allow_null=True, help_text="most blocks in one question for logs")
    ceiling_since = serializers.DateTimeField(allow_null=True)
    rests_until = serializers.DateTimeField(allow_null=True, help_text="asked last until then")
    seen_at = serializers.DateTimeField(allow_null=True, help_text="when it last told its head")


class ContractChangeSerializer(Shape):
    name = serializers.CharField(help_text="0x and the id in hex where no name is known for it")
    address = LowerAddress()
    old_address = LowerAddress(allow_null=True)
    git_commit = serializers.CharField(help_text="40 hex digits, as its deployer says")
    block = serializers.IntegerField()
    time = serializers.DateTimeField()
    tx_hash = Hash()
    log_index = serializers.IntegerField()
    is_pending = serializers.BooleanField(help_text="it may change what calls do, and nobody has acknowledged it")
    acknowledged_at = serializers.DateTimeField(allow_null=True)


def provider_rows() -> list[dict[str, Any]]:
    """How each provider is, by what the workers wrote down."""
    states, now = all_states(), datetime.now(UTC)
    top = max((row.head for row in states if row.head is not None), default=0)
    return [
        {
            **{name: getattr(row, name) for name in _AS_STORED},
            "state": health_of(row, top=top, now=now),
            "errors_total": row.errors,
            "range_ceiling_blocks": row.range_ceiling,
        }
        for row in states
    ]


def heads_now() -> HeadsNow:
    """Whether heads come by subscription or by polling only."""
    source = head_source()
    return HeadsNow(source.by_subscription, source.host, source.since, source.error, settings.FOLLOW_INTERVAL_S)


def contract_facts() -> dict[str, Any]:
    """Every change of a contract, and whether all that matter are acknowledged: None before the index began."""
    found = changes()
    known = ContractBaseline.objects.exists()
    return {
        "contracts_acknowledged": not any(change.is_pending for change in found) if known else None,
        "contract_changes": found,
    }
