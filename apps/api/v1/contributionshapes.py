"""The shapes of contributions: what may be handed in, and what answers. Examples are of the local network."""

from __future__ import annotations

from collections.abc import Mapping

from drf_spectacular.utils import OpenApiExample, extend_schema_field
from rest_framework import serializers

from apps.api.fields import Checksummed, LowerAddress
from apps.api.v1.shapes import Shape
from apps.chain.signatures import MOST_BYTES
from apps.contributions.categories import CATEGORIES
from apps.contributions.models import Evidence, EvidenceCheck, State, Statement
from apps.protocol.statements import (
    TYPES,
    Attestation,
    ContributionClaim,
    KeyDelegation,
    Message,
    Revocation,
    typed_document,
)
from apps.protocol.units import Address

ADDRESS = {"type": "string", "pattern": "^0x[0-9a-f]{40}$"}
DIGEST = {"type": "string", "pattern": "^0x[0-9a-f]{64}$"}
_SIGNATURE = {
    "type": "string",
    "pattern": "^0x[0-9a-fA-F]*$",
    "maxLength": 2 * MOST_BYTES + 2,
    "description": (
        "0x and hex: 65 bytes of a key, or what a contract account takes by ERC-1271, or ERC-6492's wrapping for one "
        "that is not deployed yet; only 0x where a contract has noted the digest itself"
    ),
}
_SIGNER = {
    "type": "string",
    "pattern": "^0x[0-9a-f]{40}$",
    "description": "who signed; needed only where a contract signed that is not the author itself",
}
_STATEMENT = {
    "type": "object",
    "description": "the typed data that was signed, as eth_signTypedData_v4 takes it",
    "properties": {
        "types": {"type": "object"},
        "primaryType": {"type": "string", "enum": list(TYPES)},
        "domain": {"type": "object"},
        "message": {"type": "object"},
    },
    "required": ["types", "primaryType", "domain", "message"],
    "additionalProperties": False,
}
SUBMITTED = {
    "type": "object",
    "properties": {"statement": _STATEMENT, "signature": _SIGNATURE, "signer": _SIGNER},
    "required": ["statement", "signature"],
    "additionalProperties": False,
}
CO_SIGNED = {
    "type": "object",
    "properties": {"signature": _SIGNATURE, "signer": _SIGNER},
    "required": ["signature"],
    "additionalProperties": False,
}

_ONE, _TWO = Address("0x" + "51" * 20), Address("0x" + "a7" * 20)
_AT = 1_790_000_000
_CLAIM = ContributionClaim(
    orchestrator=_ONE,
    category="meetings",
    title="Led the Water Cooler calls of August",
    evidence=("https://forum.livepeer.org/t/water-cooler-notes/2847/12",),
    content_hash=bytes(32),
    period_start=_AT - 50 * 86_400,
    period_end=_AT - 20 * 86_400,
    co_authors=(),
    amends=bytes(32),
    nonce=1,
    issued_at=_AT,
)
_SUBJECT = bytes.fromhex("d1" * 32)
_EXAMPLES: Mapping[str, Message] = {
    "claim": _CLAIM,
    "attestation": Attestation(_SUBJECT, 1, "I was in all four calls.", "It delegates to me.", _TWO, 1, _AT),
    "revocation": Revocation(_SUBJECT, "Another node did half of it; a new claim follows.", 2, _AT),
    "key delegation": KeyDelegation(_ONE, _TWO, _AT + 90 * 86_400, 3),
}
SUBMIT_EXAMPLES = [
    OpenApiExample(
        name,
        value={"statement": typed_document(message, 31337), "signature": f"0x{'1b' * 65}"},
        request_only=True,
    )
    for name, message in _EXAMPLES.items()
]
CO_SIGN_EXAMPLES = [OpenApiExample("co-author", value={"signature": f"0x{'1b' * 65}"}, request_only=True)]


@extend_schema_field(DIGEST)
class Digest(serializers.CharField):
    """The EIP-712 digest of a statement."""


class AcceptedSerializer(Shape):
    """A statement that was stored."""

    digest = Digest(help_text="by which it is known from now on; for a co-signature that of its claim")
    kind = serializers.ChoiceField(choices=(*Statement.Kind.values, "co_signature"))
    path = serializers.CharField(help_text="where it can be read")


class HiddenSerializer(Shape):
    """Why a moderator hid the text, which is null then. Digest, signer and signature are shown all the same."""

    reason = serializers.CharField()
    at = serializers.DateTimeField()


class ClaimSerializer(Shape):
    """A version of a contribution that an orchestrator claims."""

    digest = Digest()
    orchestrator = LowerAddress()
    orchestrator_checksummed = Checksummed()
    category = serializers.ChoiceField(choices=tuple(CATEGORIES))
    title = serializers.CharField(allow_null=True, help_text="its author's words: untrusted; null while hidden")
    evidence = serializers.ListField(
        child=serializers.CharField(), allow_null=True, help_text="links as signed: untrusted; null while hidden"
    )
    content_hash = Digest(allow_null=True, help_text="Keccak-256 of something its author keeps")
    period_start = serializers.DateTimeField()
    period_end = serializers.DateTimeField()
    co_authors = serializers.ListField(child=serializers.CharField(), help_text="named; see co_signatures for signed")
    amends = Digest(allow_null=True, help_text="the version before")
    root = Digest(help_text="the first version")  # type: ignore[assignment]  # a serializer's own word
    superseded_by = Digest(allow_null=True, help_text="the next newer version; null for the newest")
    issued_at = serializers.DateTimeField(help_text="by its author's clock")
    received_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=State.values)
    state_at = serializers.DateTimeField()
    endorsements = serializers.IntegerField(min_value=0, help_text="words that stand, whoever said them: not a weight")
    disputes = serializers.IntegerField(min_value=0)
    signer = LowerAddress()
    verified_as = serializers.ChoiceField(choices=Statement.VerifiedAs.values)
    block = serializers.IntegerField(help_text="at which signature and registration were checked")
    hidden = HiddenSerializer(allow_null=True)


