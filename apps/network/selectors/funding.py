"""Who paid for the deposits and reserves that gateways pay from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection

from apps.protocol.units import EthWei

_NONE = EthWei(0)


@dataclass(frozen=True, slots=True)
class Funder:
    """An address and all that it paid in for one gateway, with the newest transaction that shows it."""

    address: str
    amount_eth_wei: EthWei
    round: int
    tx_hash: bytes


@dataclass(frozen=True, slots=True)
class Funding:
    """Who paid in for a gateway, largest first, itself included; `unknown_eth_wei` came from senders not known yet."""

    funders: tuple[Funder, ...] = ()
    unknown_eth_wei: EthWei = _NONE

    @property
    def known(self) -> bool:
        """Whether every sender is known. Without any the rows are missing: nobody pays from an empty deposit."""
        return bool(self.funders) and not self.unknown_eth_wei


_SUMS = """
    SELECT f.gateway, s.sender, sum(f.amount_eth_wei), max(f.round),
        (array_agg(f.tx_hash ORDER BY f.block_id DESC, f.log_index DESC))[1]
    FROM network_gateway_funding f LEFT JOIN network_transaction_sender s ON s.tx_hash = f.tx_hash
    WHERE f.gateway = ANY(%s) AND f.amount_eth_wei > 0
    GROUP BY f.gateway, s.sender ORDER BY 3 DESC, 2
"""


def funding_of(gateways: Collection[str]) -> dict[str, Funding]:
    """What was paid in for each of these gateways, over all indexed rounds."""
    funders: dict[str, list[Funder]] = defaultdict(list)
    unknown: dict[str, EthWei] = {}
    with connection.cursor() as cursor:
        cursor.execute(_SUMS, [sorted(gateways)])
        for gateway, sender, amount, number, tx_hash in cursor.fetchall():
            if sender is None:
                unknown[gateway] = EthWei(int(amount))
            else:
                funders[gateway].append(Funder(sender, EthWei(int(amount)), number, bytes(tx_hash)))
    return {one: Funding(tuple(funders.get(one, ())), unknown.get(one, _NONE)) for one in gateways}
