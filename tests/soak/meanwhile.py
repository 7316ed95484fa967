"""What happens on a stage beside the plans: rewards, paid tickets, rounds, terms, and other people."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from apps.devnet import moves
from apps.devnet.network import Account, Reverted
from apps.devnet.wire import Call
from apps.protocol.bonding.state import State
from apps.protocol.units import Address, EthWei
from tests.stages import ETH, LPT, Stage


class Meanwhile:
    """Acts of others by chance. Each says what it was; the contracts may have refused it."""

    def __init__(self, stage: Stage, rng: random.Random) -> None:
        self._stage, self._rng, self._made = stage, rng, stage.net.deployment

    def act(self) -> str:
        """The protocol's own life: a reward, a ticket, the next round."""
        dice, node = self._rng.random(), self._rng.choice(self._stage.nodes)
        if dice < 0.35:
            return self._do(moves.reward(self._made, node.address))
        if dice < 0.55:
            return self._ticket(node)
        if dice < 0.65:
            return self._do(moves.approve(self._made, self._anybody().address, self._rng.randrange(1, 100 * LPT)))
        self._stage.next_round()
        return "the next round"

    def disturb(self, now: State, whom: Sequence[Address]) -> str:
        """Something that may well concern these accounts, or their orchestrators."""
        who = self._rng.choice(whom)
        here = now.accounts[who].delegate if who in now.accounts else who
        node = next((one for one in self._stage.nodes if one.address == here), self._rng.choice(self._stage.nodes))
        acts: list[Callable[[], str]] = [
            self.act,
            lambda: self._do(moves.reward(self._made, node.address)),
            lambda: self._ticket(node),
            lambda: self._do(*self._worse(node)),
            lambda: self._do(*self._person(who, now)),
            lambda: self._do(*self._person(self._anybody().address, now)),
            lambda: self._do(*self._gift(who)),
        ]
        return self._rng.choice(acts)()

    def _anybody(self) -> Account:
        return self._rng.choice([*self._stage.people, *self._stage.nodes])

    def _do(self, *calls: Call) -> str:
        receipts = self._stage.do(*calls)
        told = [f"{call.what} of {call.sender[:6]}" for call in calls]
        done = ["" if int(each["status"], 16) else " (refused)" for each in receipts]
        return ", ".join(one + how for one, how in zip(told, done, strict=True))

    def _ticket(self, node: Account) -> str:
        try:
            self._stage.redeem(node, EthWei(self._rng.randrange(1, ETH // 10)))
        except Reverted:
            return "a ticket (refused)"
        return f"a ticket of {node.address[:6]}"

    def _worse(self, node: Account) -> tuple[Call, ...]:
        terms = (self._rng.randrange(1_000_001) for _ in range(2))
        return moves.reward(self._made, node.address), moves.set_cuts(self._made, node.address, *terms)

    def _person(self, who: str, now: State) -> tuple[Call, ...]:
        """The same account from another window, or anybody else."""
        at, node, amount = self._made, self._rng.choice(self._stage.nodes), self._rng.randrange(1, 300 * LPT)
        lock = self._rng.choice([*now.accounts[Address(who)].locks, 0])
        stake = now.worth(Address(who)).stake
        choices: list[tuple[Call, ...]] = [
            (moves.approve(at, who, amount), moves.bond(at, who, amount, node.address)),
            (moves.bond(at, who, 0, node.address),),
            (moves.unbond(at, who, stake // self._rng.choice((1, 3)) or 1),),
            (moves.rebond(at, who, lock),),
            (moves.withdraw_stake(at, who, lock),),
            (moves.give_lpt(at, who, self._anybody().address, amount),),
            (moves.approve(at, who, self._rng.choice((0, amount))),),
            (moves.claim_earnings(at, who),),
            (moves.transfer_bond(at, who, self._anybody().address, stake // 5 or 1),),
        ]
        return self._rng.choice(choices)

    def _gift(self, whom: Address) -> tuple[Call, ...]:
        """A third party stakes one wei for somebody, which fixes the orchestrator of an account without one."""
        payer, node = self._anybody(), self._rng.choice(self._stage.nodes)
        return (
            moves.approve(self._made, payer.address, 1),
            moves.bond_for(self._made, payer.address, 1, whom, node.address),
        )
