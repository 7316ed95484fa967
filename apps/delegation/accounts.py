"""What accounts are, for pages and plans: asked of the chain once in a while and kept for a few minutes.

A reader's page never fails for it: where the chain does not answer, what an account is stays unknown.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import structlog
from django.conf import settings
from django.core.cache import cache

from apps.chain.errors import ChainError
from apps.chain.readers import accounts
from apps.chain.readers.accounts import AccountKind
from apps.delegation import chain
from apps.protocol.units import Address

KEPT_S = 600  # owners change seldom, and what they are is asked again before it matters much
AWAY_S = 30  # until the chain is asked again after it did not answer
PATIENCE_S = 2.0
_AWAY = "accounts:away"

log = structlog.get_logger(__name__)


def kinds_of(addresses: Iterable[Address]) -> dict[Address, AccountKind | None]:
    """What each of these accounts is; None while the chain does not answer. No request for what is kept."""
    wanted = list(dict.fromkeys(addresses))
    keys = {who: f"account:{settings.CHAIN_ID}:{who}" for who in wanted}
    kept: Mapping[str, AccountKind] = cache.get_many(keys.values())
    missing = [who for who in wanted if keys[who] not in kept]
    asked = {one.address: one for one in _ask(missing)}
    cache.set_many({keys[who]: one for who, one in asked.items()}, KEPT_S)
    return {who: kept.get(keys[who]) or asked.get(who) for who in wanted}


def kind_of(address: Address) -> AccountKind | None:
    """What the account is; None while the chain does not answer."""
    return kinds_of([address])[address]


def _ask(missing: Sequence[Address]) -> list[AccountKind]:
    if not missing or cache.get(_AWAY):
        return []
    try:
        return accounts.account_kinds(chain.client(PATIENCE_S), missing)
    except ChainError as error:
        log.warning("accounts_not_read", accounts=len(missing), error=type(error).__name__)
        cache.set(_AWAY, True, AWAY_S)
        return []


def as_document(one: AccountKind) -> dict[str, Any]:
    """What a plan keeps and programs read of it."""
    return {
        "address": one.address,
        "kind": one.kind,
        "owners": list(one.owners),
        "threshold": one.threshold or None,
        "version": one.version or None,
        "runs": one.runs,
        "block": one.block,
    }
