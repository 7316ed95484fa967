"""A short history of three orchestrators in the tables, of which the newest blocks are not final yet."""

from __future__ import annotations

from apps.delegation.models import StakeEvent
from apps.network.models import Block
from apps.protocol.units import WEI
from tests import factories as made

WORKER, WHALE, LEAVER = made.address(1), made.address(2), made.address(3)
GATEWAY, OTHER_GATEWAY = made.address(10_001), made.address(10_002)
ROUND_BLOCKS = 10
FIRST, OPEN = 100, 112  # twelve whole rounds, and the open one
HEAD = OPEN * ROUND_BLOCKS + 8
FINAL = OPEN * ROUND_BLOCKS + 3


def block_of(round_: int, after: int = 0) -> Block:
    return made.BlockFactory(number=round_ * ROUND_BLOCKS + after)


def twelve_rounds() -> None:
    """Rounds 100 to 111 whole, 112 open and final in its first three blocks only; the head is five blocks further."""
    made.IndexStateFactory(projected_to=HEAD, finalized_block=FINAL)
    for number in range(FIRST, OPEN + 1):
        made.RoundFactory(number=number, block=block_of(number))
    for node, stake in ((WORKER, 1000), (WHALE, 9000), (LEAVER, 500)):
        made.OrchestratorFactory(address=node, stake_lpt_wei=stake * WEI, first_block=1)
        bond(node, FIRST - 1, 0, stake)
        terms(node, FIRST - 1, 1, reward_cut=100_000, fee_share=500_000)
        for number in range(FIRST, OPEN + 1):
            live(node, number, stake)
    for number in range(FIRST, OPEN):
        ticket(WORKER, GATEWAY if number % 3 else OTHER_GATEWAY, number, 100)
    block_of(OPEN, 3)
    block_of(OPEN, 8)


def live(node: str, number: int, stake: int) -> None:
    paid = 100 * 10**15 if node == WORKER and number < OPEN else 0
    made.OrchestratorRoundFactory(
        orchestrator=node,
        round=number,
        stake_lpt_wei=stake * WEI,
        reward_called=number < OPEN,
        reward_lpt_wei=WEI if number < OPEN else 0,
        fees_eth_wei=paid,
        tickets=1 if paid else 0,
    )


def bond(node: str, round_: int, after: int, amount: int, kind: str = StakeEvent.Kind.BOND) -> None:
    made.StakeEventFactory(
        kind=kind,
        round=round_,
        block=block_of(round_, after),
        delegator=node,
        delegate=node,
        amount_lpt_wei=amount * WEI,
    )


def terms(
    node: str, round_: int, after: int, *, reward_cut: int, fee_share: int, old: tuple[int, int] | None = None
) -> None:
    made.CutChangeFactory(
        orchestrator=node,
        round=round_,
        block=block_of(round_, after),
        reward_cut_ppm=reward_cut,
        fee_share_ppm=fee_share,
        old_reward_cut_ppm=old[0] if old else None,
        old_fee_share_ppm=old[1] if old else None,
    )


def ticket(node: str, gateway: str, round_: int, milli_eth: int, after: int = 1) -> None:
    made.TicketPaymentFactory(
        orchestrator=node,
        gateway=gateway,
        round=round_,
        block=block_of(round_, after),
        amount_eth_wei=milli_eth * 10**15,
    )
