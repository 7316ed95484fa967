"""What is known of the evidence of claims: found or not, and whether it backs the claim or another one already."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from django.db import connection

from apps.contributions.evidence.findings import SAYS_LITTLE, Found
from apps.contributions.evidence.sharing import Item, backed


@dataclass(frozen=True, slots=True)
class Standing:
    """One link of a claim. `found` is what the newest check says, `unknown` before the first.

    `backs` is the digest of another claim that the item backs already; empty where it is this claim's own.
    """

    evidence: int
    claim: str
    position: int
    url: str
    kind: str
    found: Found
    at: datetime | None
    author: str
    snapshot_hash: bytes | None
    told: str
    backs: str = ""

    @property
    def detail(self) -> Mapping[str, Any]:
        """What the check told beside; empty before the first. Read when asked for: whoever judges needs none of it."""
        return dict(orjson.loads(self.told))

    @property
    def holds(self) -> bool:
        """Whether it is there and is this claim's own."""
        return self.found == "yes" and not self.backs


_ROWS = """
SELECT e.id, e.claim_id, e.position, e.url, e.kind, coalesce(k.found, 'unknown'), k.at, coalesce(k.author, ''),
       k.snapshot_hash, coalesce(k.detail, '{}')::text, e.normalised_url, c.root_id, c.orchestrator,
       CASE WHEN c.amends_id IS NULL THEN c.received_at ELSE (
           SELECT min(v.received_at) FROM contributions_evidence same
           JOIN contributions_claim v ON v.statement_id = same.claim_id
           WHERE same.normalised_url = e.normalised_url AND v.root_id = c.root_id
       ) END,
       k.detail->>'resolved', k.detail->>'author_is' = 'bound' OR k.detail->>'names_account' = 'true',
       coalesce(octet_length(k.snapshot), -1),
       (SELECT coalesce(array_agg(g.signer::text), '{}')
        FROM contributions_co_signature g WHERE g.claim_id = c.statement_id)
FROM contributions_evidence e
JOIN contributions_claim c ON c.statement_id = e.claim_id
LEFT JOIN LATERAL (
    SELECT found, at, author, snapshot, snapshot_hash, detail FROM contributions_evidence_check
    WHERE evidence_id = e.id ORDER BY at DESC, id DESC LIMIT 1
) k ON true
WHERE {where}
ORDER BY e.claim_id, e.position
"""
# what expired keeps its items: to be named again with a later date would make old work new
_HOLDS_ITEMS = "c.superseded_by_id IS NULL AND c.state <> 'revoked'"
_THESE = "e.claim_id = ANY(%(claims)s)"
_LIKE_THESE = f"""{_HOLDS_ITEMS} AND e.id IN (
    SELECT id FROM contributions_evidence WHERE normalised_url = ANY(%(links)s)
    UNION SELECT evidence_id FROM contributions_evidence_check WHERE snapshot_hash = ANY(%(hashes)s)
)"""


def standings() -> dict[str, list[Standing]]:
    """The evidence of every claim that was not withdrawn, in its newest version, by the claim's digest. One query."""
    rows = _read(_HOLDS_ITEMS)
    return _grouped(rows, backed(row.item() for row in rows if row.found == "yes"))


def standings_of(claims: Collection[str]) -> dict[str, list[Standing]]:
    """The evidence of these claims, in any version and state, for a page. Two queries.

    Others that name the same links or show the same content are looked at too, and none beyond those. What was
    withdrawn or amended takes nothing from anybody.
    """
    rows = _read(_THESE, claims=list(claims))
    links, hashes = [row.normalised_url for row in rows], [row.hash() for row in rows if row.snapshot_hash is not None]
    alike = _read(_LIKE_THESE, links=links, hashes=hashes) if rows else []  # with those of `rows` that count
    return _grouped(rows, backed(row.item() for row in alike if row.found == "yes"))


def _read(where: str, **values: Any) -> list[_Row]:
    with connection.cursor() as cursor:
        cursor.execute(_ROWS.replace("{where}", where), values)
        return [_Row(*row) for row in cursor.fetchall()]


def _grouped(rows: Iterable[_Row], backing: Mapping[int, str]) -> dict[str, list[Standing]]:
    found: dict[str, list[Standing]] = defaultdict(list)
    for row in rows:
        found[row.claim].append(row.standing(backing.get(row.evidence, "")))
    return dict(found)


@dataclass(frozen=True, slots=True)
class _Row:
    evidence: int
    claim: str
    position: int
    url: str
    kind: str
    found: Found
    at: datetime | None
    author: str
    snapshot_hash: bytes | memoryview | None
    told: str
    normalised_url: str
    root: str
    orchestrator: str
    since: datetime
    resolved: str | None
    is_makers: bool | None
    snapshot_bytes: int  # -1: none is kept
    signers: Sequence[str]

    def hash(self) -> bytes | None:
        return None if self.snapshot_hash is None else bytes(self.snapshot_hash)

    def standing(self, backs: str) -> Standing:
        return Standing(
            self.evidence,
            self.claim,
            self.position,
            self.url,
            self.kind,
            self.found,
            self.at,
            self.author,
            self.hash(),
            self.told,
            backs,
        )

    def item(self) -> Item:
        """What vote or payment of an account is shown is that account's alone: two may point to the same poll."""
        own = f"#{self.orchestrator}" if self.kind in _OF_THE_ACCOUNT else ""
        says_little = self.kind == "page" and 0 <= self.snapshot_bytes < SAYS_LITTLE
        places = dict.fromkeys([self.normalised_url + own, (self.resolved or self.normalised_url) + own])
        return Item(
            evidence=self.evidence,
            claim=self.claim,
            root=self.root,
            orchestrator=self.orchestrator,
            since=self.since,
            places=tuple(places),
            content=None if says_little or own else self.hash(),
            signers=frozenset(self.signers),
            is_makers=bool(self.is_makers),
        )


_OF_THE_ACCOUNT = frozenset({"vote", "proposal", "treasury"})
