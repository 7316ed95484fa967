"""The page of a position: any address, several together, what is wrong with one, and the rounds as CSV."""

from __future__ import annotations

import csv
import io
import re
from xml.etree import ElementTree

import pytest
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from apps.protocol.formats import checksummed
from apps.protocol.perc import ONE
from apps.protocol.units import WEI
from tests.factories import (
    BlockFactory,
    CutChangeFactory,
    IdentityFactory,
    IndexStateFactory,
    OrchestratorFactory,
    PositionFactory,
    ProposalVoteFactory,
    RewardCallFactory,
    RoundFactory,
    ScoreFactory,
    ScoreRunFactory,
    address,
)
from tests.savers import earned, put_in, took_out

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OTHER, ANN, BOB, EVE = address(1), address(2), address(21), address(22), address(23)
URL = f"/stake/{ANN}/"


@pytest.fixture
def network() -> None:
    """Round 200: NODE grew stake by a tenth in 198 and in 199; ANN bonded 100 in 197 and took 20 out in 199."""
    BlockFactory(number=2000)
    IndexStateFactory(projected_to=2000)
    for number in range(190, 201):
        RoundFactory(number=number, block__number=number * 10 - 500)
    OrchestratorFactory(
        address=NODE, ever_registered=True, registered=True, in_pool=True, activation_round=190,
        last_reward_round=199, last_fee_round=198, reward_cut_ppm=50_000, fee_share_ppm=500_000,
        stake_lpt_wei=500 * WEI,
    )  # fmt: skip
    factors = {197: (ONE, 0), 198: (ONE * 11 // 10, ONE // 100), 199: (ONE * 121 // 100, ONE // 100)}
    earned(NODE, factors, reward_called=True)
    PositionFactory(
        delegator=ANN, delegate=NODE, bonded_lpt_wei=101 * WEI, fees_eth_wei=WEI, start_round=198, last_claim_round=199,
        next_lock_id=1,
    )  # fmt: skip
    put_in(ANN, NODE, 100, round=197, block=1471)
    took_out(ANN, NODE, 20, round=199, block=1493, rewards=21, fees=1)


def text_of(client: Client, url: str = URL) -> str:
    body = client.get(url).content.decode()
    main = body[body.index('<main id="main"') : body.index("</main>")]
    plain = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", main)).replace("\u00a0", " ")
    return re.sub(r" ([.,])", r"\1", plain)


def test_position__when_it_earned_and_unbonded__then_figures_node_locks_and_rounds(
    client: Client, network: None
) -> None:
    text = text_of(client)
    assert "Holds 101.00 LPT with" in text
    assert "of which 21.00 LPT were earned." in text
    assert "Principal 80.00 LPT" in text
    assert "Fees to withdraw 1.000 ETH" in text
    assert "Reward cut 5 %" in text
    assert re.search(r"0 20\.00 206 about", text)
    rounds = re.findall(r'<th scope="row" class="n">(\d+)</th>', client.get(URL).content.decode())
    assert rounds == ["0", "200", "199", "198", "197"]  # the lock, then the rounds


def test_position__by_round__then_rewards_and_fees_add_up(client: Client, network: None) -> None:
    response = client.get(f"{URL}rounds.csv")
    rows = list(csv.DictReader(io.StringIO(response.content.decode())))
    figures = [
        (row["round"], row["put_in_lpt_wei"], row["taken_out_lpt_wei"], row["rewards_lpt_wei"], row["fees_eth_wei"],
         row["principal_lpt_wei"], row["stake_lpt_wei"])
        for row in rows
    ]  # fmt: skip
    lpt = "0" * 18
    assert figures == [
        ("200", "0", "0", "0", "0", f"80{lpt}", f"101{lpt}"),
        ("199", "0", f"20{lpt}", f"11{lpt}", "0", f"80{lpt}", f"101{lpt}"),
        ("198", "0", "0", f"10{lpt}", f"1{lpt}", f"100{lpt}", f"110{lpt}"),
        ("197", f"100{lpt}", "0", "0", "0", f"100{lpt}", f"100{lpt}"),
    ]
    assert {row["delegate"] for row in rows} == {checksummed(NODE)}


def test_position__when_terms_got_worse_and_reward_waits__then_both_are_said(client: Client, network: None) -> None:
    CutChangeFactory(orchestrator=NODE, round=195, block__number=1400, reward_cut_ppm=20_000, fee_share_ppm=700_000)
    CutChangeFactory(
        orchestrator=NODE, round=199, block__number=1495, reward_cut_ppm=50_000, fee_share_ppm=500_000,
        old_reward_cut_ppm=20_000, old_fee_share_ppm=700_000,
    )  # fmt: skip
    text = text_of(client)
    assert (
        "Terms got worse since the stake came to its orchestrator in round 197: its reward cut is 5 % and was 2 % and "
        "its fee share is 50 % and was 70 %." in text
    )
    assert "Reward was not called yet in round 200." in text
    assert "Its orchestrator raised its reward cut from 2 to 5 %" in text


def test_position__when_scored__then_score_and_advice_of_its_node(client: Client, network: None) -> None:
    run = ScoreRunFactory()
    ScoreFactory(run=run, orchestrator=NODE, value=61.0, low=55.0, high=67.0, rank=3, advice="Earned much.")
    text = text_of(client)
    assert "Earned much." in text
    assert "Score 61 ±6" in text


def test_position__when_it_voted__then_its_votes(client: Client, network: None) -> None:
    ProposalVoteFactory(voter=ANN, support=1, weight_lpt_wei=5 * WEI, round=199, block__number=1494)
    assert "voted for with 5.00 LPT" in text_of(client)


def test_position__since_a_round__then_only_what_came_later(client: Client, network: None) -> None:
    text = text_of(client, f"{URL}?since=199")
    assert "What changed since round 199" in text
    assert "Earned 11.00 LPT in rewards and 0 ETH in fees. Took out 20.00 LPT." in text
    assert "Started unbonding 20.00 LPT." in text
    assert "Bonded 100.00 LPT" not in text


def test_position__when_parked_with_nobody__then_said_to_earn_nothing(client: Client, network: None) -> None:
    OrchestratorFactory(address=OTHER, ever_registered=False, registered=False, in_pool=False, activation_round=None)
    PositionFactory(delegator=BOB, delegate=OTHER)
    text = text_of(client, f"/stake/{BOB}/")
    assert "The stake lies with an address that never was an orchestrator and earns nothing there." in text
    assert "No orchestrator" in text
    assert "Principal ? unknown" in text  # this one has no logs


def test_position__of_an_address_that_never_staked__then_calm_and_what_to_do(client: Client, network: None) -> None:
    response = client.get(f"/stake/{EVE}/")
    assert response.status_code == 200
    text = text_of(client, f"/stake/{EVE}/")
    assert "Never staked: no log up to block 2,000 gives this address any stake." in text
    assert "choose an orchestrator" in text
    assert f'href="/stake/{EVE}/plan/"' in response.content.decode()


def test_positions__together__then_a_row_each_and_sums(client: Client, network: None) -> None:
    PositionFactory(delegator=BOB, delegate=NODE, bonded_lpt_wei=50 * WEI, last_claim_round=199)
    text = text_of(client, f"{URL}?and={BOB}&and={EVE}&and={ANN}&and=")
    assert "3 positions together" in text
    assert "Together 151.00 LPT with one orchestrator, of which 21.00 LPT were earned." in text
    assert "What was earned leaves out one of them, whose logs are not all indexed." in text
    assert "never staked" in text
    assert re.search(r"Together 151\.00 21\.00 1\.000 20\.00", text)


def test_positions__together__then_each_leads_to_a_plan_that_reads_the_others_along(
    client: Client, network: None
) -> None:
    page = client.get(f"{URL}?and={BOB}&and={EVE}").content.decode()
    assert f'href="/stake/{BOB}/plan/?and={ANN}+{EVE}"' in page
    choices = client.get(f"/stake/{BOB}/plan/?and={ANN}+{EVE}").content.decode()
    assert f'href="?kind=add&amp;and={ANN}+{EVE}"' in choices
    assert f"{ANN} {EVE}</textarea>" in client.get(f"/stake/{BOB}/plan/?kind=add&and={ANN}+{EVE}").content.decode()
    assert "None of these addresses has any stake." in text_of(client, f"/stake/{BOB}/?and={EVE}")


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        ("and=0x12", "is not an address"),
        ("and=" + "&and=".join(address(number) for number in range(20)), "these are 21."),
        ("since=x", "Write a round as a whole number."),
        ("since=1&since=2", "It is given twice; give it once."),
        ("since=9999999999", "Write a round as a whole number."),
        ("sort=x", "There is no such parameter here."),
    ],
)
def test_position__by_a_wrong_parameter__then_refused_with_the_reason(
    client: Client, network: None, query: str, sentence: str
) -> None:
    response = client.get(f"{URL}?{query}")
    assert response.status_code == 400
    assert sentence in response.content.decode()


