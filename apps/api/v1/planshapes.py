"""The shapes of plans: what may be asked for, and the document that answers. Examples are of the local network."""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from apps.api.fields import Hash, LowerAddress, Share, Wei
from apps.api.v1.positionshapes import AccountSerializer
from apps.api.v1.shapes import Shape
from apps.delegation.exports import FORMS
from apps.delegation.models import PlanSubmission
from apps.delegation.plan.parsing import ADDRESSES, AMOUNTS, KINDS
from apps.delegation.plans import MOST_MINE

MOST_CODES = 40

_ADDRESS = {"type": "string", "pattern": "^0x[0-9a-f]{40}$", "description": "in lower case, or with its checksum"}
_AMOUNT = {"type": "string", "pattern": "^[0-9]{1,77}$", "description": "whole wei as decimal digits"}
_CUT = {"type": "integer", "minimum": 0, "maximum": 1_000_000, "description": "parts per million"}
_LOCK = {"type": "integer", "minimum": 0, "maximum": 999_999_999}
_CODE = {"type": "string", "pattern": "^[a-z_]{1,40}$"}
_CODES = {"type": "array", "items": _CODE, "maxItems": MOST_CODES}
_FIELDS: dict[str, dict[str, Any]] = {
    **dict.fromkeys(ADDRESSES, _ADDRESS),
    **dict.fromkeys(AMOUNTS, _AMOUNT),
    "reward_cut": _CUT,
    "fee_share": _CUT,
    "lock_id": _LOCK,
    "lock_ids": {"type": "array", "items": _LOCK},
}


def _kind(kind: str) -> dict[str, Any]:
    """One kind of intention with its own fields and no others."""
    own = fields(KINDS[kind])
    named = {each.name: _FIELDS[each.name] for each in own}
    return {
        "type": "object",
        "title": kind,
        "description": (KINDS[kind].__doc__ or "").strip(),
        "properties": {
            "kind": {"type": "string", "enum": [kind]},
            **named,
            "acknowledged": {**_CODES, "description": "codes of disturbances that the reader agrees to"},
            "mine": {
                "type": "array",
                "items": _ADDRESS,
                "maxItems": MOST_MINE,
                "description": "the reader's other accounts: they are read along and must not change",
            },
        },
        "required": ["kind", *(each.name for each in own if each.default is MISSING)],
        "additionalProperties": False,
    }


PLAN_ASKED = {"oneOf": [_kind(kind) for kind in KINDS]}
ACKNOWLEDGED = {
    "type": "object",
    "properties": {"codes": {**_CODES, "minItems": 1, "description": "those of `to_acknowledge` that are agreed to"}},
    "required": ["codes"],
    "additionalProperties": False,
}
RECHECKED = {
    "type": "object",
    "properties": {
        "done": {
            "type": "integer",
            "minimum": 0,
            "maximum": 1000,
            "description": "how many of the steps are done already; then the rest is tried as it was shown",
        }
    },
    "additionalProperties": False,
}
SUBMITTED = {
    "type": "object",
    "properties": {
        "step": {"type": "integer", "minimum": 0, "maximum": 1000, "description": "counted from 0"},
        "tx_hash": {"type": "string", "pattern": "^0x[0-9a-f]{64}$"},
    },
    "required": ["step", "tx_hash"],
    "additionalProperties": False,
}

_SOMEBODY, _NODE, _OTHER = ("0x" + digit * 40 for digit in "123")
PLAN_EXAMPLES = (
    OpenApiExample(
        "add", summary="Add 50 LPT to the stake that is there",
        value={"kind": "add", "owner": _SOMEBODY, "amount": "50000000000000000000"}, request_only=True,
    ),
    OpenApiExample(
        "delegate", summary="Stake 100 LPT with an orchestrator, and keep an eye on another account of mine",
        value={"kind": "delegate", "owner": _SOMEBODY, "to": _NODE, "amount": "100000000000000000000",
               "mine": [_OTHER]}, request_only=True,
    ),
    OpenApiExample(
        "move_all", summary="Move the whole stake, knowing what that does",
        value={"kind": "move_all", "owner": _SOMEBODY, "to": _NODE,
               "acknowledged": ["whole_position_moves", "pending_until_next_round"]}, request_only=True,
    ),
)  # fmt: skip
ACKNOWLEDGE_EXAMPLES = (
    OpenApiExample(
        "one", summary="Agree to one disturbance", value={"codes": ["pending_until_next_round"]}, request_only=True
    ),
)
RECHECK_EXAMPLES = (
    OpenApiExample("fresh", summary="Before the first signature", value={}, request_only=True),
    OpenApiExample("between", summary="Between the first step and the next", value={"done": 1}, request_only=True),
)
SUBMIT_EXAMPLES = (
    OpenApiExample(
        "first", summary="The wallet sent the first step", value={"step": 0, "tx_hash": "0x" + "ab" * 32},
        request_only=True,
    ),
)  # fmt: skip


