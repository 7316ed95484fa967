"""The table of gateway labels: the one that is shipped, and what is wrong with one that is not."""

from __future__ import annotations

import json
from collections import Counter
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from pytest_django import Settings

from apps.devnet.cast import make_cast
from apps.devnet.outside import labels as devnet_labels
from apps.network import gatewaylabels
from apps.network.gatewaylabels import CLASSES, LabelsError

pytestmark = pytest.mark.unit

ROW: dict[str, Any] = {
    "gateway": "0x" + "ab" * 20,
    "name": "a gateway",
    "class": "ai",
    "confidence": "low",
    "source": "a list",
    "as_of": "2026-01-01",
}


def table(folder: Path, *rows: dict[str, Any]) -> Path:
    path = folder / "labels.json"
    path.write_text(json.dumps({"owner": "me", "as_of": "2026-01-02", "source": "lists", "labels": list(rows)}))
    return path


def test_shipped_table__has_an_owner_a_day_and_a_source_for_each_row() -> None:
    held = gatewaylabels.labels()

    assert (held.owner, held.as_of) == ("Millrace maintainers", date(2026, 9, 30))
    assert len(held.labels) == 15
    for each in held.labels:
        assert each.source.endswith(".")
        assert each.job_class in CLASSES
        assert each.as_of <= held.as_of


def test_shipped_table__says_one_thing_of_a_gateway_at_a_time() -> None:
    """But for an incident, which is a stretch of time within another label."""
    lasting = [each for each in gatewaylabels.labels().labels if each.job_class != "incident"]

    assert max(Counter(each.gateway for each in lasting).values()) == 1
    assert all((each.since, each.until) == (None, None) for each in lasting)


@pytest.mark.parametrize(
    ("row", "words"),
    [
        ({**ROW, "class": "gaming"}, "class or a confidence"),
        ({**ROW, "confidence": "sure"}, "class or a confidence"),
        ({**ROW, "gateway": "0x" + "AB" * 20}, "lower-case address"),
        ({**ROW, "source": ""}, "a source"),
        ({**ROW, "from": "soon"}, "soon"),
        ({"gateway": ROW["gateway"]}, "class"),
    ],
)
def test_table__with_a_row_that_is_none__is_refused_by_name(tmp_path: Path, row: dict[str, Any], words: str) -> None:
    with pytest.raises(LabelsError, match=words) as refused:
        gatewaylabels.read(table(tmp_path, row))
    assert "labels.json" in str(refused.value)


def test_names__that_lead_to_two_gateways__lead_to_none(tmp_path: Path) -> None:
    other = {**ROW, "gateway": "0x" + "cd" * 20}
    held = gatewaylabels.read(
        table(
            tmp_path,
            {**ROW, "telemetry_names": ["one", "both"], "orgs": ["org"]},
            {**other, "telemetry_names": ["both"], "orgs": ["org", "alone"]},
        )
    )

    assert held.named() == {"one": ROW["gateway"]}
    assert held.of_orgs() == {"alone": other["gateway"]}


def test_table__that_is_not_written_yet__is_empty(settings: Settings, tmp_path: Path) -> None:
    settings.GATEWAY_LABELS_FILE = tmp_path / "none.json"

    assert gatewaylabels.labels().labels == ()


def test_simulated_network__labels_some_of_its_gateways__and_leaves_the_others_unknown(tmp_path: Path) -> None:
    cast = make_cast(1)
    held = gatewaylabels.read(devnet_labels.write(tmp_path, cast))

    assert {each.name: each.job_class for each in held.labels} == {
        "studio-gateway": "transcoding",
        "ai-gateway": "ai",
        "events-gateway": "ai",
        "community-gateway": "mixed",
    }
    assert held.of_orgs()["weir-labs"] == cast.accounts["ai-gateway"].address
