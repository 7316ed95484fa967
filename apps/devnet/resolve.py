"""Acts become calls: amounts are settled by what the chain says, and what it would refuse is left out."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field

from eth_utils.crypto import keccak

from apps.devnet import moves
from apps.devnet.acts import Act, Verb
from apps.devnet.cast import Cast
from apps.devnet.deployment import Deployment
from apps.devnet.roles import SURE_PAYER
from apps.devnet.tickets import ALWAYS_WINS, OFTEN_WINS, Ticket
from apps.devnet.view import Holding, Node, View
from apps.devnet.wire import Call
from apps.protocol.units import PPM, WEI

HALF_PPM = PPM // 2  # the Minter's target bonding rate
TOLERATED_PPM = 2_000
SMALLEST_GAIN = WEI  # less is not worth a transaction
SMALLEST_FEES = 10**12
NOTHING: list[Call] = []

_NODE_VERBS = frozenset({Verb.REWARD, Verb.SET_CUTS, Verb.REDEEM})
_PURSE_VERBS = frozenset({Verb.UNLOCK, Verb.WITHDRAW})
_LOCK_VERBS = frozenset({Verb.REBOND, Verb.REBOND_FROM_UNBONDED, Verb.WITHDRAW_STAKE})
_BARE_VERBS = frozenset({*_NODE_VERBS, *_PURSE_VERBS, Verb.SET_URI, Verb.FUND, Verb.VOTE})
POLL_STAKE = 100 * WEI  # POLL_CREATION_COST: pending stake, which stays where it is


@dataclass(frozen=True, slots=True)
class Scene:
    """Where acts are resolved: the people, the contracts and what was seen."""

    cast: Cast
    at: Deployment
    view: View

    def address(self, name: str) -> str:
        return self.cast.accounts[name].address

    def holding(self, act: Act) -> Holding:
        return self.view.holdings[self.address(act.actor)]

    def node(self, act: Act) -> Node:
        return self.view.nodes[self.address(act.actor)]


@dataclass(slots=True)
class Needs:
    """Whom to look at before acts can be resolved; the fields are arguments of `view.look`."""

    holders: list[str] = field(default_factory=list)
    nodes: list[str] = field(default_factory=list)
    gateways: list[str] = field(default_factory=list)
    lock_owners: list[str] = field(default_factory=list)
    with_totals: bool = False
    with_polls: bool = False


def needs(acts: Iterable[Act], cast: Cast) -> Needs:
    """No more than these acts use."""
    found = Needs()
    for act in acts:
        actor = cast.accounts[act.actor].address
        if act.verb in _NODE_VERBS:
            found.nodes.append(actor)
        if act.verb not in _BARE_VERBS:
            found.holders.append(actor)
        if act.verb in _LOCK_VERBS:
            found.lock_owners.append(actor)
        if act.verb in _PURSE_VERBS:
            found.gateways.append(actor)
        if act.verb is Verb.REDEEM:
            found.gateways.append(cast.accounts[act.target].address)
        found.with_totals = found.with_totals or act.verb is Verb.EVEN_OUT
        found.with_polls = found.with_polls or act.verb is Verb.VOTE
    return found


def resolve(act: Act, scene: Scene) -> list[Call]:
    """The calls that carry the act out, none if the chain would refuse it now."""
    return _VERBS[act.verb](act, scene)


def _reward(act: Act, scene: Scene) -> list[Call]:
    node = scene.node(act)
    if not node.is_active(scene.view.round) or node.last_reward_round == scene.view.round:
        return NOTHING
    return [moves.reward(scene.at, scene.address(act.actor))]


def _bond(act: Act, scene: Scene) -> list[Call]:
    holding, target = scene.holding(act), scene.address(act.target)
    if not act.amount and (not holding.bonded or holding.delegate == target):
        return NOTHING  # a move needs something to move, and somewhere else to move it to
    return [*_money(act, scene), moves.bond(scene.at, scene.address(act.actor), act.amount, target)]


def _bond_for(act: Act, scene: Scene) -> list[Call]:
    owner, delegate = scene.address(act.target), scene.address(act.other)
    call = moves.bond_for(scene.at, scene.address(act.actor), act.amount, owner, delegate)
    return [*_money(act, scene), call]


def _money(act: Act, scene: Scene) -> list[Call]:
    """What has to happen before the actor can bond: LPT bought from the exchange, an approval once."""
    holding, actor = scene.holding(act), scene.address(act.actor)
    calls = []
    if holding.wallet < act.amount:
        missing = act.amount - holding.wallet
        calls.append(moves.give_lpt(scene.at, scene.cast.exchange.address, actor, missing))
    if holding.allowance < act.amount:
        calls.append(moves.approve(scene.at, actor))
    return calls


def _unbond(act: Act, scene: Scene) -> list[Call]:
    return _unbond_amount(act, scene, scene.holding(act).pending_stake * act.part_ppm // PPM)


def _unbond_gain(act: Act, scene: Scene) -> list[Call]:
    gain = scene.holding(act).pending_stake - act.amount
    return _unbond_amount(act, scene, gain) if gain >= SMALLEST_GAIN else NOTHING


def _unbond_amount(act: Act, scene: Scene, amount: int) -> list[Call]:
    if not scene.holding(act).is_bonded(scene.view.round) or amount <= 0:
        return NOTHING
    return [moves.unbond(scene.at, scene.address(act.actor), amount)]


def _rebond(act: Act, scene: Scene) -> list[Call]:
    holding = scene.holding(act)
    if not holding.locks or not holding.bonded:
        return NOTHING
    return [moves.rebond(scene.at, scene.address(act.actor), holding.locks[-1].number)]


def _rebond_from_unbonded(act: Act, scene: Scene) -> list[Call]:
    holding = scene.holding(act)
    if not holding.locks or holding.bonded:
        return NOTHING
    target = scene.address(act.target)
    return [moves.rebond_from_unbonded(scene.at, scene.address(act.actor), target, holding.locks[-1].number)]


def _transfer_bond(act: Act, scene: Scene) -> list[Call]:
    holding = scene.holding(act)
    amount = holding.pending_stake * act.part_ppm // PPM
    if not holding.is_bonded(scene.view.round) or not amount:
        return NOTHING
    return [moves.transfer_bond(scene.at, scene.address(act.actor), scene.address(act.target), amount)]


def _withdraw_stake(act: Act, scene: Scene) -> list[Call]:
    matured = [lock for lock in scene.holding(act).locks if lock.withdraw_round <= scene.view.round]
    return [moves.withdraw_stake(scene.at, scene.address(act.actor), matured[0].number)] if matured else NOTHING


def _withdraw_fees(act: Act, scene: Scene) -> list[Call]:
    fees, actor = scene.holding(act).pending_fees, scene.address(act.actor)
    return [moves.withdraw_fees(scene.at, actor, actor, fees)] if fees >= SMALLEST_FEES else NOTHING


def _claim(act: Act, scene: Scene) -> list[Call]:
    return [moves.claim_earnings(scene.at, scene.address(act.actor))] if scene.holding(act).bonded else NOTHING


def _even_out(act: Act, scene: Scene) -> list[Call]:
    off = scene.view.staked_ppm - HALF_PPM
    if off > TOLERATED_PPM:
        return _unbond_amount(act, scene, min(act.amount, scene.holding(act).pending_stake // 2))
    return _bond(act, scene) if off < -TOLERATED_PPM else NOTHING


def _set_cuts(act: Act, scene: Scene) -> list[Call]:
    node = scene.node(act)
    if node.is_active(scene.view.round) and node.last_reward_round != scene.view.round:
        return NOTHING
    return [moves.set_cuts(scene.at, scene.address(act.actor), act.amount, act.part_ppm)]


def _set_uri(act: Act, scene: Scene) -> list[Call]:
    return [moves.set_service_uri(scene.at, scene.address(act.actor), act.text)]


def _fund(act: Act, scene: Scene) -> list[Call]:
    actor = scene.address(act.actor)
    if act.target:
        return [moves.fund_for(scene.at, actor, scene.address(act.target), act.amount, act.reserve)]
    return [moves.fund(scene.at, actor, act.amount, act.reserve)]


def _unlock(act: Act, scene: Scene) -> list[Call]:
    purse = scene.view.purses[scene.address(act.actor)]
    if purse.withdraw_round or not purse.deposit + purse.reserve:
        return NOTHING
    return [moves.unlock(scene.at, scene.address(act.actor))]


def _withdraw(act: Act, scene: Scene) -> list[Call]:
    purse = scene.view.purses[scene.address(act.actor)]
    ready = 0 < purse.withdraw_round <= scene.view.round
    return [moves.withdraw(scene.at, scene.address(act.actor))] if ready else NOTHING


def _create_poll(act: Act, scene: Scene) -> list[Call]:
    if scene.holding(act).pending_stake < POLL_STAKE:
        return NOTHING
    return [moves.create_poll(scene.at, scene.address(act.actor), act.text)]


def _vote(act: Act, scene: Scene) -> list[Call]:
    poll = scene.view.newest_poll
    return [moves.vote(scene.address(act.actor), poll, act.amount)] if poll else NOTHING


def _redeem(act: Act, scene: Scene) -> list[Call]:
    gateway = scene.cast.accounts[act.target]
    purse = scene.view.purses[gateway.address]
    if not scene.node(act).is_active(scene.view.round) or not purse.deposit + purse.reserve:
        return NOTHING
    ticket = Ticket(
        recipient=scene.address(act.actor),
        sender=gateway.address,
        face_value=act.amount,
        sender_nonce=act.nonce,
        rand=int.from_bytes(keccak(text=f"{scene.cast.seed}/{act.target}/{act.nonce}")),
        creation_round=scene.view.round,
        creation_hash=scene.view.round_hash,
        win_prob=ALWAYS_WINS if act.target == SURE_PAYER else OFTEN_WINS,
    )
    return [moves.redeem(scene.at, ticket, gateway=gateway)]


_VERBS: Mapping[Verb, Callable[[Act, Scene], list[Call]]] = {
    Verb.REWARD: _reward,
    Verb.BOND: _bond,
    Verb.BOND_FOR: _bond_for,
    Verb.UNBOND: _unbond,
    Verb.UNBOND_GAIN: _unbond_gain,
    Verb.REBOND: _rebond,
    Verb.REBOND_FROM_UNBONDED: _rebond_from_unbonded,
    Verb.TRANSFER_BOND: _transfer_bond,
    Verb.WITHDRAW_STAKE: _withdraw_stake,
    Verb.WITHDRAW_FEES: _withdraw_fees,
    Verb.CLAIM: _claim,
    Verb.EVEN_OUT: _even_out,
    Verb.SET_CUTS: _set_cuts,
    Verb.SET_URI: _set_uri,
    Verb.FUND: _fund,
    Verb.UNLOCK: _unlock,
    Verb.WITHDRAW: _withdraw,
    Verb.CREATE_POLL: _create_poll,
    Verb.VOTE: _vote,
    Verb.REDEEM: _redeem,
}
