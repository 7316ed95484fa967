"""Controller logs, and the one that every manager contract shares."""

from __future__ import annotations

from apps.protocol import events
from apps.protocol.hashing import topic_of
from indexer.handlers.words import WORD, address, text

COMMIT_BYTES = 20


def set_contract_info(topics: bytes, data: bytes) -> events.SetContractInfo:
    return events.SetContractInfo(data[:WORD], address(data, 1), data[2 * WORD : 2 * WORD + COMMIT_BYTES])


def parameter_update(topics: bytes, data: bytes) -> events.ParameterUpdate:
    return events.ParameterUpdate(text(data, 0))


SET_CONTRACT_INFO = topic_of("SetContractInfo(bytes32,address,bytes20)")
TABLE = {SET_CONTRACT_INFO: (set_contract_info, 1, 3)}
SHARED = {topic_of("ParameterUpdate(string)"): (parameter_update, 1, 2)}
# stored as they are, read by nothing yet
KEPT = {
    topic_of("Pause()"),
    topic_of("Unpause()"),
    topic_of("OwnershipTransferred(address,address)"),
    topic_of("SetController(address)"),
}
