"""What the parts make of old public figures of the real network: read where they lie, never copied here."""

from __future__ import annotations

from collections import Counter

import pytest

from apps.network import gatewaylabels
from tests import real

pytestmark = [
    pytest.mark.unit,
    pytest.mark.skipif(bool(real.missing()), reason=f"not beside the project: {', '.join(real.missing())}"),
]


def test_terms__of_the_first_21_rounds_on_arbitrum__tell_72_nodes_apart() -> None:
    found = real.terms_2022()
    values = [part.value for part in found.values() if part.value is not None]

    assert len(values) == 72
    assert real.quartiles(values) == ("0.0", "43.4", "62.7", "73.3", "95.3")
    assert sum(bool(part.sources["worsenings"]) for part in found.values()) == 12
    assert sum(bool(part.sources["spikes"]) for part in found.values()) == 6


def test_terms__of_who_keeps_everything__are_none_and_of_who_gives_most_are_high() -> None:
    found = real.terms_2022()
    keeps_all = [
        part.value
        for part in found.values()
        if (part.sources["reward_cut_ppm"], part.sources["fee_share_ppm"]) == (1_000_000, 0)
    ]
    generous = [
        part
        for part in found.values()
        if int(str(part.sources["reward_cut_ppm"])) <= 50_000 and not part.sources["worsenings"]
    ]

    assert keeps_all == [0, 0]
    assert len(generous) == 18
    low = [part for part in generous if part.value is not None and part.value < 60]
    assert [(part.sources["reward_calls"], part.sources["rounds"]) for part in low] == [(1, 14)]


def test_posted_cuts__are_those_that_others_derived() -> None:
    """The same events reduced by somebody else to the last cut of each."""
    derived = {row["address"]: (int(row["reward_cut_ppm"]), int(row["fee_share_ppm"])) for row in real.rows(real.CUTS)}
    ours = {
        who: (part.sources["reward_cut_ppm"], part.sources["fee_share_ppm"]) for who, part in real.terms_2022().items()
    }

    assert ours == derived


def test_offers__of_two_snapshots__leave_few_nodes_with_a_single_ai_job_type() -> None:
    found = {snapshot: Counter(len(types) for types in nodes.values()) for snapshot, nodes in real.offered().items()}

    assert found == {"a": {0: 36, 1: 13, 3: 1, 5: 2}, "b": {0: 24, 1: 13, 3: 1, 5: 1, 8: 1}}


def test_labels__shipped_with_the_project__say_what_the_collected_lists_say() -> None:
    """But for one address on which the lists contradict each other: it has no label, so it stays unknown."""
    ours = {each.gateway: (each.job_class, each.confidence) for each in gatewaylabels.labels().labels[:13]}
    theirs = {row["address"]: (row["job_class"], row["confidence"]) for row in real.rows(real.LABELS)}
    unlike = {address: said for address, said in theirs.items() if ours.get(address) != said}

    assert list(unlike.values()) == [("unknown", "low")]


def test_payments__of_two_days_of_january_2026__are_all_live_video__and_none_of_it_sure() -> None:
    one = real.payments_2026()

    assert (one.market_eth_wei, one.paid.tickets) == (40_800_000_093_528, 17)
    assert one.coverage == 1
    assert [(each.job_type, each.low_eth_wei, each.estimate_eth_wei) for each in one.types] == [
        (real.LIVE, 0, 40_800_000_093_528)
    ]
    assert one.by_class["ai"] == one.market_eth_wei


def test_delivery__by_the_transcoding_tests_of_a_day__spreads_a_hundred_nodes() -> None:
    found = real.delivery_2024()
    values = [each.value for each in found.values() if each.value is not None]

    assert len(values) == 100
    assert real.quartiles(values) == ("19.6", "75.8", "82.9", "87.7", "92.1")
    failed = [each for each in found.values() if each.sources["probe"]["success"] == "0.000000"]  # type: ignore[index]
    assert all(each.high is not None and each.high < 40 for each in failed)
