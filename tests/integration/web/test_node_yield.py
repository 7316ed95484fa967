"""What stake earned with a node, on its page: the range, each round, the form, and amounts that cannot be read."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from apps.protocol.perc import ONE
from apps.protocol.units import WEI
from tests.factories import (
    BlockFactory,
    IndexStateFactory,
    OrchestratorFactory,
    OrchestratorRoundFactory,
    RoundFactory,
    address,
)

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE = address(1)
URL = f"/orchestrators/{NODE}/"


@pytest.fixture(autouse=True)
def _nothing_kept() -> None:
    cache.clear()


@pytest.fixture
def node() -> None:
    """Rounds 195 to 200; NODE has 1,000 of 4,000 LPT from round 197 on, calls in 197 and 199 and is paid in 198."""
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    for number in range(195, 201):
        RoundFactory(number=number, block__number=800 + number, active_stake_lpt_wei=4000 * WEI)
    OrchestratorFactory(address=NODE, stake_lpt_wei=1000 * WEI, activation_round=197)
    held = {"orchestrator": NODE, "stake_lpt_wei": 1000 * WEI, "fee_share_ppm": 500_000}
    OrchestratorRoundFactory(round=197, reward_called=True, reward_factor=ONE * 101 // 100, **held)
    OrchestratorRoundFactory(round=198, fees_eth_wei=2 * WEI, fee_factor=ONE * 101 // 100 // 1000, **held)
    OrchestratorRoundFactory(round=199, reward_called=True, reward_factor=ONE * 1_0201 // 10_000, **held)
    OrchestratorRoundFactory(round=200, **held)


def text_of(client: Client, query: str = "", *, status: int = 200) -> str:
    response = client.get(URL + query)
    assert response.status_code == status
    body = re.sub(r"<script.*?</script>", "", response.content.decode(), flags=re.S)
    section = body.partition('<section id="yield">')[2].partition("</section>")[0]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section)).replace("\u00a0", " ")


def test_yield__when_asked_for_nothing__then_1000_lpt_over_30_rounds_as_far_as_there_are(
    client: Client, node: None
) -> None:
    """New stake gets 4/5 of each round's 1 %: 8 LPT, then 8.064; half the ETH of those who held 1,000 before it."""
    text = text_of(client)
    assert "1,000 LPT put in place 5 rounds ago would have earned 16.06 LPT in rewards and 0.502 ETH in fees" in text
    assert "The index holds 5 whole rounds; 30 were asked for." in text
    assert "2 reward calls made, 1 missed ; 2 rounds before it was there." in text
    assert "The one stretch of 5 rounds there is" in text


def test_yield__when_an_amount_is_named__then_of_that_amount_and_a_range(client: Client, node: None) -> None:
    text = text_of(client, "?amount=4000.5&rounds=1")
    assert "4,000.5 LPT put in place 1 round ago would have earned" in text
    assert "5 stretches of 1 round within rounds 195 to 199" in text
    assert re.search(r"Rewards, best 20\.00 LPT .*rounds 199 to 199 Rewards, middle 0 LPT", text)
    assert "rounds 198 to 198 Fees, middle 0 ETH" in text


def test_yield__when_drawn__then_a_table_holds_every_round(client: Client, node: None) -> None:
    body = client.get(f"{URL}?rounds=4").content.decode()
    table = re.search(r'id="yield-table".*?<tbody>(.*?)</tbody>', body, re.S)
    assert table is not None
    rows = [re.findall(r">([^<>]+)</t[hd]>", row) for row in table[1].strip().split("</tr>") if row.strip()]
    assert rows == [
        ["199", "8.0000", "0", "called"],
        ["198", "0", "0.500", "missed"],
        ["197", "8.0000", "0", "called"],
        ["196", "–", "–", "not there yet"],
    ]


def test_yield__when_a_factor_is_missing__then_unknown(client: Client, node: None) -> None:
    OrchestratorRoundFactory(orchestrator=NODE, round=196, reward_called=True, stake_lpt_wei=1000 * WEI)
    text = text_of(client)
    assert "earned is unknown: the factors of some of these rounds are missing" in text
    assert "would have earned" not in text


def test_yield__when_no_round_is_over__then_it_says_so(client: Client) -> None:
    BlockFactory(number=1000)
    IndexStateFactory(projected_to=1000)
    RoundFactory(number=1)
    OrchestratorFactory(address=NODE)
    assert "No whole round has been indexed yet" in text_of(client)


@pytest.mark.parametrize(
    ("query", "kept", "reason"),
    [
        ("amount=0.1234567890123456789", "0.1234567890123456789", "at most 18 decimals"),
        ("amount=1e3", "1e3", "is not an amount"),
        ("amount=-5", "-5", "is not an amount"),
        ("amount=1,5", "1,5", "is not an amount"),
        ("amount=0", "0", "Nothing earns nothing"),
        ("amount=1000000001", "1000000001", "Write at most 1000000000 LPT"),
        ("rounds=0", "0", "Write a whole number from 1 to 365"),
        ("rounds=366", "366", "Write a whole number from 1 to 365"),
        ("rounds=%3Cb%3E", "&lt;b&gt;", "Write a whole number from 1 to 365"),
        ("amount=1&amount=2", "2", "given twice"),
    ],
)
def test_yield__when_it_cannot_be_read__then_400_with_the_reason_and_what_was_typed(
    client: Client, node: None, query: str, kept: str, reason: str
) -> None:
    response = client.get(f"{URL}?{query}")
    body = response.content.decode()
    assert response.status_code == 400
    assert reason in body
    assert re.search(rf'name="{query.partition("=")[0]}"[^>]*value="{re.escape(kept)}"[^>]*aria-invalid="true"', body)
    assert 'id="poll"' not in body
