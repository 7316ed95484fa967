"""The shapes of positions, and what may be asked of several at once."""

from __future__ import annotations

from drf_spectacular.utils import OpenApiExample
from rest_framework import serializers

from apps.api.fields import Checksummed, Eth, Hash, LowerAddress, Lpt, Share, Wei
from apps.api.v1.governance import VoteSerializer
from apps.api.v1.shapes import ScoreSerializer, Shape
from apps.api.v1.yieldshapes import SignedWei
from apps.delegation.positions import MOST_TOGETHER

_ADDRESS = {"type": "string", "pattern": "^0x[0-9a-f]{40}$", "description": "in lower case, or with its checksum"}
BATCH_ASKED = {
    "type": "object",
    "properties": {
        "addresses": {
            "type": "array",
            "items": _ADDRESS,
            "minItems": 1,
            "maxItems": MOST_TOGETHER,
            "description": "each counts once, however often it is named",
        }
    },
    "required": ["addresses"],
    "additionalProperties": False,
}
BATCH_EXAMPLES = [
    OpenApiExample(
        "two",
        {"addresses": ["0x70997970c51812dc3a010c7d01b50e0d17dc79c8", "0x3c44cdddb6a900fa2b585dd299e03d12fa4293bc"]},
        summary="Two accounts of one owner",
        request_only=True,
    )
]


class MaybeAddress(LowerAddress):
    """An address in lower case, null where there is none."""

    def to_representation(self, value: str) -> str | None:  # type: ignore[override]
        return value or None


class ExpectedSerializer(Shape):
    """An estimate from how long as many rounds took lately, never a promise."""

    earliest = serializers.DateTimeField()
    latest = serializers.DateTimeField()


class PositionLockSerializer(Shape):
    """Stake on its way out. It can be withdrawn once `withdraw_round` was initialised."""

    lock_id = serializers.IntegerField()
    delegate = LowerAddress(help_text="whom it was with")
    amount_lpt_wei = Wei()
    amount_lpt_formatted = Lpt(source="amount_lpt_wei")
    withdraw_round = serializers.IntegerField()
    ready = serializers.BooleanField(help_text="whether it can be withdrawn now")
    expected = ExpectedSerializer(allow_null=True, help_text="null once it is ready, or if too few rounds are known")


class PositionNodeSerializer(Shape):
    """The delegate as it is in the running round, and the terms when the stake came to it."""

    address = LowerAddress(source="node.address")
    address_checksummed = Checksummed(source="node.address")
    ever_registered = serializers.BooleanField(
        source="node.ever_registered", help_text="false: it never was an orchestrator"
    )
    registered = serializers.BooleanField(source="node.registered")
    in_pool = serializers.BooleanField(source="node.in_pool")
    active = serializers.BooleanField(source="node.active")
    activation_round = serializers.IntegerField(source="node.begins", allow_null=True)
    deactivation_round = serializers.IntegerField(source="node.ends", allow_null=True)
    reward_called = serializers.BooleanField(source="node.reward_called", help_text="in the running round")
    stake_lpt_wei = Wei(source="node.stake_lpt_wei", help_text="all stake with it")
    reward_cut_ppm = Share(source="node.reward_cut_ppm")
    fee_share_ppm = Share(source="node.fee_share_ppm")
    joined_round = serializers.IntegerField(source="joined.round", allow_null=True, default=None)
    joined_reward_cut_ppm = Share(source="joined.reward_cut_ppm", allow_null=True, default=None)
    joined_fee_share_ppm = Share(source="joined.fee_share_ppm", allow_null=True, default=None)
    score = ScoreSerializer(allow_null=True)


class AccountSerializer(Shape):
    """What stands behind an address.

    `key` has no code; `delegated` runs the code of `runs` (EIP-7702); a `safe` answers as one, so `threshold` of its
    `owners` sign.
    """

    kind = serializers.ChoiceField(choices=("key", "delegated", "safe", "contract"))
    owners = serializers.ListField(child=LowerAddress(), help_text="of a Safe")
    threshold = serializers.IntegerField(allow_null=True, help_text="of a Safe: how many owners sign")
    version = serializers.CharField(allow_null=True, help_text="of a Safe, as it says")
    runs = MaybeAddress(allow_null=True, help_text="whose code it runs")
    block = serializers.IntegerField(help_text="at which it was read; a few minutes old at most")


class CautionSerializer(Shape):
    code = serializers.CharField()
    tone = serializers.ChoiceField(choices=("danger", "warn", "info"))
    sentence = serializers.CharField()


