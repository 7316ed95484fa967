"""Three numbers of a chain, from all its healthy providers: head, safe, and finalized, which never moves back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from weakref import WeakKeyDictionary

from django.conf import settings
from django.db.models import F, Q, Value
from django.db.models.functions import Greatest

from apps.chain.client import ChainClient
from apps.chain.records import Header
from apps.chain.survey import Sighting
from indexer.errors import ProvidersDisagree
from indexer.models import IndexState

_agreed: WeakKeyDictionary[ChainClient, tuple[int, frozenset[str]]] = WeakKeyDictionary()


@dataclass(frozen=True, slots=True)
class Heads:
    """How far the chain is: the highest head of the healthy providers, and the lowest of what they call safe and final.

    `safe` is None where none of them knows the tag, `finalized_hash` where the block is not told with it.
    """

    head: Header
    safe: int | None
    finalized: int | None
    finalized_hash: bytes | None = None


def look(chain: ChainClient) -> Heads:
    """The heads of this moment. A provider without the tag has finalized FINALITY_DEPTH blocks below its head.

    Raises ProvidersDisagree where two of them hold different blocks at a height that both call final.
    """
    seen = chain.sightings()
    head = max((one.head for one in seen), key=lambda header: header.number)
    lowest = min(seen, key=_finalized)
    finalized = _finalized(lowest)
    _require_agreement(chain, seen, finalized)
    safe = [one.safe.number for one in seen if one.safe is not None]
    final_hash = lowest.finalized.hash if lowest.finalized is not None and finalized <= head.number else None
    return Heads(head, min(safe, default=None), min(finalized, head.number), final_hash)


def _finalized(seen: Sighting) -> int:
    if seen.finalized is not None:
        return seen.finalized.number
    return max(0, seen.head.number - settings.FINALITY_DEPTH)


def _require_agreement(chain: ChainClient, seen: Sequence[Sighting], height: int) -> None:
    """One block at a height that all call final. Asked again only when the height or the providers change."""
    hosts = frozenset(one.host for one in seen)
    if len(seen) < 2 or _agreed.get(chain) == (height, hosts):
        return
    holders: defaultdict[bytes, list[str]] = defaultdict(list)
    for host, header in chain.each_header(height):
        if host in hosts:  # one that is far behind calls less than this final, and may be on a branch that lost
            holders[header.hash].append(host)
    if len(holders) > 1:
        sides = " against ".join(" and ".join(sorted(side)) for side in sorted(holders.values()))
        raise ProvidersDisagree(
            f"Providers hold different blocks {height:,}, which all of them call final: {sides}; "
            "compare that block with a block explorer and take the wrong side out of ARBITRUM_RPC_URLS."
        )
    _agreed[chain] = (height, hosts)


def note_heads(state: IndexState, heads: Heads, *, head_time: datetime) -> None:
    """Remember how far the chain is. Finalized never moves back, safe only where a reorg took it.

    Compared in the database, since another worker may have looked a moment later and written before us.
    """
    safe = F("safe_block") if heads.safe is None else Greatest(F("safe_block"), Value(heads.safe))
    ours = IndexState.objects.filter(pk=state.pk)
    ours.update(head_block=heads.head.number, head_time=head_time, safe_block=safe, looked_at=datetime.now(UTC))
    ours.filter(Q(finalized_block=None) | Q(finalized_block__lt=heads.finalized)).update(
        finalized_block=heads.finalized, finalized_hash=heads.finalized_hash
    )
    state.refresh_from_db()


def forget_safe_above(state: IndexState, fork: int) -> None:
    """A reorg took blocks that were called safe; what is safe now is read anew."""
    IndexState.objects.filter(pk=state.pk, safe_block__gt=fork).update(safe_block=None)
