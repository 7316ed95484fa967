"""Who pays a node, who funds those gateways, and what the score leaves out, on the node's page."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client
from pytest_django import Settings

from apps.protocol.formats import short_address
from apps.protocol.units import WEI
from tests import factories as made
from tests.factories import address, hash_of

pytestmark = [pytest.mark.integration, pytest.mark.django_db]

NODE, OWN, HONEST, FRIEND = address(1), address(11), address(12), address(21)
URL = f"/orchestrators/{NODE}/"
FUNDED = hash_of("funded")


@pytest.fixture(autouse=True)
def node() -> None:
    """Round 200 of a node that two gateways paid in round 199, one of which the node itself funds."""
    cache.clear()
    made.BlockFactory(number=1000)
    made.IndexStateFactory(projected_to=1000)
    for number in (199, 200):
        made.RoundFactory(number=number, block=made.BlockFactory(number=800 + number))
    made.OrchestratorFactory(address=NODE)
    made.OrchestratorRoundFactory(orchestrator=NODE, round=200)
    for gateway, amount in ((OWN, 3), (HONEST, 1)):
        made.TicketPaymentFactory(
            gateway=gateway, orchestrator=NODE, round=199, amount_eth_wei=amount * WEI, block=block(1000)
        )
    fund(OWN, NODE, FUNDED, 5)
    fund(HONEST, HONEST, hash_of("own money"), 9)


def block(number: int) -> object:
    return made.BlockFactory(number=number)


def fund(gateway: str, sender: str | None, tx_hash: bytes, eth: int) -> None:
    made.GatewayFundingFactory(gateway=gateway, tx_hash=tx_hash, round=150, amount_eth_wei=eth * WEI, block=block(950))
    made.TransactionSenderFactory(tx_hash=tx_hash, sender=sender, block=block(950))


def flow(**changes: object) -> dict[str, object]:
    evidence = {
        "kind": "funds", "one": NODE, "other": OWN, "round": 150, "tx_hash": "0x" + FUNDED.hex(), "log_index": 0,
        "amount_wei": str(5 * WEI),
    }  # fmt: skip
    whole = {
        "payer": OWN, "code": "funded_by_recipient", "sentence": "Its own money.", "fees_eth_wei": str(3 * WEI),
        "tickets": 7, "kept": "0.000000", "evidence": [evidence],
    }  # fmt: skip
    return {**whole, **changes}


def scored(*flows: dict[str, object]) -> None:
    score = made.ScoreFactory(orchestrator=NODE, run=made.ScoreRunFactory())
    made.ScorePartFactory(score=score, part="work", sources={"flows": list(flows)})
    for part in ("terms", "jobs", "community"):
        made.ScorePartFactory(score=score, part=part)


def payers_of(client: Client) -> str:
    """The text of the section, a space where a tag was."""
    body = client.get(URL).content.decode()
    section = body[body.index('<div id="payers">') : body.index('<div id="delegators">')]
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", section)).replace("\u00a0", " ")


def test_payers__when_a_node_funds_its_own_gateway__then_it_says_so_and_nothing_of_the_honest_one(
    client: Client,
) -> None:
    text = payers_of(client)
    assert f"funded by {short_address(NODE)} , this node 0x{FUNDED.hex()[:4]}…{FUNDED.hex()[-4:]}" in text
    assert text.count("funded by") == 1


def test_payers__when_many_fund_a_gateway__then_the_two_largest_and_how_many_more(client: Client) -> None:
    for number in range(2, 6):
        fund(HONEST, address(30 + number), hash_of(number), number)
    text = payers_of(client)
    assert f"funded by {short_address(address(35))} " in text
    assert f"funded by {short_address(address(34))} " in text
    assert short_address(address(33)) not in text
    assert "and by 2 more" in text


def test_payers__when_a_sender_is_not_known__then_that_is_said_and_not_left_out(client: Client) -> None:
    fund(HONEST, None, hash_of("lost"), 1)
    made.TicketPaymentFactory(gateway=FRIEND, orchestrator=NODE, round=199, block=block(1000))  # no funding at all
    assert payers_of(client).count("funded by ? unknown") == 2


def test_left_out__when_the_score_removed_a_flow__then_reason_and_evidence(client: Client, settings: Settings) -> None:
    settings.CHAIN_ID = 42161
    scored(flow())
    text = payers_of(client)
    assert "Not counted in the score of round 100, or in part" in text
    assert f"{short_address(OWN)} , 3.000 ETH in 7 tickets. Its own money." in text
    assert (
        f"{short_address(NODE)} paid 5.000 ETH into the deposit or reserve of {short_address(OWN)} , round 150. Source"
        in text
    )
    assert f'href="https://arbiscan.io/tx/0x{FUNDED.hex()}"' in client.get(URL).content.decode()


LINKS = [
    ("withdraws_to", "withdrew fees of 2.000 ETH to"),
    ("hands_stake", "gave 2.00 LPT of stake to"),
    ("bonds_for", "bonded 2.00 LPT for"),
    ("delegates", "has 2.00 LPT with"),
    ("calls_reward_for", "may call reward for"),
]


@pytest.mark.parametrize(("kind", "words"), LINKS)
def test_left_out__when_a_link_of_any_kind_is_the_evidence__then_it_has_words(
    client: Client, kind: str, words: str
) -> None:
    amount = None if kind == "calls_reward_for" else str(2 * WEI)
    link = {"kind": kind, "one": FRIEND, "other": OWN, "round": 1, "tx_hash": "0x01", "log_index": 0}
    scored(flow(kept="0.500000", evidence=[{**link, "amount_wei": amount}]))
    text = payers_of(client)
    assert f"{short_address(FRIEND)} {words} {short_address(OWN)} , round 1." in text
    assert "in 7 tickets, of which 50 % counts." in text


def test_left_out__when_nodes_share_a_key__then_it_is_told_as_posted(client: Client) -> None:
    link = {"kind": "shares_key", "one": NODE, "other": OWN, "round": 3, "tx_hash": "", "log_index": 0}
    scored(flow(evidence=[{**link, "amount_wei": None}]))
    text = payers_of(client)
    assert (
        f"{short_address(NODE)} and {short_address(OWN)} were seen with one node key, round 3. Posted by the nodes"
        in text
    )


def test_left_out__when_all_counts__then_there_is_no_list(client: Client) -> None:
    scored()
    assert "Not counted" not in payers_of(client)
