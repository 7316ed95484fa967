"""Who is related to whom, as far as gateways, nodes and what nodes post show it. Facts, not judgements.

Each link names the log that shows it. A link is as strong as the will behind it, so for whoever weighs them:

- `funds` is the deed of `one`: it signed and paid. Nobody can put it on another. The receiver was not asked. What a
  gateway paid in itself is told too: it relates it to nobody, but what others paid is much or little beside it.
- `calls_reward_for` was signed by `other`, which let `one` call in its name. `one` may serve many and own none of them.
- `shares_key` is what nodes posted about themselves, off the chain, and proves nothing by itself.

apps/delegation/links.py has the links that stake and fees leave. What is not known is not here: `unknown_funders`
names the gateways of whose money that is true.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import combinations
from typing import Any, NamedTuple

from django.db import connection

from apps.network.models import Block, NodeAddress, Orchestrator, Round
from apps.protocol.units import ZERO_ADDRESS

OPERATOR_NODES = 16  # a key under more nodes than this is tied to the first of them only, or pairs would outgrow all


class Link(NamedTuple):
    """Two addresses, how they are related, and the log that shows it; see the kinds in the modules that make them.

    `tx_hash` is 0x and hex, empty for what no log shows. `amount_wei` is ETH or LPT by the kind; some kinds have none.
    """

    one: str
    other: str
    kind: str
    round: int
    tx_hash: str
    log_index: int
    amount_wei: int | None = None


def links(*, first_round: int, block: int) -> list[Link]:
    """`funds`, `shares_key` and `calls_reward_for`, as known at the end of a block, in one order.

    Fundings are those since `first_round` of gateways that paid since then, each with its ETH. What lasts is told as it
    stood at the block, however long ago it began.
    """
    found = [*_fundings(first_round, block), *_reward_callers(block), *_shared_keys(block)]
    return in_order(found)


def in_order(found: Iterable[Link]) -> list[Link]:
    """By round and then by all else: the same set is always the same list."""
    return sorted(found, key=lambda one: (one.round, one.kind, one.one, one.other, one.tx_hash, one.log_index))


# one step of the index a gateway: the distinct ones are few, the tickets many
_PAYING = """
    WITH RECURSIVE seen(gateway) AS (
        (SELECT gateway FROM network_ticket_payment ORDER BY gateway LIMIT 1)
        UNION ALL
        SELECT (SELECT gateway FROM network_ticket_payment WHERE gateway > seen.gateway ORDER BY gateway LIMIT 1)
        FROM seen WHERE seen.gateway IS NOT NULL
    )
    SELECT gateway FROM seen WHERE gateway IS NOT NULL AND EXISTS (
        SELECT FROM network_ticket_payment p
        WHERE p.gateway = seen.gateway AND p.round >= %s AND p.block_id <= %s
    )
"""


def paying_gateways(*, first_round: int, block: int) -> set[str]:
    """Gateways that paid anybody from `first_round` on, up to the block."""
    return {gateway for (gateway,) in rows(_PAYING, [first_round, block])}


_FUNDINGS = """
    SELECT s.sender, f.gateway, f.round, f.tx_hash, f.log_index, f.amount_eth_wei
    FROM network_gateway_funding f JOIN network_transaction_sender s ON s.tx_hash = f.tx_hash
    WHERE f.gateway = ANY(%s) AND f.round >= %s AND f.block_id <= %s AND s.sender IS NOT NULL AND f.amount_eth_wei > 0
"""


def _fundings(first_round: int, block: int) -> Iterator[Link]:
    gateways = sorted(paying_gateways(first_round=first_round, block=block))
    for sender, gateway, number, tx_hash, index, amount in rows(_FUNDINGS, [gateways, first_round, block]):
        yield Link(sender, gateway, "funds", number, "0x" + bytes(tx_hash).hex(), index, int(amount))


_UNKNOWN = """
    SELECT g.gateway FROM unnest(%s::text[]) AS g(gateway)
    WHERE NOT EXISTS (SELECT FROM network_gateway_funding f WHERE f.gateway = g.gateway AND f.block_id <= %s)
    OR EXISTS (
        SELECT FROM network_gateway_funding f LEFT JOIN network_transaction_sender s ON s.tx_hash = f.tx_hash
        WHERE f.gateway = g.gateway AND f.block_id <= %s AND f.amount_eth_wei > 0 AND s.sender IS NULL
    )
"""


def unknown_funders(*, first_round: int, block: int) -> set[str]:
    """Gateways that paid since `first_round` and for which not every payer is known up to the block.

    Also one without any funding: nobody pays from an empty deposit, so the rows are missing and not the money.
    """
    gateways = sorted(paying_gateways(first_round=first_round, block=block))
    return {gateway for (gateway,) in rows(_UNKNOWN, [gateways, block, block])}


_CALLERS = """
    SELECT DISTINCT ON (c.orchestrator) c.caller, c.orchestrator, c.tx_hash, c.log_index,
        (SELECT r.number FROM network_round r WHERE r.block_id <= c.block_id ORDER BY r.block_id DESC LIMIT 1)
    FROM network_reward_caller_change c
    WHERE c.block_id <= %s AND c.orchestrator IN (SELECT address FROM network_orchestrator WHERE ever_registered)
    ORDER BY c.orchestrator, c.block_id DESC, c.log_index DESC
"""


def _reward_callers(block: int) -> Iterator[Link]:
    for caller, node, tx_hash, index, number in rows(_CALLERS, [block]):
        if caller is not None and caller != node:
            yield Link(caller, node, "calls_reward_for", number or 0, "0x" + bytes(tx_hash).hex(), index)


def _shared_keys(block: int) -> Iterator[Link]:
    """Nodes that were seen with one key, told from the moment at which both had been seen."""
    until = Block.objects.filter(number=block).values_list("time", flat=True).first()
    if until is None:
        return
    seen = _keys_seen(until)
    starts = list(Round.objects.filter(block__lte=block).order_by("number").values_list("started_at", "number"))
    for nodes in seen.values():
        for one, other in _pairs(sorted(nodes)):
            yield Link(one, other, "shares_key", _round_at(max(nodes[one], nodes[other]), starts), "", 0)


def _keys_seen(until: datetime) -> dict[str, dict[str, datetime]]:
    """When each node was first seen with each key, of keys with several nodes; a node's own address is a key of its."""
    found: dict[str, dict[str, datetime]] = defaultdict(dict)
    told = NodeAddress.objects.filter(first_seen__lte=until).exclude(node_key="").exclude(node_key=ZERO_ADDRESS)
    for key, node, first in told.order_by("first_seen").values_list("node_key", "orchestrator", "first_seen"):
        found[key].setdefault(node, first)
    nodes_themselves = Orchestrator.objects.filter(ever_registered=True, address__in=list(found))
    for address in nodes_themselves.values_list("address", flat=True):
        found[address].setdefault(address, min(found[address].values()))
    return {key: nodes for key, nodes in found.items() if len(nodes) > 1}


def _pairs(nodes: list[str]) -> Iterator[tuple[str, str]]:
    if len(nodes) <= OPERATOR_NODES:
        yield from combinations(nodes, 2)
    else:
        yield from ((nodes[0], other) for other in nodes[1:])


def _round_at(moment: datetime, starts: list[tuple[datetime, int]]) -> int:
    """The round that ran at the moment; 0 before the first."""
    return next((number for began, number in reversed(starts) if began <= moment), 0)


def rows(statement: str, parameters: list[Any]) -> list[tuple[Any, ...]]:
    """What the statement finds."""
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return list(cursor.fetchall())
