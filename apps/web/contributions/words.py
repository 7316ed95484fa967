"""Words of pages about contributions: states, verdicts, kinds of evidence, ways of signing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Badge:
    """How a state is shown, and what it means in one sentence."""

    text: str
    tone: str
    icon: str
    means: str


STATES: Mapping[str, Badge] = {
    "claimed": Badge("Claimed", "", "", "Signed by its author; nothing of it was found by a machine yet."),
    "evidence_checked": Badge("Evidence checked", "", "eye", "What it points to was found and kept."),
    "endorsed": Badge("Endorsed", "good", "check", "Evidence was found, and reviewers whose word counts endorse it."),
    "disputed": Badge("Disputed", "warn", "triangle", "Reviewers whose word counts dispute it; it adds nothing."),
    "expired": Badge("Expired", "", "clock", "Too long ago to count; it stays readable."),
    "revoked": Badge("Revoked", "", "cross", "Its author withdrew it; it stays readable."),
}

EVIDENCE: Mapping[str, str] = {
    "vote": "Vote",
    "proposal": "Proposal",
    "treasury": "Treasury payment",
    "merged_change": "Merged change",
    "release": "Release",
    "forum_post": "Forum post",
    "package": "Package",
    "page": "Page",
}

FOUND: Mapping[str, Badge] = {
    "yes": Badge("Found", "good", "check", ""),
    "no": Badge("Not found", "danger", "octagon", ""),
    "unknown": Badge("Not known", "hatch", "", ""),
}

VERIFIED: Mapping[str, str] = {
    "ecdsa": "the signature of a key",
    "erc1271": "the answer of a contract account (ERC-1271)",
    "erc6492": "the answer of a contract account that is not deployed yet (ERC-6492)",
}

KINDS: Mapping[str, str] = {
    "ContributionClaim": "a claim",
    "Attestation": "a word on a claim",
    "Revocation": "a revocation",
    "KeyDelegation": "a delegated key",
}
