"""What the chain itself proves that an address gave to the network. Nobody has to claim any of it.

Facts with the log each rests on, and no points: what they are worth is the method's business. Of reward calls the log
names the orchestrator and not who called, so calls on behalf of others are the standing permissions to make them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeAlias

from django.conf import settings
from django.db import connection

from apps.network.selectors.governance import title_of, words_of
from apps.network.selectors.history import latest_block

Kind: TypeAlias = Literal["poll_vote", "proposal_vote", "proposal", "rewards_for_others", "long_service"]

LONG_SERVICE_ROUNDS = 400  # a year and more on Arbitrum One, where a round takes 20 to 22 hours
LONG_SERVICE_ROUNDS_SIMULATED = 50
SHOWN = 50  # of each kind, the newest


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing the chain proves. `subject` is the poll's or proposal's title, or the other address.

    `choice` is the vote in words, `count` the rounds of service; empty and None where there is none.
    """

    kind: Kind
    round: int
    block: int
    time: datetime
    tx_hash: bytes | None
    subject: str = ""
    choice: str = ""
    count: int | None = None


@dataclass(frozen=True, slots=True)
class Proven:
    """What the chain proves of an address up to a block, newest first; `block` is None before anything is read."""

    orchestrator: str
    block: int | None
    deeds: Sequence[Deed]
    polls_voted: int
    proposals_voted: int
    proposals_made: int
    rounds_served: int

    def __bool__(self) -> bool:
        return bool(self.deeds)


_POLL_VOTES = """
SELECT DISTINCT ON (v.poll) v.round, v.block_id, b.time, v.tx_hash, p.proposal, v.choice, v.log_index
FROM network_poll_vote v JOIN network_block b ON b.number = v.block_id
JOIN network_poll p ON p.poll = v.poll
WHERE v.voter = %(node)s
ORDER BY v.poll, v.block_id DESC, v.log_index DESC
"""
_PROPOSAL_VOTES = """
SELECT v.round, v.block_id, b.time, v.tx_hash,
       (SELECT p.description FROM network_proposal p WHERE p.proposal_id = v.proposal_id
        ORDER BY p.block_id DESC LIMIT 1),
       v.support, v.log_index
FROM network_proposal_vote v JOIN network_block b ON b.number = v.block_id
WHERE v.voter = %(node)s
"""
_PROPOSALS = """
SELECT p.round, p.block_id, b.time, p.tx_hash, p.description, NULL, p.log_index
FROM network_proposal p JOIN network_block b ON b.number = p.block_id
WHERE p.proposer = %(node)s
"""
# permissions that stand: the newest word of each orchestrator, where it names this address and the orchestrator serves
_REWARDS_FOR_OTHERS = """
SELECT coalesce(o.activation_round, 0), c.block_id, b.time, c.tx_hash, c.orchestrator, NULL, c.log_index
FROM network_reward_caller_change c JOIN network_block b ON b.number = c.block_id
JOIN network_orchestrator o ON o.address = c.orchestrator AND o.registered
WHERE c.caller = %(node)s AND c.orchestrator <> %(node)s AND NOT EXISTS (
    SELECT FROM network_reward_caller_change later
    WHERE later.orchestrator = c.orchestrator AND (later.block_id, later.log_index) > (c.block_id, c.log_index)
)
"""
_SERVICE = """
SELECT count(*), min(r.round), max(r.round),
       (SELECT started_at FROM network_round WHERE number = min(r.round)),
       (SELECT block_id FROM network_round WHERE number = min(r.round))
FROM network_orchestrator_round r WHERE r.orchestrator = %(node)s AND r.active AND r.reward_called
"""


def proven_of(orchestrator: str) -> Proven:
    """What the chain proves of an address: votes, proposals, rewards called for others, long service. Six queries."""
    newest = latest_block()
    votes = [_vote("poll_vote", "poll", row) for row in _asked(_POLL_VOTES, orchestrator)]
    said = [_vote("proposal_vote", "proposal", row) for row in _asked(_PROPOSAL_VOTES, orchestrator)]
    made = [_deed("proposal", row, title_of(row[4])) for row in _asked(_PROPOSALS, orchestrator)]
    others = [_deed("rewards_for_others", row, str(row[4])) for row in _asked(_REWARDS_FOR_OTHERS, orchestrator)]
    served, service = _service(orchestrator)
    kept = [deed for kind in (votes, said, made, others, service) for deed in _newest(kind)[:SHOWN]]
    return Proven(
        orchestrator,
        None if newest is None else newest.number,
        _newest(kept),
        polls_voted=len(votes),
        proposals_voted=len(said),
        proposals_made=len(made),
        rounds_served=served,
    )


def _asked(query: str, node: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, {"node": node})
        return list(cursor.fetchall())


def _deed(kind: Kind, row: tuple[Any, ...], subject: str) -> Deed:
    round_, block, time, tx_hash = row[:4]
    return Deed(kind, round_, block, time, bytes(tx_hash), subject)


def _vote(kind: Kind, of: Literal["poll", "proposal"], row: tuple[Any, ...]) -> Deed:
    round_, block, time, tx_hash, text, choice, _ = row
    subject = title_of(text) if text else ""
    return Deed(kind, round_, block, time, bytes(tx_hash), subject, words_of(of, int(choice)))


def _service(node: str) -> tuple[int, list[Deed]]:
    """Rounds in which it was active and called reward, and the deed, once they are many."""
    ((count, first, last, since, block),) = _asked(_SERVICE, node)
    many = LONG_SERVICE_ROUNDS_SIMULATED if settings.LOCAL_NETWORK else LONG_SERVICE_ROUNDS
    if count < many or since is None:
        return count, []
    return count, [Deed("long_service", last, block, since, None, f"since round {first}", count=count)]


def _newest(deeds: Sequence[Deed]) -> list[Deed]:
    return sorted(deeds, key=lambda deed: (-deed.block, deed.kind, deed.subject))
