"""When each piece of evidence is looked at again, and who looks now: a schedule, no fact, which may be made anew."""

from __future__ import annotations

from django.db import models

from apps.contributions.models.evidence import Evidence


class EvidenceTurn(models.Model):
    """The next look at one piece of evidence. `due_at` and `claimed_until` decide: a task's message is only a nudge."""

    evidence = models.OneToOneField(Evidence, primary_key=True, on_delete=models.CASCADE, related_name="turn")
    due_at = models.DateTimeField()
    claimed_until = models.DateTimeField(null=True, help_text="somebody looks until then")
    looked_at = models.DateTimeField(null=True, help_text="the last look, whether or not it told anything new")
    missing_since = models.DateTimeField(null=True, help_text="first look that missed what had been found before")
    trouble_since = models.DateTimeField(null=True, help_text="first of the looks in a row that could not tell")
    failures = models.IntegerField(default=0, help_text="looks in a row that could not tell")
    trouble = models.TextField(default="", help_text="why the last look could not tell, one sentence")

    class Meta:
        db_table = "contributions_evidence_turn"
        indexes = [models.Index(fields=["due_at"], name="evidence_turn_due")]

    def __str__(self) -> str:
        return f"next look at evidence {self.evidence_id}"
