"""The shapes of scores, orchestrators and their history in answers."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from apps.api.fields import Checksummed, Eth, Hash, LowerAddress, Lpt, Share, Wei
from apps.api.v1.feeshapes import SplitsSerializer
from apps.api.v1.jobshapes import NodeJobsSerializer, SlotsSerializer
from apps.scoring.results import PARTS


class Shape(serializers.Serializer[Any]):
    """A serializer of values that selectors found."""


class GateSerializer(Shape):
    code = serializers.CharField()
    sentence = serializers.CharField()


class PartSerializer(Shape):
    """A part of the score. `value` is null where the part is unknown; it is never 0 for that reason."""

    name = serializers.ChoiceField(choices=PARTS)
    value = serializers.FloatField(allow_null=True, min_value=0, max_value=100)
    low = serializers.FloatField(allow_null=True, help_text="lower end of the 90 % interval")
    high = serializers.FloatField(allow_null=True)
    weight = serializers.IntegerField(min_value=0, max_value=10)
    coverage = serializers.FloatField(min_value=0, max_value=1, help_text="how far the data reaches that it rests on")


class ReasonedPartSerializer(PartSerializer):
    reason = serializers.CharField()
    sources = serializers.DictField(help_text="the figures behind the reason")
    raises = serializers.ListField(
        child=serializers.CharField(), help_text="what would raise the part, the weightiest first"
    )


class ScoreSerializer(Shape):
    """`rank` is null where a gate failed; `value` is then the raw score."""

    value = serializers.FloatField(allow_null=True, min_value=0, max_value=100)
    low = serializers.FloatField(help_text="an unknown part counts as anything from 0 to 100")
    high = serializers.FloatField()
    coverage = serializers.FloatField(min_value=0, max_value=1, help_text="how much of the score rests on known data")
    rank = serializers.IntegerField(allow_null=True, min_value=1)
    method_value = serializers.FloatField(
        allow_null=True, min_value=0, max_value=100, help_text="`value` by the weights of the method"
    )
    method_rank = serializers.IntegerField(
        allow_null=True, min_value=1, help_text="`rank` by the weights of the method"
    )
    gates = GateSerializer(many=True)
    advice = serializers.CharField()
    severity = serializers.ChoiceField(choices=("info", "good", "warn", "danger"))
    parts = PartSerializer(many=True)


class ReasonedScoreSerializer(ScoreSerializer):
    parts = ReasonedPartSerializer(many=True)


class WorseTermsSerializer(Shape):
    """The last change in 90 rounds that left delegators less; null where that term held."""

    round = serializers.IntegerField()
    old_reward_cut_ppm = Share(allow_null=True)
    old_fee_share_ppm = Share(allow_null=True)


class OrchestratorSerializer(Shape):
    """An orchestrator now. Work is of the last 90 rounds with the running one, calls of the last 30 whole ones."""

    address = LowerAddress(source="row.address")
    address_checksummed = Checksummed(source="row.address")
    name = serializers.CharField(
        source="row.name.text", allow_null=True, help_text="its owner's choice, proved to lead back to it"
    )
    name_source = serializers.ChoiceField(
        source="row.name.source", choices=("ens",), allow_null=True, help_text="where the name is from"
    )
    name_doubt = serializers.CharField(
        source="row.name.doubt", allow_null=True, help_text="why it may mislead; empty if nothing is known"
    )
    status = serializers.ChoiceField(choices=("active", "waiting", "inactive"))
    registered = serializers.BooleanField(source="row.registered")
    active = serializers.BooleanField(source="row.active", help_text="member of the running round's set")
    in_pool = serializers.BooleanField(source="row.in_pool", help_text="candidate for the next round")
    service_host = serializers.CharField(source="row.host", help_text="as set by its operator; empty where none is set")
    stake_lpt_wei = Wei(source="row.stake_lpt_wei")
    stake_lpt_formatted = Lpt(source="row.stake_lpt_wei")
    reward_cut_ppm = Share(source="row.reward_cut_ppm", help_text="share of rewards it keeps")
    fee_share_ppm = Share(source="row.fee_share_ppm", help_text="share of fees its delegators get")
    worse_terms = WorseTermsSerializer(source="row.worse", allow_null=True)
    fees_90_eth_wei = Wei(source="row.fees_eth_wei", help_text="paid by others")
    fees_90_eth_formatted = Eth(source="row.fees_eth_wei")
    fees_90_per_million_lpt_eth_wei = Wei(source="row.rate_eth_wei", allow_null=True)
    payers_90 = serializers.IntegerField(source="row.payers", min_value=0)
    reward_calls_30 = serializers.IntegerField(source="row.calls_made", min_value=0)
    active_rounds_30 = serializers.IntegerField(source="row.calls_due", min_value=0)
    jobs_offered = SlotsSerializer(
        source="row.jobs", many=True, help_text="as operators post it; empty where no source tells"
    )
    tested_regions = serializers.SerializerMethodField(help_text="codes of regions from which it passed a test lately")
    score = ScoreSerializer(allow_null=True)

    def get_tested_regions(self, item: Any) -> list[str]:
        return sorted(item.row.regions)


class ListedSerializer(OrchestratorSerializer):
    """A row of the list."""

    beaten_by = LowerAddress(
        allow_null=True,
        help_text="with `pareto`: a node at least as good in every weighed part and better in one; null if none is",
    )


class TermsSerializer(Shape):
    """A setting of the cuts; the old values are null on the first one."""

    round = serializers.IntegerField()
    block = serializers.IntegerField()
    time = serializers.DateTimeField()
    tx_hash = Hash()
    log_index = serializers.IntegerField()
    reward_cut_ppm = Share()
    fee_share_ppm = Share()
    old_reward_cut_ppm = Share(allow_null=True)
    old_fee_share_ppm = Share(allow_null=True)


class FunderSerializer(Shape):
    """Who paid into a gateway's deposit or reserve, over all indexed rounds."""

    address = LowerAddress()
    address_checksummed = Checksummed(source="address")
    amount_eth_wei = Wei()
    amount_eth_formatted = Eth(source="amount_eth_wei")
    round = serializers.IntegerField(help_text="of the newest")
    tx_hash = Hash(help_text="of the newest")


