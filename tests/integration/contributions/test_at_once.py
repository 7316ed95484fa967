"""Statements that come in at the same moment end as if one had come after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from apps.contributions.models import Claim, Statement
from apps.contributions.services import Accepted
from apps.protocol.statements import Refusal
from tests.integration.contributions.conftest import Place
from tests.signing import claim

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]


def test_claims__when_eight_with_one_nonce_come_at_once__then_one_is_taken(place: Place) -> None:
    def submit(number: int) -> Accepted | Refusal:
        try:
            return place.submit(claim(place.one.address, title=f"Claim {number}", nonce=5), place.one)
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        found = list(threads.map(submit, range(8)))

    assert sorted(getattr(each, "code", "taken") for each in found) == ["nonce_used"] * 7 + ["taken"]
    assert (Statement.objects.count(), Claim.objects.count()) == (1, 1)
