"""Polls and treasury proposals, as their contracts logged them.

Weights are raw: an orchestrator's is not reduced by delegators who vote for themselves, so they do not add up to a
result, and no sum of them is ever shown.
"""

from __future__ import annotations

from django.db import models

from apps.network.fields import AddressField, PpmField, UintField
from apps.network.models.blocks import ChainEvent


class Poll(ChainEvent):
    """A PollCreated log. Who opened the poll stands in no log and is not known here."""

    poll = AddressField(unique=True, help_text="the poll's own contract, where votes are cast")
    proposal = models.TextField(help_text="untrusted text, on Arbitrum One the IPFS hash of the proposal")
    end_l1_block = models.BigIntegerField(help_text="last block for votes, counted on Ethereum, not on Arbitrum")
    quorum_ppm = PpmField()
    quota_ppm = PpmField()
    round = models.IntegerField()

    class Meta:
        db_table = "network_poll"

    def __str__(self) -> str:
        return f"poll {self.poll}"


class PollVote(ChainEvent):
    """A vote in a poll; of several by one account the last counts. Stake is weighed when the poll has ended."""

    poll = AddressField()
    voter = AddressField()
    choice = UintField(help_text="0 is yes, 1 is no, and the contract takes any other number too")
    round = models.IntegerField()

    class Meta:
        db_table = "network_poll_vote"
        indexes = [
            models.Index(fields=["poll", "voter"], name="poll_vote_poll"),
            models.Index(fields=["voter", "poll"], name="poll_vote_voter"),
        ]


class Proposal(ChainEvent):
    """A ProposalCreated log of the LivepeerGovernor. Voting begins and ends with rounds."""

    proposal_id = UintField(help_text="the contract's own number; a later governor may use it again")
    proposer = AddressField()
    vote_start_round = models.IntegerField(help_text="votes are weighed by the stake of this round")
    vote_end_round = models.IntegerField(help_text="last round in which votes count")
    actions = models.JSONField(help_text="what it would do: target, value in ETH wei as text, calldata as hex")
    description = models.TextField(help_text="untrusted text")
    round = models.IntegerField()

    class Meta:
        db_table = "network_proposal"
        indexes = [
            models.Index(fields=["proposal_id"], name="proposal_number"),
            models.Index(fields=["proposer"], name="proposal_proposer"),
        ]

    def __str__(self) -> str:
        return f"proposal {self.proposal_id}"


class ProposalVote(ChainEvent):
    """A VoteCast or VoteCastWithParams log."""

    proposal_id = UintField()
    voter = AddressField()
    support = models.SmallIntegerField(help_text="0 against, 1 for, 2 abstain")
    weight_lpt_wei = UintField(help_text="the voter's raw voting power; weights do not add up to a result")
    reason = models.TextField(help_text="untrusted text")
    round = models.IntegerField()

    class Meta:
        db_table = "network_proposal_vote"
        indexes = [
            models.Index(fields=["proposal_id", "voter"], name="proposal_vote_proposal"),
            models.Index(fields=["voter", "proposal_id"], name="proposal_vote_voter"),
        ]


class ProposalChange(ChainEvent):
    """What became of a proposal: queued, executed or canceled."""

    class Kind(models.TextChoices):
        QUEUED = "queued"
        EXECUTED = "executed"
        CANCELED = "canceled"

    proposal_id = UintField()
    kind = models.CharField(max_length=8, choices=Kind)
    eta = models.BigIntegerField(null=True, help_text="time from which a queued one can be executed, Unix seconds")
    round = models.IntegerField()

    class Meta:
        db_table = "network_proposal_change"
        indexes = [models.Index(fields=["proposal_id"], name="proposal_change_proposal")]