class PayerSerializer(Shape):
    gateway = LowerAddress(source="payer.gateway")
    gateway_checksummed = Checksummed(source="payer.gateway")
    amount_eth_wei = Wei(source="payer.amount_eth_wei")
    amount_eth_formatted = Eth(source="payer.amount_eth_wei")
    tickets = serializers.IntegerField(source="payer.tickets", min_value=0, help_text="winning tickets")
    funded_by = FunderSerializer(
        source="funding.funders", many=True, help_text="senders of what was paid in for it, largest first"
    )
    funding_known = serializers.BooleanField(source="funding.known", help_text="false: who else paid in is unknown")


class NodeRoundSerializer(Shape):
    """One orchestrator in one round. `stake_lpt_wei` is null where it was not active and nothing set it."""

    round = serializers.IntegerField()
    active = serializers.BooleanField()
    stake_lpt_wei = Wei(allow_null=True)
    stake_lpt_formatted = Lpt(source="stake_lpt_wei", allow_null=True)
    reward_cut_ppm = Share()
    fee_share_ppm = Share()
    reward_called = serializers.BooleanField()
    reward_lpt_wei = Wei(help_text="net of the treasury's part, before the cut")
    reward_lpt_formatted = Lpt(source="reward_lpt_wei")
    fees_eth_wei = Wei(help_text="credited by winning tickets, before the fee share")
    fees_eth_formatted = Eth(source="fees_eth_wei")
    tickets = serializers.IntegerField(min_value=0)


class IdentitySerializer(Shape):
    """What its owner says of it, from ENS: untrusted, checked for length and characters only."""

    description = serializers.CharField(source="row.description")
    url = serializers.CharField(source="row.url", help_text="http or https, or empty")
    twitter = serializers.CharField(source="row.twitter", help_text="account name, or empty")
    github = serializers.CharField(source="row.github", help_text="account name, or empty")
    avatar_path = serializers.CharField(allow_null=True, help_text="of the picture kept on this host")
    checked_at = serializers.DateTimeField(source="row.checked_at")
    l1_block = serializers.IntegerField(source="row.l1_block", help_text="block of Ethereum it was read at")


class OrchestratorDetailSerializer(OrchestratorSerializer):
    """An orchestrator with its reasons and its history."""

    identity = IdentitySerializer(allow_null=True)

    service_uri = serializers.CharField(source="node.service_uri", help_text="untrusted text; empty where none is set")
    activation_round = serializers.IntegerField(source="node.activation_round", allow_null=True)
    deactivation_round = serializers.IntegerField(source="node.deactivation_round", allow_null=True)
    first_block = serializers.IntegerField(source="node.first_block", help_text="block of its first log")
    updated_block = serializers.IntegerField(
        source="node.updated_block", help_text="block of the last log that changed it"
    )
    score = ReasonedScoreSerializer(allow_null=True)
    cut_history = TermsSerializer(many=True, help_text="newest first, at most 500")
    payers = PayerSerializer(many=True, help_text="of the last 90 rounds, largest first, itself included")
    rounds = NodeRoundSerializer(many=True, help_text="of the last 90 rounds, newest first; more at …/rounds")
    jobs = NodeJobsSerializer()
    fees_by_job_type = SplitsSerializer(allow_null=True, help_text="null before the first score run")


class RoundSerializer(Shape):
    """An initialised round; sums of the running one still grow."""

    round = serializers.IntegerField(source="number")
    started_at = serializers.DateTimeField()
    block = serializers.IntegerField()
    block_hash = Hash()
    tx_hash = Hash()
    mintable_lpt_wei = Wei(allow_null=True, help_text="what reward calls may mint in it")
    inflation_ppb = serializers.IntegerField(allow_null=True, help_text="per round, parts per 1e9")
    active_stake_lpt_wei = Wei()
    active_stake_lpt_formatted = Lpt(source="active_stake_lpt_wei")
    active_orchestrators = serializers.IntegerField(min_value=0)
    reward_calls = serializers.IntegerField(min_value=0)
    rewards_lpt_wei = Wei()
    rewards_lpt_formatted = Lpt(source="rewards_lpt_wei")
    fees_eth_wei = Wei()
    fees_eth_formatted = Eth(source="fees_eth_wei")
    tickets = serializers.IntegerField(min_value=0)
