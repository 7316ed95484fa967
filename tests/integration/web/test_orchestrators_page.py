"""The list of orchestrators as people and their programs get it."""

from __future__ import annotations

import csv
import io
import re

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from apps.protocol.formats import checksummed, short_address
from apps.protocol.units import WEI
from apps.web.columns import COLUMN_KEYS
from tests import scenery
from tests.factories import (
    BlockFactory,
    IndexStateFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    RoundFactory,
    ScoreFactory,
    ScorePartFactory,
    ScoreRunFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

URL = "/orchestrators/"
NODE, IDLE, NEW = address(1), address(2), address(3)


@pytest.fixture
def three_nodes() -> None:
    """Round 200 at block 1000: a worker, an idle node with more stake, and one too new to score."""
    BlockFactory(number=1000)
    RoundFactory(number=200, block__number=990)
    IndexStateFactory(projected_to=1000)
    OrchestratorFactory(
        address=NODE, stake_lpt_wei=250_000 * WEI, reward_cut_ppm=125_000, service_uri="https://mill.example:8935"
    )
    OrchestratorFactory(address=IDLE, stake_lpt_wei=750_000 * WEI, reward_cut_ppm=0)
    OrchestratorFactory(address=NEW, stake_lpt_wei=0, service_uri="https://<b>evil</b>")
    OrchestratorRoundFactory(orchestrator=NODE, round=199, fees_eth_wei=12_120 * WEI // 1000, reward_called=True)
    run = ScoreRunFactory(as_of_block=980)
    first = ScoreFactory(run=run, orchestrator=NODE, value=86.4, low=82.4, high=90.4, rank=1)
    ScorePartFactory(score=first, part="work", value=93.0)
    ScorePartFactory(score=first, part="jobs", value=None)
    ScoreFactory(run=run, orchestrator=IDLE, value=27.0, low=22.0, high=32.0, rank=2)
    gates = [{"code": "too_new", "sentence": "12 of 30 rounds seen so far."}]
    ScoreFactory(run=run, orchestrator=NEW, rank=None, gates=gates)


def shown(body: str) -> list[str]:
    """The addresses of the rows, top to bottom."""
    return re.findall(r'<tr role="row" id="o-(0x[0-9a-f]{40})">', body)


def row_of(body: str, who: str) -> str:
    """The markup of one row."""
    return body.split(f'id="o-{who}"')[1].split("</tr>")[0]


def page(client: Client, query: str = "", **headers: str) -> str:
    response = client.get(f"{URL}{query}", headers=headers)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.usefixtures("three_nodes")
class TestThePage:
    def test_page__when_opened__then_rows_by_score_with_their_figures(self, client: Client) -> None:
        body = page(client)
        assert shown(body) == [NODE, IDLE, NEW]
        row = row_of(body, NODE)
        assert f'title="{checksummed(NODE)}">{short_address(NODE)}</a>' in row
        assert '<span class="sub" title="mill.example:8935">mill.example</span>' in row
        assert '<span class="score">86</span><small>±4</small>' in row
        assert '<data value="12120000000000000000" title="12,120,000,000,000,000,000 wei of ETH">12.120</data>' in row
        assert ">48.48</data>" in row  # ETH for a million LPT
        assert 'data-l="Stake, %">25.0</td>' in row
        assert '<data value="125000" title="125,000 ppm">12.5</data>' in row
        assert 'data-l="Calls of 30">1<span class="sub">of 1</span></td>' in row

    def test_page__when_opened__then_the_answer_counts_who_works(self, client: Client) -> None:
        answer = page(client).split('id="answer">')[1].split("</p>")[0]
        assert answer == (
            "<b>1 of 3 active orchestrators</b> were paid for work in the last 90 rounds. "
            'Half keep at most 10&nbsp;% of rewards, and 2 have a score. <a href="/method/">How the score is made</a>'
        )

    def test_page__when_a_figure_is_unknown__then_hatched_and_zero_is_zero(self, client: Client) -> None:
        body = page(client)
        assert 'data-l="Jobs"><span class="unk" title="Unknown: nothing sure tells what it was paid for">' in row_of(
            body, NODE
        )
        assert 'data-l="Fees, ETH"><data value="0" title="0 wei of ETH">0</data>' in row_of(body, IDLE)
        assert '<td role="cell" class="n lo">–</td>' in row_of(body, NEW)  # rate without stake does not apply

    def test_page__when_a_node_fails_a_gate__then_the_cause_stands_for_its_score(self, client: Client) -> None:
        row = row_of(page(client), NEW)
        assert 'colspan="6"' in row
        assert "Too new to score</span>" in row
        assert "12 of 30 rounds seen so far." in row
        assert 'class="score"' not in row

    def test_page__when_an_operator_writes_markup__then_escaped(self, client: Client) -> None:
        body = page(client)
        assert "<b>evil" not in body
        assert "&lt;b&gt;evil" in body

    def test_page__when_opened__then_says_its_block_and_where_the_json_is(self, client: Client) -> None:
        body = page(client, "?reward_cut_lte=5&sort=fees")
        assert "Local chain, block 1,000 (1 January 2026, 00:16:40 UTC)" in body.replace("</time>", "").replace(
            '<time datetime="2026-01-01T00:16:40Z" title="1 January 2026, 00:16:40 UTC">', ""
        )
        assert 'href="/api/v1/orchestrators?reward_cut_ppm_lte=50000&amp;sort=fees"' in body

    @pytest.mark.parametrize(
        ("query", "rows"),
        [
            ("?q=MILL", [NODE]),
            (f"?q={NODE[2:12]}", [NODE]),
            ("?reward_cut_lte=5", [IDLE]),
            ("?score_gte=80", [NODE]),
            ("?stake_gte=250000.5", [IDLE]),
            ("?has_fees=1", [NODE]),
            ("?has_fees=0&sort=stake", [NEW, IDLE]),
            ("?sort=-stake", [IDLE, NODE, NEW]),
            ("?sort=reward_cut", [IDLE, NEW, NODE]),
            ("?q=&status=&reward_cut_lte=&fee_share_gte=&score_gte=&stake_gte=&has_fees=", [NODE, IDLE, NEW]),
        ],
    )
    def test_page__when_filtered_or_ordered__then_those_rows(self, client: Client, query: str, rows: list[str]) -> None:
        assert shown(page(client, query)) == rows

    def test_page__when_ordered__then_one_head_says_so_and_its_link_turns_it(self, client: Client) -> None:
        body = page(client, "?sort=-fees&q=mill")
        assert body.count("aria-sort") == 1
        assert re.search(r'aria-sort="descending"><a href="/orchestrators/\?q=mill&amp;sort=fees">Fees, ETH', body)

    def test_page__when_columns_are_chosen__then_only_those(self, client: Client) -> None:
        body = page(client, "?cols=stake,fees")
        heads = re.findall(r'<th role="columnheader" scope="col"[^>]*>(?:<a [^>]*>)?([^<]+)', body)
        assert [head.strip() for head in heads] == ["#", "Orchestrator", "Fees, ETH", "LPT"]
        assert body.count("Paid work, 90 rounds</span>") == 1
        assert "Too new to score" not in body
        assert page(client, "?cols=fees&cols=stake").count("<td") == body.count("<td")
        assert re.findall(r'name="cols" value="(\w+)" checked', body) == ["fees", "stake"]

    def test_page__when_a_whole_address_is_searched__then_its_page(self, client: Client) -> None:
        response = client.get(f"{URL}?q={checksummed(NODE)}")
        assert (response.status_code, response["Location"]) == (302, f"{URL}{NODE}/")

    def test_page__when_nothing_passes__then_the_filter_to_blame_is_named(self, client: Client) -> None:
        body = page(client, "?q=mill&reward_cut_lte=2")
        empty = re.sub(r"<[^>]+>", " ", body.split('<div class="empty">')[1].split("</div>")[0])
        assert " ".join(empty.split()) == (
            "No orchestrator passes all 2 filters. Search for “mill” alone leaves 1 of 3 active; without it 1 would be "
            "shown. Remove that filter · Remove all"
        )
        assert 'href="/orchestrators/?reward_cut_lte=2">Remove that filter' in body

    def test_page__when_htmx_asks__then_only_what_moves(self, client: Client) -> None:
        body = page(client, **{"HX-Request": "true"})
        assert "<html" not in body
        assert shown(body) == [NODE, IDLE, NEW]
        for part in ("banners", "strip", "provenance", "answer"):
            assert re.search(rf'id="{part}" hx-swap-oob="morph"', body)

    def test_page__when_nothing_changed__then_304_until_a_block_comes(self, client: Client) -> None:
        headers = {"HX-Request": "true"}
        tag = client.get(URL, headers=headers)["ETag"]
        again = client.get(URL, headers={**headers, "If-None-Match": tag})
        assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
        assert client.get(f"{URL}?q=mill", headers={**headers, "If-None-Match": tag}).status_code == 200
        assert client.get(URL, headers={"If-None-Match": tag}).status_code == 200
        client.cookies["theme"] = "dark"
        assert client.get(URL, headers={**headers, "If-None-Match": tag}).status_code == 200
        client.cookies.clear()
        BlockFactory(number=1001)
        IndexStateFactory._meta.model.objects.update(projected_to=1001)
        assert client.get(URL, headers={**headers, "If-None-Match": tag}).status_code == 200

    def test_page__when_rendered__then_carries_the_tag_its_poll_would_get(self, client: Client) -> None:
        tag = client.get(URL, headers={"HX-Request": "true"})["ETag"]
        assert f'data-etag="{tag.replace(chr(34), "&quot;")}"' in page(client)

    def test_page__when_sent__then_varies_and_is_asked_for_again(self, client: Client) -> None:
        response = client.get(URL)
        assert {part.strip() for part in response["Vary"].split(",")} >= {"HX-Request", "Cookie"}
        assert response["Cache-Control"] == "private, no-cache"
        assert "default-src 'self'" in response["Content-Security-Policy"]

    def test_page__when_posted_to__then_refused(self, client: Client) -> None:
        assert client.post(URL).status_code == 405

    @pytest.mark.parametrize(
        ("query", "name", "words"),
        [
            ("?sort=luck", "sort", "Allowed: <code>name</code>, <code>score</code>"),
            (
                "?status=dead",
                "status",
                "<code>active</code>, <code>pool</code>, <code>inactive</code>, <code>all</code>",
            ),
            ("?reward_cut_lte=1,5", "reward_cut_lte", "Write digits with a point"),
            ("?fee_share_gte=abc", "fee_share_gte", "Write digits with a point"),
            ("?score_gte=-1", "score_gte", "from 0 to 100"),
            ("?stake_gte=1e9", "stake_gte", "at most 18 decimals"),
            ("?has_fees=maybe", "has_fees", "neither yes nor no"),
            ("?cols=fees,luck", "cols", "There is no column “luck”."),
            ("?page=0", "page", "Pages are whole numbers from 1"),
            ("?page=all", "page", "Pages are whole numbers from 1"),
            ("?page=2", "page", "There is no page 2; the last one is 1."),
            ("?format=xml", "format", "There is no format “xml”."),
            ("?luck=1", "luck", "There is no such filter."),
            ("?status=all&status=pool", "status", "given twice"),
            ("?q=%00", "q", "printable"),
            ("?q=%3Cscript%3E&sort=%3Cscript%3E", "sort", "“&lt;script&gt;”"),
        ],
    )
    def test_page__when_it_cannot_be_read__then_400_that_names_the_parameter(
        self, client: Client, query: str, name: str, words: str
    ) -> None:
        response = client.get(f"{URL}{query}")
        body = response.content.decode()
        assert response.status_code == 400
        assert f"<code>{name}</code> cannot be read." in body
        assert words in body
        assert "<script>" not in body

    @pytest.mark.parametrize(
        ("query", "kept"),
        [
            ("?reward_cut_lte=1,5&q=forge", ['name="reward_cut_lte" inputmode="decimal" value="1,5"', 'value="forge"']),
            ("?stake_gte=1e3&score_gte=60", ['name="stake_gte" inputmode="decimal" value="1e3"', 'value="60"']),
            ("?w_work=0&w_terms=0&w_jobs=0&w_community=0", ['name="w_work" min="0" max="10" step="1" value="0"']),
            ("?w_work=11&w_terms=7", ['name="w_terms" min="0" max="10" step="1" value="7"']),
            ("?preset=luck&payers_gte=2", ['name="payers_gte" inputmode="numeric" value="2"']),
        ],
    )
    def test_page__when_it_cannot_be_read__then_the_form_keeps_what_was_typed(
        self, client: Client, query: str, kept: list[str]
    ) -> None:
        response = client.get(f"{URL}{query}")
        body = response.content.decode()

        assert response.status_code == 400
        assert 'id="filters"' in body
        assert [each for each in kept if each not in body] == []
        assert 'id="live"' not in body

    def test_page__when_htmx_is_refused__then_beside_the_form_and_the_address_stays(self, client: Client) -> None:
        response = client.get(f"{URL}?score_gte=x", headers={"HX-Request": "true"})
        assert response.status_code == 400
        assert (response["HX-Retarget"], response["HX-Push-Url"]) == ("#refusal", "false")
        assert response["HX-Trigger"] == '{"refused": {"parameter": "score_gte"}}'
        assert "<html" not in response.content.decode()


@pytest.mark.usefixtures("three_nodes")
class TestTheSheet:
    def sheet(self, client: Client, address: str) -> list[dict[str, str]]:
        response = client.get(address)
        assert (response.status_code, response["Content-Type"]) == (200, "text/csv; charset=utf-8")
        return list(csv.DictReader(io.StringIO(response.content.decode())))

    def test_csv__when_asked_for__then_the_rows_of_the_page_with_exact_amounts(self, client: Client) -> None:
        first, second, third = self.sheet(client, "/orchestrators.csv")
        assert first == {
            "rank": "1",
            "address": NODE,
            "service_host": "mill.example:8935",
            "name": "",
            "score": "86.4",
            "score_low": "82.4",
            "score_high": "90.4",
            "work": "93.0",
            "terms": "",
            "jobs": "",
            "community": "",
            "coverage": "0.8",
            "fees_eth": "12.12",
            "fees_eth_wei": "12120000000000000000",
            "fees_eth_per_million_lpt": "48.48",
            "fees_eth_wei_per_million_lpt": "48480000000000000000",
            "payers": "0",
            "job_types": "",
            "idle_slots": "",
            "slots_in_use": "",
            "stake_lpt": "250000",
            "stake_lpt_wei": "250000000000000000000000",
            "stake_share_percent": "25",
            "reward_cut_percent": "12.5",
            "reward_cut_ppm": "125000",
            "fee_share_percent": "50",
            "fee_share_ppm": "500000",
            "reward_calls_made": "1",
            "reward_calls_due": "1",
            "not_ranked_because": "",
            "as_of_block": "1000",
        }
        assert (second["fees_eth_wei"], second["address"]) == ("0", IDLE)
        assert (third["rank"], third["fees_eth_per_million_lpt"]) == ("", "")
        assert third["not_ranked_because"] == "12 of 30 rounds seen so far."

    def test_csv__when_filtered_and_columns_chosen__then_exactly_what_is_shown(self, client: Client) -> None:
        rows = self.sheet(client, f"{URL}?format=csv&cols=payers&has_fees=1")
        assert rows == [
            {
                "rank": "1",
                "address": NODE,
                "service_host": "mill.example:8935",
                "name": "",
                "payers": "0",
                "not_ranked_because": "",
                "as_of_block": "1000",
            }
        ]

    def test_csv__when_nothing_changed__then_304(self, client: Client) -> None:
        tag = client.get("/orchestrators.csv")["ETag"]
        assert client.get("/orchestrators.csv", headers={"If-None-Match": tag}).status_code == 304

    def test_csv__when_it_cannot_be_read__then_400(self, client: Client) -> None:
        assert client.get("/orchestrators.csv?sort=luck").status_code == 400


def test_page__when_nothing_is_indexed__then_says_so(client: Client) -> None:
    body = page(client)
    assert "No orchestrator is active in the round that the index has reached." in body
    assert "The index is at its beginning." in page(client, "?status=all&q=x")
    assert shown(body) == []


def test_page__when_nobody_is_active__then_leads_to_those_who_were(client: Client) -> None:
    RoundFactory(number=200)
    OrchestratorFactory(deactivation_round=150, in_pool=False)
    body = page(client)
    assert '<a href="/orchestrators/?status=all">All 1 that ever registered</a>' in body
    assert len(shown(page(client, "?status=all"))) == 1


class TestManyNodes:
    @pytest.fixture(autouse=True)
    def many(self) -> None:
        scenery.network(nodes=120, rounds=6)

    def test_page__when_there_are_many__then_fifty_a_page_by_link(self, client: Client) -> None:
        first, last = page(client), page(client, "?page=3&sort=-score")
        assert (len(shown(first)), len(shown(last))) == (50, 20)
        assert 'href="/orchestrators/?page=2">Next 50</a>' in first
        assert "Previous" not in first
        assert 'href="/orchestrators/?sort=-score&amp;page=2">Previous 50</a>' in last
        assert "Next" not in last

    def test_csv__when_all_pages_are_wanted__then_one_sheet(self, client: Client) -> None:
        lines = client.get("/orchestrators.csv?page=all").content.decode().splitlines()
        assert len(lines) == 121

    @pytest.mark.parametrize(("query", "count"), [("", 17), ("?cols=stake", 16), ("?sort=-fees&q=node&page=1", 17)])
    def test_page__when_rendered__then_queries_do_not_grow_with_rows(
        self, client: Client, query: str, count: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        with django_assert_num_queries(count + 2):  # and the savepoint around them in a test
            page(client, query)

    def test_page__when_its_rows_were_made_before__then_nine_queries(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        page(client)
        with django_assert_num_queries(9 + 2):
            page(client, "?sort=-fees&w_work=9")

    def test_page__when_nothing_changed__then_four_queries(
        self, client: Client, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        headers = {"HX-Request": "true"}
        tag = client.get(URL, headers=headers)["ETag"]
        with django_assert_num_queries(4 + 2):
            assert client.get(URL, headers={**headers, "If-None-Match": tag}).status_code == 304

    def test_page__when_one_column_is_left__then_still_a_table(self, client: Client) -> None:
        for key in COLUMN_KEYS:
            assert len(shown(page(client, f"?cols={key}"))) == 50
