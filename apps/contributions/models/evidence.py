"""What a claim points to, and what was found there when it was looked at."""

from __future__ import annotations

from django.db import models
from django.db.models.functions import Length
from django.db.models.lookups import LessThanOrEqual

from apps.contributions.models.claims import Claim
from apps.network.fields import HashField

MOST_SNAPSHOT_BYTES = 200_000


class Evidence(models.Model):
    """One link of a claim, as signed and as compared with those of others."""

    class Kind(models.TextChoices):
        VOTE = "vote"
        PROPOSAL = "proposal"
        TREASURY = "treasury"
        MERGED_CHANGE = "merged_change"
        RELEASE = "release"
        FORUM_POST = "forum_post"
        PACKAGE = "package"
        PAGE = "page"

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="evidence")
    position = models.SmallIntegerField(help_text="place in the claim's list, from 0")
    url = models.TextField(help_text="as signed; untrusted")
    normalised_url = models.TextField(help_text="equal for two links to the same thing")
    kind = models.CharField(max_length=16, choices=Kind.choices)

    class Meta:
        db_table = "contributions_evidence"
        constraints = [models.UniqueConstraint(fields=["claim", "position"], name="evidence_place_once")]
        indexes = [models.Index(fields=["normalised_url"], name="evidence_normalised")]  # who else points to it

    def __str__(self) -> str:
        return f"{self.kind} of {self.claim_id[:10]}…"


class EvidenceCheck(models.Model):
    """What was found behind a link at one moment. Checks are added and never changed; the newest stands."""

    class Found(models.TextChoices):
        YES = "yes"
        NO = "no"
        UNKNOWN = "unknown"

    evidence = models.ForeignKey(Evidence, on_delete=models.PROTECT, related_name="checks")
    at = models.DateTimeField()
    found = models.CharField(max_length=8, choices=Found.choices)
    author = models.TextField(blank=True, help_text="who made it, as the host says; untrusted; empty where unknown")
    snapshot = models.BinaryField(null=True, help_text="what came back, bounded; never shown as a page")
    snapshot_hash = HashField(null=True, help_text="Keccak-256 of the snapshot")
    detail = models.JSONField(default=dict)

    class Meta:
        db_table = "contributions_evidence_check"
        indexes = [
            models.Index(fields=["evidence", "-at"], name="evidence_check_newest"),
            models.Index(fields=["snapshot_hash"], name="evidence_check_snapshot"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=LessThanOrEqual(Length("snapshot"), MOST_SNAPSHOT_BYTES),
                name="evidence_snapshot_bounded",
            )
        ]

    def __str__(self) -> str:
        return f"evidence {self.evidence_id}: {self.found}"
