"""Differences that are expected, each by name and with its reason. Whatever is not here is unexplained.

An exception explains, it never hides: the figure stays in the table, with the reason beside it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.db.models import F

from apps.delegation.models import Position, StakeEvent
from apps.protocol.units import ZERO_ADDRESS
from indexer.parking import Parked, parked_logs
from indexer.verification.network import SUBJECT
from indexer.verification.verdict import Drift


@dataclass(frozen=True, slots=True)
class Known:
    """What the reasons rest on. `parked` and `from_nowhere` give a reason by the address that it reaches."""

    parked: dict[str, str]
    from_nowhere: dict[str, str]
    delegates: dict[str, str]

    def reason(self, drift: Drift) -> str:
        """Why the figure is expected to differ; empty for an unexplained one."""
        who = drift.subject.split()[0]
        for reasons in (self.parked, self.from_nowhere):
            found = reasons.get(who) or reasons.get(self.delegates.get(who, ""))
            if found is None and who == SUBJECT:
                found = next(iter(reasons.values()), None)
            if found is not None:
                return found
        return ""


def explained(drift: Iterable[Drift]) -> tuple[Drift, ...]:
    """The same differences, each with its reason where there is one."""
    found = list(drift)
    if not found:
        return ()
    known = _load()
    return tuple(replace(one, reason=known.reason(one)) for one in found)


def _load() -> Known:
    return Known(
        parked={who: _parked_reason(log) for log in parked_logs() for who in log.addresses},
        from_nowhere=_from_nowhere(),
        delegates=dict(Position.objects.values_list("delegator", "delegate")),
    )


def _parked_reason(log: Parked) -> str:
    return f"log {log.log_index} of block {log.block} is parked: {log.error}"


def _from_nowhere() -> dict[str, str]:
    """Delegates that got stake from the zero address together with new stake, by address.

    The first BondingManager added only the new stake to the delegate's total, later ones add both, and no log says
    which one spoke. Where nothing was added the first would have refused, so those are certain.
    """
    bonds = StakeEvent.objects.filter(
        kind=StakeEvent.Kind.BOND,
        other=ZERO_ADDRESS,
        amount_lpt_wei__gt=0,
        bonded_lpt_wei__gt=F("amount_lpt_wei"),
    )
    found = bonds.values_list("delegate", "delegator", "block_id", "bonded_lpt_wei", "amount_lpt_wei")
    reasons: dict[str, str] = {}
    for delegate, who, block, bonded, added in found:
        reason = (
            f"in block {block} {who} brought {(bonded or 0) - (added or 0)} wei from the zero address, "
            "which the first BondingManager left out of the total"
        )
        reasons[delegate or ZERO_ADDRESS] = reasons[ZERO_ADDRESS] = reason
    return reasons
