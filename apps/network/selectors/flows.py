"""Where stake stands and where fees go: shares by node, and who pays whom."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Count, F, Q, Sum

from apps.network.models import Orchestrator, OrchestratorRound, TicketPayment
from apps.network.overlap import Matched, matched_of
from apps.protocol.units import EthWei, LptWei

_NOTHING = EthWei(0)


@dataclass(frozen=True, slots=True)
class Window:
    """Rounds `first` to `last`, both counted."""

    first: int
    last: int

    @classmethod
    def ending(cls, last: int, *, rounds: int) -> Window:
        return cls(last - rounds + 1, last)

    @property
    def rounds(self) -> int:
        return self.last - self.first + 1

    @property
    def first_there(self) -> int:
        """The first of its rounds that exists: the window of a young network reaches back before round 0."""
        return max(self.first, 0)


@dataclass(frozen=True, slots=True)
class NodeFlow:
    """One node's stake now, and the fees others paid it in a window; what it paid itself is kept apart."""

    address: str
    stake_lpt_wei: LptWei
    fees_eth_wei: EthWei
    own_eth_wei: EthWei = _NOTHING
    in_pool: bool = True


@dataclass(frozen=True, slots=True)
class Payer:
    """A gateway and what it paid one node in a window."""

    gateway: str
    amount_eth_wei: EthWei
    tickets: int


def node_flows(window: Window) -> list[NodeFlow]:
    """Every node that can earn now or was paid in the window, most fees per stake first.

    Stake counts where it can earn: in the pool or the running round's active set. Others must have been paid.
    """
    fees = fees_by_node(window)
    own = _paid_to_itself(fees, window)
    active = OrchestratorRound.objects.filter(round=window.last, active=True).values("orchestrator")
    nodes = Orchestrator.objects.filter(Q(in_pool=True) | Q(address__in=active) | Q(address__in=list(fees)))
    flows = []
    for address, stake, pool in nodes.values_list("address", "stake_lpt_wei", "in_pool"):
        itself = own.get(address, 0)
        flows.append(NodeFlow(address, LptWei(stake), EthWei(fees.get(address, 0) - itself), EthWei(itself), pool))
    return by_yield(flows)


def by_yield(flows: Iterable[NodeFlow]) -> list[NodeFlow]:
    """Ordered by fees per LPT, highest first; nodes without stake lead if they were paid, equal ones go by stake."""
    return sorted(flows, key=lambda flow: (-_yield(flow), -flow.stake_lpt_wei, flow.address))


def _yield(flow: NodeFlow) -> int:
    if flow.stake_lpt_wei == 0:
        return 10**60 * flow.fees_eth_wei
    return 10**36 * flow.fees_eth_wei // flow.stake_lpt_wei


def fees_by_node(window: Window) -> dict[str, int]:
    """Fees of each node that earned some in the window, in wei."""
    rows = OrchestratorRound.objects.filter(round__range=(window.first, window.last))
    sums = rows.values_list("orchestrator").annotate(total=Sum("fees_eth_wei"))
    return {address: total for address, total in sums if total}


def _paid_to_itself(fees: Iterable[str], window: Window) -> dict[str, int]:
    rows = TicketPayment.objects.filter(
        gateway__in=list(fees), orchestrator=F("gateway"), round__range=(window.first, window.last)
    )
    return dict(rows.values_list("orchestrator").annotate(total=Sum("amount_eth_wei")))


def organic_fees(window: Window) -> dict[str, int]:
    """Fees of each node that others paid in the window, in wei; what it paid itself is left out."""
    fees = fees_by_node(window)
    own = _paid_to_itself(fees, window)
    organic = {address: paid - own.get(address, 0) for address, paid in fees.items()}
    return {address: paid for address, paid in organic.items() if paid > 0}


def matched(flows: Sequence[NodeFlow]) -> Matched:
    """For each node the smaller of its two shares, added up; unknown while nothing is staked or nobody was paid."""
    stakes = {flow.address: flow.stake_lpt_wei for flow in flows}
    return matched_of(stakes, {flow.address: flow.fees_eth_wei for flow in flows})


def payers_of(address: str, window: Window) -> list[Payer]:
    """Gateways that paid the node in the window, largest first."""
    rows = TicketPayment.objects.filter(orchestrator=address, round__range=(window.first, window.last))
    sums = rows.values_list("gateway").annotate(total=Sum("amount_eth_wei"), tickets=Count("tx_hash"))
    payers = [Payer(gateway, EthWei(total), tickets) for gateway, total, tickets in sums]
    return sorted(payers, key=lambda payer: (-payer.amount_eth_wei, payer.gateway))


def concentration(payers: Sequence[Payer]) -> float | None:
    """The sum of the squared shares (Herfindahl–Hirschman), 1.0 for a single payer; None where nobody paid."""
    total = sum(payer.amount_eth_wei for payer in payers)
    return sum((payer.amount_eth_wei / total) ** 2 for payer in payers) if total else None


# one step of the index a gateway, however many tickets each paid: the distinct gateways are few, the tickets many
_PAYING_GATEWAYS = """
WITH RECURSIVE seen(gateway) AS (
    (SELECT gateway FROM network_ticket_payment ORDER BY gateway LIMIT 1)
    UNION ALL
    SELECT (SELECT t.gateway FROM network_ticket_payment t WHERE t.gateway > seen.gateway ORDER BY t.gateway LIMIT 1)
    FROM seen WHERE seen.gateway IS NOT NULL
)
SELECT count(*) FROM seen WHERE gateway IS NOT NULL AND EXISTS (
    SELECT 1 FROM network_ticket_payment p WHERE p.gateway = seen.gateway AND p.round BETWEEN %s AND %s
)
"""


def paying_gateways(window: Window) -> int:
    """How many gateways had a ticket redeemed in the window."""
    with connection.cursor() as cursor:
        cursor.execute(_PAYING_GATEWAYS, [window.first, window.last])
        return int(cursor.fetchone()[0])