def test_position__in_another_spelling__then_led_to_the_one(client: Client, network: None) -> None:
    response = client.get(f"/stake/{checksummed(ANN)}/?since=199")
    assert (response.status_code, response["Location"]) == (301, f"{URL}?since=199")


@pytest.mark.parametrize("view", ["", "rounds.csv"])
def test_position__with_a_wrong_checksum__then_404_with_the_reason(client: Client, network: None, view: str) -> None:
    whole = checksummed(ANN)
    wrong = whole[:-1] + (whole[-1].swapcase() if whole[-1].isalpha() else "0")
    wrong = wrong if wrong != whole and whole[-1].isalpha() else "0x" + whole[2:].swapcase()
    response = client.get(f"/stake/{wrong}/{view}")
    assert response.status_code == 404
    assert "does not fit: a letter or digit of it is not as it was." in response.content.decode()


def test_position__by_name__then_followed_if_known_else_the_reason(
    client: Client, network: None, settings: Settings
) -> None:
    IdentityFactory(address=NODE, name="ann.eth")
    assert client.get("/stake/ann.eth/")["Location"] == f"/stake/{NODE}/"
    response = client.get("/stake/bob.eth/")
    assert response.status_code == 404
    assert "none is configured here (ETHEREUM_RPC_URL)" in response.content.decode()
    settings.ETHEREUM_RPC_URL = "http://127.0.0.1:9"
    assert client.get("/stake/ann.eth/")["Location"] == f"/stake/{NODE}/"  # proved before, and no node asked for it
    response = client.get("/stake/bob.eth/plan/")
    assert response.status_code == 404
    assert "the Ethereum node does not answer just now" in response.content.decode()


