"""The reader's own weights, presets, limits and beaten choices on the list, and each refusal."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client

from apps.protocol.units import WEI
from apps.scoring.method import live
from tests.factories import (
    BlockFactory,
    CutChangeFactory,
    IndexStateFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    RoundFactory,
    ScoreFactory,
    ScorePartFactory,
    ScoreRunFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db, pytest.mark.usefixtures("four_nodes")]

URL = "/orchestrators/"
WORKER, GIVER, BEATEN, GATED = address(1), address(2), address(3), address(4)
METHOD = "work\u00a05, terms\u00a03, job mix\u00a01, community\u00a01"


@pytest.fixture
def four_nodes() -> None:
    """One that works, one that gives, one that does less of both than the first, and one that fails a gate."""
    BlockFactory(number=1000)
    RoundFactory(number=200, block__number=990)
    IndexStateFactory(projected_to=1000)
    run = ScoreRunFactory(version=live().version, as_of_block=980)
    figures = [(WORKER, 90.0, 40.0, 1), (GIVER, 50.0, 95.0, 2), (BEATEN, 45.0, 40.0, 3), (GATED, 99.0, 99.0, None)]
    for node, work, terms, rank in figures:
        OrchestratorFactory(address=node, stake_lpt_wei=(rank or 9) * 50_000 * WEI)
        gates = [] if rank else [{"code": "too_new", "sentence": "Too new."}]
        score = ScoreFactory(run=run, orchestrator=node, value=(5 * work + 3 * terms) / 8, rank=rank, gates=gates)
        for name, value in (("work", work), ("terms", terms)):
            ScorePartFactory(score=score, part=name, value=value, low=value - 5, high=value + 5)
    OrchestratorRoundFactory(orchestrator=WORKER, round=199, fees_eth_wei=WEI, reward_called=True)
    OrchestratorRoundFactory(orchestrator=GIVER, round=199, reward_called=False)
    CutChangeFactory(orchestrator=WORKER, round=150, reward_cut_ppm=300_000, old_reward_cut_ppm=100_000)


def page(client: Client, query: str = "") -> str:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 200
    return response.content.decode()


def shown(body: str) -> list[str]:
    return re.findall(r'<tr role="row" id="o-(0x[0-9a-f]{40})">', body)


def row_of(body: str, who: str) -> str:
    return body.split(f'id="o-{who}"')[1].split("</tr>")[0]


def sliders(body: str) -> dict[str, str]:
    return dict(re.findall(r'<input type="range" id="w_\w+" name="(w_\w+)"[^>]* value="(\d+)"', body))


def test_page__by_the_method__then_its_weights_are_said_and_on_the_sliders(client: Client) -> None:
    body = page(client)
    assert shown(body) == [WORKER, GIVER, BEATEN, GATED]
    assert f"Weights of method {live().version}: {METHOD}." in body
    assert sliders(body) == {"w_work": "5", "w_terms": "3", "w_jobs": "1", "w_community": "1"}
    assert "Your weights</b>" not in body


def test_page__by_own_weights__then_scores_and_ranks_are_made_anew_with_the_way_back(client: Client) -> None:
    body = page(client, "?w_work=1&w_terms=10&sort=-score")
    assert shown(body) == [GIVER, WORKER, BEATEN, GATED]
    giver, gated = row_of(body, GIVER), row_of(body, GATED)
    assert '<span class="score">91</span><small>±9</small>' in giver  # (50 + 950) / 11, from 945/12 to 96.5
    assert 'title="Rank 2 by the method&#x27;s weights"' in giver.replace("'", "&#x27;")
    assert '<span class="sr">up </span>1' in giver
    assert "Too new." in gated
    assert "Your weights</b>: work\u00a01, terms\u00a010, job mix\u00a01, community\u00a01." in body
    assert '<a href="/orchestrators/?sort=-score">Back to the weights of method' in body
    assert sliders(body)["w_terms"] == "10"


def test_page__by_own_weights__then_heads_and_sheet_keep_them(client: Client) -> None:
    body = page(client, "?w_work=9")
    assert 'href="/orchestrators/?w_work=9&amp;sort=-fees"' in body
    assert 'href="/orchestrators/?w_work=9&amp;format=csv"' in body
    assert "w_work=9&amp;w_terms=3&amp;w_jobs=1&amp;w_community=1" in body  # as JSON


@pytest.mark.parametrize(
    ("preset", "rows"),
    [
        ("income", [GIVER, WORKER]),
        ("work", [WORKER]),
        ("small", [WORKER, GIVER]),
        ("stability", [GIVER]),
    ],
)
def test_preset__when_chosen__then_its_rows_its_link_marked_and_the_form_filled(
    client: Client, preset: str, rows: list[str]
) -> None:
    body = page(client, f"?preset={preset}")
    assert shown(body) == rows
    assert re.search(rf'href="/orchestrators/\?preset={preset}"[^>]* aria-current="true"', body)
    assert body.count('aria-current="true"') == 1
    assert sliders(body) != {"w_work": "5", "w_terms": "3", "w_jobs": "1", "w_community": "1"}


def test_preset__when_chosen__then_its_limits_stand_in_the_form_and_can_be_taken_back(client: Client) -> None:
    body = page(client, "?preset=small&stake_lte=60000")
    assert shown(body) == [WORKER]
    assert 'name="stake_lte" inputmode="decimal" value="60000"' in body
    assert 'name="stake_lte" inputmode="decimal" value="100000"' in page(client, "?preset=small")
    assert '<details class="more" open>' in body


@pytest.mark.parametrize(
    ("query", "rows"),
    [
        ("?stake_lte=100000", [WORKER, GIVER]),
        ("?work_gte=50", [WORKER, GIVER, GATED]),
        ("?terms_gte=95.5", [GATED]),
        ("?misses_lte=0", [WORKER]),  # who owed no call has shown nothing
        ("?misses_lte=1", [WORKER, GIVER]),
        ("?payers_gte=1", []),
        ("?has_worse_terms=1", [WORKER]),
        ("?has_worse_terms=0", [GIVER, BEATEN, GATED]),
        ("?score_gte=60&w_work=0&w_terms=1", [GIVER]),
    ],
)
def test_limit__when_given__then_only_those(client: Client, query: str, rows: list[str]) -> None:
    assert shown(page(client, query)) == rows


def test_pareto__when_asked__then_beaten_choices_are_hidden_and_named(client: Client) -> None:
    body = page(client, "?pareto=1")
    assert shown(body) == [WORKER, GIVER, GATED]  # no choice without a rank: it beats none, and none beats it
    assert "1 dominated choice hidden." in body
    named = re.sub(r"<[^>]+>", "", body.split('<details class="beaten">')[1].split("</ul>")[0])
    assert named.count(" by ") == 1
    assert f'href="/orchestrators/{BEATEN}/"' in body.split('<details class="beaten">')[1]


def test_pareto__when_a_part_has_no_weight__then_it_protects_nobody(client: Client) -> None:
    assert shown(page(client, "?pareto=1&w_terms=0")) == [WORKER, GATED]


def test_pareto__when_only_marked__then_every_row_stays_and_the_sheet_names_who_beats_it(client: Client) -> None:
    assert len(shown(page(client, "?pareto=0"))) == 4
    rows = sheet(client, "?pareto=0")
    assert {row["address"]: row["beaten_by"] for row in rows} == {WORKER: "", GIVER: "", BEATEN: GIVER, GATED: ""}


def sheet(client: Client, query: str) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(client.get(f"/orchestrators.csv{query}").content.decode())))


def test_sheet__by_own_weights__then_each_line_says_by_which(client: Client) -> None:
    first = sheet(client, "?w_work=1&w_terms=10&cols=score")[0]
    assert (first["address"], first["rank"], first["rank_by_method"], first["score"]) == (GIVER, "1", "2", "90.9091")
    assert [first[name] for name in ("w_work", "w_terms", "w_jobs", "w_community")] == ["1", "10", "1", "1"]
    assert "w_work" not in sheet(client, "")[0]


@pytest.mark.parametrize(
    ("query", "name", "words"),
    [
        ("?w_work=-1", "w_work", "“-1” is no weight. Write a whole number from 0 to 10."),
        ("?w_terms=11", "w_terms", "“11” is no weight."),
        ("?w_jobs=much", "w_jobs", "“much” is no weight."),
        ("?w_community=0.5", "w_community", "“0.5” is no weight."),
        ("?w_work=0&w_terms=0&w_jobs=0&w_community=0", "w_work", "All weights are 0"),
        ("?w_work=1&w_work=2", "w_work", "given twice"),
        ("?preset=luck", "preset", "There is no preset “luck”."),
        ("?preset=work&preset=work", "preset", "given twice"),
        ("?misses_lte=31", "misses_lte", "“31” is no count. Write a whole number from 0 to 30."),
        ("?payers_gte=-1", "payers_gte", "“-1” is no count."),
        ("?stake_lte=1e9", "stake_lte", "at most 18 decimals"),
        ("?work_gte=101", "work_gte", "from 0 to 100"),
        ("?has_worse_terms=no", "has_worse_terms", "neither yes nor no"),
        ("?pareto=yes", "pareto", "neither yes nor no"),
    ],
)
def test_page__when_it_cannot_be_read__then_400_that_names_the_parameter(
    client: Client, query: str, name: str, words: str
) -> None:
    response = client.get(f"{URL}{query}")
    assert response.status_code == 400
    assert f"<code>{name}</code> cannot be read." in response.content.decode()
    assert words in response.content.decode()
    asked_by_script = client.get(f"{URL}{query}", headers={"HX-Request": "true"})
    assert (asked_by_script.status_code, asked_by_script["HX-Retarget"]) == (400, "#refusal")
    assert client.get(f"/orchestrators.csv{query}").status_code == 400


def test_page__when_rows_are_ticked__then_they_lead_to_a_comparison(client: Client) -> None:
    body = page(client)
    assert '<form id="compare" method="get" action="/compare/"></form>' in body
    assert f'type="checkbox" name="o" value="{WORKER}" form="compare"' in row_of(body, WORKER)
    assert client.get(f"/compare/?o={WORKER}&o={GIVER}").status_code == 200
