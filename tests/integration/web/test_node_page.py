"""The page of one orchestrator, its CSVs, and the addresses that are none."""

from __future__ import annotations

import csv
import io
import json
import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from apps.protocol.formats import checksummed
from apps.protocol.perc import ONE
from apps.protocol.units import WEI, ZERO_ADDRESS
from tests import lives, scenery
from tests.factories import (
    BlockFactory,
    CutChangeFactory,
    IndexStateFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    ParameterReadFactory,
    PoolChangeFactory,
    PositionFactory,
    RewardCallFactory,
    RoundFactory,
    ScoreFactory,
    ScorePartFactory,
    ScoreRunFactory,
    StakeEventFactory,
    TicketPaymentFactory,
    address,
    hash_of,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER, GATEWAY, ANN = address(1), address(2), address(11), address(21)
URL = f"/orchestrators/{NODE}/"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def node() -> None:
    """Round 200 at block 1000: NODE with two rounds of work, one missed call, a delegator and a larger rival."""
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    for number in (197, 198, 199, 200):
        RoundFactory(
            number=number, block__number=800 + number, mintable_lpt_wei=100 * WEI, active_stake_lpt_wei=1000 * WEI
        )
    ParameterReadFactory(name="pool_max_size", value=2, block__number=1000)
    OrchestratorFactory(
        address=NODE, stake_lpt_wei=250 * WEI, reward_cut_ppm=125_000, fee_share_ppm=500_000, activation_round=198,
        service_uri="https://mill.example:8935", last_reward_round=198, last_fee_round=199,
    )  # fmt: skip
    OrchestratorFactory(address=OTHER, stake_lpt_wei=200 * WEI)
    reward = {"reward_called": True, "reward_lpt_wei": 20 * WEI, "reward_factor": ONE * 11 // 10}
    terms = {"orchestrator": NODE, "reward_cut_ppm": 125_000, "fee_share_ppm": 500_000, "stake_lpt_wei": 200 * WEI}
    OrchestratorRoundFactory(round=198, fees_eth_wei=3 * WEI, tickets=2, fee_factor=0, **reward, **terms)
    OrchestratorRoundFactory(round=199, fees_eth_wei=WEI, tickets=1, fee_factor=ONE // 100, **terms)
    OrchestratorRoundFactory(round=200, **terms)
    OrchestratorRoundFactory(orchestrator=OTHER, round=200, fees_eth_wei=4 * WEI)


def text_of(client: Client, path: str = URL) -> str:
    body = client.get(path).content.decode()
    body = re.sub(r"<script.*?</script>", "", body, flags=re.S)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", body)).replace("\u00a0", " ")


def test_node__when_there_is_one__then_its_name_and_whole_address(client: Client, node: None) -> None:
    body = client.get(URL).content.decode()
    assert f'<span id="whole">{checksummed(NODE)}</span>' in body
    assert 'data-copy="#whole"' in body


def test_node__when_there_is_one__then_the_facts_at_a_glance(client: Client, node: None) -> None:
    PositionFactory(delegator=ANN, delegate=NODE)
    text = text_of(client)
    for fact in (
        "Active since round 198",
        "Stake250.00 LPT55.6 % of all, place 1 of 2",
        "Fees, 90 rounds4.000 ETH50.0 % of all",
        "Reward cut12.5 %it keeps 12.5 of 100 LPT rewarded",
        "Fee share50 %delegators receive 50 of 100 wei",
        "Reward calls1 of 2 rounds",
        "Delegators1",
        "Margin above the last place50 LPT",
        "Service addresshttps://mill.example:8935as its operator set it; not checked",
    ):
        assert fact in text


def test_node__when_it_holds_the_last_place__then_it_says_so(client: Client, node: None) -> None:
    assert "0 LPTit holds the last place of the pool" in text_of(client, f"/orchestrators/{OTHER}/")


def test_node__when_the_pool_has_room__then_there_is_no_margin(client: Client, node: None) -> None:
    ParameterReadFactory(name="pool_max_size", value=5, block__number=1001)
    assert "Margin above the last place–the pool has 3 free places" in text_of(client)


def test_node__when_scored__then_parts_with_reasons_and_unknown_hatched(client: Client, node: None) -> None:
    run = ScoreRunFactory(version="0.1", as_of_block=980)
    score = ScoreFactory(
        run=run, orchestrator=NODE, value=71.0, low=60.0, high=80.0, rank=1, coverage=0.8,
        advice="Earned 2.0 times the fees its stake suggests.", severity="good",
    )  # fmt: skip
    ScorePartFactory(score=score, part="work", value=80.0, low=75.0, high=85.0, weight=5, reason="Earned 4 ETH.")
    ScorePartFactory(score=score, part="terms", value=56.0, low=56.0, high=56.0, weight=3, reason="Keeps 12.5 %.")
    ScorePartFactory(
        score=score, part="jobs", value=None, low=None, high=None, weight=1, coverage=0.0, reason="No source."
    )
    text = text_of(client)
    assert "Earned 2.0 times the fees its stake suggests." in text
    assert "Rank 1 of 1. 80 % of the score rests on known data" in text
    assert "Work8075 to 85100 %550.0Earned 4 ETH." in text
    assert "Terms56exact100 %321.0Keeps 12.5 %." in text
    assert "Job mix? unknownunknown0 %1–No source." in text
    assert 'fill="url(#hatch)" y="3" width="100%"' in client.get(URL).content.decode()


def test_node__when_a_part_can_be_raised__then_it_says_how_and_shows_the_figures(client: Client, node: None) -> None:
    score = ScoreFactory(run=ScoreRunFactory(as_of_block=980), orchestrator=NODE)
    sources = {
        "fees_long_eth_wei": "4000000000000000000",
        "share_of_stake": "0.556000",
        "reward_calls": 1,
        "delivery": None,
        "delivery_reason": "No source measured it.",
        "flows": [],
    }
    ScorePartFactory(score=score, sources=sources, raises=["A second payer would add 3 points."])
    text = text_of(client)
    assert "What would raise itWork: A second payer would add 3 points." in text
    assert "organic fees, long window4.000 ETH" in text
    assert "55.6 %" in text
    assert "delivery? unknown" in text
    assert "No source measured it." not in text


def test_node__when_its_run_kept_a_bundle__then_its_digest_and_the_way_to_it(client: Client, node: None) -> None:
    run = ScoreRunFactory(as_of_block=980, bundle_digest="ab" * 32)
    ScorePartFactory(score=ScoreFactory(run=run, orchestrator=NODE))
    assert f"sha256 {'ab' * 32}: its inputs, method and outputs" in text_of(client)
    assert f'href="/api/v1/score-runs/{run.pk}/bundle?digest={"ab" * 32}"' in client.get(URL).content.decode()


def test_node__when_scored_in_several_rounds__then_its_score_over_time(client: Client, node: None) -> None:
    for block, number, value in ((960, 197, 40.0), (970, 198, 60.0), (975, 198, 65.0), (980, 199, 80.0)):
        run = ScoreRunFactory(as_of_block=block, as_of_round=number)
        ScorePartFactory(score=ScoreFactory(run=run, orchestrator=NODE, value=value, low=value - 5, high=value + 5))
    body = client.get(URL).content.decode()
    assert "Score by round, from 40 in round 197 to 80 in round 199" in body
    assert f"/api/v1/orchestrators/{NODE}/scores.csv" in body
    text = text_of(client)
    assert "RoundScoreIntervalRank1998075 to 8511986560 to 7011974035 to 451" in text


def test_node__when_scored_once__then_there_is_no_line(client: Client, node: None) -> None:
    ScorePartFactory(score=ScoreFactory(run=ScoreRunFactory(as_of_block=980), orchestrator=NODE))
    assert "Score over time" not in text_of(client)


def test_node__when_not_ranked__then_every_cause_is_named(client: Client, node: None) -> None:
    gates = [{"code": "too_new", "sentence": "Too new: three active rounds seen."}]
    ScoreFactory(run=ScoreRunFactory(as_of_block=980), orchestrator=NODE, rank=None, gates=gates, severity="info")
    text = text_of(client)
    assert "Not ranked. Too new: three active rounds seen." in text
    assert "of 100, not ranked" in text


def test_node__when_no_score_was_worked_out__then_it_says_when_one_comes(client: Client, node: None) -> None:
    text = text_of(client)
    assert "No score yet." in text
    assert "Earned 50.0 % of all fees with 55.6 % of all stake." in text


def test_node__when_calls_were_missed__then_rounds_and_cost(client: Client, node: None) -> None:
    text = text_of(client)
    # 20 of 100 LPT could be minted, of which 12.5 % would have stayed with the node
    assert "1 made, 1 missed in round 199. The miss cost delegators about 17.50 LPT." in text


def test_node__when_charted__then_figure_drawing_and_table_hold_the_same(client: Client, node: None) -> None:
    body = client.get(URL).content.decode()
    found = re.search(r'<script id="figure-rounds" type="application/json">(.*?)</script>', body, re.S)
    assert found is not None
    figure = json.loads(found[1])
    assert figure["data"][0]["x"] == [197, 198, 199, 200]
    assert figure["data"][0]["y"] == [0.0, 3.0, 1.0, 0.0]
    assert figure["data"][1]["y"] == [None, 200.0, 200.0, 200.0]
    table = re.search(r'id="rounds-table".*?<tbody>(.*?)</tbody>', body, re.S)
    assert table is not None
    rows = [re.findall(r">([^<>]+)</t[hd]>", row) for row in table[1].strip().split("</tr>") if row.strip()]
    assert rows == [
        ["200", "0", "0", "200", "not yet", "12.5", "50"],
        ["199", "1.000", "1", "200", "missed", "12.5", "50"],
        ["198", "3.000", "2", "200", "20.00", "12.5", "50"],
        ["197", "0", "0", "–", "–", "–", "–"],
    ]
    assert body.count('<rect class="f-work"') >= 4  # two bars in each drawing


def test_node__when_terms_changed__then_each_is_judged_for_delegators(client: Client, node: None) -> None:
    CutChangeFactory(orchestrator=NODE, round=198, block__number=998, reward_cut_ppm=50_000, fee_share_ppm=500_000)
    CutChangeFactory(
        orchestrator=NODE, round=199, block__number=999, reward_cut_ppm=125_000, fee_share_ppm=500_000,
        old_reward_cut_ppm=50_000, old_fee_share_ppm=500_000,
    )  # fmt: skip
    text = text_of(client)
    assert re.search(r"199 ?1 Jan 2026 ?Reward cut: 5 to 12\.5 ?worse", text)
    assert re.search(r"198 ?1 Jan 2026 ?Fee share: set to 50 ?–", text)


def test_node__when_paid_by_itself__then_flagged_and_not_in_the_concentration(client: Client, node: None) -> None:
    TicketPaymentFactory(orchestrator=NODE, gateway=GATEWAY, round=199, amount_eth_wei=3 * WEI, block__number=999)
    TicketPaymentFactory(orchestrator=NODE, gateway=NODE, round=199, amount_eth_wei=WEI, block__number=999)
    text = text_of(client)
    assert "Concentration 1.00, where 1.00 is a single payer. From itself: 1.000 ETH." in text
    assert re.search(r"itself ?1\.000 ?25\.0", text)


def test_node__when_delegated_to__then_pending_rewards_are_counted(client: Client, node: None) -> None:
    OrchestratorRoundFactory(orchestrator=NODE, round=100, active=False, reward_factor=ONE)
    PositionFactory(delegator=ANN, delegate=NODE, bonded_lpt_wei=100 * WEI, last_claim_round=100, start_round=101)
    assert re.search(r"…\w{4} ?110 ?100\.0 ?1\.000 ?101", text_of(client))


def test_node__when_things_happened__then_each_with_its_source(client: Client, node: None) -> None:
    RewardCallFactory(orchestrator=NODE, round=198, amount_lpt_wei=20 * WEI, block__number=998, tx_hash=hash_of("r"))
    TicketPaymentFactory(
        orchestrator=NODE, gateway=GATEWAY, round=199, amount_eth_wei=WEI * 148 // 10_000, block__number=999
    )
    StakeEventFactory(
        delegator=ANN, delegate=NODE, other=ZERO_ADDRESS, amount_lpt_wei=5 * WEI, bonded_lpt_wei=5 * WEI,
        block__number=1000,
    )  # fmt: skip
    PoolChangeFactory(orchestrator=NODE, block__number=997, effective_round=198)
    text = text_of(client)
    assert "bonded 5.00 LPT." in text
    assert "Ticket of 0.0148 ETH paid by" in text
    assert f"Reward called in round 198: 20.00 LPT. block 998, 0x{hash_of('r').hex()[:4]}" in text
    assert "Joined the pool for the first time; active from round 198." in text


def test_node__when_on_arbitrum__then_events_link_to_the_explorer(
    client: Client, node: None, settings: Settings
) -> None:
    settings.CHAIN_ID = 42161
    RewardCallFactory(orchestrator=NODE, round=198, block__number=998, tx_hash=hash_of("r"))
    assert f'href="https://arbiscan.io/tx/0x{hash_of("r").hex()}"' in client.get(URL).content.decode()


def test_node__when_its_service_address_is_hostile__then_it_is_text(client: Client, node: None) -> None:
    OrchestratorFactory(address=address(5), service_uri='javascript:alert("x")<script>')
    body = client.get(f"/orchestrators/{address(5)}/").content.decode()
    assert "javascript:alert(&quot;x&quot;)&lt;script&gt;" in body
    assert 'href="javascript' not in body


def test_node__when_its_service_address_is_a_link__then_it_passes_nothing_on(client: Client, node: None) -> None:
    body = client.get(URL).content.decode()
    assert '<a href="https://mill.example:8935" rel="nofollow noreferrer">' in body


def test_node__when_it_draws_charts__then_only_its_styles_are_loosened(client: Client, node: None) -> None:
    policy = client.get(URL).headers["Content-Security-Policy"]
    assert "style-src 'self' 'unsafe-inline'" in policy
    assert "script-src" not in policy
    assert "unsafe-inline" not in client.get("/").headers["Content-Security-Policy"]


def test_node__when_nothing_ever_happened_to_it__then_every_section_says_so(client: Client, node: None) -> None:
    OrchestratorFactory(address=address(5), activation_round=None, in_pool=False)
    text = text_of(client, f"/orchestrators/{address(5)}/")
    for words in (
        "Inactive never active yet",
        "No call was due: it was not active.",
        "It never set its terms",
        "Nobody paid it in rounds 197 to 200.",
        "Nobody has stake with it.",
        "Nothing has happened to it since the index began.",
    ):
        assert words in text


def test_node__when_no_round_has_begun__then_it_says_so(client: Client) -> None:
    BlockFactory(number=7)
    IndexStateFactory(projected_to=7)
    OrchestratorFactory(address=NODE)
    assert "no round has been found in them yet" in text_of(client)


@pytest.mark.parametrize("suffix", ["", "rounds.csv", "delegators.csv"])
def test_node__when_written_in_another_case__then_redirected_to_the_one_spelling(
    client: Client, node: None, suffix: str
) -> None:
    response = client.get(f"/orchestrators/{checksummed(NODE)}/{suffix}")
    assert (response.status_code, response.headers["Location"]) == (301, URL + suffix)


@pytest.mark.parametrize("text", ["0x12", "mill", "0x" + "g" * 40, "%3Cscript%3E"])
def test_node__when_malformed__then_404_shows_what_an_address_looks_like(client: Client, text: str) -> None:
    response = client.get(f"/orchestrators/{text}/")
    body = response.content.decode()
    assert response.status_code == 404
    assert "is not an address. An address is 0x and 40 hexadecimal digits." in body
    assert "0x35Bcf3c30594191d53231E4FF333E8A770453e40" in body
    assert "<script>” is" not in body


def test_node__when_never_an_orchestrator__then_404_says_so(client: Client, node: None) -> None:
    response = client.get(f"/orchestrators/{ANN}/")
    assert response.status_code == 404
    assert "never was an orchestrator" in response.content.decode()
    assert "No stake lies with it." in response.content.decode()


def test_node__when_stake_is_parked_there__then_404_says_how_much(client: Client, node: None) -> None:
    OrchestratorFactory(address=ANN, ever_registered=False, registered=False, in_pool=False, stake_lpt_wei=7 * WEI)
    response = client.get(f"/orchestrators/{ANN}/")
    assert response.status_code == 404
    assert "are parked with it all the same" in response.content.decode()


def test_node__when_polled__then_304_until_a_block_comes(client: Client, node: None) -> None:
    answer = client.get(URL, headers={"HX-Request": "true"})
    assert "<html" not in answer.content.decode()
    again = {"HX-Request": "true", "If-None-Match": answer.headers["ETag"]}
    assert client.get(URL, headers=again).status_code == 304
    BlockFactory(number=1001)
    IndexStateFactory._meta.model.objects.update(projected_to=1001)
    assert client.get(URL, headers=again).status_code == 200


def test_node__when_the_network_is_large__then_as_many_queries(
    client: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    cast = scenery.network(nodes=20, rounds=100)
    lives.live(cast)
    path = f"/orchestrators/{cast[3].address}/"
    client.get(path)
    with django_assert_num_queries(53):
        client.get(path)


def test_node__when_posted_to__then_refused(client: Client) -> None:
    assert client.post(URL).status_code == 405


def test_rounds_csv__when_asked__then_exact_and_newest_first(client: Client, node: None) -> None:
    response = client.get(URL + "rounds.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    assert response.headers["Content-Disposition"] == f'attachment; filename="millrace-{NODE}-rounds.csv"'
    assert [row["round"] for row in rows] == ["200", "199", "198"]
    assert rows[2]["fees_eth_wei"] == str(3 * WEI)
    assert (rows[2]["reward_called"], rows[1]["reward_called"]) == ("true", "false")


def test_delegators_csv__when_asked__then_everyone_with_pending(client: Client, node: None) -> None:
    PositionFactory(delegator=ANN, delegate=NODE, bonded_lpt_wei=100 * WEI, last_claim_round=1, start_round=2)
    rows = list(csv.DictReader(io.StringIO(client.get(URL + "delegators.csv").content.decode())))
    assert rows == [
        {
            "delegator": checksummed(ANN),
            "stake_with_pending_lpt_wei": str(110 * WEI),
            "fees_with_pending_eth_wei": str(WEI),
            "start_round": "2",
            "is_orchestrator": "false",
        }
    ]


@pytest.mark.parametrize("name", ["rounds.csv", "delegators.csv"])
def test_csv__when_there_is_no_such_node__then_404(client: Client, name: str) -> None:
    assert client.get(f"/orchestrators/{ANN}/{name}").status_code == 404
    assert client.get(f"/orchestrators/nonsense/{name}").status_code == 404
