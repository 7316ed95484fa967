"""Facts about the network that every room above reads."""

from apps.network.models.blocks import Block, ChainEvent, ParameterRead
from apps.network.models.contracts import ContractAcknowledgement, ContractBaseline, ContractChange
from apps.network.models.governance import Poll, PollVote, Proposal, ProposalChange, ProposalVote
from apps.network.models.identity import Avatar, Identity
from apps.network.models.market import (
    DemandHour,
    GatewayEvent,
    GpuCount,
    JobHour,
    NodeAddress,
    Offer,
    ParkedRecord,
    SourceSnapshot,
    SourceState,
    TestRegion,
    TestScore,
)
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
from apps.network.models.work import GatewayFunding, TicketPayment, TransactionSender

__all__ = [
    "Avatar",
    "Block",
    "ChainEvent",
    "ContractAcknowledgement",
    "ContractBaseline",
    "ContractChange",
    "CutChange",
    "DemandHour",
    "GatewayEvent",
    "GatewayFunding",
    "GpuCount",
    "Identity",
    "JobHour",
    "NodeAddress",
    "Offer",
    "Orchestrator",
    "OrchestratorRound",
    "ParameterRead",
    "ParkedRecord",
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
    "SourceSnapshot",
    "SourceState",
    "TestRegion",
    "TestScore",
    "TicketPayment",
    "TransactionSender",
]
