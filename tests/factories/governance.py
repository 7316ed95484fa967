"""Polls, proposals and votes."""

from __future__ import annotations

from typing import Any

import factory

from apps.network.models import Poll, PollVote, Proposal, ProposalChange, ProposalVote
from apps.protocol.units import WEI
from tests.factories.base import address
from tests.factories.network import EventRows


class PollFactory(EventRows):
    class Meta:
        model = Poll

    poll = factory.Sequence(lambda n: address(60_000 + n))
    proposal = "Shall rounds be longer?"
    end_l1_block = 60_000
    quorum_ppm = 333_300
    quota_ppm = 500_000
    round = 100


class PollVoteFactory(EventRows):
    class Meta:
        model = PollVote

    poll = factory.Sequence(lambda n: address(60_000 + n))
    voter = factory.Sequence(address)
    choice = 0
    round = 100


class ProposalFactory(EventRows):
    class Meta:
        model = Proposal

    proposal_id = factory.Sequence(lambda n: 2**255 + n)
    proposer = factory.Sequence(address)
    vote_start_round = 101
    vote_end_round = 111
    actions: Any = factory.LazyFunction(list)
    description = "# Pay for the work"
    round = 100


class ProposalVoteFactory(EventRows):
    class Meta:
        model = ProposalVote

    proposal_id = 2**255
    voter = factory.Sequence(address)
    support = 1
    weight_lpt_wei = 1000 * WEI
    reason = ""
    round = 102


class ProposalChangeFactory(EventRows):
    class Meta:
        model = ProposalChange

    proposal_id = 2**255
    kind = ProposalChange.Kind.EXECUTED
    round = 112
