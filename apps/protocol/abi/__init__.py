"""Our own minimal ABIs, one file a contract, holding what both generations of the contracts have together.

`LATER` names what the contracts first deployed on Arbitrum lack: reading it there must end in "not on this chain".
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final, TypeAlias

from eth_hash.auto import keccak

Entry: TypeAlias = Mapping[str, Any]  # one object of an ABI as the compiler writes it

CONTRACTS: Final = (
    "Controller",
    "BondingManager",
    "RoundsManager",
    "TicketBroker",
    "ServiceRegistry",
    "Minter",
    "LivepeerToken",
    "PollCreator",
    "Poll",  # one contract a poll, made by PollCreator
    "LivepeerGovernor",
)

LATER: Final[Mapping[str, frozenset[str]]] = {
    "BondingManager": frozenset(
        {
            # with the treasury and the vote checkpoints, October 2023
            "TreasuryReward",
            "treasuryRewardCutRate",
            "nextRoundTreasuryRewardCutRate",
            "treasuryBalanceCeiling",
            "checkpointBondingState",
            # with reward callers, July 2026
            "RewardCallerSet",
            "transcoderToRewardCaller",
            "setRewardCaller",
            "rewardForTranscoder",
            "rewardForTranscoderWithHint",
        }
    ),
    "LivepeerGovernor": frozenset(
        {
            "ProposalCreated",
            "VoteCast",
            "VoteCastWithParams",
            "ProposalQueued",
            "ProposalExecuted",
            "ProposalCanceled",
        }
    ),
}


@cache
def load(contract: str) -> tuple[Entry, ...]:
    """Every entry of one contract's ABI in file order. The contract is one of CONTRACTS."""
    return tuple(json.loads((Path(__file__).parent / f"{contract}.json").read_text(encoding="utf-8")))


def events(contract: str) -> dict[str, Entry]:
    """The contract's events by name; no name is overloaded."""
    return {entry["name"]: entry for entry in load(contract) if entry["type"] == "event"}


def functions(contract: str) -> dict[str, Entry]:
    """The contract's functions by name; no name is overloaded."""
    return {entry["name"]: entry for entry in load(contract) if entry["type"] == "function"}


def type_of(parameter: Mapping[str, Any]) -> str:
    """The canonical type of a parameter, tuples written out: "(uint256,uint256)"."""
    written: str = parameter["type"]
    if not written.startswith("tuple"):
        return written
    return types_of(parameter["components"]) + written.removeprefix("tuple")


def types_of(parameters: Sequence[Mapping[str, Any]]) -> str:
    """The canonical types of a parameter list in parentheses."""
    return f"({','.join(type_of(parameter) for parameter in parameters)})"


def signature(entry: Entry) -> str:
    """The text the chain hashes: name and canonical input types, without spaces."""
    return f"{entry['name']}{types_of(entry['inputs'])}"


def topic0(event: Entry) -> bytes:
    """The 32 bytes by which a log names its event."""
    return keccak(signature(event).encode())


def selector(function: Entry) -> bytes:
    """The 4 bytes by which calldata names its function."""
    return keccak(signature(function).encode())[:4]