def test_names__when_one_reader_looks_up_too_many__then_they_are_told_to_wait_and_addresses_go_on(
    client: Client, network: None, settings: Settings
) -> None:
    settings.API_REQUESTS_PER_MINUTE = 2
    assert [client.get(f"/stake/{name}.eth/").status_code for name in ("bob", "eve")] == [404, 429]
    assert client.get(f"{URL}?and=eve.eth").status_code == 429
    assert client.get(URL).status_code == 200


ATOM = {"a": "http://www.w3.org/2005/Atom"}


def feed_of(client: Client, who: str = ANN) -> tuple[str, list[tuple[str, ...]]]:
    """The feed's id, and id, title, summary and time of each entry."""
    response = client.get(f"/stake/{who}/reward.atom")
    assert response["Content-Type"].startswith("application/atom+xml")
    root = ElementTree.fromstring(response.content)
    entries = [
        tuple(entry.findtext(f"a:{name}", "", ATOM) for name in ("id", "title", "summary", "updated"))
        for entry in root.iterfind("a:entry", ATOM)
    ]
    return root.findtext("a:id", "", ATOM), entries


def test_reminder__when_reward_was_called__then_an_entry_a_round_that_never_changes(
    client: Client, network: None
) -> None:
    RewardCallFactory(orchestrator=NODE, round=197, block__number=1475)  # before the stake counted
    RewardCallFactory(orchestrator=NODE, round=198, block__number=1485)
    RewardCallFactory(orchestrator=OTHER, round=199, block__number=1494)
    identity, entries = feed_of(client)
    assert [entry[1] for entry in entries] == ["Reward of round 198 was called"]
    assert "called reward at block 1,485" in entries[0][2]
    assert "Until round 199 begins" in entries[0][2]
    RewardCallFactory(orchestrator=NODE, round=200, block__number=1999)
    again, more = feed_of(client)
    assert (again, more[1:]) == (identity, entries)
    assert [entry[1] for entry in more] == ["Reward of round 200 was called", "Reward of round 198 was called"]
    assert len({identity, more[0][0], more[1][0]}) == 3
    assert all(one.startswith("urn:uuid:") for one in (identity, more[0][0]))


