"""Everything a plan is decided on: the state of the chain at one block, and what was known around it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from apps.protocol.bonding.rewards import Mint
from apps.protocol.bonding.state import State
from apps.protocol.formats import short_address
from apps.protocol.units import Address, BlockNumber, Ppm, Round


@dataclass(frozen=True, slots=True)
class Worsened:
    """An orchestrator's last change of terms that takes from delegators, within the rounds that count as lately."""

    round: Round
    old_reward_cut: Ppm
    new_reward_cut: Ppm
    old_fee_share: Ppm
    new_fee_share: Ppm


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One block. `contracts` are accounts with code; `mine` the reader's other accounts, as far as they were named.

    Everything but the state itself is what was known around it: it makes sentences and never amounts.
    """

    state: State
    mint: Mint
    chain_id: int
    block: BlockNumber
    block_hash: bytes
    time: int  # of the block, unix seconds
    blocks_left: int  # of the round, by the contract's clock
    manager: Address
    token: Address
    contracts: frozenset[Address] = frozenset()
    mine: frozenset[Address] = frozenset()
    worsened: Mapping[Address, Worsened] = field(default_factory=dict)
    names: Mapping[Address, str] = field(default_factory=dict)
    stranded: Mapping[Address, int] = field(default_factory=dict)  # stake of others with a node, LPT wei
    votes_count: bool = False  # whether this chain keeps voting power by delegate
    uncounted: frozenset[Address] = frozenset()  # accounts with stake whose voting power was never counted
    migrates: bool = False  # whether stake of the chain before this one can still be claimed
    delegated: frozenset[Address] = frozenset()  # of `contracts`, those whose code is borrowed and that sign by a key
    lock_origins: Mapping[tuple[Address, int], Address] = field(default_factory=dict)  # whom a lock was taken out from
    waiting: int = 0  # transactions of the signer that are sent and in no block

    def is_contract(self, address: Address) -> bool:
        """Whether no key but other rules sign for it; EIP-7702 lends code to an account that keeps its key."""
        return address in self.contracts and address not in self.delegated

    def called(self, address: Address) -> str:
        """The name that a sentence uses: the owner's own where it is known, with the address."""
        name = self.names.get(address)
        return f"{name} ({short_address(address)})" if name else short_address(address)
