"""What the BondingManager does with a delegator's call, as pure steps from one state to the next.

A step gives the state after it, or raises Reverted with the reason the contract would give. Only what delegators can do
is here; rewards, fees and rounds happen on the chain and are read again. Both generations of the contract are meant,
told apart by Rules.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from apps.protocol.bonding.state import Account, Lock, State, Status
from apps.protocol.earnings import Factors
from apps.protocol.hints import NO_HINT, Hint, joined, restaked
from apps.protocol.units import NEVER, UINT256_MAX, ZERO_ADDRESS, Address, EthWei, LptWei, Ppm, Round

UNDERFLOW = "panic 0x11"  # what a node says of Solidity's own check


class Reverted(Exception):
    """The contract would refuse the call; `reason` is its own text."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Stepped:
    """The state after a call, the hints that belong into it, and who fell out of the pool by it."""

    state: State
    old_hint: Hint = NO_HINT  # of the delegate that loses stake
    new_hint: Hint = NO_HINT  # of the delegate that gains it
    evicted: Address | None = None


def approve(state: State, owner: Address, amount: LptWei) -> Stepped:
    """The token's approve for the BondingManager."""
    return Stepped(state.with_account(replace(state.account(owner), allowance=amount)))


def bond(state: State, caller: Address, owner: Address, amount: LptWei, to: Address) -> Stepped:
    """bondWithHint, and bondForWithHint where the caller is another: the whole position goes to `to`, and `amount`."""
    _running(state)
    _not_at_their_cost(state, caller, owner)
    state = claim(state, owner if state.rules.bond_claims_for_owner else caller)
    _not_leaving(state, to)
    one, status = state.account(owner), state.status_of(owner)
    if caller != owner and state.rules.guards_delegates:
        _not_for_them(state, owner, to)
    moved, old_hint = LptWei(0), NO_HINT
    if status is Status.UNBONDED:
        one = replace(one, start_round=Round(state.round + 1))
    elif one.delegate != to:
        if state.nodes[one.delegate].registered and one.delegate == owner:
            raise Reverted("registered transcoders can't delegate towards other addresses")
        moved, one = one.bonded, replace(one, start_round=Round(state.round + 1))
    if amount + moved == 0:
        raise Reverted("delegation amount must be greater than 0")
    if moved:
        state, old_hint = _less(state, one.delegate, moved)
    state = state.with_account(replace(one, delegate=to, bonded=LptWei(one.bonded + amount)))
    if to != ZERO_ADDRESS:
        state = _factors_kept(state, to)
    if to == owner:
        state = state.with_node(replace(state.node(to), registered=True))
    state, new_hint, evicted = _more(state, to, LptWei(amount + moved))
    return Stepped(_paid(state, caller, amount), old_hint, new_hint, evicted)


def unbond(state: State, caller: Address, amount: LptWei) -> Stepped:
    """unbondWithHint: a new lock; whoever keeps nothing has no delegate either, and no node any more."""
    _running(state)
    if state.status_of(caller) is not Status.BONDED:
        raise Reverted("caller must be bonded")
    state = claim(state, caller)
    one = state.account(caller)
    if amount <= 0:
        raise Reverted("unbond amount must be greater than 0")
    if amount > one.bonded:
        raise Reverted("amount is greater than bonded amount")
    lock = Lock(amount, Round(state.round + state.unbonding_period))
    left, delegate = LptWei(one.bonded - amount), one.delegate
    one = replace(one, bonded=left, locks={**one.locks, one.next_lock_id: lock}, next_lock_id=one.next_lock_id + 1)
    if left == 0:
        one = replace(one, delegate=ZERO_ADDRESS, start_round=Round(0))
    state = state.with_account(one)
    if left == 0 and delegate == caller:
        state = _resigned(state, caller)
    state, hint = _less(state, delegate, amount)
    return Stepped(state, old_hint=hint)


def rebond(state: State, caller: Address, lock_id: int) -> Stepped:
    """rebondWithHint: a whole lock back to the delegate of now, whoever it was with before."""
    _running(state)
    if state.status_of(caller) is Status.UNBONDED:
        raise Reverted("caller must be bonded")
    return _rebonded(claim(state, caller), caller, lock_id)


def rebond_from_unbonded(state: State, caller: Address, to: Address, lock_id: int) -> Stepped:
    """rebondFromUnbondedWithHint: a whole lock to any delegate, pending until the next round.

    The contract does not store the delegate's factors for the round here. Unless somebody else's claim, or a reward
    call, does so in the same round, the position earns from then on as if it had been there from the beginning.
    """
    _running(state)
    if state.status_of(caller) is not Status.UNBONDED:
        raise Reverted("caller must be unbonded")
    state = claim(state, caller)
    one = replace(state.account(caller), delegate=to, start_round=Round(state.round + 1))
    return _rebonded(state.with_account(one), caller, lock_id)


