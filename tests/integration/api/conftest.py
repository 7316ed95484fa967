"""A network to ask about, and a full quota for each test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from apps.api.limits import limiter
from tests import scenery
from tests.scenery import Character

Get = Callable[..., Any]


@pytest.fixture(autouse=True)
def full_quota() -> Iterator[None]:
    """And nothing kept of another test's rounds."""
    limiter.forget()
    cache.clear()
    yield
    limiter.forget()


@pytest.fixture
def cast(db: None) -> list[Character]:
    """Seven nodes that lived 40 rounds; the last joined late."""
    return scenery.network(nodes=7, rounds=40)


@pytest.fixture
def get(client: Client) -> Get:
    """Reads an address below /api/v1/."""

    def read(path: str, **headers: str) -> Any:
        return client.get(f"/api/v1/{path}", headers=headers)

    return read
