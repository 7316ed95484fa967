"""The queue of files between processes that write and read at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from kombu import Connection, Exchange, Queue

from config.env import ROOT
from config.local import broker, files

pytestmark = pytest.mark.integration

MESSAGES = 400
WRITER = """
import sys
from pathlib import Path
from tests.integration.config.test_files import MESSAGES, queue_of
with queue_of(Path(sys.argv[1])) as connection:
    queue = connection.SimpleQueue("indexer")
    for number in range(MESSAGES):
        queue.put({"number": number})
"""


def queue_of(data: Path) -> Connection:
    files.register()
    folders = {"data_folder_in": "queue", "data_folder_out": "queue", "control_folder": "control"}
    options = {name: str(data / "broker" / folder) for name, folder in folders.items()}
    processed = str(data / "broker" / "done")
    return Connection(
        f"{files.SCHEME}://localhost",
        transport_options={**options, "processed_folder": processed, "polling_interval": 0.001},
    )


def test_files__read_while_they_are_written__all_arrive_whole(data_folder: Path) -> None:
    broker.empty(data_folder)
    writer = subprocess.Popen([sys.executable, "-c", WRITER, str(data_folder)], cwd=ROOT)
    got: list[int] = []
    with queue_of(data_folder) as connection:
        queue = connection.SimpleQueue("indexer")
        while len(got) < MESSAGES:
            message = queue.get(timeout=20)
            message.ack()
            got.append(message.payload["number"])
    assert writer.wait(timeout=20) == 0
    assert sorted(got) == list(range(MESSAGES))
    assert not list((data_folder / "broker" / "queue").iterdir())


def test_files__an_exchange_bound_by_two_processes__serves_both_queues(data_folder: Path) -> None:
    broker.empty(data_folder)
    queues = {name: Queue(name, Exchange("work"), routing_key=name) for name in ("indexer", "scoring")}
    for name, queue in queues.items():
        with queue_of(data_folder) as connection:
            queue(connection.default_channel).declare()
            connection.Producer().publish({"to": name}, exchange="work", routing_key=name)
    with queue_of(data_folder) as connection:
        for name, queue in queues.items():
            message = queue(connection.default_channel).get(no_ack=True)
            assert message is not None
            assert message.payload == {"to": name}
