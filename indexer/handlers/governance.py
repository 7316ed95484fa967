"""Logs of PollCreator, of the polls themselves and of the LivepeerGovernor. All texts are anybody's."""

from __future__ import annotations

from apps.protocol import events
from apps.protocol.hashing import topic_of
from indexer.handlers.dynamic import addresses, blobs, passage, uints
from indexer.handlers.words import WORD, BadLog, address, amount, number, ppm, uint

LONGEST_TEXT = 20_000  # characters of a description or reason kept in its row
MOST_ACTIONS = 32  # actions kept in the row of a proposal
LONGEST_CALLDATA = 4_096  # bytes of an action's calldata kept there
_TIME_LIMIT = 2**63  # block numbers and seconds; the tables keep them in 64 bits


def poll_created(topics: bytes, data: bytes) -> events.PollCreated:
    return events.PollCreated(
        address(topics, 1), passage(data, 0, limit=LONGEST_TEXT), _moment(data, 1), ppm(data, 2), ppm(data, 3)
    )


def announced_poll(topics: bytes) -> str | None:
    """The poll contract that a PollCreated log tells of, whatever the rest of it looks like."""
    try:
        return address(topics, 1) if len(topics) == 2 * WORD else None
    except BadLog:
        return None


def poll_vote(topics: bytes, data: bytes) -> events.PollVote:
    """The poll is the contract that logged it, which the bytes do not say: `decoding` fills it in."""
    return events.PollVote("", address(topics, 1), uint(data, 0))


def proposal_created(topics: bytes, data: bytes) -> events.ProposalCreated:
    return events.ProposalCreated(
        uint(data, 0),
        address(data, 1),
        _actions(data),
        number(data, 6),
        number(data, 7),
        passage(data, 8, limit=LONGEST_TEXT),
    )


def _actions(data: bytes) -> tuple[events.Action, ...]:
    """The first actions; targets, values and calldatas have to be equally many."""
    targets = addresses(data, 2, limit=MOST_ACTIONS)
    values = uints(data, 3, limit=MOST_ACTIONS)
    calldatas = blobs(data, 5, limit=MOST_ACTIONS, longest=LONGEST_CALLDATA)
    if not len(targets) == len(values) == len(calldatas):
        raise BadLog(f"{len(targets)} targets, {len(values)} values and {len(calldatas)} calldatas make no actions")
    return tuple(events.Action(*parts) for parts in zip(targets, values, calldatas, strict=True))


def vote_cast(topics: bytes, data: bytes) -> events.ProposalVote:
    support = uint(data, 1)
    if support > 255:
        raise BadLog(f"{support} is no uint8")
    reason = passage(data, 3, limit=LONGEST_TEXT)
    return events.ProposalVote(uint(data, 0), address(topics, 1), support, amount(data, 2), reason)


def proposal_queued(topics: bytes, data: bytes) -> events.ProposalChange:
    return events.ProposalChange(uint(data, 0), "queued", _moment(data, 1))


def proposal_executed(topics: bytes, data: bytes) -> events.ProposalChange:
    return events.ProposalChange(uint(data, 0), "executed", None)


def proposal_canceled(topics: bytes, data: bytes) -> events.ProposalChange:
    return events.ProposalChange(uint(data, 0), "canceled", None)


def _moment(raw: bytes, index: int) -> int:
    value = uint(raw, index)
    if value >= _TIME_LIMIT:
        raise BadLog(f"{value} is too large for a block or a time")
    return value


POLL_CREATED = topic_of("PollCreated(address,bytes,uint256,uint256,uint256)")
POLL_CREATOR_TABLE = {POLL_CREATED: (poll_created, 2, 5)}
POLL_TABLE = {topic_of("Vote(address,uint256)"): (poll_vote, 2, 1)}
GOVERNOR_TABLE = {
    topic_of("ProposalCreated(uint256,address,address[],uint256[],string[],bytes[],uint256,uint256,string)"): (
        proposal_created,
        1,
        14,
    ),
    topic_of("VoteCast(address,uint256,uint8,uint256,string)"): (vote_cast, 2, 5),
    topic_of("VoteCastWithParams(address,uint256,uint8,uint256,string,bytes)"): (vote_cast, 2, 7),
    topic_of("ProposalQueued(uint256,uint256)"): (proposal_queued, 1, 2),
    topic_of("ProposalExecuted(uint256)"): (proposal_executed, 1, 1),
    topic_of("ProposalCanceled(uint256)"): (proposal_canceled, 1, 1),
}
