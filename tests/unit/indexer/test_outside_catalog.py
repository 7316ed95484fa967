"""Which sources are read, under which name and how often."""

from __future__ import annotations

import pytest
from pytest_django import Settings

from indexer.outside import catalog

pytestmark = pytest.mark.unit


def test_configured__when_nothing_is_set__then_nothing_is_read() -> None:
    assert catalog.configured() == ()


def test_configured__when_gateways_have_names__then_those_else_their_hosts(settings: Settings) -> None:
    settings.CAPABILITIES_URLS = [
        "east=https://a.example/x?key=SECRET",
        "https://b.example:8443/getNetworkCapabilities",
    ]
    settings.NAAP_URL = "https://naap.example/a=b"
    found = catalog.configured()
    assert [(each.kind, each.observer, each.host) for each in found] == [
        ("capabilities", "east", "a.example"),
        ("capabilities", "b.example", "b.example:8443"),
        ("naap", "", "naap.example"),
    ]
    assert found[2].url == "https://naap.example/a=b"
    assert catalog.find("capabilities", "west") is None


def test_every__when_the_chain_is_real__then_no_oftener_than_there_is_news(settings: Settings) -> None:
    settings.NAAP_URL, settings.LOCAL_NETWORK = "https://naap.example", False
    (source,) = catalog.configured()
    assert (source.every_s, source.stale_after_s, source.look_every_s) == (900, 2700, 60)


def test_every__when_the_network_is_simulated__then_every_round(settings: Settings) -> None:
    settings.NAAP_URL = "https://naap.example"
    (source,) = catalog.configured()
    assert (source.every_s, source.stale_after_s, source.look_every_s) == (30, 90, 10)
