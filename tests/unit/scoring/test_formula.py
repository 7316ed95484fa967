"""The formula by example: exact values, and every gate."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.protocol.units import PPM, EthWei, Round
from apps.scoring.facts import NetworkFacts, OrchestratorFacts, PaymentFact, Payments
from apps.scoring.formula import score
from apps.scoring.results import PARTS, Part, Result
from tests.unit.scoring.made import MILLI_ETH, NOW, address, gateway, network, node, worsened

pytestmark = pytest.mark.unit

BUSY = node(1, fees={gateway(1): 500, gateway(2): 300, gateway(3): 200})
WHALE = node(2, stake=10_000)
SMALL = node(3, stake=100, fees={gateway(1): 100, gateway(2): 80})


def of(number: int, facts: NetworkFacts) -> Result:
    return next(one for one in score(facts) if one.address == address(number))


def part(number: int, name: str, facts: NetworkFacts) -> Part:
    return next(each for each in of(number, facts).parts if each.name == name)


def test_score__for_three_characters__gives_these_digits() -> None:
    ranked = [(one.rank, one.address, one.value, one.low, one.high) for one in score(network(WHALE, SMALL, BUSY))]

    assert ranked == [
        (1, address(1), Decimal("89.3893"), Decimal("64.8814"), Decimal("91.9343")),
        (2, address(3), Decimal("77.0302"), Decimal("42.3768"), Decimal("87.3363")),
        (3, address(2), Decimal("41.9294"), Decimal("36.1435"), Decimal("79.3093")),
    ]


def test_work_reason__names_fees_ratio_and_payers() -> None:
    assert part(1, "work", network(BUSY, WHALE, SMALL)).reason == (
        "Earned 1.000\u00a0ETH in 90 rounds and 1.000\u00a0ETH in the last 30, 9.4 times what its stake would suggest. "
        "Three gateways paid; the largest paid 50\u00a0%. 90 of 90 reward calls made."
    )


def test_work_reason__when_nothing_was_earned__says_so_with_the_stake() -> None:
    assert part(2, "work", network(BUSY, WHALE, SMALL)).reason == (
        "Earned nothing in 90 rounds with 90.1\u00a0% of the stake. 90 of 90 reward calls made."
    )


def test_work__when_it_pays_itself__leaves_that_out_and_lists_it() -> None:
    plain = part(3, "work", network(BUSY, WHALE, SMALL))
    dealing = node(3, stake=100, fees={gateway(1): 100, gateway(2): 80, address(3): 5000})
    own = part(3, "work", network(BUSY, WHALE, dealing))

    assert own.value == plain.value
    assert "5.000\u00a0ETH that its own side paid is left out." in own.reason
    assert own.sources["self_paid_eth_wei"] == str(5000 * MILLI_ETH)


def test_work__when_one_gateway_pays_what_three_paid_elsewhere__is_lower() -> None:
    narrow = node(4, fees={gateway(1): 1000})
    facts = network(BUSY, narrow, WHALE, SMALL)

    assert part(1, "work", facts).value > part(4, "work", facts).value  # type: ignore[operator]
    assert part(4, "work", facts).sources["effective_payers"] == "1.000000"
    assert (
        part(1, "work", facts).sources["effective_payers"] == "1.724138"
    )  # gateways 2 and 3 pay nobody else: they count as one with the first


def test_work__when_fees_are_sixty_rounds_old__counts_a_quarter_of_them() -> None:
    old = replace(
        BUSY, address=address(5), payments=Payments.of([PaymentFact(Round(NOW - 61), gateway(1), EthWei(10**18), 1)])
    )

    assert part(5, "work", network(old, SMALL)).sources["counted_eth_wei"] == str(10**18 // 4 // 2)
    assert part(5, "work", network(old, SMALL)).sources["fees_recent_eth_wei"] == "0"


def test_work__when_nobody_was_paid__is_unknown_for_all() -> None:
    facts = network(WHALE, node(3))

    assert part(2, "work", facts).value is None
    assert [gate.code for gate in of(2, facts).gates] == ["work_unknown"]
    assert part(2, "work", facts).reason == "Unknown: no orchestrator was paid in the last 90 rounds."


def test_terms__for_steady_cuts__are_what_delegators_keep() -> None:
    kept = part(1, "terms", network(BUSY, WHALE))

    assert (kept.value, kept.low, kept.high) == (Decimal("78.0000"),) * 3  # 0.7 x 90 + 0.3 x 50
    assert kept.coverage == Decimal("1.0000")
    assert kept.reason == (
        "Keeps 10\u00a0% of rewards and passes on 50\u00a0% of fees. Delegators really got 90\u00a0% of the rewards "
        "their stake could earn and 50\u00a0% of fees: 90 of 90 reward calls made. "
        "Neither cut was worsened in the window."
    )


@pytest.mark.parametrize(("rounds_ago", "points"), [(0, "35.0000"), (1, "35.0000"), (31, "17.5000"), (61, "8.7500")])
def test_terms__after_the_reward_cut_rose_by_half__lose_its_size_and_half_of_that_thirty_rounds_later(
    rounds_ago: int, points: str
) -> None:
    spiked = worsened(BUSY, reward_cut=600_000, rounds_ago=rounds_ago)

    found = part(1, "terms", network(spiked, WHALE))

    assert found.sources["penalty_points"] == f"{points}00"
    assert found.value == Decimal(78) - Decimal("17.5") - Decimal(points)
    assert f"The reward cut rose by 50\u00a0points in round {NOW - rounds_ago:,}." in found.reason


def test_terms__when_no_reward_was_called_lately__count_it_as_a_cut_of_everything() -> None:
    silent = part(4, "terms", network(BUSY, node(4, missed=90)))

    assert silent.value == Decimal("15.0000")  # only the fee share of 50 % is left
    assert "Delegators really got 0\u00a0% of the rewards" in silent.reason


def test_jobs_and_community__have_no_source__so_are_unknown_and_only_widen() -> None:
    result = of(1, network(BUSY, WHALE))

    assert [(each.name, each.weight) for each in result.parts] == list(zip(PARTS, (5, 3, 1, 1), strict=True))
    assert [each.value for each in result.parts[2:]] == [None, None]
    assert result.parts[2].reason.startswith("Unknown: no source tells what")
    assert result.coverage == Decimal("0.7500")  # delivery is unknown too


@pytest.mark.parametrize(
    ("one", "codes"),
    [
        (node(4, registered=False), ["not_registered"]),
        (node(4, active=False), ["not_active"]),
        (node(4, rounds=9), ["too_new"]),
        (node(4, rounds=10), []),
        (node(4, missed=16), ["misses_rewards"]),
        (node(4, missed=15), []),
        (node(4, rounds=0, active=False), ["not_active", "too_new", "work_unknown"]),
    ],
)
def test_gates__each_condition__fails_alone_and_takes_the_rank(one: object, codes: list[str]) -> None:
    result = of(4, network(BUSY, WHALE, one))  # type: ignore[arg-type]

    assert [gate.code for gate in result.gates] == codes
    assert (result.rank is None) == bool(codes)
    assert result.value is not None


def test_rank__with_equal_values__is_shared_and_skips_the_next() -> None:
    facts = network(WHALE, BUSY, replace(BUSY, address=address(4)))

    assert [(one.address, one.rank) for one in score(facts)] == [(address(1), 1), (address(4), 1), (address(2), 3)]


def test_score__in_any_order_of_nodes__is_the_same() -> None:
    assert score(network(BUSY, WHALE, SMALL)) == score(network(SMALL, BUSY, WHALE))


def test_score__of_an_empty_network__is_empty() -> None:
    assert score(NetworkFacts(Round(0), (), ())) == ()


def spiked(one: OrchestratorFacts, *, rounds_ago: int, back: int) -> OrchestratorFacts:
    """The same orchestrator after it kept nearly all rewards for a few rounds."""
    high = worsened(one, reward_cut=900_000, rounds_ago=rounds_ago)
    return worsened(high, reward_cut=one.reward_cut_ppm, rounds_ago=back)


@pytest.mark.parametrize(
    ("one", "sentence", "severity"),
    [
        (BUSY, "Earned 1.9 times the fees its stake suggests; delegators keep 90\u00a0% of rewards.", "good"),
        (replace(WHALE, address=address(1)), "Earned no fees with 88.5\u00a0% of all stake.", "warn"),
        (
            worsened(BUSY, reward_cut=PPM, fee_share=0),
            "Terms got worse lately: the reward cut rose by 90\u00a0points and "
            "the fee share fell by 50\u00a0points in round 1,000.",
            "warn",
        ),
        (
            node(1, missed=5, fees={gateway(1): 10}),
            "Missed 5 of 30 reward calls lately; delegators got nothing for those rounds.",
            "warn",
        ),
        (node(1, missed=30), "Called reward in 0 of 30 recent active rounds, and half are needed.", "danger"),
        (
            node(1, rounds=4),
            "Too new: four active rounds seen in the last 90, and 10 are needed.",
            "info",
        ),
        (
            node(1, fees={gateway(1): 10, address(1): 30}),
            "Its own side paid it 0.030\u00a0ETH, more than the 0.010\u00a0ETH it got from others.",
            "warn",
        ),
        (
            node(1, fees={address(1): 30}),
            "Only its own side paid it: 0.030\u00a0ETH, and nothing from anyone else.",
            "warn",
        ),
        (
            spiked(node(1, fees={gateway(1): 10}), rounds_ago=20, back=18),
            "Worsened its terms around a reward call and took that back: "
            "the reward cut rose by 80\u00a0points in round 980.",
            "danger",
        ),
        (
            node(1, stake=200, fees={gateway(1): 100}),
            "Rests on one payer: a single gateway paid 100\u00a0% of its fees.",
            "warn",
        ),
        (
            node(1, stake=200, fees={gateway(1): 80, gateway(2): 20}, reward_cut=300_000),
            "Earned 33.3\u00a0% of all fees with 13.3\u00a0% of all stake; delegators keep 70\u00a0% of rewards.",
            "info",
        ),
    ],
)
def test_advice__says_the_most_serious_thing_first(one: object, sentence: str, severity: str) -> None:
    facts = network(one, node(3, stake=1300, fees={gateway(4): 200}))  # type: ignore[arg-type]

    advice = of(1, facts).advice

    assert (advice.sentence, advice.severity) == (sentence, severity)
