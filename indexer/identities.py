"""Names and pictures of orchestrators, asked for once a day each, a few at a time.

A row says when it is due. Whoever asks moves that ahead first, so a name that cannot be read costs its own next hour
and nobody else's turn.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeVar

import structlog
from django.conf import settings
from django.db.models import F, Q, QuerySet

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError, ProviderBusy, Unreachable, WrongChain
from apps.chain.http import Fetcher, SourceError
from apps.chain.readers.ens import REGISTRY, Nameless, Profile, profile
from apps.network.models import Avatar, Identity, Orchestrator
from apps.protocol.names import clean, handle, is_look_alike, web_address
from indexer import halt
from indexer.sources.images import fetcher, image

log = structlog.get_logger(__name__)

ETHEREUM = 1
EVERY = timedelta(days=1)
AFTER_TROUBLE = timedelta(hours=1)
PICTURE_EVERY = timedelta(days=7)
AT_ONCE = 25  # names in one run, some five requests each
RUN_S = 90  # a run begins no further name after that
LONGEST_DESCRIPTION, LONGEST_AVATAR = 600, 4_096  # characters

Clock = Callable[[], datetime]
Row = TypeVar("Row", Identity, Avatar)


def _now() -> datetime:
    return datetime.now(UTC)


@cache
def ethereum() -> ChainClient:
    """The process's client of Ethereum. Raises ChainError where ETHEREUM_RPC_URL serves another chain."""
    made = ChainClient([str(settings.ETHEREUM_RPC_URL)], chain_id=ETHEREUM)
    made.ensure_chain(ETHEREUM)
    return made


def refresh_names(
    client: ChainClient | None = None, *, registry: str = REGISTRY, most: int = AT_ONCE, now: Clock = _now
) -> int:
    """Ask for the names that are due; gives how many were answered. Without ETHEREUM_RPC_URL nothing is asked."""
    if client is None and not settings.ETHEREUM_RPC_URL:
        return 0
    _add_missing(now())
    answered = 0
    for row in _turns(Identity.objects.all(), most=most, now=now):
        try:
            answered += _ask_for(row, client or ethereum(), registry, now())
        except ChainError as error:
            Identity.objects.filter(pk=row.pk).update(trouble=_sentence(error))
            log.warning("name_not_read", address=row.address, error=type(error).__name__)
            if isinstance(error, (Unreachable, ProviderBusy, WrongChain)):
                break  # the node, not the name: the others keep their turn
    return answered


def _ask_for(row: Identity, client: ChainClient, registry: str, now: datetime) -> int:
    head = client.head()
    found = profile(client, row.address, block=head.hash, registry=registry)
    _keep(row, found, l1_block=head.number, now=now)
    return 1


def _turns(rows: QuerySet[Row], *, most: int, now: Clock) -> Iterator[Row]:
    """The rows that are due, one by one, each put an hour ahead before it is given out; an unlucky one waits so long.

    Ends early when the time of a run is over or the worker is to end. A row that somebody else took is left out.
    """
    ends = time.monotonic() + RUN_S
    for row in rows.filter(due_at__lte=now()).order_by("due_at", "pk")[:most]:
        if time.monotonic() > ends or halt.asked():
            return
        if rows.filter(pk=row.pk, due_at=row.due_at).update(due_at=now() + AFTER_TROUBLE):
            yield row


def _add_missing(now: datetime) -> None:
    """A row for every orchestrator there ever was."""
    known = set(Identity.objects.values_list("address", flat=True))
    everyone = Orchestrator.objects.filter(ever_registered=True).values_list("address", flat=True)
    missing = [Identity(address=address, due_at=now) for address in everyone if address not in known]
    Identity.objects.bulk_create(missing, ignore_conflicts=True)


def _sentence(error: ChainError) -> str:
    if isinstance(error, WrongChain):
        return "ETHEREUM_RPC_URL serves another chain than Ethereum; correct it."
    if isinstance(error, (Unreachable, ProviderBusy)):
        return "The Ethereum node did not answer; check ETHEREUM_RPC_URL."
    return "The Ethereum node could not answer for this address."


def _keep(row: Identity, found: Profile | Nameless, *, l1_block: int, now: datetime) -> None:
    row.checked_at, row.due_at, row.l1_block, row.trouble = now, now + EVERY, l1_block, ""
    texts = found.texts if isinstance(found, Profile) else {}
    row.name = found.name if isinstance(found, Profile) else ""
    row.reason = found.reason if isinstance(found, Nameless) else ""
    row.look_alike = is_look_alike(row.name)
    row.description = clean(texts.get("description", ""), longest=LONGEST_DESCRIPTION) or ""
    row.url = web_address(texts.get("url", "")) or ""
    row.twitter = handle("com.twitter", texts.get("com.twitter", "")) or ""
    row.github = handle("com.github", texts.get("com.github", "")) or ""
    avatar = texts.get("avatar", "").strip()
    row.avatar = avatar if len(avatar) <= LONGEST_AVATAR and avatar.isascii() and avatar.isprintable() else ""
    row.save()
    if not row.avatar:
        Avatar.objects.filter(identity=row).delete()


def refresh_avatars(fetch: Fetcher | None = None, *, most: int = AT_ONCE, now: Clock = _now) -> int:
    """Fetch the pictures that are due; gives how many are here anew. A record that changed drops its old picture."""
    fetch, kept = fetch or fetcher(), 0
    _prepare_avatars(now())
    for row in _turns(Avatar.objects.all(), most=most, now=now):
        this = Avatar.objects.filter(pk=row.pk, uri=row.uri)
        try:
            found = image(row.uri, fetch)
        except SourceError as error:
            this.update(trouble=str(error), due_at=now() + EVERY)
            continue
        digest = hashlib.sha256(found.data).hexdigest()
        kept += this.update(
            media_type=found.media_type,
            data=found.data,
            digest=digest,
            fetched_at=now(),
            due_at=now() + PICTURE_EVERY,
            trouble="",
        )
    return kept


def _prepare_avatars(now: datetime) -> None:
    """A row for every record; one for another address than before begins anew."""
    Avatar.objects.filter(~Q(identity__avatar=F("uri"))).delete()
    missing = Identity.objects.exclude(avatar="").filter(picture=None)
    Avatar.objects.bulk_create(
        [Avatar(identity=row, uri=row.avatar, due_at=now) for row in missing], ignore_conflicts=True
    )