def test_reminder__when_nothing_is_new__then_304_and_an_empty_feed_for_who_has_no_stake(
    client: Client, network: None
) -> None:
    RewardCallFactory(orchestrator=NODE, round=198, block__number=1485)
    tag = client.get(f"{URL}reward.atom")["ETag"]
    assert client.get(f"{URL}reward.atom", headers={"if-none-match": tag}).status_code == 304
    assert feed_of(client, EVE)[1] == []
    assert client.get("/stake/0x12/reward.atom").status_code == 404


def test_reminder__is_offered_where_stake_waits_for_a_reward(client: Client, network: None) -> None:
    page = client.get(URL).content.decode()
    assert page.count(f'href="http://testserver{URL}reward.atom"') == 2  # in the head, and in words
    assert "Remind me when the reward has been called" not in client.get(f"/stake/{EVE}/").content.decode()


def test_look__for_an_address__then_led_on(client: Client, network: None) -> None:
    assert client.get("/stake/").status_code == 200
    assert client.get(f"/stake/?address=+{checksummed(ANN)}")["Location"] == URL
    several = client.get(f"/stake/?address={checksummed(ANN)},+{BOB}%0A{ANN}")
    assert several["Location"] == f"{URL}?and={BOB}"
    chosen = client.get(f"/stake/?address={ANN}+{BOB}&to={NODE}")["Location"]
    assert chosen == f"/stake/{ANN}/plan/?kind=delegate&to={NODE}&and={BOB}"
    assert "Stake with 0x" in text_of(client, f"/stake/?to={NODE}")
    assert client.get("/stake/?address=,").status_code == 200
    wrong = client.get("/stake/?address=0x12")
    assert (wrong.status_code, "is not an address" in wrong.content.decode()) == (404, True)


def test_position__on_an_empty_index__then_still_a_page(client: Client, db: None) -> None:
    assert client.get(URL).status_code == 200


def test_position__when_nothing_changed__then_304(client: Client, network: None) -> None:
    tag = client.get(URL, headers={"hx-request": "true"})["ETag"]
    assert client.get(URL, headers={"hx-request": "true", "if-none-match": tag}).status_code == 304


def test_node__then_its_delegators_lead_to_their_positions(client: Client, network: None) -> None:
    assert f'href="{URL}"' in client.get(f"/orchestrators/{NODE}/").content.decode()


def test_position__takes_a_fixed_number_of_queries(
    client: Client, network: None, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(24):
        client.get(URL)
    PositionFactory(delegator=BOB, delegate=NODE)
    with django_assert_num_queries(17):
        client.get(f"{URL}?and={BOB}")
    for number in range(30, 40):
        PositionFactory(delegator=address(number), delegate=NODE)
    query = "&".join(f"and={address(number)}" for number in range(30, 40))
    with django_assert_num_queries(17):
        client.get(f"{URL}?{query}")
