"""Polls, treasury proposals and who voted in them. Weights are told one by one and never added up."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, NamedTuple, TypeAlias

from django.db import connection

from apps.network.selectors.network import parameters

LONGEST_TITLE = 140
SHOWN = 5
MOST_HELD = 200  # more than there were in eight years
Kind: TypeAlias = Literal["poll", "proposal"]
State: TypeAlias = Literal["waiting", "open", "closed", "queued", "executed", "canceled"]

_POLL_WORDS = {0: "yes", 1: "no"}
_PROPOSAL_WORDS = {0: "against", 1: "for", 2: "abstain"}


class Place(NamedTuple):
    """Where a log stands, by which lists go on."""

    block: int
    log_index: int


LAST_PLACE = Place(2**62, 0)


@dataclass(frozen=True, slots=True)
class PollRow:
    """A poll. `open` is None where the block of Ethereum is not known; `voters` are accounts, not stake."""

    poll: str
    proposal: str
    end_l1_block: int
    quorum_ppm: int
    quota_ppm: int
    round: int
    block: int
    log_index: int
    tx_hash: bytes
    time: datetime
    voters: int
    open: bool | None


@dataclass(frozen=True, slots=True)
class ProposalRow:
    """A treasury proposal. `state` follows from its logs and the round; whether it won is not worked out here."""

    proposal_id: int
    proposer: str
    description: str
    actions: Sequence[dict[str, str]]
    vote_start_round: int
    vote_end_round: int
    round: int
    block: int
    log_index: int
    tx_hash: bytes
    time: datetime
    voters: int
    state: State


@dataclass(frozen=True, slots=True)
class VoteRow:
    """One vote as it was cast; a poll's later vote of the same account replaces it. Weight is raw, None for polls."""

    kind: Kind
    subject: str
    voter: str
    choice: int
    weight_lpt_wei: int | None
    reason: str
    round: int
    block: int
    log_index: int
    tx_hash: bytes
    time: datetime

    @property
    def choice_words(self) -> str:
        return words_of(self.kind, self.choice)


@dataclass(frozen=True, slots=True)
class Held:
    """A poll or proposal of an account's time, and what it voted; `choice` is None where it did not."""

    kind: Kind
    title: str
    round: int
    time: datetime
    tx_hash: bytes
    block: int
    is_open: bool
    choice: int | None
    own: bool = False  # it made the proposal itself

    @property
    def words(self) -> str:
        """Its vote in words, empty where there is none."""
        return "" if self.choice is None else words_of(self.kind, self.choice)


@dataclass(frozen=True, slots=True)
class Part:
    """Everything one account had to do with, newest first."""

    held: Sequence[Held]

    @property
    def first(self) -> Sequence[Held]:
        """Those that a page shows at once."""
        return self.held[:SHOWN]

    @property
    def later(self) -> Sequence[Held]:
        return self.held[SHOWN:]

    @property
    def voted(self) -> int:
        return sum(1 for one in self.held if one.choice is not None)

    @property
    def proposed(self) -> int:
        return sum(1 for one in self.held if one.own)


def words_of(kind: Kind, choice: int) -> str:
    known = _POLL_WORDS if kind == "poll" else _PROPOSAL_WORDS
    return known.get(choice, f"choice {choice}" if choice < 10**6 else "another choice")


def title_of(text: str) -> str:
    """The first line that says something, without the marks of a heading, cut where it is long."""
    lines = (line.strip().lstrip("#").strip() for line in text.splitlines())
    first = " ".join(next((line for line in lines if line), "without words").split())
    return first if len(first) <= LONGEST_TITLE else first[: LONGEST_TITLE - 1].rstrip() + "…"


