"""Terms that were made worse for delegators: what an alert will be about."""

from __future__ import annotations

from django.db.models import F, Q

from apps.network.models import CutChange


def worse_terms(*, since_round: int, orchestrators: list[str] | None = None) -> list[CutChange]:
    """Changes announced in `since_round` or later that take rewards or fees from delegators, newest first.

    While the running round is below a change's `effective_round`, whoever moves away loses nothing by it.
    """
    worse = Q(reward_cut_ppm__gt=F("old_reward_cut_ppm")) | Q(fee_share_ppm__lt=F("old_fee_share_ppm"))
    found = CutChange.objects.filter(worse, round__gte=since_round).order_by("-block_id", "-log_index")
    return list(found if orchestrators is None else found.filter(orchestrator__in=orchestrators))
