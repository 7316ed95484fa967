"""Old public figures of the real network, where a copy of them lies beside the project, as facts of the score.

python -m tests.real prints what the parts make of them, as docs/real-data.md shows it.
"""

from __future__ import annotations

import csv
import json
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from statistics import quantiles
from typing import Any

from apps.protocol.units import Address, EthWei, LptWei, Ppm, Round
from apps.scoring.attribution import Attribution, attribution, known_of
from apps.scoring.delivery import SubPart, delivery
from apps.scoring.facts import (
    CutFact,
    Cuts,
    NetworkFacts,
    OrchestratorFacts,
    PaymentFact,
    Payments,
    RaisedFact,
    RoundFact,
    Rounds,
)
from apps.scoring.jobfacts import (
    PROBE,
    DeliveryFacts,
    JobFacts,
    LabelFact,
    MarketFacts,
    OfferFact,
    QualityFact,
    WorkFact,
)
from apps.scoring.method import live
from apps.scoring.results import Part
from apps.scoring.terms import terms_part
from config.env import ROOT

FOLDER = Path(ROOT).parent / "shared" / "data"
CUTS_2022, LEADERBOARD = "bonding_manager_events_2022.json", "leaderboard_aggregated_stats_2024-12.json"
LIVE = "live-video-to-video"
OFFERS, PAYMENTS, LABELS = "capability_prices_flat.csv", "observed_payments_2026-01.csv", "gateway_labels.csv"
CUTS = "orchestrator_cuts_2022-03.csv"


def missing() -> list[str]:
    """The files that are not there."""
    return [name for name in (CUTS_2022, CUTS, LEADERBOARD, OFFERS, PAYMENTS, LABELS) if not (FOLDER / name).is_file()]


