"""The part of `/api/v1/status` about the newest comparison with the contracts."""

from __future__ import annotations

from rest_framework import serializers

from apps.api.fields import Hash
from apps.api.v1.shapes import Shape
from indexer.models import Verification


class DriftSerializer(Shape):
    """Amounts are in the contract's unit, which the figure's name gives."""

    subject = serializers.CharField()
    figure = serializers.CharField()
    ours = serializers.CharField()
    theirs = serializers.CharField()
    reason = serializers.CharField(help_text="why it is expected to differ; empty if no reason is known")


class VerificationSerializer(Shape):
    kind = serializers.ChoiceField(choices=Verification.Kind.choices)
    block = serializers.IntegerField()
    block_hash = Hash()
    round = serializers.IntegerField()
    accounts = serializers.IntegerField()
    orchestrators = serializers.IntegerField()
    figures = serializers.IntegerField(help_text="compared")
    differ = serializers.IntegerField()
    unexplained = serializers.IntegerField(help_text="of those that differ, without a known reason")
    unsteady = serializers.IntegerField(help_text="differed in the first of two readings of the block only")
    drift = DriftSerializer(many=True, help_text="the first of those that differ")
    seconds = serializers.FloatField()
    made_at = serializers.DateTimeField()
