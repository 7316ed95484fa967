"""Contributions as the shapes describe them. Written out by hand: lists of them are long and serializers slow."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from apps.contributions import bundles, eas, selectors
from apps.contributions.evidence.standing import standings_of
from apps.contributions.models import Claim, Statement
from apps.contributions.selectors import Delegation, Hidden, ShownAttestation, ShownClaim, ShownStatement
from apps.protocol import statements
from apps.protocol.formats import checksummed
from apps.protocol.statements import ENDORSE, Message, Refusal
from apps.protocol.units import Address


def claim_data(shown: ShownClaim) -> dict[str, Any]:
    """A row of the list."""
    claim, signed = shown.claim, shown.claim.statement
    return {
        "digest": claim.pk,
        "orchestrator": claim.orchestrator,
        "orchestrator_checksummed": checksummed(claim.orchestrator),
        "category": claim.category,
        "title": shown.title,
        "evidence": None if shown.links is None else list(shown.links),
        "content_hash": None if claim.content_hash is None else f"0x{bytes(claim.content_hash).hex()}",
        "period_start": time(claim.period_start),
        "period_end": time(claim.period_end),
        "co_authors": list(claim.co_authors),
        "amends": claim.amends_id,
        "root": claim.root_id,
        "superseded_by": claim.superseded_by_id,
        "issued_at": time(claim.issued_at),
        "received_at": time(claim.received_at),
        "state": claim.state,
        "state_at": time(claim.state_at),
        "endorsements": shown.endorsements,
        "disputes": shown.disputes,
        "signer": signed.signer,
        "verified_as": signed.verified_as,
        "block": signed.block_number,
        "hidden": hidden_data(shown.hidden),
    }


def claim_detail(shown: ShownClaim) -> dict[str, Any]:
    """A claim with all that belongs to it."""
    claim, signed = shown.claim, shown.claim.statement
    ended = selectors.revocation_of(claim.pk)
    return {
        **claim_data(shown),
        "statement": None if shown.hidden else bundles.document_of(signed),
        "signature": f"0x{bytes(signed.signature).hex()}",
        "authority": signed.authority_id,
        "revocation": None if ended is None else ended.pk,
        "versions": [
            {"digest": one.digest, "title": one.title, "issued_at": time(one.claim.issued_at), "state": one.claim.state}
            for one in selectors.versions_of(claim.root_id)
        ],
        "transitions": [
            {"state": one.state, "at": time(one.at), "by": one.by, "why": one.why}
            for one in selectors.transitions_of(claim.pk)
        ],
        "co_signatures": [
            {
                "signer": one.signer,
                "signature": f"0x{bytes(one.signature).hex()}",
                "verified_as": one.verified_as,
                "received_at": time(one.received_at),
            }
            for one in selectors.co_signatures_of(claim.pk)
        ],
        "checks": [] if shown.hidden else _checks(claim),
    }


def _checks(claim: Claim) -> list[dict[str, Any]]:
    return [
        {
            "url": one.url,
            "kind": one.kind,
            "found": one.found,
            "checked_at": None if one.at is None else time(one.at),
            "author": one.author,
            "snapshot_hash": None if one.snapshot_hash is None else f"0x{bytes(one.snapshot_hash).hex()}",
            "backs": one.backs,
        }
        for one in standings_of([claim.pk]).get(claim.pk, [])
    ]


def attestation_data(shown: ShownAttestation) -> dict[str, Any]:
    """A word on a claim."""
    row = shown.attestation
    return {
        "digest": row.pk,
        "claim": row.claim_id,
        "orchestrator": row.claim.orchestrator,
        "attester": row.attester,
        "attester_checksummed": checksummed(row.attester),
        "verdict": "endorse" if row.verdict == ENDORSE else "dispute",
        "reason": shown.reason,
        "conflict": shown.conflict,
        "stands": shown.stands,
        "revoked": row.revoked,
        "superseded_by": row.superseded_by_id,
        "issued_at": time(row.issued_at),
        "received_at": time(row.received_at),
        "signer": row.statement.signer,
        "verified_as": row.statement.verified_as,
        "hidden": hidden_data(shown.hidden),
    }


def statement_data(shown: ShownStatement) -> dict[str, Any]:
    """Any statement."""
    made = bundles.statement_data(shown.statement, shown.hidden)
    ended = selectors.revocation_of(shown.statement.pk)
    return {
        **made,
        "received_at": time(made["received_at"]),
        "hidden": hidden_data(shown.hidden),
        "revocation": None if ended is None else ended.pk,
    }


def key_data(found: Delegation) -> dict[str, Any]:
    """A key of an orchestrator."""
    return {
        "digest": found.row.pk,
        "orchestrator": found.row.orchestrator,
        "key": found.row.key,
        "valid_until": time(found.row.valid_until),
        "received_at": time(found.row.received_at),
        "open": found.is_open(datetime.now(UTC)),
        "revocation": None if found.revocation is None else found.revocation.pk,
    }


def eas_data(shown: ShownStatement) -> dict[str, Any] | None:
    """A claim or a word on one in EAS's fields; None for other statements."""
    signed = shown.statement
    message = message_of(signed)
    raw = bytes(signed.signature)
    match message:
        case statements.ContributionClaim():
            text, made = eas.CLAIM_SCHEMA, eas.of_claim(message, digest=signed.pk, signature=raw)
        case statements.Attestation():
            whose = Claim.objects.values_list("orchestrator", flat=True).get(pk=f"0x{message.claim_hash.hex()}")
            text = eas.ATTESTATION_SCHEMA
            made = eas.of_attestation(message, digest=signed.pk, signature=raw, orchestrator=Address(whose))
        case _:
            return None
    return {"contract": eas.CONTRACTS.get(signed.chain_id), "schema_text": text, "request": made}


def message_of(statement: Statement) -> Message:
    """The message of a stored statement. Raises ValueError for one that could not be stored today."""
    found = statements.parse(bundles.document_of(statement), chain_id=statement.chain_id)
    if isinstance(found, Refusal):
        raise ValueError(f"{statement.pk}: {found.sentence}")
    return found


def hidden_data(hidden: Hidden | None) -> dict[str, Any] | None:
    """Why a text is not shown."""
    return None if hidden is None else {"reason": hidden.reason, "at": time(hidden.at)}


def time(at: datetime) -> str:
    """ISO 8601 in UTC."""
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")
