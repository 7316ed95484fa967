"""The shapes of fees by job type, as the newest score run split them."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import LowerAddress, Wei


class TypeFeesSerializer(serializers.Serializer[Any]):
    """Fees of one job type. `how`: label (of the gateway), single (the one AI type offered), telemetry (reported)."""

    job_type = serializers.CharField(help_text="slug, or the raw id of a type outside the list")
    low_eth_wei = Wei(help_text="sure to be of this kind")
    estimate_eth_wei = Wei()
    high_eth_wei = Wei(help_text="all that could be of this kind")
    how = serializers.ListField(child=serializers.ChoiceField(choices=("label", "single", "telemetry")))


class TakenOutSerializer(serializers.Serializer[Any]):
    """Credited money that is no sign of demand."""

    code = serializers.ChoiceField(choices=("incident", "certain", "incentive_payout", "self", "related"))
    reason = serializers.CharField()
    gateway = LowerAddress()
    amount_eth_wei = Wei()
    tickets = serializers.IntegerField(min_value=0, help_text="winning tickets")
    source = serializers.CharField(help_text="what a label rests on; empty where the chain itself shows it")  # type: ignore[assignment]


class SplitSerializer(serializers.Serializer[Any]):
    """One window. Total = taken out + market, and market = all estimates + unknown, to the wei."""

    rounds = serializers.IntegerField(min_value=1)
    total_eth_wei = Wei()
    market_eth_wei = Wei()
    unknown_eth_wei = Wei(help_text="nothing tells what it was for; never handed out among the known")
    sure_eth_wei = Wei(help_text="attributed with high confidence")
    tickets = serializers.IntegerField(min_value=0, help_text="winning tickets of the market")
    coverage = serializers.FloatField(
        allow_null=True, help_text="worth of reported work over what was paid; null where none was reported"
    )
    by_class_eth_wei = serializers.DictField(
        source="by_class", child=Wei(), help_text="market fees by the class of the gateway's label"
    )
    types = TypeFeesSerializer(many=True)
    taken_out = TakenOutSerializer(many=True)
    checks = serializers.ListField(
        child=LowerAddress(), help_text="gateways of whom more work was reported than they can have paid for"
    )


class SplitsSerializer(serializers.Serializer[Any]):
    """Both windows of the newest score run; an estimate, since no ticket names its work."""

    method = serializers.CharField(help_text="version of the score's method")
    long = SplitSerializer()
    recent = SplitSerializer()