@extend_schema_field({"type": "string", "pattern": "^0x[0-9a-f]*$"})
class Calldata(serializers.CharField):
    """Bytes as hex."""


@extend_schema_field({"type": "string", "pattern": "^0x[0-9a-f]{40}$"})
class MaybeAddress(serializers.CharField):
    """An address that is not only answered."""


@extend_schema_field({"type": "string", "pattern": "^[0-9]{1,78}$"})
class MaybeWei(serializers.CharField):
    """An amount in wei, or null where there is none."""


@extend_schema_field({})
class Anything(serializers.JSONField):
    """A value of any kind."""


class PlanArgumentSerializer(Shape):
    name = serializers.CharField()
    type = serializers.CharField()
    value = serializers.CharField()


class PlanCallSerializer(Shape):
    function = serializers.CharField()
    signature = serializers.CharField()
    arguments = PlanArgumentSerializer(many=True)


class PlanStepSerializer(Shape):
    """One transaction to sign."""

    sender = LowerAddress()
    target = LowerAddress()
    contract = serializers.CharField()
    value_eth_wei = Wei()
    calldata = Calldata(
        allow_null=True, help_text="null until every disturbance is acknowledged, and once it has expired"
    )
    decoded = PlanCallSerializer()
    gas_simulated = serializers.IntegerField(allow_null=True, help_text="burned in the simulation that proved it")
    sentence = serializers.CharField()


class PlanLockSerializer(Shape):
    id = serializers.IntegerField()
    amount_lpt_wei = Wei()
    withdraw_round = serializers.IntegerField()


class PlanAccountSerializer(Shape):
    """An account at one moment. `stake` and `fees` hold all that is pending."""

    address = LowerAddress()
    status = serializers.ChoiceField(choices=("unbonded", "pending", "bonded"))
    delegate = MaybeAddress(allow_null=True)
    bonded_lpt_wei = Wei(help_text="as of the last claim")
    stake_lpt_wei = Wei()
    fees_eth_wei = Wei()
    start_round = serializers.IntegerField()
    last_claim_round = serializers.IntegerField()
    locks = PlanLockSerializer(many=True)
    balance_lpt_wei = Wei(help_text="in the wallet")
    allowance_lpt_wei = Wei(help_text="what the staking contract may draw")


class PlanNodeSerializer(Shape):
    """An orchestrator at one moment."""

    address = LowerAddress()
    stake_lpt_wei = Wei()
    registered = serializers.BooleanField()
    active = serializers.BooleanField()
    place_in_pool = serializers.IntegerField(allow_null=True)
    reward_cut_ppm = Share()
    fee_share_ppm = Share()
    reward_called = serializers.BooleanField(help_text="in this round")
    leaves_in_round = serializers.IntegerField(allow_null=True)


class PlanNetworkSerializer(Shape):
    round = serializers.IntegerField()
    initialised = serializers.BooleanField()
    paused = serializers.BooleanField()


class PlanStateSerializer(Shape):
    """Accounts, orchestrators and the network at one moment."""

    accounts = PlanAccountSerializer(many=True)
    nodes = PlanNodeSerializer(many=True)
    network = PlanNetworkSerializer()


class PlanConfirmSerializer(Shape):
    """An address that has to be right, with its checksum, and the end of it to type."""

    address = serializers.CharField()
    text = serializers.CharField()


class PlanDisturbanceSerializer(Shape):
    """A change beside what was asked."""

    code = serializers.CharField()
    about = LowerAddress()
    sentence = serializers.CharField()
    amount_wei = MaybeWei(allow_null=True)
    unit = serializers.CharField(allow_null=True, help_text="LPT or ETH, where there is an amount")
    confirm = PlanConfirmSerializer(allow_null=True, help_text="what people should type, where a tick is too little")
    acknowledged = serializers.BooleanField()


class PlanNoteSerializer(Shape):
    """What a reader should know though the plan does not do it."""

    code = serializers.CharField()
    sentence = serializers.CharField()


class PlanAlternativeSerializer(Shape):
    """Another way, the least disturbing first; `kind` is what to ask for next."""

    kind = serializers.CharField()
    sentence = serializers.CharField()
    disturbs = serializers.IntegerField(min_value=0, help_text="0 leaves all as it is")


class PlanInvariantSerializer(Shape):
    name = serializers.CharField()
    sentence = serializers.CharField()
    ok = serializers.BooleanField()


class PlanProofSerializer(Shape):
    level = serializers.ChoiceField(
        choices=("simulate", "call"),
        help_text="simulate: the contracts' own run of all steps in the next block, by eth_simulateV1; call: their run "
        "in one eth_call in which a program stands at the signer's address",
    )
    block_hash = Hash()
    holds = serializers.BooleanField()


