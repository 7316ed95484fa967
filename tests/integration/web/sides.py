"""Three nodes over the same rounds, for comparisons: what each earns is known to the digit."""

from __future__ import annotations

from apps.protocol.perc import ONE
from apps.protocol.units import WEI
from tests.factories import (
    BlockFactory,
    CutChangeFactory,
    IndexStateFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    ParameterReadFactory,
    RoundFactory,
    TicketPaymentFactory,
    address,
)

FIRST, LAST = 195, 200
GENEROUS, WORKER, UNKNOWN = address(1), address(2), address(3)


def three_nodes() -> None:
    """Rounds 195 to 200, the last one running; each node has 1,000 of 4,000 LPT.

    GENEROUS calls reward in every round and leaves delegators a hundredth; WORKER leaves half of that and is paid an
    ETH of delegators' part in round 198; of UNKNOWN a reward call has no factor.
    """
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    for number in range(FIRST, LAST + 1):
        RoundFactory(
            number=number,
            block__number=800 + number,
            active_stake_lpt_wei=4000 * WEI,
            mintable_lpt_wei=100 * WEI,
        )
    ParameterReadFactory(name="treasury_reward_cut", block__number=1000, value=0)
    OrchestratorFactory(address=GENEROUS, stake_lpt_wei=1000 * WEI, reward_cut_ppm=0, fee_share_ppm=100_000)
    OrchestratorFactory(address=WORKER, stake_lpt_wei=900 * WEI, reward_cut_ppm=50_000, fee_share_ppm=500_000)
    OrchestratorFactory(address=UNKNOWN, stake_lpt_wei=800 * WEI)
    CutChangeFactory(
        orchestrator=WORKER, round=198, block__number=998, reward_cut_ppm=50_000, fee_share_ppm=500_000,
        old_reward_cut_ppm=25_000, old_fee_share_ppm=500_000,
    )  # fmt: skip
    _rounds(GENEROUS, growth=100, fees={})
    _rounds(WORKER, growth=200, fees={198: 2 * WEI})
    TicketPaymentFactory(orchestrator=WORKER, gateway=address(11), round=198, amount_eth_wei=2 * WEI)
    OrchestratorRoundFactory(orchestrator=UNKNOWN, round=199, reward_called=True, stake_lpt_wei=1000 * WEI)


def _rounds(node: str, *, growth: int, fees: dict[int, int]) -> None:
    """Each reward call adds one part in `growth` of the first factor; the running round has no call yet."""
    factor, fee_factor = int(ONE), 0
    for number in range(FIRST, LAST + 1):
        is_over = number < LAST
        paid = fees.get(number, 0)
        fee_factor += paid // 2 * factor // (1000 * WEI)
        factor += ONE // growth if is_over else 0
        OrchestratorRoundFactory(
            orchestrator=node,
            round=number,
            stake_lpt_wei=1000 * WEI,
            reward_cut_ppm=0,
            fee_share_ppm=500_000,
            reward_called=is_over,
            reward_factor=factor if is_over else 0,
            fees_eth_wei=paid,
            fee_factor=fee_factor,
        )
