"""What moderators may do: keep a text from being shown, for a reason everybody can read."""

from __future__ import annotations

from django.db import models

from apps.contributions.models.statements import Statement


class Hiding(models.Model):
    """The texts of a statement are not shown while a hiding of it is not lifted. Its digest and signer still are."""

    statement = models.ForeignKey(Statement, on_delete=models.PROTECT, related_name="hidings")
    reason = models.TextField(help_text="shown to everybody in place of the text")
    by = models.CharField(max_length=150, help_text="the moderator's account")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        db_table = "contributions_hiding"
        indexes = [models.Index(fields=["statement"], name="hiding_now", condition=models.Q(lifted_at=None))]

    def __str__(self) -> str:
        return f"hiding of {self.statement_id[:10]}…"
