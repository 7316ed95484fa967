"""Which of the subgraph's entities repeat a log, field by field, and the same values cut out of the log itself. Pure.

Only fields that repeat the log are read. Everything the subgraph works out (rounds, volumes, balances, prices, who is
active) is left where it is, and so are references that can name nobody and then spoil the whole answer, such as an
unbonded claimer's delegate.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from apps.protocol import abi
from apps.protocol.hashing import topic_of
from indexer.handlers import words
from indexer.sources.subgraph.values import Value, address, integer, support, text, wei, word


@dataclass(frozen=True, slots=True)
class Field:
    """A field of an entity and the parameter of the event that it repeats; a reference is read by its id."""

    name: str
    parameter: str
    read: Callable[[Any], Value]
    reference: bool = False
    nullable: bool = False


@dataclass(frozen=True, slots=True)
class Kind:
    """An entity that repeats events, and the contracts whose events of those names it covers."""

    entity: str
    events: tuple[str, ...]
    contracts: tuple[str, ...]
    fields: tuple[Field, ...] = ()
    query: str = ""  # the name of its list among the queries, once the subgraph told it

    def topics(self) -> dict[bytes, str]:
        """The events' names by their topics."""
        known = abi.events(self.contracts[0])
        return {topic_of(abi.signature(known[event])): event for event in self.events}

    def without_references(self) -> Kind:
        """The same without the fields that can fail a whole answer."""
        return replace(self, fields=tuple(field for field in self.fields if not field.reference))


def _who(name: str, parameter: str | None = None, *, nullable: bool = False) -> Field:
    return Field(name, parameter or name, address, reference=True, nullable=nullable)


def _plain(read: Callable[[Any], Value], name: str, parameter: str | None = None, *, nullable: bool = False) -> Field:
    return Field(name, parameter or name, read, nullable=nullable)


_BONDING, _TICKETS, _ROUNDS, _MINTER = ("BondingManager",), ("TicketBroker",), ("RoundsManager",), ("Minter",)
_LOCK = _plain(integer, "unbondingLockId")

