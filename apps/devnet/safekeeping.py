"""Keeps the saved chain sound, at hand and small.

anvil writes its chain to a file every few seconds, block by block and then the accounts, while blocks go on being
mined. A file written across a block holds accounts that are ahead of the blocks, and a chain loaded from it lacks logs
that its contracts have acted on. A normal end writes once more at rest; after a kill the last sound copy is taken.

It also remembers how every transaction ran, call by call: four fifths of the file, for something nobody here asks.
It takes transactions back without those traces, so they are handed back.
"""

from __future__ import annotations

import gzip
import logging
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson

from apps.chain.errors import ChainError
from apps.devnet.wire import Rpc

STATE_NAME = "state.json"
SPARES = ("state.spare-1.json", "state.spare-2.json", "state.spare-3.json")  # newest first
SETTLED_S = 1.0  # a file this old is no longer being written

log = logging.getLogger(__name__)


class Spares:
    """Copies of the saved chain as anvil writes it, three generations."""

    def __init__(self, data_dir: Path) -> None:
        self._data_dir = data_dir
        self._copied = 0

    def keep(self) -> None:
        """Copies the file if it is new and no longer being written; the copies before it grow older."""
        state = self._data_dir / STATE_NAME
        try:
            status = state.stat()
            if status.st_mtime_ns == self._copied or time.time() - status.st_mtime < SETTLED_S:
                return
            draft = shutil.copyfile(state, self._data_dir / "state.draft")
        except FileNotFoundError:
            return
        for older, newer in ((SPARES[2], SPARES[1]), (SPARES[1], SPARES[0])):
            if (self._data_dir / newer).exists():
                (self._data_dir / newer).replace(self._data_dir / older)
        draft.replace(self._data_dir / SPARES[0])
        self._copied = status.st_mtime_ns


def restore(data_dir: Path, *, finished: bool) -> None:
    """Puts the newest sound copy in place before anvil starts; leaves a sound file alone.

    With no sound copy the newest readable one must do if the history is `finished`; else the chain starts anew.
    """
    readable: list[Path] = []
    for path, state in _copies(data_dir):
        if is_sound(state):
            _put_in_place(data_dir, path)
            _keep_one_genesis(data_dir / STATE_NAME, state)
            return
        readable.append(path)
    if readable and finished:
        log.warning("no saved chain is sound; taking the newest that can be read")
        _put_in_place(data_dir, readable[0])
        return
    for name in (STATE_NAME, *SPARES):
        (data_dir / name).unlink(missing_ok=True)


def _copies(data_dir: Path) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The saved chains that can be read, newest first."""
    for name in (STATE_NAME, *SPARES):
        try:
            yield data_dir / name, orjson.loads((data_dir / name).read_bytes())
        except (FileNotFoundError, ValueError):
            continue


def _put_in_place(data_dir: Path, path: Path) -> None:
    if path.name != STATE_NAME:
        log.warning("the saved chain was cut short by a kill; going back to %s", path.name)
        path.replace(data_dir / STATE_NAME)


def _keep_one_genesis(path: Path, state: dict[str, Any]) -> None:
    """Takes out of the file every block 0 but the chain's own.

    At each start anvil makes a block 0 of that moment and later saves it beside the one it loaded; which of them is
    then block 0 is left to chance. The chain's own is the oldest.
    """
    geneses = [block for block in state["blocks"] if int(block["header"]["number"], 16) == 0]
    if len(geneses) < 2:
        return
    own = min(geneses, key=lambda block: int(block["header"]["timestamp"], 16))
    state["blocks"] = [block for block in state["blocks"] if block is own or block not in geneses]
    draft = path.with_suffix(".draft")
    draft.write_bytes(orjson.dumps(state))
    draft.replace(path)


def is_sound(state: dict[str, Any]) -> bool:
    """Whether blocks and accounts are of one moment: no block above the head, no nonce without its transaction."""
    heights = (int(block["header"]["number"], 16) for block in state["blocks"])
    if max(heights, default=0) != int(state["best_block_number"]):
        return False
    spent: dict[str, int] = {}
    for transaction in state["transactions"]:
        info = transaction["info"]
        spent[info["from"]] = max(spent.get(info["from"], 0), int(info["nonce"]) + 1)
    return all(state["accounts"].get(sender, {}).get("nonce") == nonce for sender, nonce in spent.items())


def drop_traces(rpc: Rpc, data_dir: Path) -> int:
    """Takes the traces of what was saved last off the node's hands; returns how many transactions got lighter.

    Does nothing while anvil is writing the file, or if the chain was rolled back behind it.
    """
    try:
        transactions = orjson.loads((data_dir / STATE_NAME).read_bytes())["transactions"]
    except (FileNotFoundError, ValueError):
        return 0
    heavy = [one for one in transactions if one["info"]["traces"]]
    for one in heavy:
        one["info"]["traces"] = []
    if not heavy or rpc.rpc("eth_getBlockByHash", [heavy[-1]["block_hash"], False]) is None:
        return 0
    return len(heavy) if _hand_back(rpc, heavy) else 0


def _hand_back(rpc: Rpc, transactions: list[dict[str, Any]]) -> bool:
    """Loads the transactions over the same ones; a state without block and accounts changes nothing else."""
    part: dict[str, Any] = {"block": None, "accounts": {}, "best_block_number": None, "blocks": []}
    part["transactions"] = transactions
    try:
        return bool(rpc.rpc("anvil_loadState", ["0x" + gzip.compress(orjson.dumps(part), 1).hex()]))
    except ChainError as error:
        log.warning("anvil keeps its traces: %s", error)
        return False
