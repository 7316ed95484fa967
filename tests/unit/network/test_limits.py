"""Requests are counted per reader and minute."""

from __future__ import annotations

import pytest
from django.test import RequestFactory, override_settings

from apps.network import limits
from apps.network.limits import Limiter, Quota

pytestmark = pytest.mark.unit


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [6000.0]
    monkeypatch.setattr("apps.network.limits.time.time", lambda: now[0])
    return now


def test_take__within_the_limit__counts_down_and_then_refuses(clock: list[float]) -> None:
    limiter = Limiter()

    taken = [limiter.take("a", allowed=2) for _ in range(3)]

    assert [(quota.remaining, quota.refused) for quota in taken] == [(1, False), (0, False), (0, True)]
    assert limiter.take("b", allowed=2).remaining == 1


def test_take__in_the_next_minute__begins_anew(clock: list[float]) -> None:
    limiter = Limiter()
    limiter.take("a", allowed=1)
    clock[0] += 60

    assert not limiter.take("a", allowed=1).refused


def test_take__from_too_many_readers__starts_over_rather_than_grow(
    clock: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "MOST_READERS", 2)
    limiter = Limiter()
    for reader in "abc":
        limiter.take(reader, allowed=9)

    assert limiter.take("a", allowed=9).remaining == 8


def test_headers__of_a_quota__are_those_of_the_draft() -> None:
    assert Quota(600, 599, 42, False).headers == {
        "RateLimit-Policy": '"default";q=600;w=60',
        "RateLimit": '"default";r=599;t=42',
    }


@pytest.mark.parametrize(
    ("proxies", "forwarded", "reader"),
    [(0, "1.1.1.1", "127.0.0.1"), (1, "6.6.6.6, 1.1.1.1", "1.1.1.1"), (2, "1.1.1.1", "1.1.1.1"), (1, "", "127.0.0.1")],
)
def test_reader__behind_proxies__is_the_address_the_outermost_of_ours_saw(
    proxies: int, forwarded: str, reader: str
) -> None:
    request = RequestFactory().get("/", headers={"X-Forwarded-For": forwarded})

    with override_settings(API_PROXIES=proxies):
        assert limits._reader(request) == reader
