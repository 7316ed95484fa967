"""Signed statements about contributions and what was found out about them."""

from apps.contributions.models.claims import Attestation, Claim, ClaimTransition, CoSignature, State
from apps.contributions.models.evidence import MOST_SNAPSHOT_BYTES, Evidence, EvidenceCheck
from apps.contributions.models.moderation import Hiding
from apps.contributions.models.statements import KeyDelegation, Revocation, Statement
from apps.contributions.models.turns import EvidenceTurn

__all__ = [
    "MOST_SNAPSHOT_BYTES",
    "Attestation",
    "Claim",
    "ClaimTransition",
    "CoSignature",
    "Evidence",
    "EvidenceCheck",
    "EvidenceTurn",
    "Hiding",
    "KeyDelegation",
    "Revocation",
    "State",
    "Statement",
]
