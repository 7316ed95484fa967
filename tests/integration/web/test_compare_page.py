"""Orchestrators side by side: the page, its CSV, and comparisons that cannot be made."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.network.models import OrchestratorRound
from apps.protocol.formats import checksummed
from apps.protocol.units import WEI
from tests import lives, scenery
from tests.factories import OrchestratorFactory, ScoreFactory, ScorePartFactory, ScoreRunFactory, address
from tests.integration.web.sides import GENEROUS, UNKNOWN, WORKER, three_nodes

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

BOTH = f"o={GENEROUS}&o={WORKER}"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def three(_nothing_kept: None) -> None:
    three_nodes()


def body_of(client: Client, query: str, *, status: int = 200) -> str:
    response = client.get(f"/compare/?{query}")
    assert response.status_code == status
    return response.content.decode()


def words(markup: str) -> str:
    markup = re.sub(r"<(script|datalist).*?</\1>", "", markup, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", markup)).replace("\u00a0", " ").strip()


def row(body: str, title: str) -> list[str]:
    """The cells of a row of the table, as text."""
    found = re.search(rf'<th scope="row">{re.escape(title)}(?=<).*?</tr>', body, re.S)
    assert found is not None, title
    return [words(cell) for cell in re.findall(r"<td.*?</td>", found[0], re.S)]


def test_compare__when_two_are_named__then_their_figures_and_the_best_of_each_row(client: Client, three: None) -> None:
    body = body_of(client, BOTH + "&rounds=1")
    assert row(body, "Reward cut") == ["0 % best", "5 %"]
    assert row(body, "Fee share") == ["10 %", "50 % best"]
    assert row(body, "Made worse, 90 rounds") == ["0 best of 0 changes", "1 of 1 change"]
    assert row(body, "Last changes") == ["–", "cut 2.5 to 5 % round 198, worse"]
    assert row(body, "Fees, 90 rounds") == ["0 ETH", "2.000 ETH best"]
    assert row(body, "Gateways that paid") == ["0", "1 best"]
    assert row(body, "Reward calls, 30 rounds") == ["5 of 5", "5 of 5"]  # equal: no best
    assert row(body, "Stake") == ["1,000 LPT active", "900 LPT active"]
    # the fifth call added 1/104 and 1/204 of what was there; 1,000 LPT of new stake leave 4/5 of it
    assert row(body, "Rewards, newest") == ["7.69 LPT best", "3.92 LPT"]
    assert row(body, "Fees, newest") == ["0 ETH", "0 ETH"]
    assert row(body, "Fees, worst to best")[1].startswith("0 to 0.500 ETH from ")
    assert row(body, "Reward calls missed") == ["0", "0"]
    assert "would have earned most LPT with A" in words(body)


def test_compare__when_a_factor_is_missing__then_unknown_and_never_the_best(client: Client, three: None) -> None:
    body = body_of(client, f"{BOTH}&o={UNKNOWN}")
    cells = row(body, "Rewards, newest")
    assert (cells[0].endswith("best"), cells[2]) == (True, "? unknown")
    assert "No one of them is known to have earned most LPT" in words(body)


def test_compare__when_scored__then_parts_with_intervals_gates_and_reasons(client: Client, three: None) -> None:
    run = ScoreRunFactory(as_of_block=980)
    good = ScoreFactory(run=run, orchestrator=GENEROUS, value=71.0, low=60.0, high=80.0, rank=1)
    gates = [{"code": "too_new", "sentence": "Too new: three active rounds seen."}]
    ScoreFactory(run=run, orchestrator=WORKER, value=80.0, low=20.0, high=90.0, rank=None, gates=gates)
    ScorePartFactory(score=good, part="work", value=80.0, low=75.0, high=85.0, weight=5, reason="Earned 4 ETH.")
    ScorePartFactory(score=good, part="jobs", value=None, low=None, high=None, weight=1, reason="No source.")
    body = body_of(client, BOTH)
    assert row(body, "Rank") == ["1", "– Too new: three active rounds seen."]
    assert row(body, "Score") == ["71 60 to 80", "80 raw 20 to 90"]
    assert row(body, "Job mix")[0] == "? unknown"
    assert 'title="Unknown: No source."' in body
    assert "Earned 4 ETH." in words(body.partition('id="compare-reasons"')[2])


def test_compare__when_the_present_node_is_named__then_costs_and_when_a_move_pays(client: Client, three: None) -> None:
    """WORKER's call of round 200 is due: of 100 LPT mintable 25 are its, all for delegators: 25 LPT of 1,000."""
    text = words(body_of(client, f"{BOTH}&from={WORKER}&rounds=5").partition('id="moving"')[2])
    assert "Reward of the running round about 25.00 LPT its reward call is still to come" in text
    assert "Fees of the running round at most about 0.203 ETH" in text
    assert "+5.00 LPT after 5 rounds \u22120.203 ETH never" in text
    assert "A trade More of one for less of the other" in text


