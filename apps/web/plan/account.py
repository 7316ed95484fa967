"""What stands beside the form of an intention: the account that will sign, its stake and its wallet."""

from __future__ import annotations

from typing import Any

from apps.delegation.accounts import kind_of
from apps.delegation.models import Position, UnbondingLock
from apps.delegation.wallets import wallet_of
from apps.protocol.units import Address
from apps.web import accounts
from apps.web.plan.words import called


def beside(who: Address) -> dict[str, Any]:
    """The context of plan/_account.html, and `locks` for the form. What it is and has is None while unknown."""
    position = Position.objects.filter(delegator=who).first()
    return {
        "who": who,
        "position": position,
        "delegate": called()(Address(position.delegate)) if position and position.bonded_lpt_wei else "",
        "locks": list(UnbondingLock.objects.filter(delegator=who, state="open").order_by("lock_id")),
        "wallet": wallet_of(who),
        "account": accounts.shown(kind_of(who)),
    }
