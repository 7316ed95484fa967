"""The frame around every page."""

from __future__ import annotations

import pytest
from django.test import Client

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def test_frame__when_nothing_is_indexed__then_says_so_and_prints_no_zero(client: Client) -> None:
    body = client.get("/nowhere/").content.decode()
    assert "no block has been indexed yet, so nothing is known" in body
    assert 'title="Unknown: no round has been indexed yet"' in body
    assert "Nothing here is real" in body
