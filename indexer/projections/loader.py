"""Opens a projector on what the tables hold, so that following goes on where it stopped."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from apps.delegation.models import Position
from apps.network.models import CutChange, Orchestrator, Round
from apps.protocol.ledger import DelegatorBook, OrchestratorBook, OrchestratorLedger, RoundBook, RoundRecord
from indexer.models import IndexState
from indexer.projections.projector import Projector

_RECORDS = """
    SELECT r.orchestrator, r.round, r.active, r.stake_lpt_wei, r.reward_cut_ppm, r.fee_share_ppm, r.reward_called,
           r.reward_lpt_wei, r.treasury_lpt_wei, r.fees_eth_wei, r.tickets, r.reward_factor, r.fee_factor
    FROM network_orchestrator o
    CROSS JOIN LATERAL (
        SELECT DISTINCT k FROM unnest(ARRAY[%s - 1, %s, o.last_reward_round, o.last_fee_round]) AS k
    ) AS v(round)
    JOIN network_orchestrator_round r ON r.orchestrator = o.address AND r.round = v.round
"""
_MINTED = """
    SELECT coalesce(sum(amount_lpt_wei + treasury_lpt_wei), 0) FROM network_reward_call
    WHERE block_id >= %s AND round = %s
"""


def load_projector(state: IndexState) -> Projector:
    """The books as the tables hold them; delegators are loaded when a window names them."""
    projector = Projector()
    projector.transfers_start_anew = state.transfers_start_anew
    projector.ledger = _load_ledger()
    projector.written_round = projector.round
    return projector


def _load_ledger() -> OrchestratorLedger:
    ledger = OrchestratorLedger()
    ledger.round = _running_round()
    with_terms = set(CutChange.objects.values_list("orchestrator", flat=True).distinct())
    for row in Orchestrator.objects.all():
        ledger.books[row.address] = _book(row, terms_set=row.address in with_terms)
    number = ledger.round.number
    with connection.cursor() as cursor:
        cursor.execute(_RECORDS, [number, number])
        for address, round_, active, stake, cut, share, called, *amounts in cursor.fetchall():
            reward, treasury, fees, tickets, reward_factor, fee_factor = map(int, amounts)
            ledger.books[address].records[round_] = RoundRecord(
                active, None if stake is None else int(stake), cut, share, called,
                reward, treasury, fees, tickets, reward_factor, fee_factor,
            )  # fmt: skip
    return ledger


def _running_round() -> RoundBook:
    last = Round.objects.order_by("-number").first()
    if last is None:
        return RoundBook()
    with connection.cursor() as cursor:
        cursor.execute(_MINTED, [last.block_id, last.number])  # the block has an index, the round alone has none
        minted = int(cursor.fetchone()[0])
    return RoundBook(last.number, last.mintable_lpt_wei or 0, last.active_stake_lpt_wei, minted)


def _book(row: Orchestrator, *, terms_set: bool) -> OrchestratorBook:
    return OrchestratorBook(
        address=row.address,
        first_block=row.first_block,
        updated_block=row.updated_block,
        ever_registered=row.ever_registered,
        registered=row.registered,
        in_pool=row.in_pool,
        stake=row.stake_lpt_wei,
        reward_cut=row.reward_cut_ppm,
        fee_share=row.fee_share_ppm,
        terms_set=terms_set,
        activation_round=row.activation_round,
        deactivation_round=row.deactivation_round,
        last_reward_round=row.last_reward_round,
        last_fee_round=row.last_fee_round,
        last_stake_update_round=row.last_stake_update_round,
        stake_at_update=row.stake_at_update_lpt_wei,
        cumulative_rewards=row.cumulative_rewards_lpt_wei,
        active_cumulative_rewards=row.active_cumulative_rewards_lpt_wei,
        cumulative_fees=row.cumulative_fees_eth_wei,
        service_uri=row.service_uri,
    )


def load_delegators(projector: Projector, addresses: Iterable[str]) -> None:
    """Bring the stored positions of these addresses into the projector, where it does not hold them yet."""
    missing = [address for address in addresses if address not in projector.delegators]
    if not missing:
        return
    for row in Position.objects.filter(delegator__in=missing):
        projector.delegators[row.delegator] = DelegatorBook(
            row.delegate, row.bonded_lpt_wei, row.fees_eth_wei, row.start_round, row.last_claim_round, row.next_lock_id
        )