def test_compare__when_less_is_earned_elsewhere__then_never(client: Client, three: None) -> None:
    OrchestratorRound.objects.filter(orchestrator=WORKER).update(fee_factor=0, fees_eth_wei=0)
    OrchestratorRound.objects.filter(orchestrator=GENEROUS, round=200).update(reward_called=True)
    text = words(body_of(client, f"{BOTH}&from={GENEROUS}").partition('id="moving"')[2])
    assert "0 LPT its reward call was made, so nothing is given up" in text
    assert "Never It would have earned no more of either, so its cost is never earned back." in text


def test_compare__when_drawn__then_figure_and_table_hold_every_round(client: Client, three: None) -> None:
    body = body_of(client, BOTH)
    found = re.search(r'<script id="figure-compare" type="application/json">(.*?)</script>', body, re.S)
    assert found is not None
    figure = json.loads(found[1])
    assert [trace["name"] for trace in figure["data"]] == ["A fees", "A stake", "B fees", "B stake"]
    assert figure["data"][2]["x"] == [195, 196, 197, 198, 199]
    assert figure["data"][2]["y"] == [0.0, 0.0, 0.0, 0.5, 0.4]
    table = re.search(r'id="compare-rounds".*?<tbody>(.*?)</tbody>', body, re.S)
    assert table is not None
    rows = [re.findall(r">([^<>]+)</t[hd]>", line) for line in table[1].strip().split("</tr>") if line.strip()]
    assert rows[1] == ["198", "0", "1,000", "2.000", "1,000"]
    assert len(rows) == 5


@pytest.mark.parametrize(("query", "says"), [("", "Choose two to five"), (f"o={GENEROUS}", "name at least one more")])
def test_compare__when_there_is_nothing_to_compare__then_a_calm_form(
    client: Client, three: None, query: str, says: str
) -> None:
    body = body_of(client, query)
    assert says in words(body)
    assert body.count('name="o"') == 5
    assert f'<option value="{checksummed(GENEROUS)}">' in body


def test_compare__when_fields_are_left_empty__then_they_are_not_filled(client: Client, three: None) -> None:
    assert "Side by side" in body_of(client, f"{BOTH}&o=&o=&o=&amount=&rounds=&from=")


def test_compare__when_nothing_is_indexed__then_it_opens(client: Client) -> None:
    assert "The index is at its beginning" in body_of(client, "")


WRONG = GENEROUS[:-1] + ("1" if GENEROUS[-1] != "1" else "2")
MIXED = checksummed(GENEROUS)[:2] + checksummed(GENEROUS)[2:].swapcase()


