"""Writes down what a judgement says: the state of each claim as a transition, and what each word weighs.

The weights are copies for pages; only rows that differ are touched, so that writing the same judgement twice does
nothing. Recording may run twice or half.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db import models, transaction
from django.db.models import Count, Max
from django.utils import timezone

from apps.contributions.models import CoSignature, EvidenceCheck, Statement
from apps.contributions.services import transition_record
from apps.protocol.units import Round as RoundNumber
from apps.scoring.communal.judging import Judgement, judge
from apps.scoring.inputs import finalized_block, open_round
from apps.scoring.linkinputs import read_links
from apps.scoring.method import live
from apps.scoring.models import AttestationWeight, ClaimStanding

_BATCH = 2_000
_LINKS_S = 300  # relations change with every block; they are read again after so many seconds, or with any news
_Row = TypeVar("_Row", bound=models.Model)
_judged: tuple[Any, ...] | None = None  # what there was to know when this process judged last


def claims_judge(*, now: datetime | None = None) -> int:
    """Judges all claims at this moment; gives the number of transitions. Nothing is done where nothing is new."""
    global _judged
    at = now or timezone.now()
    known = _known(at)
    if known == _judged:
        return 0
    changed = judgement_record(judgement_at(at), at=at)
    _judged = known
    return changed


def forget() -> None:
    """Judge anew at the next time, whatever is known."""
    global _judged
    _judged = None


def judgement_at(at: datetime) -> Judgement:
    """The judgement of all that was received by a moment, with relations as of the newest finalized block."""
    method, block = live(), finalized_block()
    now = None if block is None else open_round(block.number)
    if block is None or now is None:
        return judge(at, block=None, links=(), method=method)
    first = RoundNumber(now - method.whole("windows", "link_rounds"))
    return judge(at, block=block.number, links=read_links(first=first, block=block.number), method=method)


def judgement_record(judgement: Judgement, *, at: datetime) -> int:
    """Stores the weights, and a transition for each claim whose state is another now; gives the number of these."""
    _write_weights(judgement)
    changed = 0
    for one in judgement.claims:
        if one.state.name != one.row.state:
            changed += transition_record(one.row.digest, one.state.name, by=one.state.by, why=one.state.why, at=at)
    return changed


@transaction.atomic
def _write_weights(judgement: Judgement) -> None:
    standings = {
        one.row.digest: ClaimStanding(
            one.row.digest, one.support.endorsed_ppm, one.support.disputed_ppm, int(one.standing_ppm)
        )
        for one in judgement.claims
    }
    weights = {
        digest: AttestationWeight(digest, weight.ppm, weight.code) for digest, weight in judgement.trust.weights.items()
    }
    _write(ClaimStanding, standings, ("endorsed_ppm", "disputed_ppm", "standing_ppm"))
    _write(AttestationWeight, weights, ("weight_ppm", "code"))


def _write(model: type[_Row], wanted: Mapping[str, _Row], names: tuple[str, ...]) -> None:
    manager: Any = model._default_manager
    held = {key: tuple(values) for key, *values in manager.values_list("pk", *names).iterator()}
    gone = held.keys() - wanted.keys()
    if gone:
        manager.filter(pk__in=sorted(gone)).delete()
    news = [row for key, row in sorted(wanted.items()) if held.get(key) != _values(row, names)]
    manager.bulk_create(
        news, batch_size=_BATCH, update_conflicts=True, unique_fields=[model._meta.pk.name], update_fields=names
    )


def _values(row: models.Model, names: Iterable[str]) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in names)


def _known(at: datetime) -> tuple[Any, ...]:
    """What tells that something was said, found, or grew old since, and that relations are due to be read again."""
    said = Statement.objects.aggregate(rows=Count("pk"), last=Max("received_at"))
    signed, checks = CoSignature.objects.count(), EvidenceCheck.objects.aggregate(last=Max("pk"))["last"]
    return (live().version, said["rows"], said["last"], signed, checks, at.date(), int(at.timestamp()) // _LINKS_S)
