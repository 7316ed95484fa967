"""How the providers are, as rows: all processes and pages see what a worker learned, and a new one starts from it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal, TypeAlias
from weakref import WeakKeyDictionary

import structlog
from django.conf import settings
from django.db.models import Max
from django.utils.crypto import salted_hmac

from apps.chain.client import ChainClient
from apps.chain.pool import FAR_BEHIND_BLOCKS
from apps.chain.provider import CEILING_AGE_S, Provider, host_of
from apps.network.models import ContractAcknowledgement
from indexer.models import HeadWatch, ProviderState

Health: TypeAlias = Literal["well", "failing", "behind", "unseen"]

log = structlog.get_logger(__name__)

KEEP_EVERY_S = 5.0  # figures that move with every look are written so often; a change of health at once
_FIELDS = [field.name for field in ProviderState._meta.fields if not field.primary_key]


@dataclass(slots=True)
class _Kept:
    """What was written last for a client: when (monotonic seconds) and what matters of it."""

    at: float
    mark: tuple[object, ...]


_kept: WeakKeyDictionary[ChainClient, _Kept] = WeakKeyDictionary()


def key_of(url: str) -> str:
    """A provider's name in the table: stable, and nobody gets from it to the URL, which may hold a key."""
    return salted_hmac("indexer.providers", url).hexdigest()[:16]


def shown_host(url: str) -> str:
    """Host and port of a URL, all of it that may be stored and shown."""
    return host_of(url).rpartition("://")[2]


def health_of(row: ProviderState, *, top: int, now: datetime) -> Health:
    """How a provider is, by its row; `top` is the highest head of all of them."""
    if (now - row.written_at).total_seconds() > settings.HEAD_STALE_S:
        return "unseen"
    if row.failures or (row.rests_until is not None and row.rests_until > now):
        return "failing"
    return "behind" if row.head is not None and top - row.head > FAR_BEHIND_BLOCKS else "well"


def all_states() -> list[ProviderState]:
    """Every provider there is a row of: those that give history first."""
    return list(ProviderState.objects.order_by("websocket", "host", "key"))


def last_change() -> tuple[object, ...]:
    """Changes when a provider, the subscription or an acknowledgement does, while the chain may stand still."""
    written = ProviderState.objects.aggregate(Max("written_at"))["written_at__max"]
    watch = HeadWatch.objects.values_list("subscribed_since", "error").first()
    return written, watch, ContractAcknowledgement.objects.aggregate(Max("acknowledged_at"))["acknowledged_at__max"]


def recall(chain: ChainClient) -> None:
    """Give a client that is new to this process the range ceilings of its providers that are not too old."""
    if chain in _kept:
        return
    known = {row.key: row for row in ProviderState.objects.filter(websocket=False)}
    for provider in chain.pool.providers:
        row = known.pop(key_of(provider.url), None)
        if row is not None:
            _give_back(provider, row)
    ProviderState.objects.filter(key__in=known).delete()  # no longer configured
    _kept[chain] = _Kept(0.0, ())


def _give_back(provider: Provider, row: ProviderState) -> None:
    provider.errors = max(provider.errors, row.errors)
    if row.range_ceiling is None or row.ceiling_since is None or provider.range_ceiling is not None:
        return
    age_s = (datetime.now(UTC) - row.ceiling_since).total_seconds()
    if age_s > CEILING_AGE_S:
        log.info("range_ceiling_tried_anew", provider=row.host, limit_blocks=row.range_ceiling, age_s=round(age_s))
        return
    provider.range_ceiling, provider.ceiling_since = row.range_ceiling, row.ceiling_since.timestamp()


def keep(chain: ChainClient) -> None:
    """Write down how the client's providers are, if that matters or the last time is some seconds ago."""
    mark = tuple(
        (one.failures, one.errors, one.last_error, one.range_ceiling, one.chain_id) for one in chain.pool.providers
    )
    before, now = _kept.get(chain), time.monotonic()
    if before is not None and before.mark == mark and now - before.at < KEEP_EVERY_S:
        return
    write([_row(provider) for provider in chain.pool.providers])
    _kept[chain] = _Kept(now, mark)


def write(rows: Sequence[ProviderState]) -> None:
    """Store rows in the place of those of the same key."""
    ordered = sorted(rows, key=lambda row: row.key)  # in key order, so that two workers never wait for each other
    ProviderState.objects.bulk_create(ordered, update_conflicts=True, unique_fields=["key"], update_fields=_FIELDS)


def _row(provider: Provider) -> ProviderState:
    now = datetime.now(UTC)
    rest_s = provider.rests_until - time.monotonic()
    ceiling = provider.range_ceiling
    return ProviderState(
        key=key_of(provider.url),
        host=shown_host(provider.url),
        websocket=False,
        chain_id=provider.chain_id,
        head=provider.head or None,
        finalized=provider.finalized,
        latency_ms=round(provider.latency_s * 1000) if provider.latency_s else None,
        failures=provider.failures,
        errors=provider.errors,
        last_error=provider.last_error,
        range_ceiling=ceiling,
        ceiling_since=None if ceiling is None else datetime.fromtimestamp(provider.ceiling_since, UTC),
        rests_until=now + timedelta(seconds=rest_s) if rest_s > 0 else None,
        seen_at=datetime.fromtimestamp(provider.seen_at, UTC) if provider.seen_at else None,
        written_at=now,
    )
