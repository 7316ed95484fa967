"""`/api/v1/status`"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from indexer.models import IndexState
from tests.factories import CoveredRangeFactory, ParkedLogFactory, moment
from tests.integration.api.conftest import Get
from tests.scenery import Character

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def status(get: Get) -> dict[str, object]:
    data: dict[str, object] = get("status").json()["data"]
    return data


def test_status__on_a_fresh_index__is_empty(get: Get) -> None:
    assert status(get) == {
        "state": "empty",
        "chain_id": 31337,
        "local": True,
        "index": None,
        "covered": [],
        "gaps": [],
        "parked_logs": 0,
        "round": None,
        "scored_at": None,
        "verification": None,
        "heads": {"by_subscription": False, "host": "", "since": None, "error": "", "poll_interval_s": 1},
        "providers": [],
        "contracts_acknowledged": None,
        "contract_changes": [],
        "subgraph": {
            "state": "off",
            "host": None,
            "deployment": None,
            "head_block": None,
            "lag_blocks": None,
            "stale_since": None,
            "looked_at": None,
            "error": "",
            "compared_from": None,
            "compared_to": None,
            "differences": 0,
            "covered_on_word": [],
        },
    }


def test_status__of_covered_ranges__joins_neighbours_and_lists_gaps(get: Get, cast: list[Character]) -> None:
    for blocks in ((1, 11), (11, 21), (31, 41)):
        CoveredRangeFactory(blocks=blocks)
    ParkedLogFactory()

    found = status(get)

    assert found["covered"] == [{"first": 1, "last": 20}, {"first": 31, "last": 40}]
    assert found["gaps"] == [{"first": 21, "last": 30}]
    assert (found["state"], found["parked_logs"]) == ("current", 1)


@pytest.mark.parametrize(
    ("change", "state"),
    [
        ({"trouble": "The chain answers with another id."}, "stopped"),
        ({"looked_at": datetime(2026, 1, 1, tzinfo=UTC)}, "stale"),
        ({"head_block": 10**6, "head_time": moment(10**9)}, "behind"),
    ],
)
def test_status__when_something_is_wrong__says_what(
    get: Get, cast: list[Character], change: dict[str, object], state: str
) -> None:
    IndexState.objects.update(**change)

    assert status(get)["state"] == state


def test_tag__of_the_status__changes_with_the_last_look(get: Get, cast: list[Character]) -> None:
    before = get("status").headers["ETag"]
    IndexState.objects.update(looked_at=datetime.now(UTC) + timedelta(seconds=1))

    assert get("status").headers["ETag"] != before
    assert get("rounds").headers["ETag"] == get("rounds").headers["ETag"]
