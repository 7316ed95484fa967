"""`manage.py score` makes a run and prints it."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from tests.integration.scoring.history import WORKER, twelve_rounds

pytestmark = [pytest.mark.integration, pytest.mark.django_db]


def printed(**options: int) -> list[str]:
    out = StringIO()
    call_command("score", stdout=out, **options)
    return out.getvalue().splitlines()


def test_score__when_nothing_is_final__says_what_is_missing() -> None:
    assert printed() == ["There is nothing to score yet: no finished round lies at or below a finalized block."]


def test_score__of_twelve_rounds__prints_the_run_and_its_best() -> None:
    twelve_rounds()

    first, second, *rows = printed(top=1)

    assert first.endswith("method 1.1 at block 1123, round 112: made now.")
    assert len(second) == len("Inputs ") + 64
    assert rows[0].startswith(f"   1  {WORKER}    89.9  ")
    assert len(rows) == 1


def test_score__a_second_time__prints_the_same_run() -> None:
    twelve_rounds()
    again = [printed(top=0), printed(top=0)]

    assert again[1][0].endswith("made before; nothing has changed since.")
    assert again[0][1] == again[1][1]
