"""The job mix part: what is served and earned from, against what the network demands now."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from apps.protocol.units import Address
from apps.scoring.facts import NetworkFacts, OrchestratorFacts
from apps.scoring.jobfacts import DemandFact
from apps.scoring.jobmix import Market, jobs_part, market_of
from apps.scoring.method import live
from apps.scoring.results import Part
from tests.unit.scoring.made import NOW, network
from tests.unit.scoring.paid import (
    AI_GATEWAY,
    IMAGE,
    LIVE,
    LLM,
    STRANGER,
    STUDIO,
    market,
    offer,
    paid,
    told,
    work,
)

pytestmark = pytest.mark.unit

TRANSCODER = paid(1, {STUDIO: 6000})
STREAMER = paid(2, {AI_GATEWAY: 4000}, told(offers=(offer(LIVE),)))


def part(one: OrchestratorFacts, facts: NetworkFacts) -> Part:
    return jobs_part(one, market_of(facts, live()), live(), weight=1)


def market_shares(facts: NetworkFacts) -> dict[str, str]:
    return {kind: f"{share:.4f}" for kind, share in market_of(facts, live()).demand.items()}


def test_demand__is_what_is_paid_for_lately__more_where_sessions_went_unserved() -> None:
    old = paid(3, {STUDIO: 10**9}, when=NOW - 31)
    facts = market(TRANSCODER, STREAMER, old)
    short = market(TRANSCODER, STREAMER, old, demand=(DemandFact(LIVE, 60, 20), DemandFact(LLM, 9, 9)))
    starved = market(TRANSCODER, STREAMER, demand=(DemandFact(LIVE, 60, 59),))

    assert market_shares(facts) == {LIVE: "0.4000", "transcoding": "0.6000"}
    assert market_shares(short) == {LIVE: "0.5000", "transcoding": "0.5000"}  # 60 asked for, 40 served
    assert market_shares(starved) == {LIVE: "0.5714", "transcoding": "0.4286"}  # counts twice at most


def test_specialist__serves_and_earns_its_share_of_demand__and_is_one_sided() -> None:
    one = part(TRANSCODER, market(TRANSCODER, STREAMER))

    assert one.value == Decimal("48.0000")  # 40 x 0.6 + 40 x 0.6 + 20 x 0
    assert (one.low, one.high, one.coverage) == (Decimal("48.0000"), Decimal("48.0000"), Decimal("1.0000"))
    assert one.reason == (
        "What it earned from is sure for 100\u00a0% of its market fees: 100\u00a0% transcoding. It serves 60\u00a0% of "
        "what the network pays for now; its own mix and the network's are alike by 60\u00a0%."
    )
    assert one.raises == ("Serving live video, which is 40\u00a0% of what the network pays for now.",)


def test_node_like_the_network__has_all_of_it() -> None:
    both = paid(3, {STUDIO: 60, AI_GATEWAY: 40}, told(offers=(offer(LIVE),)))

    assert part(both, market(TRANSCODER, STREAMER, both)).value == Decimal("100.0000")


def test_what_is_posted_only__counts_half_of_what_is_done() -> None:
    posted = paid(3, {STUDIO: 60}, told(offers=(offer(LIVE), offer(IMAGE))))
    done = replace(posted, jobs=told(offers=(offer(LIVE), offer(IMAGE)), seen=(work("", LIVE, worth=1),)))

    served = [part(one, market(TRANSCODER, STREAMER, one)).sources["serves"] for one in (posted, done)]

    assert served == ["0.801193", "1.000000"]


def test_unknown_share__widens_the_interval_and_is_named() -> None:
    one = paid(3, {STUDIO: 60 * 10**15, STRANGER: 40 * 10**15})
    found = part(one, market(TRANSCODER, STREAMER, one))

    assert found.coverage == Decimal("0.6000")
    assert (found.low, found.value, found.high) == (Decimal("48.0000"), Decimal("80.0000"), Decimal("88.0000"))
    assert found.reason.endswith("The kind of 0.040\u00a0ETH of its fees is unknown.")
    assert found.raises[-1].startswith("Work that can be told: 40\u00a0% of its fees are of no sure kind")


@pytest.mark.parametrize(
    ("one", "others", "reason"),
    [
        (paid(3, {}), (TRANSCODER,), "Unknown: it earned no market fees, so there is no mix to judge."),
        (paid(3, {STRANGER: 5}), (TRANSCODER,), "Unknown: no source tells what its fees were for."),
        (
            paid(3, {STRANGER: 5}, told(seen=(work(STRANGER, LIVE, worth=5),))),
            (TRANSCODER,),
            "Unknown: what its fees were for can be told only with low confidence.",
        ),
        (paid(3, {STRANGER: 5}), (), "Unknown: no source tells what the network pays for now."),
    ],
)
def test_job_mix__without_a_sure_fee__is_unknown_and_says_why(
    one: OrchestratorFacts, others: tuple[OrchestratorFacts, ...], reason: str
) -> None:
    found = part(one, market(one, *others))

    assert (found.value, found.low, found.high) == (None, None, None)
    assert found.coverage == 0
    assert found.reason == reason
    assert found.sources["fees_by_job_type"]["long"]["types"] is not None  # type: ignore[index]


def test_job_mix__without_any_source__is_unknown_for_all() -> None:
    facts = network(TRANSCODER)

    assert market_of(facts, live()).demand == {}
    assert part(TRANSCODER, facts).value is None


def test_fees_of_its_own_side__are_no_market() -> None:
    facts = market(TRANSCODER, STREAMER)
    own: dict[Address, frozenset[Address]] = {TRANSCODER.address: frozenset({STUDIO})}
    found: Market = market_of(facts, live(), own)

    assert found.long[TRANSCODER.address].market_eth_wei == 0
    assert [line.code for line in found.long[TRANSCODER.address].taken_out] == ["related"]


def test_sources__add_up() -> None:
    one = paid(3, {STUDIO: 60, STRANGER: 40}, certain={STUDIO: 10})
    stored = part(one, market(TRANSCODER, one)).sources["fees_by_job_type"]["long"]  # type: ignore[index]

    assert stored["total_eth_wei"] == "100"
    assert stored["market_eth_wei"] == "90"
    assert stored["unknown_eth_wei"] == "40"
    assert stored["types"] == [
        {
            "job_type": "transcoding",
            "low_eth_wei": "50",
            "estimate_eth_wei": "50",
            "high_eth_wei": "90",
            "how": ["label"],
        }
    ]
    assert stored["taken_out"][0]["amount_eth_wei"] == "10"
