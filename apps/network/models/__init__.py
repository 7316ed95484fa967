"""Facts about the network that every room above reads."""

from apps.network.models.blocks import Block, ChainEvent, ParameterRead
from apps.network.models.orchestrators import (
    CutChange,
    Orchestrator,
    OrchestratorRound,
    PoolChange,
    RewardCall,
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
    "PoolChange",
    "RewardCall",
    "Round",
    "ServiceUriUpdate",
    "TicketPayment",
]
