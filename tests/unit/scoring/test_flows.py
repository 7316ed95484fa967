"""Which fees are organic: each reason by example, and what a small honest operator keeps."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.protocol.units import Address, EthWei, Round
from apps.scoring.facts import LinkFact, NetworkFacts
from apps.scoring.flows import Flow, Income, incomes
from apps.scoring.jobfacts import CertainFact, JobFacts, LabelFact, MarketFacts
from apps.scoring.method import live
from apps.scoring.windows import SCALE, clock_of
from tests.unit.scoring.made import MILLI_ETH, NOW, address, gateway, network, node

pytestmark = pytest.mark.unit

NODE, OTHER = address(1), address(2)
PURSE = address(77)
ETH = 10**18


def link(one: Address, other: Address, kind: str = "funds", amount: int | None = ETH, number: int = 1) -> LinkFact:
    return LinkFact(one, other, kind, Round(NOW - 5), f"0x{number:064x}", 0, amount)


def paid(first: dict[Address, int], other: dict[Address, int] | None = None, *links: LinkFact) -> NetworkFacts:
    """The node under test, another that may belong to it, and a third, paid thousandths of an ETH by these gateways."""
    strangers = {gateway(8): 500, gateway(9): 500}
    nodes = (node(1, fees=first), node(2, fees=other or strangers), node(3, fees=other))
    return replace(network(*nodes), links=links)


def of(facts: NetworkFacts, number: int = 1) -> Income:
    return incomes(facts, clock_of(facts.round, live()), live())[address(number)]


def milli(counted: Decimal) -> Decimal:
    return counted / SCALE / MILLI_ETH


def codes(income: Income) -> list[tuple[str, int]]:
    return [(flow.code, flow.fees_eth_wei // MILLI_ETH) for flow in income.flows]


def certain(payer: Address, amount: int) -> CertainFact:
    return CertainFact(Round(NOW - 1), payer, EthWei(amount * MILLI_ETH), 1)


SPREAD = {gateway(1): 100, gateway(2): 100}  # gateways that pay the other node as much


def test_income__of_gateways_that_pay_others_too__counts_less_the_discount_for_few_payers() -> None:
    income = of(paid(SPREAD, SPREAD))

    assert income.flows == ()
    assert milli(income.counted) == 150  # 200 less a half of the largest shares: 200 - 0.5 * (100² + 100²) / 200
    assert income.counted_low == income.counted == income.counted_high
    assert income.effective_payers == 2


@pytest.mark.parametrize(
    ("links", "code", "evidence"),
    [
        ((link(NODE, gateway(3)),), "funded_by_recipient", 1),
        ((link(NODE, gateway(3), amount=None),), "funded_by_recipient", 1),
        ((link(NODE, PURSE, "withdraws_to"), link(PURSE, gateway(3), number=2)), "fee_cycle", 2),
        ((link(NODE, gateway(3), "withdraws_to"),), "fee_cycle", 1),
        ((link(NODE, gateway(4)), link(gateway(4), gateway(3), number=2)), "funded_by_recipient", 2),
        ((link(OTHER, NODE, "shares_key", None), link(OTHER, gateway(3))), "funded_by_recipient", 1),
    ],
)
def test_income__of_a_payer_that_the_nodes_money_reached__counts_nothing_and_names_the_way(
    links: tuple[LinkFact, ...], code: str, evidence: int
) -> None:
    income = of(paid({**SPREAD, gateway(3): 900}, SPREAD, *links))

    assert codes(income) == [(code, 900)]
    assert income.flows[0].kept == 0
    assert len(income.flows[0].links) == evidence
    assert income.counted == of(paid(SPREAD, SPREAD)).counted


def test_income__of_the_node_itself_or_of_its_operators_other_node__counts_nothing() -> None:
    other = {**SPREAD, NODE: 300}
    facts = paid({**SPREAD, NODE: 900}, other, link(NODE, OTHER, "shares_key", None))

    assert codes(of(facts)) == [("own_payment", 900)]
    assert codes(of(facts, 2)) == [("own_group", 300)]


def test_income__when_a_stranger_put_dust_into_the_payers_deposit__stays_whole() -> None:
    own = tuple(link(each, each, number=3) for each in SPREAD)
    dust = tuple(link(PURSE, each, amount=1) for each in SPREAD)

    assert of(paid(SPREAD, SPREAD, *own, *dust)) == of(paid(SPREAD, SPREAD))


def test_income__when_the_node_put_a_little_into_the_payers_deposit__counts_in_part() -> None:
    facts = paid(SPREAD, SPREAD, link(gateway(1), gateway(1)), link(NODE, gateway(1), amount=ETH // 10, number=2))

    assert codes(of(facts)) == [("slight_funding", 100)]
    assert of(facts).flows[0].kept == Decimal("0.5")


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("delegates", "delegates_there"),
        ("bonds_for", "stake_between"),
        ("hands_stake", "stake_between"),
        ("calls_reward_for", "calls_reward"),
    ],
)
def test_income__of_a_payer_with_a_weak_tie__counts_half_and_leaves_the_rest_open(kind: str, code: str) -> None:
    income = of(paid(SPREAD, SPREAD, link(gateway(1), NODE, kind)))

    assert codes(income) == [(code, 100)]
    assert milli(income.counted).quantize(Decimal("0.01")) == Decimal("108.33")  # 150 - 0.5 * (50² + 100²) / 150
    assert milli(income.counted_low) == 50
    assert milli(income.counted_high) == 150


def test_income__with_links_of_kinds_nobody_knows__stays_whole() -> None:
    assert of(paid(SPREAD, SPREAD, link(NODE, gateway(1), "plays_chess_with"))) == of(paid(SPREAD, SPREAD))


def test_income__of_payers_with_one_owner__counts_them_as_one() -> None:
    facts = paid(SPREAD, SPREAD, link(PURSE, gateway(1)), link(PURSE, gateway(2)))

    assert of(facts).flows == ()
    assert of(facts).effective_payers == 1
    assert milli(of(facts).counted) == 100


def test_income__of_a_single_client_that_pays_nobody_else__is_discounted_and_not_ruined() -> None:
    income = of(paid({gateway(3): 1000}))

    assert codes(income) == [("sole_payer", 1000)]
    assert income.flows[0].kept == Decimal("0.5")
    assert [milli(each) for each in (income.counted_low, income.counted, income.counted_high)] == [0, 250, 500]


def test_income__of_a_sole_client_beside_others__loses_only_what_exceeds_nine_times_theirs() -> None:
    small, large = of(paid({**SPREAD, gateway(3): 1800}, SPREAD)), of(paid({**SPREAD, gateway(3): 2000}, SPREAD))

    assert small.flows == ()
    assert codes(large) == [("sole_payer", 2000)]
    assert large.flows[0].kept == Decimal("0.95")  # 200 too much, half of which counts
    assert large.counted > small.counted


def test_income__of_many_addresses_that_pay_nobody_else__gains_nothing_by_their_number() -> None:
    one = of(paid({gateway(3): 1000}))
    many = of(paid({gateway(number): 100 for number in range(10, 20)}))

    assert many.counted == one.counted
    assert many.effective_payers == one.effective_payers == 1
    assert [flow.kept for flow in many.flows] == [Decimal("0.5")] * 10


@pytest.mark.parametrize("job_class", ["incentive_payout", "incident"])
def test_income__of_labelled_payouts_and_incidents__counts_nothing_in_their_rounds(job_class: str) -> None:
    facts = paid({**SPREAD, gateway(3): 900}, SPREAD)
    labels = MarketFacts(
        days=1,
        labels=(
            LabelFact(gateway(3), job_class, "high", "list", first=Round(NOW - 2)),
            LabelFact(gateway(1), job_class, "high", "list", last=Round(NOW - 2)),
            LabelFact(gateway(2), "ai", "high", "list"),
        ),
    )

    assert codes(of(replace(facts, demand=labels))) == [(job_class, 900)]


def test_income__of_tickets_sure_to_win__counts_nothing_where_the_others_are_a_lottery() -> None:
    facts = paid({**SPREAD, gateway(3): 900}, SPREAD)
    first, *others = facts.orchestrators
    sure = replace(first, jobs=JobFacts(0, certain=(certain(gateway(3), 900),)))
    everywhere = [
        replace(one, jobs=JobFacts(0, certain=tuple(certain(each, 100) for each in SPREAD))) for one in others
    ]

    assert codes(of(replace(facts, orchestrators=(sure, *others)))) == [("certain_tickets", 900)]
    assert "certain_tickets" not in dict(codes(of(replace(facts, orchestrators=(sure, *everywhere)))))


def test_flows__are_listed_strongest_first_and_largest_first() -> None:
    facts = paid(
        {**SPREAD, NODE: 5, gateway(3): 900}, SPREAD, link(NODE, gateway(3)), link(gateway(1), NODE, "delegates")
    )

    listed: tuple[Flow, ...] = of(facts).flows
    assert [(flow.payer, flow.code) for flow in listed] == [
        (gateway(3), "funded_by_recipient"),
        (NODE, "own_payment"),
        (gateway(1), "delegates_there"),
    ]
    assert all(flow.sentence.endswith(".") for flow in listed)
