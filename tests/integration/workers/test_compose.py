"""Every command of compose.yaml as a plain process: it gets well, does its part, and ends when it is told to."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pytest

from apps.scoring.models import ScoreRun
from config.env import ROOT
from indexer.models import IndexState
from tests import composed
from tests.brokers import free_port
from tests.fakes.chain import ADDRESSES
from tests.integration.workers.conftest import Broker, HeldNode, made_chain
from tests.integration.workers.crew import environment, until

pytestmark = [pytest.mark.integration, pytest.mark.django_db(transaction=True)]

GIVEN = {"ALLOWED_HOSTS": "millrace.example", "WEB_PROCESSES": "1"}
WORKERS = ("indexer", "scoring", "sources", "checks")
LASTING = ("web", *WORKERS, "beat", "heads")
READY_WITHIN_S = 60  # on a machine that does much else


@dataclass(frozen=True, slots=True)
class Running:
    """The services of compose.yaml that last, on this machine's addresses."""

    environ: Mapping[str, str]
    processes: Mapping[str, subprocess.Popen[bytes]]
    logs: Path
    port: int

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=5) as response:
                return response.status, response.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def is_well(self, name: str) -> bool:
        """What the service's own health check says."""
        words = [self.here(word) for word in composed.health_check(composed.services()[name], GIVEN)]
        quiet = subprocess.DEVNULL
        ended = subprocess.run(words, cwd=ROOT, env=self.environ, stdout=quiet, stderr=quiet, check=False)
        return ended.returncode == 0

    def here(self, word: str) -> str:
        return word.replace("8000", str(self.port)).replace("0.0.0.0", "127.0.0.1")


@pytest.fixture
def environ(production: dict[str, str], broker: Broker, node_url: str, data_folder: Path) -> dict[str, str]:
    """What compose.yaml gives to a process of ours: secrets as files, the servers' addresses this machine's."""
    written = composed.environment(composed.services()["web"], GIVEN)
    values = {"secret_key": "SECRET_KEY", "database_url": "DATABASE_URL", "arbitrum_rpc_urls": "ARBITRUM_RPC_URLS"}
    for secret, name in values.items():
        (data_folder / secret).write_text(production[name] + "\n")
    moved = {name: value.replace("/run/secrets/", f"{data_folder}/") for name, value in written.items()}
    chain = {"CHAIN_ID": "31337", "CONTROLLER_ADDRESS": ADDRESSES["Controller"], "FINALITY_DEPTH": "64"}
    redis = {"CELERY_BROKER_URL": written["CELERY_BROKER_URL"].replace("redis://redis:6379/0", broker.url)}
    given = {**moved, **redis, **chain, "MILLRACE_DATA": str(data_folder), "TMPDIR": str(data_folder)}
    return environment(given.pop("DJANGO_SETTINGS_MODULE"), **given)


@pytest.fixture
def running(environ: dict[str, str], node: HeldNode, tmp_path: Path) -> Iterator[Running]:
    """All of them, begun at once after the migration."""
    node.chain = made_chain()
    ended = subprocess.run(composed.command(composed.services()["migrate"], GIVEN), cwd=ROOT, env=environ, check=False)
    assert ended.returncode == 0
    processes: dict[str, subprocess.Popen[bytes]] = {}
    found = Running(environ, processes, tmp_path, free_port())
    for name in LASTING:
        words = [found.here(word) for word in composed.command(composed.services()[name], GIVEN)]
        with (tmp_path / name).open("wb") as log:
            processes[name] = subprocess.Popen(
                words, cwd=ROOT, env=environ, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True
            )
    yield found
    for name, process in processes.items():
        print(f"{name} ({process.poll()}):\n{(tmp_path / name).read_text()[-3000:]}")  # shown beside a failure
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)  # its pool too


def test_compose__when_all_its_commands_run__then_they_index_score_show_and_end(
    running: Running, node: HeldNode, broker: Broker
) -> None:
    head = node.chain.head
    assert set(LASTING) | {"migrate", "postgres", "redis"} == set(composed.services())
    until(lambda: running.get("/health/ready")[0] == 200, "the site is ready", within_s=READY_WITHIN_S)
    until(IndexState.objects.filter(projected_to=head).exists, "the head is read", within_s=READY_WITHIN_S)
    broker.app.send_task("apps.scoring.tasks.score_network", queue="scoring")  # beat's first is a minute away
    until(ScoreRun.objects.exists, "a score run is made", within_s=READY_WITHIN_S)

    for name in ("web", *WORKERS):
        until(partial(running.is_well, name), f"{name} is well", within_s=READY_WITHIN_S)
    assert f"millrace_indexed_block {float(head)}" in running.get("/metrics")[1]
    status = running.get("/api/v1/status", Host="millrace.example", **{"X-Forwarded-Proto": "https"})
    assert (status[0], json.loads(status[1])["data"]["state"]) == (200, "current")

    assert {name: process.poll() for name, process in running.processes.items()} == dict.fromkeys(LASTING)
    for process in running.processes.values():
        process.send_signal(signal.SIGTERM)
    grace = composed.seconds(composed.services()["web"]["stop_grace_period"])
    ends = {name: process.wait(grace) for name, process in running.processes.items()}
    assert ends == dict.fromkeys(LASTING, 0)
