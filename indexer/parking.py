"""The logs that could not be read or that contradict the rest, with everything needed to judge them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection

from indexer.handlers import EVENT_NAMES
from indexer.handlers.words import WORD
from indexer.models import WatchedContract

_ROWS = """
    SELECT p.block_id, p.log_index, p.error, l.tx_hash, l.address, l.topics, l.data
    FROM indexer_parked_log p
    JOIN indexer_chain_log l ON l.block_id = p.block_id AND l.log_index = p.log_index
    ORDER BY p.block_id, p.log_index LIMIT %s
"""
_NO_BYTES = bytes(12)


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked log. `event` is what its first topic stands for, "" if no ABI of ours knows it."""

    block: int
    log_index: int
    tx_hash: bytes
    address: str
    contract: str
    event: str
    error: str
    topics: tuple[bytes, ...]
    data: bytes

    @property
    def words(self) -> tuple[bytes, ...]:
        """The data cut into words; the last may be shorter."""
        return tuple(self.data[start : start + WORD] for start in range(0, len(self.data), WORD))

    @property
    def addresses(self) -> frozenset[str]:
        """Every word that could be an address: whose figures may lack what the log said."""
        return frozenset(
            "0x" + word[12:].hex()
            for word in (*self.topics[1:], *self.words)
            if len(word) == WORD and word.startswith(_NO_BYTES) and any(word[12:16])
        )


def parked_logs(*, most: int | None = None) -> list[Parked]:
    """All of them in the order of the chain, or the first `most`."""
    names = dict(WatchedContract.objects.values_list("address", "name"))
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [most])
        rows = cursor.fetchall()
    found = []
    for block, log_index, error, tx_hash, address, topics, data in rows:
        cut = tuple(bytes(topics[start : start + WORD]) for start in range(0, len(topics), WORD))
        event = EVENT_NAMES.get(cut[0], "") if cut else ""
        contract = names.get(address, "")
        found.append(Parked(block, log_index, bytes(tx_hash), address, contract, event, error, cut, bytes(data)))
    return found
