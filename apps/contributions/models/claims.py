"""Claims, what others say of them, and the states they go through."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from apps.contributions.models.statements import Statement
from apps.network.fields import AddressField, HashField


class State(models.TextChoices):
    """Where a claim stands. A claim whose evidence is gone falls back to `claimed`."""

    CLAIMED = "claimed"
    EVIDENCE_CHECKED = "evidence_checked"
    ENDORSED = "endorsed"
    DISPUTED = "disputed"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Claim(models.Model):
    """One version of a contribution that an orchestrator claims. `pk` is its digest.

    All is as signed but `state`, `state_at` and `superseded_by`, which follow from other rows.
    """

    statement = models.OneToOneField(Statement, primary_key=True, on_delete=models.PROTECT, related_name="claim")
    orchestrator = AddressField()
    category = models.CharField(max_length=32)
    title = models.CharField(max_length=120)
    content_hash = HashField(null=True, help_text="of something the author keeps; empty for none")
    period_start = models.DateTimeField()
    period_end = models.DateTimeField()
    co_authors = models.JSONField(default=list, help_text="addresses it names; who signed is in CoSignature")
    amends = models.ForeignKey("self", null=True, on_delete=models.PROTECT, related_name="amendments")
    root = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        related_name="versions",
        help_text="the first version; itself if there is none",
    )
    issued_at = models.DateTimeField()
    received_at = models.DateTimeField()
    state = models.CharField(max_length=16, choices=State.choices, default=State.CLAIMED)
    state_at = models.DateTimeField()
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", help_text="the next newer version"
    )

    class Meta:
        db_table = "contributions_claim"
        indexes = [
            # the feed, newest first: whole, of one node, in one category, in one state; newest versions only
            models.Index(fields=["-received_at", "-statement"], name="claim_feed", condition=Q(superseded_by=None)),
            models.Index(
                fields=["orchestrator", "-received_at", "-statement"],
                name="claim_feed_orchestrator",
                condition=Q(superseded_by=None),
            ),
            models.Index(
                fields=["category", "-received_at", "-statement"],
                name="claim_feed_category",
                condition=Q(superseded_by=None),
            ),
            models.Index(
                fields=["state", "-received_at", "-statement"],
                name="claim_feed_state",
                condition=Q(superseded_by=None),
            ),
            # how many there are in each state, counted over the feed page, read from this index alone
            models.Index(fields=["state"], name="claim_tally", condition=Q(superseded_by=None)),
        ]

    def __str__(self) -> str:
        return f"claim {self.pk[:10]}… of {self.orchestrator}"

    @property
    def digest(self) -> str:
        return str(self.pk)


class ClaimTransition(models.Model):
    """A claim's step from one state to another: who, when, why. The newest gives the claim its state."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="transitions")
    state = models.CharField(max_length=16, choices=State.choices)
    at = models.DateTimeField()
    by = models.CharField(max_length=66, help_text="an address, or the rule that judged, such as “evidence check”")
    why = models.TextField(help_text="a sentence")

    class Meta:
        db_table = "contributions_claim_transition"
        indexes = [models.Index(fields=["claim", "at"], name="claim_transition_claim")]

    def __str__(self) -> str:
        return f"{self.claim_id[:10]}… is {self.state}"


class CoSignature(models.Model):
    """A co-author's signature under the same digest as the claim's own."""

    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="co_signatures")
    signer = AddressField()
    signature = models.BinaryField()
    verified_as = models.CharField(max_length=8, choices=Statement.VerifiedAs.choices)
    received_at = models.DateTimeField()
    block_number = models.BigIntegerField()
    block_hash = HashField()

    class Meta:
        db_table = "contributions_co_signature"
        constraints = [models.UniqueConstraint(fields=["claim", "signer"], name="co_signature_once")]

    def __str__(self) -> str:
        return f"{self.signer} under {self.claim_id[:10]}…"


class Attestation(models.Model):
    """What somebody says of one version of a claim. `pk` is its digest."""

    class Verdict(models.IntegerChoices):
        DISPUTE = 0
        ENDORSE = 1

    statement = models.OneToOneField(Statement, primary_key=True, on_delete=models.PROTECT, related_name="attestation")
    claim = models.ForeignKey(Claim, on_delete=models.PROTECT, related_name="attestations")
    attester = AddressField()
    verdict = models.SmallIntegerField(choices=Verdict.choices)
    reason = models.TextField()
    conflict = models.TextField(
        blank=True, help_text="what binds the attester to the author, as they say; empty: nothing"
    )
    issued_at = models.DateTimeField()
    received_at = models.DateTimeField()
    revoked = models.BooleanField(default=False, help_text="a Revocation names it")
    superseded_by = models.ForeignKey(
        "self", null=True, on_delete=models.PROTECT, related_name="+", help_text="a newer word of the same attester"
    )

    class Meta:
        db_table = "contributions_attestation"
        indexes = [
            models.Index(fields=["claim", "-received_at"], name="attestation_claim"),
            models.Index(fields=["attester", "-received_at"], name="attestation_attester"),
            models.Index(fields=["-received_at", "-statement"], name="attestation_feed"),
        ]

    def __str__(self) -> str:
        return f"{self.get_verdict_display()} of {self.claim_id[:10]}… by {self.attester}"

    @property
    def digest(self) -> str:
        return str(self.pk)