_POLLS = """
SELECT p.poll, p.proposal, p.end_l1_block, p.quorum_ppm, p.quota_ppm, p.round, p.block_id, p.log_index, p.tx_hash,
       b.time,
       (SELECT count(DISTINCT v.voter) FROM network_poll_vote v WHERE v.poll = p.poll)
FROM network_poll p JOIN network_block b ON b.number = p.block_id
WHERE (p.block_id, p.log_index) < (%(block)s, %(log_index)s)
ORDER BY p.block_id DESC, p.log_index DESC LIMIT %(limit)s
"""
_PROPOSALS = """
SELECT p.proposal_id, p.proposer, p.description, p.actions, p.vote_start_round, p.vote_end_round, p.round,
       p.block_id, p.log_index, p.tx_hash, b.time,
       (SELECT count(DISTINCT v.voter) FROM network_proposal_vote v WHERE v.proposal_id = p.proposal_id),
       (SELECT c.kind FROM network_proposal_change c WHERE c.proposal_id = p.proposal_id
        ORDER BY c.block_id DESC, c.log_index DESC LIMIT 1)
FROM network_proposal p JOIN network_block b ON b.number = p.block_id
WHERE (p.block_id, p.log_index) < (%(block)s, %(log_index)s)
ORDER BY p.block_id DESC, p.log_index DESC LIMIT %(limit)s
"""
_VOTES = """
SELECT v.kind, v.subject, v.voter, v.choice, v.weight, v.reason, v.round, v.block_id, v.log_index, v.tx_hash, b.time
FROM (
    SELECT 'poll' kind, poll subject, voter, choice, NULL::numeric weight, '' reason, round, block_id, log_index,
           tx_hash
    FROM network_poll_vote
    UNION ALL
    SELECT 'proposal', proposal_id::text, voter, support::numeric, weight_lpt_wei, reason, round, block_id, log_index,
           tx_hash
    FROM network_proposal_vote
) v JOIN network_block b ON b.number = v.block_id
WHERE (v.block_id, v.log_index) < (%(block)s, %(log_index)s) AND (%(voter)s::text IS NULL OR v.voter = %(voter)s::text)
ORDER BY v.block_id DESC, v.log_index DESC LIMIT %(limit)s
"""
_HELD_POLLS = """
SELECT p.proposal, p.round, b.time, p.tx_hash, p.end_l1_block, v.choice, false, p.block_id, p.log_index
FROM network_poll p JOIN network_block b ON b.number = p.block_id
LEFT JOIN network_orchestrator_round r ON r.orchestrator = %(node)s AND r.round = p.round
LEFT JOIN LATERAL (
    SELECT choice FROM network_poll_vote WHERE poll = p.poll AND voter = %(node)s
    ORDER BY block_id DESC, log_index DESC LIMIT 1
) v ON true
WHERE r.active OR v.choice IS NOT NULL
ORDER BY p.block_id DESC, p.log_index DESC LIMIT %(limit)s
"""
_HELD_PROPOSALS = """
SELECT p.description, p.round, b.time, p.tx_hash, p.vote_end_round, v.support, p.proposer = %(node)s, p.block_id,
       p.log_index
FROM network_proposal p JOIN network_block b ON b.number = p.block_id
LEFT JOIN network_orchestrator_round r ON r.orchestrator = %(node)s AND r.round = p.vote_start_round
LEFT JOIN LATERAL (
    SELECT support FROM network_proposal_vote WHERE proposal_id = p.proposal_id AND voter = %(node)s
    ORDER BY block_id DESC, log_index DESC LIMIT 1
) v ON true
WHERE r.active OR v.support IS NOT NULL OR p.proposer = %(node)s
ORDER BY p.block_id DESC, p.log_index DESC LIMIT %(limit)s
"""


def _asked(query: str, **values: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, values)
        return list(cursor.fetchall())


def polls(*, before: Place = LAST_PLACE, limit: int) -> list[PollRow]:
    """Polls, newest first."""
    rows = _asked(_POLLS, block=before.block, log_index=before.log_index, limit=limit)
    now = parameters(("l1_block",)).get("l1_block")
    return [PollRow(*[*row, None if now is None else now <= row[2]]) for row in rows]


def proposals(running: int, *, before: Place = LAST_PLACE, limit: int) -> list[ProposalRow]:
    """Proposals, newest first, as they stand in the running round."""
    made = []
    for row in _asked(_PROPOSALS, block=before.block, log_index=before.log_index, limit=limit):
        *columns, last_change = row
        columns[0], columns[3] = int(columns[0]), _parsed(columns[3])
        made.append(ProposalRow(*[*columns, _state(last_change, columns[4], columns[5], running)]))
    return made


def _parsed(actions: Any) -> Any:
    return json.loads(actions) if isinstance(actions, str) else actions


def _state(last_change: State | None, starts: int, ends: int, running: int) -> State:
    """Votes count after the round of the snapshot, up to and with the last round."""
    if last_change is not None:
        return last_change
    return "waiting" if running <= starts else "open" if running <= ends else "closed"


def votes(*, voter: str | None = None, before: Place = LAST_PLACE, limit: int) -> list[VoteRow]:
    """Votes in polls and on proposals, newest first, of everybody or of one account."""
    rows = _asked(_VOTES, voter=voter, block=before.block, log_index=before.log_index, limit=limit)
    return [
        VoteRow(kind, subject, voter, int(choice), None if weight is None else int(weight), *others)
        for kind, subject, voter, choice, weight, *others in rows
    ]


def part_of(node: str, running: int, *, l1_block: int | None) -> Part:
    """What was held while the node was active, or what it took part in all the same. Two queries."""
    found = [
        ("poll", row, l1_block is not None and l1_block <= row[4])
        for row in _asked(_HELD_POLLS, node=node, limit=MOST_HELD)
    ]
    found += [("proposal", row, running <= row[4]) for row in _asked(_HELD_PROPOSALS, node=node, limit=MOST_HELD)]
    found.sort(key=lambda one: one[1][-2:], reverse=True)
    return Part([_held(kind, row, is_open=is_open) for kind, row, is_open in found])


def _held(kind: Any, row: tuple[Any, ...], *, is_open: bool) -> Held:
    text, round_, time, tx_hash, _, choice, own, block, _ = row
    vote = None if choice is None else int(choice)
    return Held(kind, title_of(text), round_, time, bytes(tx_hash), block, is_open, vote, own)
