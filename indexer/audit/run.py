"""An audit: the walk through the logs, the last computation, and the same figures from tables and contract."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError
from apps.chain.readers import bonding, read_all
from apps.delegation.models import Position
from apps.delegation.worth import worth
from apps.network.models import Block, Orchestrator
from apps.protocol.earnings import Factors, Holding, with_pending
from apps.protocol.units import ZERO_ADDRESS, EthWei, LptWei
from indexer.audit.trail import Answer, Pending, Trail
from indexer.audit.walk import Walk, walk
from indexer.contracts import watched_now
from indexer.errors import IndexerError
from indexer.models import IndexState

_Figures = dict[str, int | str]


def audit(
    address: str,
    chain: Callable[[], ChainClient],
    *,
    block: int | None = None,
    progress: Callable[[int], None] = lambda done: None,
) -> Trail:
    """Every log that made the address what it is at the end of `block`, by default the indexed one.

    The tables stand at the indexed block only, and the contract can be asked only while a provider holds the block's
    state: where either is missing, the trail's note says so. Raises IndexerError where the block is not indexed, and
    where no log names the address.
    """
    state = IndexState.objects.first()
    if state is None:
        raise IndexerError("Nothing is indexed yet; run `manage.py backfill` first.")
    upto = state.projected_to if block is None else block
    if not state.start_block <= upto <= state.projected_to:
        raise IndexerError(f"Block {upto} is not indexed: blocks {state.start_block} to {state.projected_to} are.")
    found = walk(address, upto, progress=progress)
    trail = found.trail
    if not trail.steps:
        raise IndexerError(f"No log up to block {upto} names {address}.")
    trail.pending = _pending(found)
    theirs, note = _from_contract(address, chain, upto, is_node=found.book is not None)
    ours = _from_tables(address) if upto == state.projected_to else {}
    if not ours and upto != state.projected_to:
        note = f"The tables stand at block {state.projected_to}, not here. {note}".strip()
    trail.note = note
    figures = _from_logs(found)
    trail.answers = [Answer(name, value, ours.get(name), theirs.get(name)) for name, value in figures.items()]
    return trail


def _pending(found: Walk) -> Pending:
    """The computation of pendingStake and pendingFees, with everything that goes into it."""
    held, delegate = found.position, found.position.delegate
    book = found.projector.ledger.books.get(delegate)
    is_own = delegate == found.trail.address
    start = found.records.get((delegate, held.last_claim_round))
    rounds = (book.last_reward_round, book.last_fee_round) if book else (0, 0)
    rewarded, paid = (found.records.get((delegate, number)) for number in rounds)
    first = Factors(start.reward_factor, start.fee_factor) if start else Factors()
    last = Factors(rewarded.reward_factor if rewarded else 0, paid.fee_factor if paid else 0)
    own = (book.cumulative_rewards, book.cumulative_fees) if book and is_own else (0, 0)
    holding = Holding(LptWei(held.bonded), EthWei(held.fees))
    worth_now = with_pending(holding, start=first, end=last, own_rewards=own[0], own_fees=own[1])
    return Pending(
        delegate=delegate,
        bonded_lpt_wei=held.bonded,
        fees_eth_wei=held.fees,
        start_round=held.last_claim_round,
        start_reward_factor=first.reward,
        start_fee_factor=first.fee,
        reward_factor_round=rounds[0],
        end_reward_factor=last.reward,
        fee_factor_round=rounds[1],
        end_fee_factor=last.fee,
        own_rewards_lpt_wei=own[0],
        own_fees_eth_wei=own[1],
        stake_lpt_wei=worth_now.stake,
        pending_fees_eth_wei=worth_now.fees,
    )


def _from_logs(found: Walk) -> _Figures:
    held, pending = found.position, found.trail.pending
    figures: _Figures = {
        "bonded, LPT wei": held.bonded,
        "fees, ETH wei": held.fees,
        "delegate": held.delegate,
        "start round": held.start_round,
        "last claim round": held.last_claim_round,
    }
    if pending is not None:
        figures |= {
            "pending stake, LPT wei": pending.stake_lpt_wei,
            "pending fees, ETH wei": pending.pending_fees_eth_wei,
        }
    if (book := found.book) is not None:
        figures |= {
            "stake, LPT wei": book.stake,
            "reward cut, ppm": book.reward_cut,
            "fee share, ppm": book.fee_share,
            "own rewards, LPT wei": book.cumulative_rewards,
            "own fees, ETH wei": book.cumulative_fees,
            "last reward round": book.last_reward_round,
        }
    return figures


def _from_tables(address: str) -> _Figures:
    held = Position.objects.filter(delegator=address).first() or Position(delegator=address, delegate=ZERO_ADDRESS)
    now = worth(delegators=[address]).get(address)
    figures: _Figures = {
        "bonded, LPT wei": held.bonded_lpt_wei,
        "fees, ETH wei": held.fees_eth_wei,
        "delegate": held.delegate,
        "start round": held.start_round,
        "last claim round": held.last_claim_round,
        "pending stake, LPT wei": now.stake if now else 0,
        "pending fees, ETH wei": now.fees if now else 0,
    }
    node = Orchestrator.objects.filter(address=address).first()
    if node is not None:
        figures |= {
            "stake, LPT wei": node.stake_lpt_wei,
            "reward cut, ppm": node.reward_cut_ppm,
            "fee share, ppm": node.fee_share_ppm,
            "own rewards, LPT wei": node.cumulative_rewards_lpt_wei,
            "own fees, ETH wei": node.cumulative_fees_eth_wei,
            "last reward round": node.last_reward_round,
        }
    return figures


def _from_contract(
    address: str, chain: Callable[[], ChainClient], block: int, *, is_node: bool
) -> tuple[_Figures, str]:
    """The contract's answers, or none and the reason."""
    manager = watched_now()["BondingManager"]
    asked: list[Any] = [
        bonding.delegator(manager, address),
        bonding.pending_stake(manager, address),
        bonding.pending_fees(manager, address),
    ]
    if is_node:
        asked += [bonding.total_stake(manager, address), bonding.transcoder(manager, address)]
    stored = Block.objects.filter(number=block).values_list("hash", flat=True).first()
    try:
        held, stake, fees, *node = read_all(chain(), asked, block=block if stored is None else bytes(stored))
    except ChainError as error:
        return {}, f"The contract was not asked: {error}"
    figures: _Figures = {
        "bonded, LPT wei": held.bonded_lpt_wei,
        "fees, ETH wei": held.fees_eth_wei,
        "delegate": held.delegate,
        "start round": held.start_round,
        "last claim round": held.last_claim_round,
        "pending stake, LPT wei": stake,
        "pending fees, ETH wei": fees,
    }
    if node:
        total, terms = node
        figures |= {
            "stake, LPT wei": total,
            "reward cut, ppm": terms.reward_cut_ppm,
            "fee share, ppm": terms.fee_share_ppm,
            "own rewards, LPT wei": terms.cumulative_rewards_lpt_wei,
            "own fees, ETH wei": terms.cumulative_fees_eth_wei,
            "last reward round": terms.last_reward_round,
        }
    return figures, ""
