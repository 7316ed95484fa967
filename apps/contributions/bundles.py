"""Everything about one contribution in one JSON document, from which anybody can check it without this site."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.contributions.models import (
    Attestation,
    Claim,
    ClaimTransition,
    CoSignature,
    Evidence,
    EvidenceCheck,
    KeyDelegation,
    Revocation,
    Statement,
)
from apps.contributions.selectors import Hidden, hidings, transitions_of
from apps.protocol.statements import wrapped

FORMAT, FORMAT_VERSION = "millrace-contribution", 1
MOST_STATEMENTS = 2_000  # in one bundle; the newest words beyond that are left out, and it says so
_TYPES = {
    "claim": "ContributionClaim",
    "attestation": "Attestation",
    "revocation": "Revocation",
    "key_delegation": "KeyDelegation",
}


def bundle_of(claim: Claim) -> dict[str, Any]:
    """The bundle of a claim: all its versions, words on them, what ended any of it, keys used, evidence, states.

    Statements are as signed but for those that a moderator hid: they keep digest, signer and signature.
    """
    versions = list(Claim.objects.filter(root=claim.root_id).order_by("issued_at", "statement"))
    digests = [version.pk for version in versions]
    found, is_cut = _statements(digests)
    hidden = hidings([one.pk for one in found])
    return {
        "format": FORMAT,
        "format_version": FORMAT_VERSION,
        "chain_id": found[0].chain_id,
        "claim": claim.pk,
        "newest": digests[-1],
        "complete": not is_cut,
        "statements": [statement_data(one, hidden.get(one.pk)) for one in found],
        "co_signatures": [_co_signature(one) for one in CoSignature.objects.filter(claim__in=digests).order_by("pk")],
        "evidence": _evidence([digest for digest in digests if digest not in hidden]),
        "transitions": [_transition(one) for digest in digests for one in transitions_of(digest)],
    }


def statement_data(statement: Statement, hidden: Hidden | None) -> dict[str, Any]:
    """One statement with all that is known of its signature; `document` is null while it is hidden."""
    return {
        "digest": statement.pk,
        "kind": statement.kind,
        "signer": statement.signer,
        "author": statement.author,
        "authority": statement.authority_id,
        "document": None if hidden else document_of(statement),
        "signature": f"0x{bytes(statement.signature).hex()}",
        "verified_as": statement.verified_as,
        "block": statement.block_number,
        "block_hash": f"0x{bytes(statement.block_hash).hex()}",
        "received_at": statement.received_at,
        "source": statement.source,
        "hidden": None if hidden is None else {"reason": hidden.reason, "at": hidden.at},
    }


def document_of(statement: Statement) -> dict[str, Any]:
    """The typed data that was signed."""
    return wrapped(_TYPES[statement.kind], statement.message, chain_id=statement.chain_id)


def _statements(digests: list[str]) -> tuple[list[Statement], bool]:
    """The statements in the order in which they came, and whether some were left out."""
    words = list(Attestation.objects.filter(claim__in=digests).order_by("-received_at").values_list("pk", flat=True))
    is_cut = len(words) > MOST_STATEMENTS
    wanted = {*digests, *words[:MOST_STATEMENTS]}
    wanted |= _keys_of(wanted)
    wanted |= set(Revocation.objects.filter(subject__in=wanted).values_list("pk", flat=True))
    wanted |= _keys_of(wanted)  # of what was revoked by a key
    return list(Statement.objects.filter(pk__in=wanted).order_by("received_at", "digest")), is_cut


def _keys_of(digests: set[str]) -> set[str]:
    """The key delegations by which these statements were signed."""
    return set(
        KeyDelegation.objects.filter(
            pk__in=Statement.objects.filter(pk__in=digests).exclude(authority=None).values("authority")
        ).values_list("pk", flat=True)
    )


def _co_signature(one: CoSignature) -> dict[str, Any]:
    return {
        "claim": one.claim_id,
        "signer": one.signer,
        "signature": f"0x{bytes(one.signature).hex()}",
        "verified_as": one.verified_as,
        "block": one.block_number,
        "block_hash": f"0x{bytes(one.block_hash).hex()}",
        "received_at": one.received_at,
    }


def _evidence(digests: Iterable[str]) -> list[dict[str, Any]]:
    """Links with every check of them; snapshots by their hash alone, since they are others' words."""
    items = list(Evidence.objects.filter(claim__in=list(digests)).order_by("claim", "position"))
    checks: dict[int, list[dict[str, Any]]] = {item.pk: [] for item in items}
    for check in EvidenceCheck.objects.filter(evidence__in=items).defer("snapshot").order_by("at", "pk"):
        checks[check.evidence_id].append(
            {
                "at": check.at,
                "found": check.found,
                "author": check.author,
                "snapshot_hash": None if check.snapshot_hash is None else f"0x{bytes(check.snapshot_hash).hex()}",
            }
        )
    return [
        {
            "claim": item.claim_id,
            "position": item.position,
            "url": item.url,
            "kind": item.kind,
            "checks": checks[item.pk],
        }
        for item in items
    ]


def _transition(one: ClaimTransition) -> dict[str, Any]:
    return {"claim": one.claim_id, "state": one.state, "at": one.at, "by": one.by, "why": one.why}
