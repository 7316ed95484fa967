from __future__ import annotations

import pytest
import structlog

from config.celery import app
from config.queues import QUEUES, VISIBILITY_TIMEOUT_S, broker_options

pytestmark = pytest.mark.unit


def test_beat__when_a_worker_is_slow__then_no_message_outlives_its_interval() -> None:
    entries = app.conf.beat_schedule
    assert {name: entry["schedule"] for name, entry in entries.items()} == {
        "follow-chain": 1,
        "score-network": 15,
        "backtest-network": 120,
        "find-senders": 30,
        "follow-submissions": 1,
        "forget-plans": 3600,
        "verify-sample": 15,
        "read-evidence": 5,
        "judge-claims": 3,
    }
    assert all(entry["options"]["expires"] == entry["schedule"] for entry in entries.values())


def test_beat__when_an_entry_is_due__then_its_task_exists_and_has_the_queue_of_its_worker() -> None:
    app.loader.import_default_modules()
    entries = app.conf.beat_schedule.values()
    assert {entry["task"]: entry["options"]["queue"] for entry in entries} == {
        "indexer.tasks.follow_chain": "indexer",
        "apps.scoring.tasks.score_network": "scoring",
        "apps.scoring.tasks.backtest_network": "scoring",
        "indexer.tasks.find_senders": "default",
        "apps.delegation.tasks.follow_submissions": "default",
        "apps.delegation.tasks.forget_plans": "default",
        "indexer.tasks.verify_sample": "checks",
        "apps.contributions.tasks.read_evidence": "sources",
        "apps.scoring.tasks.judge_claims": "scoring",
    }
    assert {entry["task"] for entry in entries} <= set(app.tasks)


def test_limits__when_a_task_hangs__then_it_gives_up_before_it_is_killed_and_before_it_is_handed_out_again() -> None:
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit < VISIBILITY_TIMEOUT_S
    assert broker_options("redis://queue/0")["visibility_timeout"] == VISIBILITY_TIMEOUT_S
    assert broker_options("amqp://queue//") == {}
    assert (app.conf.task_acks_late, app.conf.task_reject_on_worker_lost) == (True, True)
    assert app.conf.worker_prefetch_multiplier == 1


@pytest.mark.parametrize(
    ("task", "queue"),
    [
        ("indexer.tasks.follow_chain", "indexer"),
        ("indexer.tasks.read_prices", "sources"),
        ("indexer.tasks.verify_sample", "checks"),
        ("apps.scoring.tasks.score_network", "scoring"),
        ("elsewhere.tasks.tidy", "default"),
    ],
)
def test_routes__when_a_task_is_sent__then_its_kind_of_work_has_one_queue(task: str, queue: str) -> None:
    found = app.amqp.router.route({}, task)["queue"]
    assert (found.name, found.routing_key) == (queue, queue)
    assert set(app.amqp.queues) == set(QUEUES)


def test_logs__when_a_task_runs__then_each_line_carries_its_id() -> None:
    seen: list[dict[str, object]] = []

    @app.task(name="tests.look", shared=False)
    def look() -> None:
        seen.append(structlog.contextvars.get_contextvars())

    look.apply(task_id="one")
    assert seen == [{"task": "tests.look", "task_id": "one"}]
    assert structlog.contextvars.get_contextvars() == {}
