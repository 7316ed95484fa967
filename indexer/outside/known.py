"""Whose account is behind what a source calls a node: an account, a node's own key, or a service address."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set
from dataclasses import dataclass

from apps.network.models import NodeAddress, Orchestrator


@dataclass(frozen=True, slots=True)
class Known:
    """Every name that leads to exactly one account. A key or an address that two share leads to neither."""

    accounts: Set[str]
    by_name: Mapping[str, str]

    @classmethod
    def now(cls) -> Known:
        """What the chain and all sources have told so far. Two queries."""
        rows = Orchestrator.objects.filter(ever_registered=True).values_list("address", "service_uri")
        leads: dict[str, set[str]] = defaultdict(set)
        accounts = set()
        for address, uri in rows:
            accounts.add(address)
            leads[plain_uri(uri)].add(address)
        for address, key, uri in NodeAddress.objects.values_list("orchestrator", "node_key", "uri"):
            leads[key].add(address)
            leads[plain_uri(uri)].add(address)
        return cls(accounts, {name: next(iter(led)) for name, led in leads.items() if name and len(led) == 1})

    def account_of(self, node: str) -> str | None:
        """The account on chain; None where the node is nobody's that we know, or several accounts'."""
        return node if node in self.accounts else self.by_name.get(node) or self.by_name.get(plain_uri(node))


def plain_uri(uri: str) -> str:
    """A service address without what does not matter for comparing: case, and a slash at its end."""
    return uri.strip().lower().rstrip("/")
