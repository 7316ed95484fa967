"""Facts for the formula's tests, a network with a handful of plain words."""

from __future__ import annotations

from dataclasses import replace

from apps.protocol.units import WEI, Address, EthWei, LptWei, Ppm, Round
from apps.scoring.facts import (
    CutFact,
    Cuts,
    NetworkFacts,
    OrchestratorFacts,
    PaymentFact,
    Payments,
    RoundFact,
    Rounds,
)

NOW = Round(1000)
MILLI_ETH = 10**15


def address(number: int) -> Address:
    return Address(f"0x{number:040x}")


def gateway(number: int) -> Address:
    return Address(f"0x{number + 0xA000:040x}")


def node(
    number: int,
    *,
    stake: int = 1000,
    rounds: int = 90,
    missed: int = 0,
    fees: dict[Address, int] | None = None,
    reward_cut: int = 100_000,
    fee_share: int = 500_000,
    registered: bool = True,
    active: bool = True,
) -> OrchestratorFacts:
    """An orchestrator active in the last `rounds` rounds, the newest `missed` of them without a reward call.

    `fees` are thousandths of an ETH by payer, paid by one ticket each in the newest closed round.
    """
    paid = tuple(
        PaymentFact(Round(NOW - 1), payer, EthWei(amount * MILLI_ETH), 1) for payer, amount in (fees or {}).items()
    )
    return OrchestratorFacts(
        address=address(number),
        registered=registered,
        active=active,
        reward_cut_ppm=Ppm(reward_cut),
        fee_share_ppm=Ppm(fee_share),
        rounds=Rounds.of(
            RoundFact(
                round=Round(number),
                stake_lpt_wei=LptWei(stake * WEI),
                reward_called=number < NOW - missed,
                reward_cut_ppm=Ppm(reward_cut),
                fee_share_ppm=Ppm(fee_share),
                fees_eth_wei=EthWei(sum(each.amount_eth_wei for each in paid) if number == NOW - 1 else 0),
            )
            for number in range(NOW - rounds, NOW)
        ),
        payments=Payments.of(paid),
        cuts=Cuts.of(),
    )


def network(*nodes: OrchestratorFacts) -> NetworkFacts:
    return NetworkFacts(NOW, tuple(Round(number) for number in range(NOW - 90, NOW)), nodes)


def worsened(
    one: OrchestratorFacts, *, reward_cut: int | None = None, fee_share: int | None = None, rounds_ago: int = 0
) -> OrchestratorFacts:
    """The same orchestrator after it posted other cuts."""
    change = CutFact(
        round=Round(NOW - rounds_ago),
        reward_cut_ppm=Ppm(one.reward_cut_ppm if reward_cut is None else reward_cut),
        fee_share_ppm=Ppm(one.fee_share_ppm if fee_share is None else fee_share),
        old_reward_cut_ppm=one.reward_cut_ppm,
        old_fee_share_ppm=one.fee_share_ppm,
    )
    return replace(
        one,
        reward_cut_ppm=change.reward_cut_ppm,
        fee_share_ppm=change.fee_share_ppm,
        cuts=Cuts.of((*one.cuts, change)),
    )
