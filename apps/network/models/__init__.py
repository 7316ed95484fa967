"""Facts about the network that every room above reads."""

from apps.network.models.blocks import Block, ChainEvent, ParameterRead
from apps.network.models.governance import Poll, PollVote, Proposal, ProposalChange, ProposalVote
from apps.network.models.orchestrators import (
    CutChange,
    Orchestrator,
    OrchestratorRound,
    PoolChange,
    RewardCall,
    RewardCallerChange,
    ServiceUriUpdate,
)
from apps.network.models.rounds import Round
from apps.network.models.work import TicketPayment

__all__ = [
    "Block",
    "ChainEvent",
    "CutChange",
    "Orchestrator",
    "OrchestratorRound",
    "ParameterRead",
    "Poll",
    "PollVote",
    "PoolChange",
    "Proposal",
    "ProposalChange",
    "ProposalVote",
    "RewardCall",
    "RewardCallerChange",
    "Round",
    "ServiceUriUpdate",
    "TicketPayment",
]
