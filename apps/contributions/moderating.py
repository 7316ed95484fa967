"""What moderators can do: keep a text from being shown, and show it again. No claim, word or signature changes."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from apps.contributions.models import Hiding, Statement


def hiding_add(statement: Statement, *, reason: str, by: str, now: datetime) -> Hiding:
    """Hides the texts of a statement, for a reason shown to everybody; one that is hidden already stays as it is."""
    found = Hiding.objects.filter(statement=statement, lifted_at=None).first()
    return found or Hiding.objects.create(statement=statement, reason=reason, by=by, at=now)


def hidings_lift(hidings: QuerySet[Hiding], *, now: datetime) -> int:
    """Shows the texts again; how many were hidden. The rows stay, with both dates."""
    return hidings.filter(lifted_at=None).update(lifted_at=now)
