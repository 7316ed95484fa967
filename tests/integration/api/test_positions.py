"""`/api/v1/positions`"""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import Any

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.protocol.formats import checksummed
from apps.protocol.perc import ONE
from apps.protocol.units import WEI
from indexer.models import IndexState
from tests.factories import (
    BlockFactory,
    IndexStateFactory,
    OrchestratorFactory,
    PositionFactory,
    ProposalVoteFactory,
    RoundFactory,
    ScoreFactory,
    ScoreRunFactory,
    address,
)
from tests.integration.api.conftest import Get, post
from tests.savers import earned, put_in, took_out

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, ANN, BOB, EVE = address(1), address(21), address(22), address(23)
LPT = "0" * 18


@pytest.fixture
def ann() -> None:
    """Round 50: ANN put in 100 in 40, earned 10 in 45, took 30 out in 46 and earned 8 in 48, not claimed yet."""
    BlockFactory(number=500)
    IndexStateFactory(projected_to=500)
    for number in range(40, 51):
        RoundFactory(number=number, block__number=number * 9)
    OrchestratorFactory(address=NODE, last_reward_round=48, last_fee_round=48, activation_round=1)
    factors = {40: (ONE, 0), 45: (ONE * 11 // 10, 0), 46: (ONE * 11 // 10, 0), 48: (ONE * 121 // 100, ONE // 8)}
    earned(NODE, factors)
    put_in(ANN, NODE, 100, round=40, block=361)
    took_out(ANN, NODE, 30, round=46, block=416, rewards=10)
    PositionFactory(delegator=ANN, delegate=NODE, bonded_lpt_wei=80 * WEI, start_round=41, last_claim_round=46)


def test_position__with_all_it_holds__is_answered(get: Get, ann: None) -> None:
    ProposalVoteFactory(voter=ANN, support=1, round=49, block__number=450)
    response = get(f"positions/{checksummed(ANN)}")

    body = response.json()
    data = body["data"]
    assert (response.status_code, body["meta"]["as_of"]["block"]) == (200, 500)
    assert (data["address"], data["bonding_status"], data["delegate"]) == (ANN, "bonded", NODE)
    amounts = {name: data[name] for name in data if name.endswith("_wei")}
    assert amounts == {
        "stake_lpt_wei": f"88{LPT}",
        "bonded_lpt_wei": f"80{LPT}",
        "pending_rewards_lpt_wei": f"8{LPT}",
        "fees_eth_wei": str(80 * WEI * 10 // 88),
        "pending_fees_eth_wei": str(80 * WEI * 10 // 88),
        "principal_lpt_wei": f"70{LPT}",
        "rewards_lpt_wei": f"18{LPT}",
        "earned_fees_eth_wei": str(80 * WEI * 10 // 88),
        "withdrawn_fees_eth_wei": "0",
        "locked_lpt_wei": f"30{LPT}",
    }
    (lock,) = data["locks"]
    assert (lock["lock_id"], lock["ready"], lock["withdraw_round"]) == (0, False, 53)
    assert lock["expected"] == {"earliest": "2026-01-01T00:07:57Z", "latest": "2026-01-01T00:07:57Z"}
    node = data["orchestrator"]
    assert (node["address"], node["active"], node["reward_called"], node["joined_round"]) == (NODE, True, False, 40)
    assert [one["code"] for one in data["warnings"]] == ["reward_pending"]
    assert [one["choice_words"] for one in data["votes"]] == ["for"]


def test_position__since_a_round__tells_what_changed(get: Get, ann: None) -> None:
    since = get(f"positions/{ANN}?since=46").json()["data"]["since"]

    assert (since["round"], since["rewards_lpt_wei"], since["taken_out_lpt_wei"]) == (46, f"8{LPT}", f"30{LPT}")
    assert [(act["kind"], act["amount_lpt_wei"]) for act in since["acts"]] == [("unbond", f"30{LPT}")]
    assert since["missed_reward_rounds"] == [48, 46]


def test_position__of_an_address_that_never_staked__is_answered_with_zeros(get: Get, ann: None) -> None:
    data = get(f"positions/{EVE}").json()["data"]

    assert (data["ever_staked"], data["stake_lpt_wei"], data["delegate"], data["orchestrator"]) == (
        False, "0", None, None,
    )  # fmt: skip
    assert (data["principal_lpt_wei"], data["since"]["acts"]) == ("0", [])


def test_position__with_a_score__has_that_of_its_orchestrator(get: Get, ann: None) -> None:
    ScoreFactory(run=ScoreRunFactory(), orchestrator=NODE, value=61.0, low=55.0, high=67.0, advice="Earned much.")
    score = get(f"positions/{ANN}").json()["data"]["orchestrator"]["score"]

    assert (score["value"], score["advice"]) == (61.0, "Earned much.")


def test_position__when_the_chain_was_not_read_lately__warns_of_it_first(get: Get, ann: None) -> None:
    fresh = get(f"positions/{ANN}")["ETag"]
    IndexState.objects.update(looked_at=datetime(2026, 1, 1, tzinfo=UTC))
    response = get(f"positions/{ANN}", if_none_match=fresh)

    assert [one["code"] for one in response.json()["data"]["warnings"]] == ["stale_data", "reward_pending"]


def test_position_rounds__newest_first__add_up(get: Get, ann: None) -> None:
    rows = get(f"positions/{ANN}/rounds?limit=6").json()
    figures = [(row["round"], row["rewards_lpt_wei"], row["stake_lpt_wei"]) for row in rows["data"]]
    assert figures == [
        (50, "0", f"88{LPT}"),
        (49, "0", f"88{LPT}"),
        (48, f"8{LPT}", f"88{LPT}"),
        (47, "0", f"80{LPT}"),
        (46, "0", f"80{LPT}"),
        (45, f"10{LPT}", f"110{LPT}"),
    ]
    rest = get(f"positions/{ANN}/rounds?limit=6&cursor={rows['paging']['next_cursor']}").json()
    assert [row["round"] for row in rest["data"]] == [44, 43, 42, 41, 40]
    assert rest["paging"]["next_cursor"] is None
    within = get(f"positions/{ANN}/rounds?round_gte=45&round_lte=46").json()["data"]
    assert [(row["round"], row["principal_lpt_wei"]) for row in within] == [(46, f"70{LPT}"), (45, f"100{LPT}")]


def test_position_rounds__as_csv__have_every_round(get: Get, ann: None) -> None:
    rows = list(csv.DictReader(io.StringIO(get(f"positions/{ANN}/rounds.csv").content.decode())))

    assert (len(rows), rows[-1]["put_in_lpt_wei"], rows[0]["as_of_block"]) == (11, f"100{LPT}", "500")


def test_position_rounds__when_logs_are_missing__say_so(get: Get, ann: None) -> None:
    PositionFactory(delegator=BOB, delegate=NODE)
    response = get(f"positions/{BOB}/rounds")

    assert (response.status_code, response.json()["code"]) == (404, "not_found")
    assert get(f"positions/{EVE}/rounds").json()["data"] == []


@pytest.mark.parametrize(
    ("path", "code"),
    [
        ("positions/0x12", "bad_address"),
        (f"positions/{ANN}?since=x", "bad_parameter"),
        (f"positions/{ANN}?until=3", "bad_parameter"),
        ("positions/ann.eth", "bad_address"),
    ],
)
def test_position__by_what_cannot_be_read__is_refused(get: Get, ann: None, path: str, code: str) -> None:
    response = get(path)

    assert (response.status_code, response.json()["code"]) == (400, code)


def test_batch__of_several__has_each_and_their_sums(client: Client, ann: None) -> None:
    response = post(client, "positions/batch", {"addresses": [checksummed(ANN), EVE, ANN]})

    data = response.json()["data"]
    assert response.status_code == 200
    assert [row["address"] for row in data["positions"]] == [ANN, EVE]
    assert (data["totals"]["stake_lpt_wei"], data["totals"]["rewards_lpt_wei"]) == (f"88{LPT}", f"18{LPT}")


def test_batch__with_an_unknown_part__has_no_sum_of_it(client: Client, ann: None) -> None:
    PositionFactory(delegator=BOB, delegate=NODE, last_claim_round=48)
    totals = post(client, "positions/batch", {"addresses": [ANN, BOB]}).json()["data"]["totals"]

    assert (totals["stake_lpt_wei"], totals["rewards_lpt_wei"]) == (f"188{LPT}", None)


@pytest.mark.parametrize(
    "body",
    [{}, {"addresses": []}, {"addresses": "0x"}, {"addresses": [7]}, {"addresses": ["0x12"]}, {"other": 1},
     {"addresses": [address(number) for number in range(21)]}],
)  # fmt: skip
def test_batch__of_what_cannot_be_read__is_refused(client: Client, ann: None, body: Any) -> None:
    response = post(client, "positions/batch", body)

    assert (response.status_code, response.json()["code"]) == (400, "bad_body")


def test_positions__take_as_many_queries_for_twenty(
    client: Client, get: Get, ann: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(21):
        get(f"positions/{ANN}")
    with django_assert_num_queries(15):
        post(client, "positions/batch", {"addresses": [ANN]})
    for number in range(30, 49):
        PositionFactory(delegator=address(number), delegate=NODE)
    with django_assert_num_queries(15):
        post(client, "positions/batch", {"addresses": [ANN, *(address(number) for number in range(30, 49))]})
