"""The client that answers readers."""

from __future__ import annotations

import os

import pytest
from pytest_django import Settings

from apps.chain.errors import Unreachable
from apps.delegation import chain

pytestmark = pytest.mark.unit


def test_client__when_it_is_asked_for_again__then_it_is_the_same_of_this_process_and_these_settings(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.CHAIN_RPC_URLS = ["http://one.example"]
    first = chain.client()
    assert chain.client() is first
    assert [each.url for each in first.pool.providers] == ["http://one.example"]
    assert first.pool.expected_chain_id == settings.CHAIN_ID

    monkeypatch.setattr(os, "getpid", lambda: -1)
    assert chain.client() is not first


def test_client__when_no_chain_is_configured__then_it_is_unreachable(settings: Settings) -> None:
    settings.CHAIN_RPC_URLS = []

    with pytest.raises(Unreachable):
        chain.client()
