"""Keeps the saved chain small and a whole copy of it at hand.

anvil remembers how every transaction ran, call by call, and writes all of it out every few seconds: four fifths of the
file, for something nobody here asks. It takes transactions back without those traces, so they are handed back.
"""

from __future__ import annotations

import gzip
import logging
from pathlib import Path
from typing import Any

import orjson

from apps.chain.errors import ChainError
from apps.devnet.node import SPARE_NAME, STATE_NAME
from apps.devnet.wire import Rpc

log = logging.getLogger(__name__)


def tidy(rpc: Rpc, data_dir: Path) -> int:
    """Drops the traces of what was saved last and keeps a spare copy; returns how many transactions got lighter.

    Does nothing while anvil is writing the file, or if the chain was rolled back behind it.
    """
    try:
        state = orjson.loads((data_dir / STATE_NAME).read_bytes())
    except (OSError, ValueError):
        return 0
    heavy = [one for one in state["transactions"] if one["info"]["traces"]]
    for one in heavy:
        one["info"]["traces"] = []
    _write_spare(data_dir, state)
    if not heavy or not _is_known(rpc, heavy[-1]["block_hash"]):
        return 0
    return len(heavy) if _hand_back(rpc, heavy) else 0


def _write_spare(data_dir: Path, state: dict[str, Any]) -> None:
    draft = data_dir / f"{SPARE_NAME}.draft"
    draft.write_bytes(orjson.dumps(state))
    draft.replace(data_dir / SPARE_NAME)


def _is_known(rpc: Rpc, block_hash: str) -> bool:
    return rpc.rpc("eth_getBlockByHash", [block_hash, False]) is not None


def _hand_back(rpc: Rpc, transactions: list[dict[str, Any]]) -> bool:
    """Loads the transactions over the same ones; a state without block and accounts changes nothing else."""
    part: dict[str, Any] = {
        "block": None,
        "accounts": {},
        "best_block_number": None,
        "blocks": [],
        "transactions": transactions,
    }
    try:
        return bool(rpc.rpc("anvil_loadState", ["0x" + gzip.compress(orjson.dumps(part), 1).hex()]))
    except ChainError as error:
        log.warning("anvil keeps its traces: %s", error)
        return False