KINDS: tuple[Kind, ...] = (
    Kind(
        "BondEvent",
        ("Bond",),
        _BONDING,
        (
            _who("newDelegate"),
            _who("oldDelegate", nullable=True),
            _who("delegator"),
            _plain(wei, "additionalAmount"),
            _plain(wei, "bondedAmount"),
        ),
    ),
    Kind(
        "UnbondEvent",
        ("Unbond",),
        _BONDING,
        (
            _who("delegate"),
            _who("delegator"),
            _plain(wei, "amount"),
            _plain(integer, "withdrawRound"),
            replace(_LOCK, nullable=True),
        ),
    ),
    Kind("RebondEvent", ("Rebond",), _BONDING, (_who("delegate"), _who("delegator"), _plain(wei, "amount"), _LOCK)),
    Kind(
        "TransferBondEvent",
        ("TransferBond",),
        _BONDING,
        (
            _who("oldDelegator"),
            _who("newDelegator"),
            _plain(wei, "amount"),
            _plain(integer, "oldUnbondingLockId"),
            _plain(integer, "newUnbondingLockId"),
        ),
    ),
    Kind(  # delegate: the zero address without an entity for an unbonded claimer; endRound: a round it made up
        "EarningsClaimedEvent",
        ("EarningsClaimed",),
        _BONDING,
        (
            _who("delegator"),
            _plain(wei, "rewardTokens", "rewards"),
            _plain(wei, "fees"),
            _plain(integer, "startRound"),
        ),
    ),
    Kind(
        "WithdrawStakeEvent",
        ("WithdrawStake",),
        _BONDING,
        (_who("delegator"), _plain(wei, "amount"), replace(_LOCK, nullable=True)),
    ),
    Kind(
        "WithdrawFeesEvent",
        ("WithdrawFees",),
        _BONDING,
        (_who("delegator"), _plain(address, "recipient"), _plain(wei, "amount")),
    ),
    Kind("RewardEvent", ("Reward",), _BONDING, (_who("delegate", "transcoder"), _plain(wei, "rewardTokens", "amount"))),
    Kind(
        "RewardCallerSetEvent",
        ("RewardCallerSet",),
        _BONDING,
        (_who("delegate", "transcoder"), _plain(address, "rewardCaller")),
    ),
    Kind(
        "TranscoderUpdateEvent",
        ("TranscoderUpdate",),
        _BONDING,
        (_who("delegate", "transcoder"), _plain(integer, "rewardCut"), _plain(integer, "feeShare")),
    ),
    Kind(
        "TranscoderActivatedEvent",
        ("TranscoderActivated",),
        _BONDING,
        (_who("delegate", "transcoder"), _plain(integer, "activationRound")),
    ),
    Kind(
        "TranscoderDeactivatedEvent",
        ("TranscoderDeactivated",),
        _BONDING,
        (_who("delegate", "transcoder"), _plain(integer, "deactivationRound")),
    ),
    Kind("NewRoundEvent", ("NewRound",), _ROUNDS, (_plain(word, "blockHash"),)),
    Kind(
        "SetCurrentRewardTokensEvent",
        ("SetCurrentRewardTokens",),
        _MINTER,
        (_plain(wei, "currentMintableTokens"), _plain(integer, "currentInflation")),
    ),
    Kind(
        "WinningTicketRedeemedEvent",
        ("WinningTicketRedeemed",),
        _TICKETS,
        (
            _who("sender"),
            _who("recipient"),
            _plain(wei, "faceValue"),
            _plain(integer, "winProb"),
            _plain(integer, "senderNonce"),
            _plain(integer, "recipientRand"),
        ),
    ),
    Kind("DepositFundedEvent", ("DepositFunded",), _TICKETS, (_who("sender"), _plain(wei, "amount"))),
    Kind("ReserveFundedEvent", ("ReserveFunded",), _TICKETS, (_who("reserveHolder"), _plain(wei, "amount"))),
    Kind(
        "ReserveClaimedEvent",
        ("ReserveClaimed",),
        _TICKETS,
        (_who("reserveHolder"), _who("claimant"), _plain(wei, "amount")),
    ),
    Kind(
        "WithdrawalEvent", ("Withdrawal",), _TICKETS, (_who("sender"), _plain(wei, "deposit"), _plain(wei, "reserve"))
    ),
    Kind(
        "ServiceURIUpdateEvent",
        ("ServiceURIUpdate",),
        ("ServiceRegistry",),
        (_plain(address, "addr"), _plain(text, "serviceURI")),
    ),
    Kind("ParameterUpdateEvent", ("ParameterUpdate",), _BONDING + _ROUNDS + _MINTER, (_plain(text, "param"),)),
    Kind("PauseEvent", ("Pause",), ("Controller",)),
    Kind("UnpauseEvent", ("Unpause",), ("Controller",)),
    Kind(
        "PollCreatedEvent",
        ("PollCreated",),
        ("PollCreator",),
        (_who("poll"), _plain(integer, "endBlock"), _plain(integer, "quorum"), _plain(integer, "quota")),
    ),
    Kind("VoteEvent", ("Vote",), ("Poll",), (_plain(address, "voter"), _plain(integer, "choiceID"))),
    Kind(
        "TreasuryVoteEvent",
        ("VoteCast", "VoteCastWithParams"),
        ("LivepeerGovernor",),
        (
            _who("voter"),
            Field("proposal", "proposalId", integer, reference=True),
            _plain(support, "support"),
            _plain(wei, "weight"),
        ),
    ),
)
_MOST_CHOICE = {"Vote": ("choiceID", 1), "VoteCast": ("support", 2), "VoteCastWithParams": ("support", 2)}
# These stand in one transaction with an event that it does index, so that its transactions lead to them.
_IN_COMPANY = (("TicketBroker", "WinningTicketTransfer"), ("BondingManager", "TreasuryReward"))


def unindexed(topics: Iterable[bytes], kinds: Iterable[Kind] = KINDS) -> list[str]:
    """The events among these topics, as "Contract Event", that its transactions need not lead to."""
    wanted = set(topics)
    told = {(contract, event) for kind in kinds for contract in kind.contracts for event in kind.events}
    told |= set(_IN_COMPANY)
    return [
        f"{contract} {name}"
        for contract in abi.CONTRACTS
        for name, entry in abi.events(contract).items()
        if (contract, name) not in told and topic_of(abi.signature(entry)) in wanted
    ]


def is_kept(event: str, values: Mapping[str, Value]) -> bool:
    """Whether the subgraph makes a record of such an event; it drops votes for choices that do not exist."""
    name, most = _MOST_CHOICE.get(event, ("", 0))
    return int(values.get(name, 0)) <= most


def log_values(kind: Kind, event: str, topics: bytes, data: bytes) -> dict[str, Value]:
    """What the log itself says for the parameters that the entity repeats. Raises BadLog for a broken layout."""
    entry = abi.events(kind.contracts[0])[event]
    wanted = {field.parameter for field in kind.fields}
    values: dict[str, Value] = {}
    topic, place = 1, 0
    for parameter in entry["inputs"]:
        raw, index = (topics, topic) if parameter["indexed"] else (data, place)
        topic, place = (topic + 1, place) if parameter["indexed"] else (topic, place + 1)
        if parameter["name"] not in wanted:
            continue
        if len(raw) < (index + 1) * words.WORD:
            raise words.BadLog(f"{parameter['name']} is not in the log")
        values[parameter["name"]] = _CUT[parameter["type"]](raw, index)
    return values


def _cut_word(raw: bytes, index: int) -> str:
    return "0x" + raw[index * words.WORD : (index + 1) * words.WORD].hex()


_CUT: Mapping[str, Callable[[bytes, int], Value]] = {
    "address": words.address,
    "uint8": words.uint,
    "uint256": words.uint,
    "bytes32": _cut_word,
    "string": words.text,
}
