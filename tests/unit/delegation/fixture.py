"""The fixture of the acceptance scenarios: round 4000, two orchestrators of 10,000 LPT, a delegator with 1,000."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from apps.delegation.plan.facts import Snapshot
from apps.protocol.bonding.rewards import Mint
from apps.protocol.bonding.state import Account, Lock, Node, Rules, State
from apps.protocol.earnings import Factors
from apps.protocol.hints import Pool
from apps.protocol.perc import ONE
from apps.protocol.units import NEVER, WEI, Address, BlockNumber, LptWei, Ppm, Round

NOW = Round(4000)
T1, T2 = Address("0x" + "1" * 40), Address("0x" + "2" * 40)
D, D2, B = Address("0x" + "d" * 40), Address("0x" + "e" * 40), Address("0x" + "b" * 40)
MANAGER, TOKEN = Address("0x35bcf3c30594191d53231e4ff333e8a770453e40"), Address("0x" + "7" * 40)
FACTOR = 1_002_880_000_000_000_000_000_000_000  # after the reward of round 4000


def lpt(amount: float) -> LptWei:
    """Whole and thousandth LPT in base units."""
    return LptWei(round(amount * 1000) * WEI // 1000)


def node(address: Address, *, rewarded: bool = False, **changes: Any) -> Node:
    """An orchestrator of 10,000 LPT that has called reward in this round, or has yet to."""
    factors = Factors(FACTOR if rewarded else ONE, 0)
    made = Node(
        address,
        stake=lpt(10_000),
        registered=True,
        active=True,
        last_reward_round=NOW if rewarded else Round(NOW - 1),
        activation_round=Round(100),
        deactivation_round=Round(NEVER),
        reward_cut=Ppm(200_000),
        fee_share=Ppm(500_000),
        latest=factors,
        kept=factors if rewarded else Factors(),
        round_stake=lpt(10_000),
    )
    return replace(made, **changes)


def account(address: Address, **changes: Any) -> Account:
    """An account with 500 LPT in its wallet and no stake."""
    return replace(Account(address, lpt_balance=lpt(500)), **changes)


DELEGATOR = account(D, delegate=T1, bonded=lpt(1_000), start_round=Round(3900), last_claim_round=Round(3999))


def state(*, t1: Node | None = None, t2: Node | None = None, d: Account = DELEGATOR, **changes: Any) -> State:
    nodes = {T1: t1 or node(T1, rewarded=True), T2: t2 or node(T2, rewarded=True)}
    accounts = {D: d, D2: account(D2), B: account(B)}
    nodes |= {who: Node(who) for who in accounts}
    pool = Pool.of([(T1, nodes[T1].stake), (T2, nodes[T2].stake)], max_size=100)
    made = State(
        round=NOW,
        unbonding_period=7,
        pool=pool,
        accounts=accounts,
        nodes=nodes,
        factors={(T1, Round(3999)): Factors(ONE, 0), (T2, Round(3999)): Factors(ONE, 0)},
        rules=Rules(),
    )
    return replace(made, **changes)


def snapshot(now: State | None = None, **changes: Any) -> Snapshot:
    made = Snapshot(
        state=now or state(),
        mint=Mint(lpt(20_000), lpt(5_000_000), 10**26),
        chain_id=31337,
        block=BlockNumber(1000),
        block_hash=bytes(32),
        time=1_700_000_000,
        blocks_left=100,
        manager=MANAGER,
        token=TOKEN,
    )
    return replace(made, **changes)


def lock(amount: float, withdraw_round: int) -> Lock:
    return Lock(lpt(amount), Round(withdraw_round))
