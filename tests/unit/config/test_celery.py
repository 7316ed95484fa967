from __future__ import annotations

import pytest

from config.celery import app

pytestmark = pytest.mark.unit


def test_beat__when_a_worker_is_slow__then_no_message_outlives_its_interval() -> None:
    entries = app.conf.beat_schedule
    assert {name: entry["schedule"] for name, entry in entries.items()} == {"follow-chain": 1, "score-network": 15}
    assert all(entry["options"]["expires"] == entry["schedule"] for entry in entries.values())


def test_beat__when_an_entry_is_due__then_its_task_exists_and_has_the_queue_of_its_worker() -> None:
    app.loader.import_default_modules()
    entries = app.conf.beat_schedule.values()
    assert {entry["task"]: entry["options"]["queue"] for entry in entries} == {
        "indexer.tasks.follow_chain": "indexer",
        "apps.scoring.tasks.score_network": "scoring",
    }
    assert {entry["task"] for entry in entries} <= set(app.tasks)


def test_limits__when_a_task_hangs__then_it_gives_up_before_it_is_killed_and_before_it_is_handed_out_again() -> None:
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit < 3600
    assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost) == (True, True)