def _json(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def rows(name: str) -> list[dict[str, str]]:
    with (FOLDER / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


# ---- terms of February and March 2022


@dataclass(slots=True)
class _Life:
    """What one orchestrator did: its changes of terms, and the reward of each round it called in."""

    cuts: list[CutFact] = field(default_factory=list)
    rewards: dict[int, int] = field(default_factory=dict)


def network_2022() -> NetworkFacts:
    """The first 21 rounds on Arbitrum. The events carry no blocks: a round ends where a claim names a later one, or
    where an orchestrator is rewarded again.
    """
    lives: dict[str, _Life] = defaultdict(_Life)
    number = 0
    for event in _json(CUTS_2022):
        args = event["args"]
        if event["event"] == "EarningsClaimed":
            number = max(number, int(args["endRound"]))
        elif event["event"] == "Reward":
            life = lives[args["transcoder"].lower()]
            number += number in life.rewards
            life.rewards[number] = int(args["amount"])
        elif event["event"] == "TranscoderUpdate":
            _change(lives[args["transcoder"].lower()], number, args)
    window = range(min(min(life.rewards, default=number) for life in lives.values()), number + 1)
    nodes = tuple(_node(Address(who), life, number) for who, life in sorted(lives.items()))
    return NetworkFacts(Round(number + 1), tuple(map(Round, window)), nodes)


def _change(life: _Life, number: int, args: Mapping[str, str]) -> None:
    last = life.cuts[-1] if life.cuts else None
    old = (last.reward_cut_ppm, last.fee_share_ppm) if last else (None, None)
    life.cuts.append(CutFact(Round(number), Ppm(int(args["rewardCut"])), Ppm(int(args["feeShare"])), *old))


def _node(who: Address, life: _Life, last: int) -> OrchestratorFacts:
    """Active from its first reward on; a cut holds from the round after it was set, the first one from the start."""
    first = life.cuts[0] if life.cuts else None
    posted = life.cuts[-1] if life.cuts else None
    made = []
    for number in range(min(life.rewards), last + 1) if life.rewards else ():
        held = next((cut for cut in reversed(life.cuts) if cut.round < number), first)
        cut, share = (held.reward_cut_ppm, held.fee_share_ppm) if held else (Ppm(0), Ppm(0))
        made.append(RoundFact(Round(number), LptWei(0), number in life.rewards, cut, share, EthWei(0)))
    return OrchestratorFacts(
        address=who,
        registered=True,
        active=bool(life.rewards),
        reward_cut_ppm=posted.reward_cut_ppm if posted else Ppm(0),
        fee_share_ppm=posted.fee_share_ppm if posted else Ppm(0),
        rounds=Rounds.of(made),
        payments=Payments.of(),
        cuts=Cuts.of(life.cuts),
        raised=tuple(RaisedFact(Round(number), LptWei(wei)) for number, wei in sorted(life.rewards.items())),
    )


def terms_2022() -> dict[str, Part]:
    """The terms part of everybody who set terms in the events."""
    facts = network_2022()
    return {one.address: terms_part(one, facts, live(), weight=3) for one in facts.orchestrators if len(one.cuts)}


# ---- job types offered, late 2025 and spring 2026


def offered() -> dict[str, dict[str, set[str]]]:
    """AI job types by orchestrator, in each of the two snapshots; an empty set where none was posted."""
    found: dict[str, dict[str, set[str]]] = {"a": defaultdict(set), "b": defaultdict(set)}
    for row in rows(OFFERS):
        types = found[row["snapshot"]][row["orchestrator"].lower()]
        if row["pipeline"]:
            types.add(row["pipeline"])
    return found


# ---- payments of January 2026


def payments_2026() -> Attribution:
    """The fourteen payments that one gateway reported, had each paid what it was worth."""
    paid = rows(PAYMENTS)
    gateways = {row["sender_gateway"] for row in paid}
    recipient = paid[0]["recipient_orchestrator"]
    named = {row["session_id"] for row in paid if row["manifest_id"].startswith("35_")}  # by a session's first payment
    worth: dict[str, list[int]] = defaultdict(list)
    for row in paid:
        worth[LIVE if row["session_id"] in named else ""].append(int(row["expected_value_wei"]))
    (gateway,) = (Address(each) for each in gateways)
    work = tuple(
        WorkFact("gateway_events", gateway, kind, len(each), None, EthWei(sum(each))) for kind, each in worth.items()
    )
    total = sum(sum(each) for each in worth.values())
    tickets = sum(int(row["num_tickets"]) for row in paid)
    types = sorted(offered()["b"].get(recipient, set()) | {LIVE})
    one = OrchestratorFacts(
        address=Address(recipient),
        registered=True,
        active=True,
        reward_cut_ppm=Ppm(0),
        fee_share_ppm=Ppm(0),
        rounds=Rounds.of(),
        payments=Payments.of([PaymentFact(Round(1), gateway, EthWei(total), tickets)]),
        cuts=Cuts.of(),
        jobs=JobFacts(1, offers=tuple(OfferFact(each, 1) for each in types), work=work),
    )
    labels = tuple(
        LabelFact(Address(row["address"]), row["job_class"], row["confidence"], row["evidence"]) for row in rows(LABELS)
    )
    facts = NetworkFacts(Round(2), (Round(1),), (one,), demand=MarketFacts(2, 0, labels))
    return attribution(one, known_of(facts), live(), first=Round(1), end=Round(2))


# ---- tests of December 2024


def delivery_2024() -> dict[str, SubPart]:
    """Quality of delivery by the transcoding tests of one day, a region counting as one test."""
    told = {who: list(regions.values()) for who, regions in _json(LEADERBOARD).items()}
    sums = {who: _sums(results) for who, results in told.items()}
    whole = [sum(each[at] for each in sums.values()) for at in range(3)]
    return {
        who: delivery(
            DeliveryFacts(
                (QualityFact("leaderboard", PROBE, *own, *(all_ - one for all_, one in zip(whole, own, strict=True))),)
            ),
            live(),
        )
        for who, own in sums.items()
    }


def _sums(results: Sequence[Mapping[str, float]]) -> tuple[int, int, int]:
    success = sum(round(each["success_rate"] * 1_000_000) for each in results)
    return len(results), success, sum(round(each["round_trip_score"] * 1_000_000) for each in results)


# ---- in figures


def quartiles(values: Sequence[Decimal]) -> tuple[str, ...]:
    """Least, quartiles and most, one decimal each."""
    ordered = sorted(map(float, values))
    return tuple(f"{each:.1f}" for each in (ordered[0], *quantiles(ordered, n=4, method="inclusive"), ordered[-1]))


def main() -> None:
    if missing():
        print(f"Not there: {', '.join(missing())}")
        return
    terms = terms_2022()
    values = [part.value for part in terms.values() if part.value is not None]
    print("terms", len(terms), quartiles(values))
    print("worsened", sum(bool(part.sources["worsenings"]) for part in terms.values()))
    print("spiked", sum(bool(part.sources["spikes"]) for part in terms.values()))
    for who, part in sorted(terms.items(), key=lambda each: each[1].value or 0)[:3]:
        print("lowest", who[:8], part.value, part.reason)
    for snapshot, nodes in offered().items():
        print("offers", snapshot, len(nodes), dict(sorted(Counter(len(types) for types in nodes.values()).items())))
    one = payments_2026()
    print("payments", one.market_eth_wei, one.coverage, one.unknown_eth_wei, one.types)
    found = delivery_2024()
    known = [each.value for each in found.values() if each.value is not None]
    print("delivery", len(found), len(known), quartiles(known))


if __name__ == "__main__":
    import django

    from config.env import choose_settings

    choose_settings("config.settings.test")
    django.setup()
    main()
