"""What the subgraph makes of a log: every documented event entity, as the answer of a query has it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any, TypeAlias

from eth_abi.abi import decode
from graphql import GraphQLError

from apps.chain.records import RawLog
from apps.protocol import abi

Entity: TypeAlias = dict[str, Any]

NOBODY = "0x" + "0" * 40


def nobody(info: Any, **_: Any) -> Any:
    """A reference that cannot be followed."""
    raise GraphQLError(f"Null value resolved for non-null field `{info.field_name}`")


def amount(value: int) -> str:
    """Base units as the decimal that the subgraph writes."""
    text = f"{Decimal(value).scaleb(-18):f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _known(who: str) -> Any:
    """A reference; the zero address has no entity."""
    return nobody if who == NOBODY else {"id": who}


def _ref(who: str) -> Entity:
    return {"id": who}


_MAKE: Mapping[tuple[str, str], tuple[str, Callable[[Entity], Entity]]] = {
    ("BondingManager", "Bond"): (
        "BondEvent",
        lambda p: {
            "newDelegate": _ref(p["newDelegate"]),
            "oldDelegate": None if p["oldDelegate"] == NOBODY else _ref(p["oldDelegate"]),
            "delegator": _ref(p["delegator"]),
            "additionalAmount": amount(p["additionalAmount"]),
            "bondedAmount": amount(p["bondedAmount"]),
        },
    ),
    ("BondingManager", "Unbond"): (
        "UnbondEvent",
        lambda p: {
            "delegate": _ref(p["delegate"]),
            "delegator": _ref(p["delegator"]),
            "amount": amount(p["amount"]),
            "withdrawRound": str(p["withdrawRound"]),
            "unbondingLockId": p["unbondingLockId"],
        },
    ),
    ("BondingManager", "Rebond"): (
        "RebondEvent",
        lambda p: {
            "delegate": _ref(p["delegate"]),
            "delegator": _ref(p["delegator"]),
            "amount": amount(p["amount"]),
            "unbondingLockId": p["unbondingLockId"],
        },
    ),
    ("BondingManager", "TransferBond"): (
        "TransferBondEvent",
        lambda p: {
            "amount": amount(p["amount"]),
            "newDelegator": _ref(p["newDelegator"]),
            "oldDelegator": _ref(p["oldDelegator"]),
            "newUnbondingLockId": p["newUnbondingLockId"],
            "oldUnbondingLockId": p["oldUnbondingLockId"],
        },
    ),
    ("BondingManager", "EarningsClaimed"): (
        "EarningsClaimedEvent",
        lambda p: {
            "delegator": _ref(p["delegator"]),
            "delegate": _known(p["delegate"]),
            "startRound": str(p["startRound"]),
            "endRound": _ref(str(p["endRound"])),
            "rewardTokens": amount(p["rewards"]),
            "fees": amount(p["fees"]),
        },
    ),
    ("BondingManager", "WithdrawStake"): (
        "WithdrawStakeEvent",
        lambda p: {
            "delegator": _ref(p["delegator"]),
            "unbondingLockId": p["unbondingLockId"],
            "amount": amount(p["amount"]),
        },
    ),
    ("BondingManager", "WithdrawFees"): (
        "WithdrawFeesEvent",
        lambda p: {"delegator": _ref(p["delegator"]), "amount": amount(p["amount"]), "recipient": p["recipient"]},
    ),
    ("BondingManager", "Reward"): (
        "RewardEvent",
        lambda p: {"rewardTokens": amount(p["amount"]), "delegate": _ref(p["transcoder"])},
    ),
    ("BondingManager", "RewardCallerSet"): (
        "RewardCallerSetEvent",
        lambda p: {"delegate": _ref(p["transcoder"]), "rewardCaller": p["rewardCaller"]},
    ),
    ("BondingManager", "TranscoderUpdate"): (
        "TranscoderUpdateEvent",
        lambda p: {
            "delegate": _ref(p["transcoder"]),
            "rewardCut": str(p["rewardCut"]),
            "feeShare": str(p["feeShare"]),
        },
    ),
    ("BondingManager", "TranscoderActivated"): (
        "TranscoderActivatedEvent",
        lambda p: {"delegate": _ref(p["transcoder"]), "activationRound": str(p["activationRound"])},
    ),
    ("BondingManager", "TranscoderDeactivated"): (
        "TranscoderDeactivatedEvent",
        lambda p: {"delegate": _ref(p["transcoder"]), "deactivationRound": str(p["deactivationRound"])},
    ),
    ("RoundsManager", "NewRound"): ("NewRoundEvent", lambda p: {"blockHash": "0x" + p["blockHash"].hex()}),
    ("Minter", "SetCurrentRewardTokens"): (
        "SetCurrentRewardTokensEvent",
        lambda p: {
            "currentMintableTokens": amount(p["currentMintableTokens"]),
            "currentInflation": str(p["currentInflation"]),
        },
    ),
    ("TicketBroker", "WinningTicketRedeemed"): (
        "WinningTicketRedeemedEvent",
        lambda p: {
            "sender": _ref(p["sender"]),
            "recipient": _ref(p["recipient"]),
            "faceValue": amount(p["faceValue"]),
            "winProb": str(p["winProb"]),
            "senderNonce": str(p["senderNonce"]),
            "recipientRand": str(p["recipientRand"]),
        },
    ),
    ("TicketBroker", "DepositFunded"): (
        "DepositFundedEvent",
        lambda p: {"sender": _ref(p["sender"]), "amount": amount(p["amount"])},
    ),
    ("TicketBroker", "ReserveFunded"): (
        "ReserveFundedEvent",
        lambda p: {"reserveHolder": _ref(p["reserveHolder"]), "amount": amount(p["amount"])},
    ),
    ("TicketBroker", "ReserveClaimed"): (
        "ReserveClaimedEvent",
        lambda p: {
            "reserveHolder": _ref(p["reserveHolder"]),
            "claimant": _ref(p["claimant"]),
            "amount": amount(p["amount"]),
        },
    ),
    ("TicketBroker", "Withdrawal"): (
        "WithdrawalEvent",
        lambda p: {"sender": _ref(p["sender"]), "deposit": amount(p["deposit"]), "reserve": amount(p["reserve"])},
    ),
    ("ServiceRegistry", "ServiceURIUpdate"): (
        "ServiceURIUpdateEvent",
        lambda p: {"addr": p["addr"], "serviceURI": p["serviceURI"]},
    ),
    **{
        (contract, "ParameterUpdate"): ("ParameterUpdateEvent", lambda p: {"param": p["param"]})
        for contract in ("BondingManager", "RoundsManager", "Minter")
    },
    ("Controller", "Pause"): ("PauseEvent", lambda p: {}),
    ("Controller", "Unpause"): ("UnpauseEvent", lambda p: {}),
    ("PollCreator", "PollCreated"): (
        "PollCreatedEvent",
        lambda p: {
            "poll": _ref(p["poll"]),
            "endBlock": str(p["endBlock"]),
            "quorum": str(p["quorum"]),
            "quota": str(p["quota"]),
        },
    ),
    ("LivepeerGovernor", "VoteCast"): (
        "TreasuryVoteEvent",
        lambda p: {
            "voter": _ref(p["voter"]),
            "proposal": _ref(str(p["proposalId"])),
            "support": ("Against", "For", "Abstain")[p["support"]],
            "weight": amount(p["weight"]),
            "reason": p["reason"] or None,
        },
    ),
}


def entity_of(log: RawLog, contract: str) -> tuple[str, Entity] | None:
    """The record that the subgraph makes of a log, with its entity's name; None for what it does not index."""
    if contract not in abi.CONTRACTS:
        return None
    for name, entry in abi.events(contract).items():
        if log.topics[:1] == (abi.topic0(entry),) and (contract, name) in _MAKE:
            entity, make = _MAKE[contract, name]
            tx_hash = "0x" + log.tx_hash.hex()
            transaction = {"id": tx_hash, "blockNumber": str(log.block_number), "timestamp": 0}
            common = {
                "id": f"{tx_hash}-{log.log_index}",
                "transaction": transaction,
                "timestamp": 0,
                "round": _ref("0"),
            }
            return entity, {**common, **make(parameters(log, entry))}
    return None


def parameters(log: RawLog, entry: Mapping[str, Any]) -> Entity:
    """An event's parameters by name, decoded by eth_abi."""
    plain = [one for one in entry["inputs"] if not one["indexed"]]
    indexed = [one for one in entry["inputs"] if one["indexed"]]
    values = dict(zip([p["name"] for p in plain], decode([abi.type_of(p) for p in plain], log.data), strict=True))
    for parameter, topic in zip(indexed, log.topics[1:], strict=True):
        values[parameter["name"]] = decode([parameter["type"]], topic)[0]
    return values