class VersionSerializer(Shape):
    digest = Digest()
    title = serializers.CharField(allow_null=True)
    issued_at = serializers.DateTimeField()
    state = serializers.ChoiceField(choices=State.values)


class TransitionSerializer(Shape):
    """A step from one state to another."""

    state = serializers.ChoiceField(choices=State.values)
    at = serializers.DateTimeField()
    by = serializers.CharField(help_text="an address, or the rule that judged")
    why = serializers.CharField()


class CoSignatureSerializer(Shape):
    signer = LowerAddress()
    signature = serializers.CharField()
    verified_as = serializers.ChoiceField(choices=Statement.VerifiedAs.values)
    received_at = serializers.DateTimeField()


class EvidenceSerializer(Shape):
    """A link of a claim, and what was found behind it last."""

    url = serializers.CharField(help_text="untrusted")
    kind = serializers.ChoiceField(choices=Evidence.Kind.values)
    found = serializers.ChoiceField(choices=EvidenceCheck.Found.values, help_text="unknown before the first look")
    checked_at = serializers.DateTimeField(allow_null=True)
    author = serializers.CharField(help_text="who made it, as its host says; empty where that is unknown")
    snapshot_hash = Digest(allow_null=True, help_text="of what came back")
    backs = serializers.CharField(help_text="digest of another claim that it backs already; empty where it is its own")


class ClaimDetailSerializer(ClaimSerializer):
    """A claim with its statement, its versions, its states and its evidence. Words on it are at /attestations."""

    statement = serializers.DictField(allow_null=True, help_text="the typed data as signed; null while hidden")
    signature = serializers.CharField()
    authority = Digest(allow_null=True, help_text="the key delegation by which a key signed for its orchestrator")
    revocation = Digest(allow_null=True, help_text="the statement that withdrew this version")
    versions = VersionSerializer(many=True, help_text="from the first to the newest")
    transitions = TransitionSerializer(many=True, help_text="oldest first")
    co_signatures = CoSignatureSerializer(many=True)
    checks = EvidenceSerializer(many=True, help_text="empty while hidden")


class AttestationSerializer(Shape):
    """A word on one version of a claim."""

    digest = Digest()
    claim = Digest()
    orchestrator = LowerAddress(help_text="of the claim")
    attester = LowerAddress()
    attester_checksummed = Checksummed()
    verdict = serializers.ChoiceField(choices=("dispute", "endorse"))
    reason = serializers.CharField(allow_null=True, help_text="its author's words: untrusted; null while hidden")
    conflict = serializers.CharField(
        allow_null=True, help_text="what binds its author to the claim's, as they say; empty for nothing"
    )
    stands = serializers.BooleanField(help_text="false once it was revoked or its author said another word")
    revoked = serializers.BooleanField()
    superseded_by = Digest(allow_null=True)
    issued_at = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    signer = LowerAddress()
    verified_as = serializers.ChoiceField(choices=Statement.VerifiedAs.values)
    hidden = HiddenSerializer(allow_null=True)


class StatementSerializer(Shape):
    """Any statement as it was signed."""

    digest = Digest()
    kind = serializers.ChoiceField(choices=Statement.Kind.values)
    signer = LowerAddress()
    author = LowerAddress(help_text="in whose name it speaks")
    authority = Digest(allow_null=True)
    document = serializers.DictField(allow_null=True, help_text="the typed data; null while hidden")
    signature = serializers.CharField()
    verified_as = serializers.ChoiceField(choices=Statement.VerifiedAs.values)
    block = serializers.IntegerField()
    block_hash = Digest()
    received_at = serializers.DateTimeField()
    source = serializers.ChoiceField(choices=Statement.Source.values)  # type: ignore[assignment]
    hidden = HiddenSerializer(allow_null=True)
    revocation = Digest(allow_null=True, help_text="the statement that ended it")


class KeySerializer(Shape):
    """A key that an orchestrator authorised."""

    digest = Digest()
    orchestrator = LowerAddress()
    key = LowerAddress()
    valid_until = serializers.DateTimeField()
    received_at = serializers.DateTimeField()
    open = serializers.BooleanField(help_text="whether it may sign now")
    revocation = Digest(allow_null=True)


class EasSerializer(Shape):
    """A statement for the Ethereum Attestation Service; nothing is sent from here."""

    contract = serializers.CharField(allow_null=True, help_text="of EAS on this chain; null where none is known")
    schema_text = serializers.CharField(help_text="register it with EAS's registry first, without a resolver")
    request = serializers.DictField(help_text="schema, recipient, expirationTime, revocable, refUID, data")
