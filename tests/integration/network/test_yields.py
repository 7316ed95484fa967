"""Steps of a node from stored rounds: what held before, rounds without a row, and what is not known."""

from __future__ import annotations

import pytest
from pytest_django import DjangoAssertNumQueries

from apps.network.models import OrchestratorRound, Round
from apps.network.selectors.moves import moves_from
from apps.network.selectors.yields import Yields, period_of, yields_of
from apps.protocol.earnings import Factors
from apps.protocol.perc import ONE
from apps.protocol.units import WEI, Address, LptWei
from tests.factories import OrchestratorRoundFactory, ParameterReadFactory, RoundFactory, address

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER = address(1), address(2)
LPT = LptWei(WEI)


def rounds(first: int, last: int, *, stake: int = 4000 * WEI) -> None:
    for number in range(first, last + 1):
        RoundFactory(number=number, active_stake_lpt_wei=stake, mintable_lpt_wei=100 * WEI)


def look(*nodes: str, running: int, rounds: int = 30, amount: LptWei = LPT) -> Yields:
    found = yields_of(nodes or [NODE], amount, rounds=rounds, running=running, counted="there")
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("first", "running", "asked", "expected"),
    [
        (10, 200, 30, (110, 199, 30, 61)),  # stretches within the last 90 rounds
        (10, 200, 90, (110, 199, 90, 1)),
        (10, 200, 120, (80, 199, 120, 1)),  # a longer one stands alone
        (10, 200, 365, (10, 199, 190, 1)),  # as far as the index reaches
        (190, 200, 30, (190, 199, 10, 1)),
        (190, 200, 4, (190, 199, 4, 7)),
        (199, 200, 1, (199, 199, 1, 1)),
    ],
)
def test_period__when_rounds_are_asked_for__then_whole_ones_that_are_there(
    first: int, running: int, asked: int, expected: tuple[int, int, int, int]
) -> None:
    RoundFactory(number=first)
    RoundFactory(number=running)
    found = period_of(running, rounds=asked)
    assert found is not None
    assert (found.first, found.last, found.rounds, found.stretches) == expected
    assert found.is_short is (asked > found.rounds)


def test_period__when_no_round_is_over__then_none() -> None:
    assert period_of(0, rounds=30) is None
    RoundFactory(number=200)
    assert period_of(200, rounds=30) is None


def test_steps__when_a_round_stored_no_factor__then_the_last_stored_one_holds() -> None:
    rounds(100, 104)
    RoundFactory(number=40)
    OrchestratorRoundFactory(orchestrator=NODE, round=50, reward_factor=ONE + 7, fee_factor=5)
    OrchestratorRoundFactory(orchestrator=NODE, round=101, reward_called=True, reward_factor=ONE + 9)
    OrchestratorRoundFactory(orchestrator=NODE, round=102, active=False, stake_lpt_wei=None, fee_factor=6)
    steps = look(running=104, rounds=4).past[NODE].steps[-4:]
    assert [(step.before, step.after) for step in steps] == [
        (Factors(ONE + 7, 5), Factors(ONE + 7, 5)),
        (Factors(ONE + 7, 5), Factors(ONE + 9, 5)),
        (Factors(ONE + 9, 5), Factors(ONE + 9, 6)),
        (Factors(ONE + 9, 6), Factors(ONE + 9, 6)),
    ]
    assert [step.outcome for step in steps] == ["inactive", "called", "inactive", "inactive"]


def test_steps__when_the_node_came_later__then_absent_before() -> None:
    rounds(100, 104)
    OrchestratorRoundFactory(orchestrator=NODE, round=102)
    assert look(running=104).nodes[NODE].outcomes == ["absent", "absent", "missed", "inactive"]
    assert look(OTHER, running=104).nodes[OTHER].outcomes == ["absent"] * 4