@pytest.mark.parametrize(
    ("query", "reason"),
    [
        ("&".join(f"o={address(number)}" for number in range(6)), "At most 5 orchestrators stand side by side"),
        (f"o={MIXED}&o={WORKER}", "does not fit: a character was changed"),
        (f"o={GENEROUS}&o={WRONG}", "is not known as an orchestrator"),
        (f"o={GENEROUS}&o=0x12", "is not an address"),
        (f"o={GENEROUS}&o={GENEROUS.upper().replace('0X', '0x')}", "is named twice"),
        (f"{BOTH}&amount=0.1234567890123456789", "at most 18 decimals"),
        (f"{BOTH}&amount=1e3", "is not an amount"),
        (f"{BOTH}&amount=-1", "is not an amount"),
        (f"{BOTH}&rounds=366", "Write a whole number from 1 to 365"),
        (f"{BOTH}&rounds=1.5", "Write a whole number from 1 to 365"),
        (f"{BOTH}&from={UNKNOWN}", "is not one of those compared"),
        (f"{BOTH}&from={GENEROUS}&from={WORKER}", "given twice"),
        (f"{BOTH}&weights=1", "A comparison has no such parameter."),
    ],
)
def test_compare__when_it_cannot_be_read__then_400_and_the_form_keeps_what_was_typed(
    client: Client, three: None, query: str, reason: str
) -> None:
    body = body_of(client, query, status=400)
    assert reason in words(body)
    assert 'id="poll"' not in body
    typed = [value for name, value in (pair.split("=") for pair in query.split("&")) if name in ("o", "amount")]
    for value in typed:
        assert f'value="{value}"' in body


def test_compare__when_an_address_is_written_in_capitals__then_it_is_found(client: Client, three: None) -> None:
    assert "Side by side" in body_of(client, f"o=0x{GENEROUS[2:].upper()}&o={checksummed(WORKER)}")


def test_csv__when_asked__then_a_line_a_node_with_exact_figures(client: Client, three: None) -> None:
    response = client.get(f"/compare.csv?{BOTH}&o={UNKNOWN}&rounds=5&from={WORKER}")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert response.headers["Content-Disposition"] == 'attachment; filename="compare-1000.csv"'
    assert [line["address"] for line in rows] == [GENEROUS, WORKER, UNKNOWN]
    assert [line["rewards_newest_lpt_wei"] != "" for line in rows] == [True, True, False]
    assert (rows[1]["fees_90_eth_wei"], rows[1]["worsenings_90"]) == (str(2 * WEI), "1")
    assert (rows[0]["first_round"], rows[0]["last_round"], rows[0]["as_of_block"]) == ("195", "199", "1000")
    assert [line["move_verdict"] for line in rows] == ["trade", "", "unknown"]


@pytest.mark.parametrize("query", ["", f"o={GENEROUS}", f"{BOTH}&amount=x"])
def test_csv__when_it_cannot_be_made__then_400(client: Client, three: None, query: str) -> None:
    assert client.get(f"/compare.csv?{query}").status_code == 400


def test_compare__when_polled__then_304_until_a_block_comes(client: Client, three: None) -> None:
    answer = client.get(f"/compare/?{BOTH}", headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    again = {"HX-Request": "true", "If-None-Match": answer.headers["ETag"]}
    assert client.get(f"/compare/?{BOTH}", headers=again).status_code == 304


@pytest.mark.parametrize("nodes", [2, 5])
def test_compare__however_many_nodes__takes_one_query_more_for_each(
    client: Client, nodes: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cast = scenery.network(nodes=8, rounds=40)
    lives.live(cast)
    query = "&".join(f"o={one.address}" for one in cast[:nodes])
    client.get(f"/compare/?{query}")
    with django_assert_num_queries(QUERIES + nodes):
        client.get(f"/compare/?{query}&from={cast[0].address}")


QUERIES = 22


def test_compare__when_a_name_is_hostile__then_escaped(client: Client, three: None) -> None:
    OrchestratorFactory(address=address(9), service_uri="https://<script>alert(1)</script>")
    body = body_of(client, f"o={address(9)}&o={GENEROUS}")
    assert "<script>alert" not in body
