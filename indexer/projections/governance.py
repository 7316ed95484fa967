"""Rows of polls and proposals. Each comes of one log alone, so no book is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from apps.protocol import events as e
from indexer.projections.rows import Row

_EVENT = ("tx_hash", "log_index", "block_id")
COLUMNS: dict[str, tuple[str, ...]] = {
    "network_poll": (*_EVENT, "round", "poll", "proposal", "end_l1_block", "quorum_ppm", "quota_ppm"),
    "network_poll_vote": (*_EVENT, "round", "poll", "voter", "choice"),
    "network_proposal": (
        *_EVENT, "round", "proposal_id", "proposer", "actions", "vote_start_round", "vote_end_round", "description",
    ),
    "network_proposal_vote": (*_EVENT, "round", "proposal_id", "voter", "support", "weight_lpt_wei", "reason"),
    "network_proposal_change": (*_EVENT, "round", "proposal_id", "kind", "eta"),
}  # fmt: skip
TABLES = tuple(COLUMNS)


def row(at: e.LogId, event: Any, round_: int) -> tuple[str, Row]:
    """The table and the row of an event of KINDS that was logged in that round."""
    table, values = _KINDS[type(event)]
    return table, [at.tx_hash, at.log_index, at.block, round_, *values(event)]


def _proposal(event: e.ProposalCreated) -> list[Any]:
    actions = [
        {"target": one.target, "value_eth_wei": str(one.value_wei), "calldata": "0x" + one.calldata.hex()}
        for one in event.actions
    ]
    return [
        event.proposal_id, event.proposer, orjson.dumps(actions).decode(),
        event.vote_start_round, event.vote_end_round, event.description,
    ]  # fmt: skip


_KINDS: Mapping[type, tuple[str, Callable[[Any], list[Any]]]] = {
    e.PollCreated: ("network_poll", list),
    e.PollVote: ("network_poll_vote", list),
    e.ProposalCreated: ("network_proposal", _proposal),
    e.ProposalVote: ("network_proposal_vote", list),
    e.ProposalChange: ("network_proposal_change", list),
}
KINDS = tuple(_KINDS)