@pytest.mark.parametrize(
    ("row", "known"),
    [
        ({"reward_called": True}, False),
        ({"reward_called": True, "reward_factor": ONE + 1}, True),
        ({"fees_eth_wei": 10}, False),
        ({"fees_eth_wei": 10, "fee_factor": 1}, True),
        ({"fees_eth_wei": 10, "fee_share_ppm": 0}, True),  # delegators get none of it
        ({"fees_eth_wei": 10, "stake_lpt_wei": None}, True),  # nobody's stake to share it
    ],
)
def test_yield__when_a_factor_should_be_there__then_unknown_without_it(row: dict[str, int], known: bool) -> None:
    rounds(100, 101)
    OrchestratorRoundFactory(orchestrator=NODE, round=100, **row)
    newest = look(running=101).nodes[NODE].newest
    assert (newest.rewards_lpt_wei is not None) is known


def test_yield__when_a_round_was_never_initialised__then_the_network_s_stake_is_unknown() -> None:
    rounds(100, 101)
    Round.objects.filter(number=100).update(active_stake_lpt_wei=0)
    OrchestratorRoundFactory(orchestrator=NODE, round=100, reward_called=True, reward_factor=2 * ONE)
    found = yields_of([NODE], LPT, rounds=1, running=101, counted="new")
    assert found is not None
    assert (found.nodes[NODE].newest.rewards_lpt_wei, found.nodes[NODE].rewards) == (None, None)
    assert look(running=101).nodes[NODE].newest.rewards_lpt_wei == WEI


@pytest.mark.parametrize("count", [1, 5])
def test_yield__of_any_number_of_nodes__takes_four_queries(
    count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    rounds(100, 120)
    nodes = [address(number) for number in range(count)]
    for node in nodes:
        OrchestratorRoundFactory(orchestrator=node, round=110)
    with django_assert_num_queries(4):
        assert list(look(*nodes, running=120).nodes) == nodes


@pytest.fixture
def two_nodes() -> None:
    """Rounds 100 to 103, both nodes active and calling in the whole ones; the running one is open."""
    rounds(100, 103)
    ParameterReadFactory(name="treasury_reward_cut", value=10**26)
    for node, growth in ((NODE, 1), (OTHER, 2)):
        for number in range(100, 103):
            OrchestratorRoundFactory(
                orchestrator=node,
                round=number,
                reward_called=True,
                reward_factor=ONE + (number - 99) * growth * ONE // 1000,
            )
        OrchestratorRoundFactory(orchestrator=node, round=103)


def test_move__when_the_call_is_due__then_it_forfeits_its_part(two_nodes: None) -> None:
    """100 LPT mintable, 1,000 of 4,000 LPT, a tenth to the treasury, a tenth kept: 20.25 LPT for 1,000."""
    found = moves_from(Address(NODE), look(NODE, OTHER, running=103, rounds=3), running=103)
    assert (found.reward_now, found.cost.forfeited_lpt_wei) == ("due", 2025 * WEI // 100 // 1000)
    even = found.to[OTHER]
    assert (even.verdict, found.round_s) == ("trade", 1)
    assert even.lpt is not None
    assert even.lpt.gain_wei == 3 * WEI // 1000
    assert even.lpt.after_rounds == 21  # 0.02025 LPT at 0.001 LPT a round


def test_move__when_the_call_was_made_or_none_is_due__then_it_forfeits_nothing(two_nodes: None) -> None:
    rows = OrchestratorRound.objects.filter(orchestrator=NODE, round=103)
    rows.update(reward_called=True)
    found = moves_from(Address(NODE), look(NODE, OTHER, running=103), running=103)
    assert (found.reward_now, found.cost.forfeited_lpt_wei) == ("made", 0)
    rows.update(active=False)
    found = moves_from(Address(NODE), look(NODE, OTHER, running=103), running=103)
    assert (found.reward_now, found.cost.forfeited_lpt_wei) == ("none", 0)


def test_move__when_what_is_mintable_is_unknown__then_so_is_the_cost(two_nodes: None) -> None:
    Round.objects.filter(number=103).update(mintable_lpt_wei=None)
    found = moves_from(Address(NODE), look(NODE, OTHER, running=103), running=103)
    assert (found.cost.forfeited_lpt_wei, found.to[OTHER].verdict) == (None, "unknown")
