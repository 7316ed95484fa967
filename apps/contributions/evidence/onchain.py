"""What the chain itself proves of an address: votes, proposals, and what the treasury paid it.

Read from the tables that the index keeps, so a look costs no request and names the block it rests on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import Reader
from apps.contributions.evidence.findings import Finding, kept_json, no, plain, unknown, yes
from apps.contributions.evidence.references import Reference
from apps.network.models import Poll, PollVote, Proposal, ProposalChange, ProposalVote
from apps.network.selectors.contracts import addresses_now
from apps.network.selectors.governance import title_of, words_of
from apps.network.selectors.history import latest_block

_TRANSFER = "a9059cbb"  # transfer(address,uint256)


@dataclass(frozen=True, slots=True)
class Part:
    """One thing an address had to do with. `facts` name the log that shows it."""

    sentence: str
    facts: Mapping[str, Any]


def vote(reference: Reference, asked: Asked, reader: Reader) -> Finding:
    """Yes where the address voted in the poll; of several votes the last counts."""
    poll = Poll.objects.filter(poll=reference["poll"]).first()
    text = None if poll is None else poll.proposal
    return _told(f"poll {reference['poll']}", _poll_votes(asked, poll=reference["poll"]), text)


def proposal(reference: Reference, asked: Asked, reader: Reader) -> Finding:
    """Yes where the address made the treasury proposal, voted on it, or was paid when it was carried out."""
    number = int(reference["proposal"])
    made = Proposal.objects.filter(proposal_id=number).order_by("-block_id").first()
    parts = [*_made(asked, proposal_id=number), *_paid(asked, number), *_proposal_votes(asked, proposal_id=number)]
    return _told(f"proposal {reference['proposal']}", parts, None if made is None else made.description)


def treasury(reference: Reference, asked: Asked, reader: Reader) -> Finding:
    """Yes where the treasury paid the address in this transaction, or the address voted or proposed in it."""
    tx_hash = bytes.fromhex(reference["transaction"][2:])
    carried_out = ProposalChange.objects.filter(tx_hash=tx_hash, kind=ProposalChange.Kind.EXECUTED)
    paid = [part for change in carried_out for part in _paid(asked, change.proposal_id)]
    votes = [*_poll_votes(asked, tx_hash=tx_hash), *_proposal_votes(asked, tx_hash=tx_hash)]
    return _told(f"transaction {reference['transaction']}", [*paid, *_made(asked, tx_hash=tx_hash), *votes], None)


def _told(subject: str, parts: Sequence[Part], text: str | None) -> Finding:
    block = latest_block()
    if block is None:
        return unknown("The chain has not been read yet.")
    title = plain(title_of(text)) if text else ""
    short = f"{subject[:24]}…" if len(subject) > 26 else subject
    if not parts:
        return no(
            f"Up to block {block.number} the account had no part in {short}.", title=title, as_of_block=block.number
        )
    return yes(
        " ".join(part.sentence for part in parts),
        snapshot=kept_json({"parts": [dict(part.facts) for part in parts]}),
        title=title,
        as_of_block=block.number,
        parts=[dict(part.facts) for part in parts],
        names_account=True,  # the chain does nothing else
        author_is="bound",
    )


def _poll_votes(asked: Asked, **which: Any) -> list[Part]:
    row = PollVote.objects.filter(voter=asked.orchestrator, **which).order_by("-block_id", "-log_index").first()
    if row is None:
        return []
    words = words_of("poll", row.choice)
    return [Part(f"It voted {words} in this poll in round {row.round}.", _log("vote", row, choice=words))]


def _proposal_votes(asked: Asked, **which: Any) -> list[Part]:
    rows = ProposalVote.objects.filter(voter=asked.orchestrator, **which).order_by("-block_id", "-log_index")[:1]
    return [
        Part(
            f"It voted {words_of('proposal', row.support)} in round {row.round}.",
            _log("vote", row, choice=words_of("proposal", row.support)),
        )
        for row in rows
    ]


def _made(asked: Asked, **which: Any) -> list[Part]:
    rows = Proposal.objects.filter(proposer=asked.orchestrator, **which).order_by("-block_id")[:1]
    return [Part(f"It made this proposal in round {row.round}.", _log("proposed", row)) for row in rows]


def _paid(asked: Asked, number: int) -> list[Part]:
    """What the proposal's actions paid the address, once they were carried out."""
    change = (
        ProposalChange.objects.filter(proposal_id=number, kind=ProposalChange.Kind.EXECUTED)
        .order_by("-block_id")
        .first()
    )
    made = Proposal.objects.filter(proposal_id=number).order_by("-block_id").first()
    if change is None or made is None:
        return []
    lpt, eth = paid_by(made.actions, asked.orchestrator, token=addresses_now().get("LivepeerToken", ""))
    if not lpt and not eth:
        return []
    amounts = {"amount_lpt_wei": str(lpt), "amount_eth_wei": str(eth)}
    return [Part(f"The treasury paid it in round {change.round}.", _log("paid", change, **amounts))]


def paid_by(actions: Iterable[Mapping[str, str]], recipient: str, *, token: str) -> tuple[int, int]:
    """LPT wei and ETH wei that a proposal's actions pay an address itself. Pure."""
    lpt = eth = 0
    for action in actions:
        target, calldata = action["target"].lower(), action["calldata"].removeprefix("0x").lower()
        if target == recipient:
            eth += int(action["value_eth_wei"])
        is_transfer = target == token and len(calldata) == 136 and calldata.startswith(_TRANSFER)
        if is_transfer and calldata[32:72] == recipient[2:]:
            lpt += int(calldata[72:], 16)
    return lpt, eth


def _log(role: str, row: Any, **more: str) -> dict[str, Any]:
    return {
        "role": role,
        "round": row.round,
        "block": row.block_id,
        "tx_hash": f"0x{bytes(row.tx_hash).hex()}",
        "log_index": row.log_index,
        **more,
    }
