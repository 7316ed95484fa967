"""Changes of the contracts behind the protocol's names, and whether an operator has seen them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db.models import QuerySet

from apps.chain.readers.controller import contract_id
from apps.network.models import ContractAcknowledgement, ContractBaseline, ContractChange
from apps.protocol.units import ZERO_ADDRESS, Address

# every name that the Controllers on Arbitrum and of the local network were ever given
_PROXIES = ("BondingManager", "RoundsManager", "TicketBroker", "ServiceRegistry", "L2Migrator", "BondingVotes")
_OTHERS = ("Minter", "LivepeerToken", "MerkleSnapshot", "L2LPTGateway", "L2LPTDataCache", "Governor", "JobsManager")
_VOTING = ("LivepeerGovernor", "Treasury", "PollCreator")
_NAMES = (*_PROXIES, *_OTHERS, *_VOTING)
_NAME_OF: Mapping[bytes, str] = {
    contract_id(f"{name}{end}"): f"{name}{end}" for name in _NAMES for end in ("", "Target")
}

# a prepared transaction calls these, or rests on what they say
_RELIED_ON = frozenset({*_PROXIES, "Minter", "LivepeerToken", "JobsManager"})


@dataclass(frozen=True, slots=True)
class Change:
    """One SetContractInfo. `is_pending` says that it may change what calls do, and that nobody has acknowledged it."""

    name: str  # 0x and the id in hex where no name is known for it
    contract_id: bytes
    address: str
    old_address: str | None  # None: the name had no contract before
    git_commit: str  # 40 hex digits
    block: int
    time: datetime
    tx_hash: bytes
    log_index: int
    acknowledged_at: datetime | None
    is_pending: bool


def changes() -> list[Change]:
    """Every change, newest first. Two queries and one for the baseline; there are some dozens of them on Arbitrum."""
    baseline = ContractBaseline.objects.values_list("block", flat=True).first()
    seen = {
        (bytes(row.tx_hash), row.log_index, bytes(row.contract_id), row.address): row.acknowledged_at
        for row in ContractAcknowledgement.objects.all()
    }
    stands: dict[bytes, str] = {}
    found = []
    for row in ContractChange.objects.select_related("block").order_by("block", "log_index"):
        key = (bytes(row.tx_hash), row.log_index, bytes(row.contract_id), row.address)
        change = _change(row, stands.get(key[2]), seen.get(key), baseline)
        stands[change.contract_id] = change.address
        found.append(change)
    return found[::-1]


def addresses_now() -> dict[str, Address]:
    """The address behind each name, by the newest registration; names whose contract was taken away are absent."""
    return {name: address for name, address in _newest(ContractChange.objects.all()) if address != ZERO_ADDRESS}


def addresses_last() -> dict[str, Address]:
    """The last address behind each name, also of those whose contract was taken away since."""
    return dict(_newest(ContractChange.objects.exclude(address=ZERO_ADDRESS)))


def _newest(rows: QuerySet[ContractChange]) -> Iterable[tuple[str, Address]]:
    """Each known name with its newest address."""
    found: dict[str, Address] = {}
    for identity, address in rows.order_by("block_id", "log_index").values_list("contract_id", "address"):
        name = _NAME_OF.get(bytes(identity))
        if name is not None:
            found[name] = Address(address)
    return found.items()


def pending_changes() -> list[Change]:
    """The changes that an operator has to acknowledge before transactions are prepared again, newest first."""
    return [change for change in changes() if change.is_pending]


def preparation_is_open() -> bool:
    """Whether transactions may be prepared: the contracts are those the program was set up for, or were acknowledged.

    False before the index knows any contract.
    """
    return ContractBaseline.objects.exists() and not pending_changes()


def _change(
    row: ContractChange, old_address: str | None, acknowledged_at: datetime | None, baseline: int | None
) -> Change:
    identity = bytes(row.contract_id)
    name = _NAME_OF.get(identity, f"0x{identity.hex()}")
    old = None if old_address == ZERO_ADDRESS else old_address
    is_new = baseline is None or row.block_id > baseline
    matters = row.address != old and (name.endswith("Target") or name in _RELIED_ON)
    return Change(
        name=name,
        contract_id=identity,
        address=row.address,
        old_address=old,
        git_commit=bytes(row.git_commit).hex(),
        block=row.block_id,
        time=row.block.time,
        tx_hash=bytes(row.tx_hash),
        log_index=row.log_index,
        acknowledged_at=acknowledged_at,
        is_pending=is_new and matters and acknowledged_at is None,
    )
