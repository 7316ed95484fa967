"""Who is related to whom, as stake and withdrawn fees show it. Facts, not judgements; see apps.network.selectors.links.

- `withdraws_to`: `one` sent its fees to `other`, and signed that.
- `hands_stake`: `one` gave stake to `other` by transferBond, and signed that.
- `bonds_for`: `one` paid for stake of `other`, and signed that. `other` was not asked. Known for stake of nodes and
  gateways only, as far as the senders were read.
- `delegates`: `one`, a gateway, has stake with `other`. Where the gateway's position was empty, anybody may have put it
  there (`bonds_for` then says who).

So a link always shows the will of `one`, but for `delegates`; that of `other` it never shows.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from django.db.models import Q, Sum

from apps.delegation.models import StakeEvent
from apps.network.fields import UintField
from apps.network.models import Orchestrator
from apps.network.selectors.links import Link, in_order, paying_gateways, rows


def links(*, first_round: int, block: int) -> list[Link]:
    """The links of these kinds known at the end of a block, in one order; at least one side is a node or paid one.

    Logs are those since `first_round`, each with its amount: ETH withdrawn, else LPT. A gateway's stake is told as it
    stood at the block, however long ago it came there.
    """
    gateways = paying_gateways(first_round=first_round, block=block)
    nodes = set(Orchestrator.objects.filter(ever_registered=True).values_list("address", flat=True))
    parties = gateways | nodes
    found = [
        *_handed_on(parties, first_round, block),
        *_bonded_for(parties, first_round, block),
        *_delegated(gateways, nodes, block),
    ]
    return in_order(found)


_HANDED_ON = """
    SELECT delegator, other, kind, round, tx_hash, log_index, coalesce(amount_lpt_wei, fees_eth_wei)
    FROM delegation_stake_event
    WHERE kind IN ('transfer', 'withdraw_fees') AND round >= %s AND block_id <= %s AND other <> delegator
"""
_KINDS = {"transfer": "hands_stake", "withdraw_fees": "withdraws_to"}


def _handed_on(parties: set[str], first_round: int, block: int) -> Iterator[Link]:
    for one, other, kind, number, tx_hash, index, amount in rows(_HANDED_ON, [first_round, block]):
        if one not in parties and other not in parties:
            continue
        yield Link(one, other, _KINDS[kind], number, "0x" + bytes(tx_hash).hex(), index, int(amount))


_BONDED_FOR = """
    SELECT s.sender, e.delegator, e.round, e.tx_hash, e.log_index, e.amount_lpt_wei
    FROM network_transaction_sender s JOIN delegation_stake_event e ON e.tx_hash = s.tx_hash
    WHERE e.kind = 'bond' AND e.amount_lpt_wei > 0 AND e.round >= %s AND e.block_id <= %s AND s.sender <> e.delegator
"""


def _bonded_for(parties: set[str], first_round: int, block: int) -> Iterator[Link]:
    for sender, delegator, number, tx_hash, index, amount in rows(_BONDED_FOR, [first_round, block]):
        if sender not in parties and delegator not in parties:
            continue
        yield Link(sender, delegator, "bonds_for", number, "0x" + bytes(tx_hash).hex(), index, int(amount))


_PLACING = (StakeEvent.Kind.BOND, StakeEvent.Kind.REBOND)
_ARRIVING = (*_PLACING, StakeEvent.Kind.CLAIM)
_LEAVING = (StakeEvent.Kind.UNBOND, StakeEvent.Kind.SLASH)


def _delegated(gateways: set[str], nodes: set[str], block: int) -> Iterator[Link]:
    """What gateways have with nodes: the log that placed it last, and all that came and was earned less what left."""
    events = StakeEvent.objects.filter(delegator__in=gateways, block__lte=block)
    sums = events.values_list("delegator").annotate(arrived=_sum(_ARRIVING), left=_sum(_LEAVING))
    held = {who: (arrived or 0) - (left or 0) for who, arrived, left in sums}
    last = events.filter(kind__in=_PLACING).order_by("delegator", "-block_id", "-log_index").distinct("delegator")
    for row in last:
        if row.delegate in nodes and row.delegate != row.delegator and held[row.delegator] > 0:
            yield Link(
                row.delegator, row.delegate, "delegates", row.round,
                "0x" + row.tx_hash.hex(), row.log_index, held[row.delegator],
            )  # fmt: skip


def delegates_at(accounts: Collection[str], *, block: int) -> dict[str, str]:
    """To whom each of these accounts has stake bonded at the end of a block; whoever has none is left out."""
    events = StakeEvent.objects.filter(delegator__in=sorted(accounts), block__lte=block)
    sums = events.values_list("delegator").annotate(arrived=_sum(_ARRIVING), left=_sum(_LEAVING))
    holding = {who for who, arrived, left in sums if (arrived or 0) > (left or 0)}
    last = events.filter(kind__in=_PLACING).order_by("delegator", "-block_id", "-log_index").distinct("delegator")
    rows = last.values_list("delegator", "delegate")
    return {who: delegate for who, delegate in rows if delegate is not None and who in holding}


def _sum(kinds: tuple[str, ...]) -> Sum:
    return Sum("amount_lpt_wei", filter=Q(kind__in=kinds), output_field=UintField())
