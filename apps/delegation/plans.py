"""Plans that are handed out: made, kept, read again before a signature, and followed to their end.

A kept plan is only a record of what was shown. Whenever it matters, everything is read and proved anew.
"""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import transaction

from apps.chain.client import ChainClient
from apps.delegation.accounts import as_document, kinds_of
from apps.delegation.changes import Changed as Changed
from apps.delegation.changes import differences as differences
from apps.delegation.document import document
from apps.delegation.models import PlanSubmission, PreparedPlan
from apps.delegation.plan.intentions import Intention
from apps.delegation.plan.parsing import as_program, of_program
from apps.delegation.plan.refusals import Refusal
from apps.delegation.preparing import Prepared, prepare
from apps.protocol.units import Address

KEPT = timedelta(days=7)  # after a plan has expired; those of which something was mined are kept
MOST_MINE = 20  # other accounts of a reader's that are read along


@dataclass(frozen=True, slots=True)
class Rechecked:
    """A plan read anew: what differs of what was shown. Without differences its calldata may be signed."""

    plan: PreparedPlan
    differences: tuple[Changed, ...]

    @property
    def stands(self) -> bool:
        return not self.differences


def plan_make(
    client: ChainClient, wanted: Intention, *, acknowledged: Collection[str] = (), mine: Collection[Address] = ()
) -> PreparedPlan | Refusal:
    """A new plan, proved and kept under an id that cannot be guessed; or why there is none."""
    made = prepare(client, wanted, acknowledged=acknowledged, mine=mine)
    if isinstance(made, Refusal):
        return made
    return _keep(secrets.token_urlsafe(16), made, mine, _contracts(made))


def plan_acknowledge(client: ChainClient, identity: str, codes: Collection[str]) -> PreparedPlan | Refusal:
    """The same plan made again with more acknowledged. Raises PreparedPlan.DoesNotExist for an unknown id."""
    kept = PreparedPlan.objects.get(pk=identity)
    agreed = sorted({*kept.acknowledged, *codes})
    made = prepare(client, intention_of(kept), acknowledged=agreed, mine=_mine(kept))
    return made if isinstance(made, Refusal) else _keep(identity, made, _mine(kept), _contracts(made))


def plan_recheck(client: ChainClient, identity: str) -> Rechecked | Refusal:
    """The plan at the newest block, beside what was shown. Raises PreparedPlan.DoesNotExist for an unknown id.

    The record goes on with what is true now, so a reader who agrees to the difference can sign that.
    """
    kept = PreparedPlan.objects.get(pk=identity)
    shown = kept.document
    made = prepare(client, intention_of(kept), acknowledged=kept.acknowledged, mine=_mine(kept))
    if isinstance(made, Refusal):
        return made
    now = _keep(identity, made, _mine(kept), _contracts(made))
    return Rechecked(now, tuple(differences(shown, now.document)))


def intention_of(kept: PreparedPlan) -> Intention:
    """What the reader wanted, as it was stored."""
    fields = dict(kept.intention)
    return of_program(str(fields.pop("kind")), fields)


def _mine(kept: PreparedPlan) -> list[Address]:
    return [Address(each) for each in kept.mine]


def _contracts(made: Prepared) -> list[dict[str, Any]]:
    """Which accounts of the plan are contracts, and what kind as far as it can be told."""
    return [as_document(one) for one in kinds_of(sorted(made.plan.at.contracts)).values() if one is not None]


@transaction.atomic
def _keep(identity: str, made: Prepared, mine: Collection[Address], contracts: list[dict[str, Any]]) -> PreparedPlan:
    plan = made.plan
    kept, _ = PreparedPlan.objects.update_or_create(
        id=identity,
        defaults={
            "intention": as_program(plan.wanted),
            "mine": sorted(mine),
            "acknowledged": sorted(plan.acknowledged),
            "document": {**document(plan, made.proof, identity=identity), "contracts": contracts},
            "chain_id": plan.at.chain_id,
            "block": plan.at.block,
            "block_hash": plan.at.block_hash,
            "round": plan.at.state.round,
            "made_at": datetime.now(UTC),
            "expires_at": datetime.fromtimestamp(plan.expires.time, UTC),
        },
    )
    return kept


def forget_old_plans() -> int:
    """Drop plans that expired long ago and of which nothing was mined; gives how many."""
    old = PreparedPlan.objects.filter(expires_at__lt=datetime.now(UTC) - KEPT)
    mined = PlanSubmission.objects.exclude(state__in=(PlanSubmission.State.DROPPED, PlanSubmission.State.REPLACED))
    forgotten = old.exclude(pk__in=mined.values("plan_id"))
    return forgotten.delete()[1].get("delegation.PreparedPlan", 0)
