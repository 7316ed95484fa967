"""Score runs: a formula version applied to one finalized state, with the reasons of every part."""

from __future__ import annotations

from django.db import models

from apps.contributions.fields import DigestField
from apps.network.fields import AddressField, HashField


class ScoreRun(models.Model):
    """One run over finalized data; the newest run of the newest version is what pages show."""

    version = models.CharField(max_length=12)
    as_of_block = models.BigIntegerField()
    as_of_block_hash = HashField()
    as_of_round = models.IntegerField(help_text="last round that had begun at as_of_block")
    inputs_digest = models.CharField(max_length=64, help_text="sha256 of the canonical inputs, hex")
    method_digest = models.CharField(max_length=64, default="", help_text="sha256 of the method's data, hex")
    outputs_digest = models.CharField(max_length=64, default="", help_text="sha256 of the canonical outputs, hex")
    bundle_digest = models.CharField(max_length=64, default="", help_text="sha256 of the bundle; empty: none is kept")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "scoring_run"
        constraints = [
            models.UniqueConstraint(fields=["version", "as_of_block"], name="one_run_per_version_and_block"),
        ]

    def __str__(self) -> str:
        return f"method {self.version} at block {self.as_of_block}"


class ScoreBundle(models.Model):
    """All that a run read, was made by and gave, as the one text that anybody can recompute it from.

    A table of its own, so that no query for runs carries it along. See apps.scoring.bundle.
    """

    run = models.OneToOneField(ScoreRun, on_delete=models.CASCADE, primary_key=True, related_name="bundle")
    text_gz = models.BinaryField(help_text="the text, UTF-8, compressed by gzip")
    size_bytes = models.BigIntegerField(help_text="of the text itself")

    class Meta:
        db_table = "scoring_bundle"

    def __str__(self) -> str:
        return f"bundle of run {self.run_id}"


class Score(models.Model):
    """The headline of one orchestrator in one run. Unranked nodes have no `rank` and say why in `gates`."""

    run = models.ForeignKey(ScoreRun, on_delete=models.CASCADE, related_name="scores")
    orchestrator = AddressField()
    value = models.FloatField(null=True, help_text="0 to 100; empty while nothing is known")
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    coverage = models.FloatField(help_text="part of the score that rests on known data, 0 to 1")
    rank = models.IntegerField(null=True)
    gates = models.JSONField(default=list, help_text="failed gates, each {code, sentence}")
    advice = models.TextField(default="")
    severity = models.CharField(max_length=8, default="info", help_text="info, good, warn or danger")

    class Meta:
        db_table = "scoring_score"
        constraints = [models.UniqueConstraint(fields=["run", "orchestrator"], name="one_score_per_run")]
        indexes = [models.Index(fields=["orchestrator", "run"], name="score_orchestrator")]

    def __str__(self) -> str:
        return f"score of {self.orchestrator}"


class ScorePart(models.Model):
    """One part (work, terms, jobs, community) with its value, interval and reason; an empty value is unknown."""

    score = models.ForeignKey(Score, on_delete=models.CASCADE, related_name="parts")
    part = models.CharField(max_length=12)
    value = models.FloatField(null=True)
    low = models.FloatField(null=True)
    high = models.FloatField(null=True)
    weight = models.IntegerField()
    coverage = models.FloatField(default=0)
    reason = models.TextField()
    sources = models.JSONField(default=dict, help_text="the inputs the part was made from")
    raises = models.JSONField(
        default=list,
        db_default=models.Value([], models.JSONField()),
        help_text="what would raise the part, a sentence each, the weightiest first",
    )

    class Meta:
        db_table = "scoring_part"
        constraints = [models.UniqueConstraint(fields=["score", "part"], name="one_part_per_score")]

    def __str__(self) -> str:
        return f"{self.part} of {self.score_id}"


class BacktestRun(models.Model):
    """What a walk over the past said of a method, made at one finalized block; the newest is what pages show."""

    version = models.CharField(max_length=12)
    as_of_block = models.BigIntegerField()
    as_of_block_hash = HashField()
    as_of_round = models.IntegerField(help_text="last round that had begun at as_of_block")
    result = models.JSONField(help_text="see apps.scoring.backtest.report")
    digest = models.CharField(max_length=64, help_text="sha256 of the canonical result, hex")
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "scoring_backtest"
        constraints = [
            models.UniqueConstraint(fields=["version", "as_of_block"], name="one_backtest_per_version_and_block"),
        ]

    def __str__(self) -> str:
        return f"back-test of method {self.version} at block {self.as_of_block}"


class ClaimStanding(models.Model):
    """What is for and against a claim, as it was judged last: weights in ppm of one reviewer. A copy, made anew."""

    claim = DigestField(primary_key=True)
    endorsed_ppm = models.BigIntegerField()
    disputed_ppm = models.BigIntegerField()
    standing_ppm = models.IntegerField(help_text="share of its points that the claim brings; 0 while not endorsed")

    class Meta:
        db_table = "scoring_claim_standing"
        constraints = [
            models.CheckConstraint(
                condition=models.Q(standing_ppm__gte=0, standing_ppm__lte=1_000_000), name="claim_standing_is_a_share"
            )
        ]

    def __str__(self) -> str:
        return f"standing of {self.claim[:10]}…"


class AttestationWeight(models.Model):
    """What an attestation weighs, in ppm of one reviewer, and why: a code of apps.contributions.trust.SENTENCES."""

    attestation = DigestField(primary_key=True)
    weight_ppm = models.IntegerField()
    code = models.CharField(max_length=20)

    class Meta:
        db_table = "scoring_attestation_weight"

    def __str__(self) -> str:
        return f"weight of {self.attestation[:10]}…"
