"""Protocol parameters, which no log carries: read in one batch at the block the index stands at."""

from __future__ import annotations

from typing import Any

from django.db import transaction

from apps.chain.client import ChainClient
from apps.chain.readers import Read, bonding, minter, read_all_there, rounds
from apps.chain.words import calldata, number
from apps.network.models import Block, ParameterRead
from indexer.contracts import watched_now
from indexer.projections.turn import take_writer_turn

# these move with every block: only the last reading is kept
MOVING = frozenset({"l1_block", "current_round", "current_round_start_l1_block", "lpt_total_supply"})


def read(chain: ChainClient, block: int) -> int:
    """Read the parameters at a stored block; gives how many this chain's contracts answered."""
    header = Block.objects.filter(number=block).first()
    if header is None or ParameterRead.objects.filter(name="l1_block", block_id=block).exists():
        return 0
    asked = wanted()
    answers = read_all_there(chain, list(asked.values()), block=bytes(header.hash))
    found = {name: int(answer) for name, answer in zip(asked, answers, strict=True) if answer is not None}
    return len(found) if _keep(found, header) else 0


@transaction.atomic
def _keep(found: dict[str, int], header: Block) -> bool:
    """Keep what changed; a reading equal to the last one says nothing new. False if the block went away meanwhile.

    In one piece, or a page read in between would miss the readings that are just being replaced.
    """
    take_writer_turn()  # between the look at the block and the end, no other writer may take it away
    block = header.number
    if not Block.objects.filter(number=block, hash=header.hash).exists():
        return False
    last = dict(ParameterRead.objects.order_by("name", "block_id").values_list("name", "value"))
    ParameterRead.objects.filter(name__in=MOVING, block_id__lt=block).delete()
    ParameterRead.objects.bulk_create(
        [
            ParameterRead(name=name, block_id=block, value=value)
            for name, value in found.items()
            if name in MOVING or last.get(name) != value
        ],
        ignore_conflicts=True,
    )
    return True


def wanted() -> dict[str, Read[Any]]:
    """What to read, by the name it is kept under; the unit is the contract's own."""
    contract = watched_now()
    rounds_manager, bonding_manager = contract["RoundsManager"], contract["BondingManager"]
    return {
        "l1_block": Read(rounds_manager, calldata(rounds.BLOCK_NUM), number, "blockNum"),
        "current_round": rounds.current_round(rounds_manager),
        "current_round_start_l1_block": rounds.start_block(rounds_manager),
        "round_length": rounds.round_length(rounds_manager),
        "round_lock_amount_ppm": rounds.lock_amount(rounds_manager),
        "unbonding_period": bonding.unbonding_period(bonding_manager),
        "pool_max_size": bonding.pool_max_size(bonding_manager),
        "treasury_reward_cut": bonding.treasury_cut(bonding_manager),
        "lpt_total_supply": minter.global_supply(contract["Minter"]),
    }