def transfer_bond(state: State, caller: Address, receiver: Address, amount: LptWei) -> Stepped:
    """transferBond: the receiver owns `amount` from now on, with its own delegate, or with the caller's if it has none.

    On the first BondingManager a receiver's earnings are not claimed, and an empty position is not begun anew; nor does
    it mind a receiver that is nobody, or the empty account of the caller's own delegate.
    """
    delegate = state.account(caller).delegate
    left = unbond(state, caller, amount)
    sender = left.state.account(caller)
    lock_id = sender.next_lock_id - 1
    lock = sender.locks[lock_id]
    state = left.state.with_account(replace(sender, locks=_less_lock(sender, lock_id)))
    is_empty = state.status_of(receiver) is Status.UNBONDED
    if state.rules.guards_delegates and is_empty and receiver in (ZERO_ADDRESS, delegate):
        raise Reverted("INVALID_DELEGATOR")
    if state.rules.receiver_claims:
        if receiver != caller:
            _not_at_their_cost(state, caller, receiver)
        state = claim(state, receiver)
    one = state.account(receiver)
    if one.delegate == ZERO_ADDRESS and state.status_of(receiver) is Status.UNBONDED:
        one = replace(one, delegate=delegate)
    if state.rules.receiver_claims and one.bonded == 0:
        one = replace(one, start_round=Round(state.round + 1))
    passing = one.next_lock_id
    one = replace(one, locks={**one.locks, passing: lock}, next_lock_id=passing + 1)
    there = _rebonded(state.with_account(one), receiver, passing)
    return replace(there, old_hint=left.old_hint)


def withdraw_stake(state: State, caller: Address, lock_id: int) -> Stepped:
    """withdrawStake: a matured lock becomes LPT of the caller's. Nothing is claimed."""
    _running(state)
    one = state.account(caller)
    lock = _lock(one, lock_id)
    if lock.withdraw_round > state.round:
        raise Reverted("withdraw round must be before or equal to the current round")
    balance = LptWei(one.lpt_balance + lock.amount)
    return Stepped(state.with_account(replace(one, locks=_less_lock(one, lock_id), lpt_balance=balance)))


def withdraw_fees(state: State, caller: Address, recipient: Address, amount: EthWei) -> Stepped:
    """withdrawFees: fees of the caller's, sent as ETH to any address."""
    _running(state)
    if recipient == ZERO_ADDRESS:
        raise Reverted("invalid recipient")
    state = claim(state, caller)
    one = state.account(caller)
    if amount > one.fees:
        raise Reverted("insufficient fees to withdraw")
    return Stepped(state.with_account(replace(one, fees=EthWei(one.fees - amount))))


def set_terms(state: State, caller: Address, reward_cut: Ppm, fee_share: Ppm) -> Stepped:
    """transcoderWithHint: an orchestrator's own cuts; one outside the pool tries to get in."""
    _running(state)
    node = state.node(caller)
    if state.round_is_locked:
        raise Reverted("can't update transcoder params, current round is locked")
    if not node.registered:
        raise Reverted("transcoder must be registered")
    if node.active and node.last_reward_round != state.round:
        raise Reverted("caller can't be active or must have already called reward for the current round")
    state = state.with_node(replace(node, reward_cut=reward_cut, fee_share=fee_share))
    if state.pool.holds(caller):
        return Stepped(state)
    return _entered(state, caller, node.stake)


def claim(state: State, owner: Address) -> State:
    """The claim that most calls begin with: what is pending becomes stake and fees, once a round."""
    one = state.account(owner)
    if one.last_claim_round >= state.round:
        return state
    if one.delegate != ZERO_ADDRESS:
        worth = state.worth(owner)
        one = replace(one, bonded=worth.stake, fees=worth.fees)
        if one.delegate == owner:
            node = replace(state.node(owner), own_rewards=LptWei(0), own_fees=EthWei(0))
            state = state.with_node(node)
        state = _factors_kept(state, one.delegate)
    return state.with_account(replace(one, last_claim_round=state.round))


def _factors_kept(state: State, delegate: Address) -> State:
    """The latest factors stored for the running round, as a claim and a bond do and a rebond does not."""
    node = state.node(delegate)
    kept = Factors(node.kept.reward or node.latest.reward, node.kept.fee or node.latest.fee)
    return state.with_node(replace(node, kept=kept))


def _running(state: State) -> None:
    if state.paused:
        raise Reverted("system is paused")
    if not state.initialised:
        raise Reverted("current round is not initialized")


def _not_at_their_cost(state: State, caller: Address, owner: Address) -> None:
    """Another's claim before its delegate's reward call would cost it the round's reward."""
    if caller != owner and state.rules.guards_claims and state.would_forfeit(owner):
        raise Reverted("ILLEGAL_CLAIM_EARNINGS")


