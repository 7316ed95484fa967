"""The BondingManager at one block, as far as a plan needs it: accounts, their delegates, and the pool.

What is worth what follows LIP-36: a position is worth its stake times the growth of its delegate's factors since the
round of its last claim.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum

from apps.protocol.earnings import Earnings, Factors, Holding, with_pending
from apps.protocol.hints import Pool
from apps.protocol.units import NEVER, ZERO_ADDRESS, Address, EthWei, LptWei, Ppm, Round

_NO_LPT, _NO_ETH, _NO_CUT, _NO_ROUND, _NO_FACTORS = LptWei(0), EthWei(0), Ppm(0), Round(0), Factors()


class NotRead(LookupError):
    """The state does not hold what the step needs: it was read for another plan."""


class Status(StrEnum):
    """Of a position: pending counts from the next round on, unbonded may still have locks and fees."""

    UNBONDED = "unbonded"
    PENDING = "pending"
    BONDED = "bonded"


@dataclass(frozen=True, slots=True)
class Rules:
    """What one generation of the contract does and another does not."""

    receiver_claims: bool = True  # transferBond claims for its receiver, and begins an empty position anew
    bond_claims_for_owner: bool = True  # and not for whoever pays
    guards_claims: bool = True  # nobody may make another lose the round's reward
    guards_leaving: bool = True  # no stake to an orchestrator on its way out before its reward call
    guards_delegates: bool = True  # nobody may choose another's delegate
    allowance_has_no_end: bool = False  # the token leaves the largest allowance as it is when it is used


# the contracts as first deployed on Arbitrum, which the local network runs
FIRST_GENERATION = Rules(
    receiver_claims=False,
    bond_claims_for_owner=False,
    guards_claims=False,
    guards_leaving=False,
    guards_delegates=False,
    allowance_has_no_end=True,
)


@dataclass(frozen=True, slots=True)
class Lock:
    """Stake on its way out; it can be withdrawn from `withdraw_round` on."""

    amount: LptWei
    withdraw_round: Round


@dataclass(frozen=True, slots=True)
class Account:
    """What getDelegator and the token hold for an address. `bonded` and `fees` are as of `last_claim_round`."""

    address: Address
    delegate: Address = ZERO_ADDRESS
    bonded: LptWei = _NO_LPT
    fees: EthWei = _NO_ETH
    start_round: Round = _NO_ROUND
    last_claim_round: Round = _NO_ROUND
    next_lock_id: int = 0
    locks: Mapping[int, Lock] = field(default_factory=dict)
    lpt_balance: LptWei = _NO_LPT
    allowance: LptWei = _NO_LPT  # of the BondingManager


@dataclass(frozen=True, slots=True)
class Node:
    """A delegate: an orchestrator, or an address that stake was sent to by mistake. `latest` are its newest factors.

    A position's earnings count from the factors stored for the round of its last claim, and from 1 where none were.
    """

    address: Address
    stake: LptWei = _NO_LPT  # all that is delegated to it
    registered: bool = False
    active: bool = False  # member of the running round's active set
    last_reward_round: Round = _NO_ROUND
    activation_round: Round = _NO_ROUND
    deactivation_round: Round = _NO_ROUND
    reward_cut: Ppm = _NO_CUT
    fee_share: Ppm = _NO_CUT
    latest: Factors = _NO_FACTORS
    kept: Factors = _NO_FACTORS  # those stored for the running round; zero where nobody claimed or called yet
    round_stake: LptWei = field(default=_NO_LPT, compare=False)  # what earns in the running round
    own_rewards: LptWei = _NO_LPT  # commission that waits for its own claim
    own_fees: EthWei = _NO_ETH

    @property
    def is_leaving(self) -> bool:
        """Active now, and not from its deactivation round on."""
        return self.active and self.deactivation_round != NEVER


@dataclass(frozen=True, slots=True)
class State:
    """The chain as a plan needs it, at one block. `factors` are those stored for (delegate, round), unset ones zero."""

    round: Round
    unbonding_period: int
    pool: Pool
    accounts: Mapping[Address, Account]
    nodes: Mapping[Address, Node]
    factors: Mapping[tuple[Address, Round], Factors]
    rules: Rules = field(default_factory=Rules)
    paused: bool = False
    initialised: bool = True
    round_is_locked: bool = False

    def account(self, address: Address) -> Account:
        try:
            return self.accounts[address]
        except KeyError as error:
            raise NotRead(f"{address} was not read for this plan.") from error

    def node(self, address: Address) -> Node:
        try:
            return self.nodes[address]
        except KeyError as error:
            raise NotRead(f"The delegate {address} was not read for this plan.") from error

    def status_of(self, address: Address) -> Status:
        one = self.account(address)
        if one.bonded == 0:
            return Status.UNBONDED
        return Status.PENDING if one.start_round > self.round else Status.BONDED

    def worth(self, address: Address) -> Earnings:
        """Stake and fees with all that is pending, as pendingStake and pendingFees answer."""
        one = self.account(address)
        if one.delegate == ZERO_ADDRESS:
            return Earnings(one.bonded, one.fees)
        node = self.node(one.delegate)
        own = node if one.delegate == address else Node(one.delegate)
        if one.last_claim_round >= self.round:  # nothing but commission is pending twice in a round
            return Earnings(LptWei(one.bonded + own.own_rewards), EthWei(one.fees + own.own_fees))
        return with_pending(
            Holding(one.bonded, one.fees),
            start=self._start(one),
            end=node.latest,
            own_rewards=own.own_rewards,
            own_fees=own.own_fees,
        )

    def within_reach(self, address: Address) -> Earnings:
        """As much of the worth as a call of this round can take.

        Commission is claimed with the rest, once a round: what an orchestrator earns after that waits for the next.
        """
        one = self.account(address)
        return Earnings(one.bonded, one.fees) if one.last_claim_round >= self.round else self.worth(address)

    def _start(self, one: Account) -> Factors:
        try:
            return self.factors[one.delegate, one.last_claim_round]
        except KeyError as error:
            raise NotRead(f"The factors of {one.delegate} in round {one.last_claim_round} were not read.") from error

    def would_forfeit(self, address: Address) -> bool:
        """Whether a claim now gives up the position's reward of the round: its delegate is active and has yet to call.

        The whole position loses it, however little the step itself moves.
        """
        one = self.account(address)
        if one.delegate == ZERO_ADDRESS or one.bonded == 0 or one.last_claim_round >= self.round:
            return False
        node = self.node(one.delegate)
        return node.active and node.last_reward_round < self.round

    def with_account(self, one: Account) -> State:
        return replace(self, accounts={**self.accounts, one.address: one})

    def with_node(self, one: Node) -> State:
        return replace(self, nodes={**self.nodes, one.address: one})
