"""Retries happen here without their waits."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import stamina

from apps.chain.pool import ATTEMPTS


@pytest.fixture
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=ATTEMPTS):
        yield
