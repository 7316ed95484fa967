"""`/api/v1/governance/…`: polls, treasury proposals and votes, each newest first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers
from rest_framework.request import Request

from apps.api import cursors, queries
from apps.api.cursors import Cursor, Pairs
from apps.api.errors import Problem
from apps.api.fields import Checksummed, Hash, LowerAddress, Lpt, Share, Wei
from apps.api.resource import Answer, Resource
from apps.api.standpoint import Standpoint
from apps.api.v1.envelope import described
from apps.api.v1.shapes import Shape
from apps.network.selectors import governance
from apps.network.selectors.governance import LAST_PLACE, Place
from apps.protocol.units import Address

LONGEST_TEXT = 2_000  # characters of a text in an answer


class Cut(serializers.CharField):
    """A text of anybody's, cut where it is very long."""

    def to_representation(self, value: Any) -> str:
        text = str(value)
        return text if len(text) <= LONGEST_TEXT else text[: LONGEST_TEXT - 1] + "…"


class LogSerializer(Shape):
    round = serializers.IntegerField(help_text="the round it was logged in")
    block = serializers.IntegerField()
    time = serializers.DateTimeField()
    tx_hash = Hash()
    log_index = serializers.IntegerField()


class PollSerializer(LogSerializer):
    """A poll. Stake decides it when it has ended; the contract keeps no tally, and neither do we."""

    poll = LowerAddress()
    poll_checksummed = Checksummed(source="poll")
    proposal = Cut(help_text="untrusted text, on Arbitrum One an IPFS hash; at most 2000 characters of it")
    end_l1_block = serializers.IntegerField(help_text="last block for votes, counted on Ethereum")
    open = serializers.BooleanField(allow_null=True, help_text="null where the block of Ethereum is not known")
    quorum_ppm = Share()
    quota_ppm = Share()
    voters = serializers.IntegerField(min_value=0, help_text="accounts that voted, whatever their stake")


class ActionSerializer(Shape):
    target = LowerAddress()
    value_eth_wei = serializers.CharField()
    calldata = serializers.CharField(help_text="hex, at most 4096 bytes of it")


class ProposalSerializer(LogSerializer):
    """A treasury proposal. Whether it won is the governor's to say: ask its `proposalVotes`."""

    proposal_id = serializers.CharField()
    proposer = LowerAddress()
    proposer_checksummed = Checksummed(source="proposer")
    description = Cut(help_text="untrusted text, at most 2000 characters of it")
    state = serializers.ChoiceField(choices=("waiting", "open", "closed", "queued", "executed", "canceled"))
    vote_start_round = serializers.IntegerField(help_text="the round whose stake weighs; votes count after it")
    vote_end_round = serializers.IntegerField(help_text="last round for votes")
    actions = ActionSerializer(many=True, help_text="what it would do, at most 32 of them")
    voters = serializers.IntegerField(min_value=0, help_text="accounts that voted, whatever their stake")


class VoteSerializer(LogSerializer):
    """A vote as it was cast. Weights do not add up to a result: an orchestrator's counts its delegators' too."""

    kind = serializers.ChoiceField(choices=("poll", "proposal"))
    subject = serializers.CharField(help_text="the poll's address or the proposal's number")
    voter = LowerAddress()
    voter_checksummed = Checksummed(source="voter")
    choice = serializers.CharField(help_text="polls: 0 yes, 1 no; proposals: 0 against, 1 for, 2 abstain; or any other")
    choice_words = serializers.CharField()
    weight_lpt_wei = Wei(allow_null=True, help_text="raw voting power; null for polls")
    weight_lpt_formatted = Lpt(source="weight_lpt_wei", allow_null=True)
    reason = Cut(help_text="untrusted text, at most 2000 characters of it")


@dataclass(frozen=True, slots=True)
class Asked:
    """A page of a list, newest first."""

    before: Place
    limit: int
    pairs: Pairs
    filters: Mapping[str, str]


class _List(Resource):
    """What the three lists have in common; each names its filters, reads its rows and has its shape."""

    filters: Sequence[str] = ()

    def parse(self, request: Request, **kwargs: Any) -> Asked:
        page = queries.page_of(request.query_params, known=self.filters)
        before = _place(page.cursor, self.filters) if page.cursor else LAST_PLACE
        return Asked(before, page.limit or queries.DEFAULT_LIMIT, page.pairs, dict(page.pairs))

    def answer(self, rows: Sequence[Any], asked: Asked, shape: type[Shape]) -> Answer:
        """The page of these rows, of which one more was read than the page holds if there is another page."""
        shown = rows[: asked.limit]
        cursor = None
        if len(rows) > asked.limit:
            cursor = cursors.write(Cursor(tuple(asked.pairs), f"{shown[-1].block}.{shown[-1].log_index}", 0))
        return Answer(shape(shown, many=True).data, limit=asked.limit, next_cursor=cursor, sort="-block")


def _place(cursor: Cursor, filters: Sequence[str]) -> Place:
    block, _, index = cursor.after.partition(".")
    sound = all(part.isascii() and part.isdigit() and len(part) <= 10 for part in (block, index))
    if not sound or any(name not in filters for name, _ in cursor.pairs):
        raise Problem("bad_cursor", "It was made for another list.")
    return Place(int(block), int(index))


class PollList(_List):
    """Polls."""

    def find(self, at: Standpoint, asked: Asked) -> Answer:
        return self.answer(governance.polls(before=asked.before, limit=asked.limit + 1), asked, PollSerializer)

    @described(
        "governance_polls",
        PollSerializer(many=True),
        summary="Polls",
        description="Polls on the protocol's future, newest first. Empty where the chain has no PollCreator.",
        paged=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class ProposalList(_List):
    """Treasury proposals."""

    def find(self, at: Standpoint, asked: Asked) -> Answer:
        rows = governance.proposals(at.as_of_round or 0, before=asked.before, limit=asked.limit + 1)
        return self.answer(rows, asked, ProposalSerializer)

    @described(
        "governance_proposals",
        ProposalSerializer(many=True),
        summary="Treasury proposals",
        description="Proposals to the treasury, newest first. Empty where the chain has no LivepeerGovernor.",
        paged=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)


class VoteList(_List):
    """Votes in polls and on proposals."""

    filters = ("voter",)

    def parse(self, request: Request, **kwargs: Any) -> Asked:
        asked = super().parse(request, **kwargs)
        voter: dict[str, Address] = {name: queries.address(text) for name, text in asked.filters.items()}
        return Asked(asked.before, asked.limit, asked.pairs, voter)

    def find(self, at: Standpoint, asked: Asked) -> Answer:
        rows = governance.votes(voter=asked.filters.get("voter"), before=asked.before, limit=asked.limit + 1)
        return self.answer(rows, asked, VoteSerializer)

    @described(
        "governance_votes",
        VoteSerializer(many=True),
        summary="Votes",
        description="Votes in polls and on treasury proposals, newest first, of everybody or of one account.",
        parameters=[
            OpenApiParameter(
                "voter", {"type": "string", "pattern": "^0x[0-9a-f]{40}$"}, description="only this account's votes"
            )
        ],
        paged=True,
    )
    def get(self, request: Request, **kwargs: Any) -> Any:
        return super().get(request, **kwargs)