class PlanExpirySerializer(Shape):
    time = serializers.IntegerField(help_text="Unix seconds")
    round = serializers.IntegerField()
    blocks_of_the_round_left = serializers.IntegerField()


class PlanMadeAtSerializer(Shape):
    block = serializers.IntegerField()
    block_hash = Hash()
    round = serializers.IntegerField()
    time = serializers.IntegerField(help_text="Unix seconds, of the block")


class PlanChangeSerializer(Shape):
    """A figure that is not as it was shown; `where` is its place in the document."""

    where = serializers.CharField()
    shown = Anything()
    now = Anything()


class SubmissionDifferenceSerializer(PlanChangeSerializer):
    sentence = serializers.CharField()


class SubmissionComparedSerializer(Shape):
    """A figure that the plan moves: before it, as predicted, and at the receipt's block. `where` names it."""

    where = serializers.CharField(help_text="accounts or nodes, an address, and the figure; a lock by its number")
    before = Anything()
    predicted = Anything()
    actual = Anything()
    equal = serializers.BooleanField()
    promised = serializers.BooleanField(
        help_text="false for a node's stake and place, which others move too: they may differ though all is as shown"
    )


class SubmissionCauseSerializer(Shape):
    code = serializers.CharField()
    sentence = serializers.CharField()


class SubmissionMendSerializer(Shape):
    """What to plan next, as `POST /api/v1/plans` takes it."""

    intention = serializers.DictField()
    sentence = serializers.CharField()


class SubmissionEventSerializer(Shape):
    contract = serializers.CharField()
    event = serializers.CharField()
    arguments = serializers.DictField(child=serializers.CharField())


class SubmissionSerializer(Shape):
    """A transaction that a wallet sent. It is done only once the contracts hold what was shown."""

    step = serializers.IntegerField()
    tx_hash = Hash(help_text="as it was submitted")
    state = serializers.ChoiceField(choices=PlanSubmission.State.values)
    sentence = serializers.CharField()
    submitted_at = serializers.DateTimeField()
    checked_at = serializers.DateTimeField(allow_null=True)
    mined_tx_hash = Hash(allow_null=True, help_text="another one where the wallet sent the same call again")
    replaced_by = Hash(allow_null=True, help_text="what was mined with its nonce in its place, as far as that is known")
    block = serializers.IntegerField(allow_null=True)
    block_hash = Hash(allow_null=True)
    round = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField(allow_null=True, help_text="the contract's own, where it refused")
    differences = SubmissionDifferenceSerializer(many=True)
    causes = SubmissionCauseSerializer(many=True)
    mends = SubmissionMendSerializer(many=True)
    events = SubmissionEventSerializer(many=True)
    comparison = SubmissionComparedSerializer(
        many=True, help_text="predicted beside actual; empty before the last step is mined"
    )


class PlanContractSerializer(AccountSerializer):
    address = LowerAddress()


class PlanSerializer(Shape):
    """What would be signed, the state before and after, and all that changes beside it."""

    id = serializers.CharField(help_text="cannot be guessed; whoever has it can read the plan")
    kind = serializers.ChoiceField(choices=tuple(KINDS))
    intention = serializers.DictField(help_text="what was asked, as it can be asked again")
    chain_id = serializers.IntegerField()
    made_at = PlanMadeAtSerializer()
    owner = LowerAddress()
    signer = LowerAddress(help_text="whose wallet signs every step")
    contracts = PlanContractSerializer(many=True, help_text="accounts of the plan that have code, and what they are")
    ready = serializers.BooleanField(help_text="whether there is calldata to sign")
    expired = serializers.BooleanField()
    steps = PlanStepSerializer(many=True)
    before = PlanStateSerializer()
    after = PlanStateSerializer()
    disturbances = PlanDisturbanceSerializer(many=True)
    to_acknowledge = serializers.ListField(child=serializers.CharField(), help_text="codes")
    unchanged = serializers.ListField(child=serializers.CharField(), help_text="sentences")
    alternatives = PlanAlternativeSerializer(many=True)
    notes = PlanNoteSerializer(many=True, required=False, help_text="nothing to agree to")
    invariants = PlanInvariantSerializer(many=True)
    proof = PlanProofSerializer()
    expires = PlanExpirySerializer()
    exports = serializers.DictField(child=serializers.CharField(), help_text="addresses by format: " + ", ".join(FORMS))
    submissions = SubmissionSerializer(many=True)


class RecheckSerializer(Shape):
    """The plan read anew. Where it does not stand, `plan` has no calldata; read it again to sign what is true now."""

    stands = serializers.BooleanField()
    differences = PlanChangeSerializer(many=True)
    plan = PlanSerializer()