def _not_leaving(state: State, to: Address) -> None:
    if state.rules.guards_leaving and to != ZERO_ADDRESS:
        node = state.node(to)
        if node.is_leaving and node.last_reward_round != state.round:
            raise Reverted("transcoder has not yet called reward for the current round")


def _not_for_them(state: State, owner: Address, to: Address) -> None:
    if owner == ZERO_ADDRESS:
        raise Reverted("INVALID_DELEGATOR")
    is_unbonded = state.status_of(owner) is Status.UNBONDED
    if is_unbonded and to == owner:
        raise Reverted("INVALID_DELEGATE")
    if not is_unbonded and to != state.account(owner).delegate:
        raise Reverted("INVALID_DELEGATE_CHANGE")


def _paid(state: State, caller: Address, amount: LptWei) -> State:
    payer = state.account(caller)
    if payer.lpt_balance < amount:
        raise Reverted("ERC20: transfer amount exceeds balance")
    if payer.allowance < amount:
        raise Reverted("ERC20: transfer amount exceeds allowance")
    is_endless = state.rules.allowance_has_no_end and payer.allowance == UINT256_MAX
    left = payer.allowance if is_endless else LptWei(payer.allowance - amount)
    return state.with_account(replace(payer, lpt_balance=LptWei(payer.lpt_balance - amount), allowance=left))


def _lock(one: Account, lock_id: int) -> Lock:
    try:
        return one.locks[lock_id]
    except KeyError as error:
        raise Reverted("invalid unbonding lock ID") from error


def _less_lock(one: Account, lock_id: int) -> dict[int, Lock]:
    return {number: lock for number, lock in one.locks.items() if number != lock_id}


def _rebonded(state: State, owner: Address, lock_id: int) -> Stepped:
    one = state.account(owner)
    lock = _lock(one, lock_id)
    _not_leaving(state, one.delegate)
    one = replace(one, bonded=LptWei(one.bonded + lock.amount), locks=_less_lock(one, lock_id))
    state = state.with_account(one)
    if one.delegate == owner:
        state = state.with_node(replace(state.node(owner), registered=True))
    state, hint, evicted = _more(state, one.delegate, lock.amount)
    return Stepped(state, new_hint=hint, evicted=evicted)


def _less(state: State, delegate: Address, amount: LptWei) -> tuple[State, Hint]:
    """Stake taken from a delegate; its hint where it is a member of the pool."""
    if delegate == ZERO_ADDRESS:
        return state, NO_HINT
    node = state.node(delegate)
    if node.stake < amount:
        raise Reverted(UNDERFLOW)  # positions can outgrow their delegate's total, see rebond_from_unbonded
    node = replace(node, stake=LptWei(node.stake - amount))
    state = state.with_node(node)
    if not state.pool.holds(delegate):
        return state, NO_HINT
    placed = restaked(state.pool, delegate, node.stake)
    return replace(state, pool=placed.pool), placed.hint


def _more(state: State, delegate: Address, amount: LptWei) -> tuple[State, Hint, Address | None]:
    """Stake given to a delegate; one that is registered and outside the pool tries to get in."""
    if delegate == ZERO_ADDRESS:
        return state, NO_HINT, None
    node = state.node(delegate)
    node = replace(node, stake=LptWei(node.stake + amount))
    state = state.with_node(node)
    if state.pool.holds(delegate):
        placed = restaked(state.pool, delegate, node.stake)
        return replace(state, pool=placed.pool), placed.hint, None
    if not node.registered:
        return state, NO_HINT, None
    entered = _entered(state, delegate, node.stake)
    return entered.state, entered.new_hint, entered.evicted


def _entered(state: State, address: Address, stake: LptWei) -> Stepped:
    placed = joined(state.pool, address, stake)
    if placed.pool == state.pool:
        return Stepped(state)
    soon = Round(state.round + 1)
    # who was evicted and comes back in the same round is not active for the rest of it
    node = replace(state.node(address), active=False, activation_round=soon, deactivation_round=Round(NEVER))
    state = replace(state.with_node(node), pool=placed.pool)
    if placed.evicted is not None and placed.evicted in state.nodes:
        state = state.with_node(replace(state.node(placed.evicted), deactivation_round=soon))
    return Stepped(state, new_hint=placed.hint, evicted=placed.evicted)


def _resigned(state: State, address: Address) -> State:
    """A node whose owner keeps nothing leaves the pool; it stays active until the end of the round."""
    node = replace(state.node(address), registered=False)
    if state.pool.holds(address):
        node = replace(node, deactivation_round=Round(state.round + 1))
    return replace(state.with_node(node), pool=state.pool.without(address))
