"""What an orchestrator says it gave, and what the chain proves of it without any claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from apps.contributions import selectors
from apps.contributions.proven import Deed, Proven, proven_of
from apps.network.selectors import identities
from apps.network.selectors.identities import Name
from apps.web.contributions.rows import ClaimRow, claim_rows

SHOWN, OPEN_DEEDS = 20, 6


@dataclass(frozen=True, slots=True)
class NodeContributions:
    """The node's claims, newest first, whether there are more, and its deeds on the chain."""

    rows: Sequence[ClaimRow]
    has_more: bool
    proven: Proven
    names: Mapping[str, Name]

    @property
    def first_deeds(self) -> Sequence[Deed]:
        return self.proven.deeds[:OPEN_DEEDS]

    @property
    def later_deeds(self) -> Sequence[Deed]:
        return self.proven.deeds[OPEN_DEEDS:]


def node_contributions(address: str) -> NodeContributions:
    """The part of the node's page that is about contributions."""
    claims = selectors.claims_of(address, limit=SHOWN + 1)
    return NodeContributions(
        rows=claim_rows(claims[:SHOWN]),
        has_more=len(claims) > SHOWN,
        proven=proven_of(address),
        names=identities.names(),
    )