class PositionSerializer(Shape):
    """One address, everything pending counted. An address that never had stake has `ever_staked` false and zeros."""

    address = LowerAddress(source="held.address")
    address_checksummed = Checksummed(source="held.address")
    account = AccountSerializer(allow_null=True, help_text="null while the chain does not answer")
    ever_staked = serializers.BooleanField(source="held.ever")
    bonding_status = serializers.ChoiceField(source="held.status", choices=("unbonded", "pending", "bonded"))
    delegate = MaybeAddress(source="held.delegate", allow_null=True)
    stake_lpt_wei = Wei(source="held.stake_lpt_wei", help_text="as pendingStake answers")
    stake_lpt_formatted = Lpt(source="held.stake_lpt_wei")
    bonded_lpt_wei = Wei(source="held.bonded_lpt_wei", help_text="as of the last claim")
    pending_rewards_lpt_wei = Wei(source="held.pending_rewards_lpt_wei")
    fees_eth_wei = Wei(source="held.fees_eth_wei", help_text="as pendingFees answers")
    fees_eth_formatted = Eth(source="held.fees_eth_wei")
    pending_fees_eth_wei = Wei(source="held.pending_fees_eth_wei")
    principal_lpt_wei = SignedWei(
        source="held.principal_lpt_wei",
        allow_null=True,
        help_text="put in less taken out, below 0 where rewards were taken out too; null: logs are missing",
    )
    rewards_lpt_wei = Wei(
        source="held.rewards_lpt_wei", allow_null=True, help_text="all there ever were, claimed and pending"
    )
    earned_fees_eth_wei = Wei(
        source="held.earned_fees_eth_wei", allow_null=True, help_text="all there ever were, withdrawn ones too"
    )
    withdrawn_fees_eth_wei = Wei(source="held.sums.fees_withdrawn")
    locked_lpt_wei = Wei(source="held.locked_lpt_wei", help_text="on its way out")
    start_round = serializers.IntegerField(source="held.start_round")
    last_claim_round = serializers.IntegerField(source="held.last_claim_round")
    locks = PositionLockSerializer(source="held.locks", many=True)
    orchestrator = PositionNodeSerializer(allow_null=True, help_text="null without stake")
    warnings = CautionSerializer(many=True, help_text="the most serious first")


class ActSerializer(Shape):
    """What the owner did; claims, which come with other acts, are left out."""

    kind = serializers.CharField(
        help_text="bond, moved, unbond, rebond, gave, received, withdraw_stake, withdraw_fees or slash"
    )
    round = serializers.IntegerField()
    block = serializers.IntegerField()
    time = serializers.DateTimeField()
    tx_hash = Hash()
    log_index = serializers.IntegerField()
    amount_lpt_wei = Wei(source="lpt_wei", allow_null=True)
    amount_eth_wei = Wei(source="eth_wei", allow_null=True)
    delegate = MaybeAddress(source="node", allow_null=True, help_text="whom the stake is with after it")
    account = LowerAddress(help_text="whose stake it was")
    other = MaybeAddress(allow_null=True, help_text="bond: old delegate; transfer: receiver; fees: recipient")


class NodeTermsSerializer(Shape):
    round = serializers.IntegerField()
    block = serializers.IntegerField()
    time = serializers.DateTimeField()
    tx_hash = Hash()
    reward_cut_ppm = Share()
    fee_share_ppm = Share()
    old_reward_cut_ppm = Share(allow_null=True)
    old_fee_share_ppm = Share(allow_null=True)


class SinceSerializer(Shape):
    """What changed from the beginning of a round on. Sums are null where logs are missing."""

    round = serializers.IntegerField(source="first")
    rewards_lpt_wei = SignedWei(allow_null=True)
    fees_eth_wei = SignedWei(allow_null=True)
    put_in_lpt_wei = Wei(allow_null=True, help_text="bonded, bonded again or received")
    taken_out_lpt_wei = Wei(allow_null=True, help_text="unbonded, given away or slashed")
    acts = ActSerializer(many=True, help_text="newest first, at most 200")
    terms = NodeTermsSerializer(many=True, help_text="changes of its orchestrator's terms, newest first")
    missed_reward_rounds = serializers.ListField(
        child=serializers.IntegerField(), source="missed", help_text="in which its orchestrator was active"
    )


class PositionDetailSerializer(PositionSerializer):
    """One address with its votes, and what changed since a round."""

    since = SinceSerializer(help_text="of the last 30 rounds, or from `since` on")
    votes = VoteSerializer(many=True, help_text="newest first, at most 20")


class TotalsSerializer(Shape):
    """Sums over all addresses; one that is unknown of an address makes the sum null."""

    stake_lpt_wei = Wei()
    stake_lpt_formatted = Lpt(source="stake_lpt_wei")
    fees_eth_wei = Wei()
    fees_eth_formatted = Eth(source="fees_eth_wei")
    locked_lpt_wei = Wei()
    principal_lpt_wei = SignedWei(allow_null=True)
    rewards_lpt_wei = Wei(allow_null=True)


class PortfolioSerializer(Shape):
    positions = PositionSerializer(many=True, help_text="in the order in which they were asked for")
    totals = TotalsSerializer()


class PositionRoundSerializer(Shape):
    """One round of a position: what it earned and moved in it, principal and stake at its end."""

    round = serializers.IntegerField()
    delegate = LowerAddress()
    put_in_lpt_wei = Wei()
    taken_out_lpt_wei = Wei()
    rewards_lpt_wei = SignedWei(help_text="below 0 where stake moved on before a claim and lost what it had grown by")
    fees_eth_wei = SignedWei()
    principal_lpt_wei = SignedWei()
    stake_lpt_wei = Wei()
