"""The shapes of realised yields, comparisons and moves in answers."""

from __future__ import annotations

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.api.fields import Eth, LowerAddress, Lpt, ReadOnly, Wei
from apps.api.v1.shapes import OrchestratorSerializer, ReasonedScoreSerializer, Shape, TermsSerializer
from apps.protocol.yields import COUNTED

OUTCOMES = ("called", "missed", "inactive", "absent")


@extend_schema_field({"type": "string", "pattern": "^-?[0-9]{1,78}$", "examples": ["-204000000000000000"]})
class SignedWei(ReadOnly):
    """A difference in wei, exact; below 0 with a minus."""

    def to_representation(self, value: int) -> str:
        return str(value)


class EarnedSerializer(Shape):
    """What the amount would have earned from one round to another, both counted. Unknown is null, nothing is "0"."""

    first_round = serializers.IntegerField(source="first")
    last_round = serializers.IntegerField(source="last")
    rewards_lpt_wei = Wei(allow_null=True)
    rewards_lpt_formatted = Lpt(source="rewards_lpt_wei", allow_null=True)
    fees_eth_wei = Wei(allow_null=True)
    fees_eth_formatted = Eth(source="fees_eth_wei", allow_null=True)
    reward_calls_made = serializers.IntegerField(source="called", min_value=0)
    reward_calls_missed = serializers.IntegerField(source="missed", min_value=0)
    rounds_inactive = serializers.IntegerField(source="inactive", min_value=0)
    rounds_absent = serializers.IntegerField(source="absent", min_value=0, help_text="before it was first active")


class YieldRangeSerializer(Shape):
    """Three of all stretches of that many rounds; the middle one is the lower of two."""

    worst = EarnedSerializer()
    middle = EarnedSerializer(source="median")
    best = EarnedSerializer()


class YieldSerializer(Shape):
    """Realised, from the factors the contract stored, rewards restaked; no forecast. Whole rounds only."""

    amount_lpt_wei = Wei()
    counted_as = serializers.ChoiceField(choices=COUNTED, help_text="how the amount is added to the stake there was")
    rounds = serializers.IntegerField(min_value=1, help_text="of a stretch; fewer than asked where the index is young")
    rounds_asked = serializers.IntegerField(min_value=1)
    stretches = serializers.IntegerField(min_value=1, help_text="that the ranges are over")
    newest = EarnedSerializer(help_text="the stretch that ends with the last whole round")
    rewards_range = YieldRangeSerializer(allow_null=True, help_text="by rewards; null where a stretch is unknown")
    fees_range = YieldRangeSerializer(allow_null=True, help_text="by fees, likewise")


class RoundEarnedSerializer(Shape):
    """One round alone, the amount put in place before it."""

    round = serializers.IntegerField(source="earned.first")
    outcome = serializers.ChoiceField(choices=OUTCOMES, help_text="of the reward call, or why there was none")
    rewards_lpt_wei = Wei(source="earned.rewards_lpt_wei", allow_null=True)
    fees_eth_wei = Wei(source="earned.fees_eth_wei", allow_null=True)


class NodeYieldSerializer(YieldSerializer):
    """The yield of one orchestrator, round by round too."""

    address = LowerAddress()
    by_round = RoundEarnedSerializer(many=True, help_text="of the newest stretch, newest first")


class BalanceSerializer(Shape):
    """One currency of a move, in wei: its cost, and what was earned more over `rounds` rounds."""

    cost_wei = Wei()
    gain_wei = SignedWei(help_text="below 0 where less was earned")
    rounds = serializers.IntegerField(min_value=1)
    side = serializers.ChoiceField(choices=("after", "even", "never"))
    after_rounds = serializers.IntegerField(allow_null=True, min_value=0, help_text="until the gain paid the cost")


class MoveSerializer(Shape):
    """A move from the node named in `from`, by what both earned. LPT and ETH are not added up: no price is assumed."""

    from_address = LowerAddress()
    reward_now = serializers.ChoiceField(
        choices=("due", "made", "none"), help_text="of the present node's reward call in the running round"
    )
    forfeited_lpt_wei = Wei(allow_null=True, help_text="that a move now gives up")
    gas_eth_wei = Wei(help_text="assumed, not read")
    lpt = BalanceSerializer(allow_null=True)
    eth = BalanceSerializer(allow_null=True)
    verdict = serializers.ChoiceField(choices=("pays", "never", "trade", "same", "unknown"))
    after_rounds = serializers.IntegerField(allow_null=True, min_value=0, help_text="when both are paid")


class ComparedSerializer(OrchestratorSerializer):
    """One orchestrator of a comparison."""

    score = ReasonedScoreSerializer(allow_null=True)
    cut_history = TermsSerializer(many=True, help_text="newest first, at most 200")
    realised = YieldSerializer(allow_null=True, help_text="null while no whole round is indexed")
    move = MoveSerializer(allow_null=True, help_text="null for the present node, and where none is named")
