"""What `make run` says when it cannot start: one sentence, exit code 1, nothing written but the data folder's lock."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
from django.db import connection

from config.env import NAMES, ROOT, env, inherited
from indexer.models import IndexState
from tests.parts import anvil_binary, contract_artifacts

pytestmark = pytest.mark.integration


def up(data: Path, **settings: str) -> subprocess.CompletedProcess[str]:
    environ = {name: value for name, value in inherited().items() if name not in NAMES}
    return subprocess.run(
        [sys.executable, "-m", "config.local.up"],
        cwd=ROOT,
        env={**environ, "PORT": str(free_port()), "MILLRACE_DATA": str(data), **settings},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def assert_refused(ended: subprocess.CompletedProcess[str], sentence: str, data: Path) -> None:
    assert (ended.returncode, ended.stdout, ended.stderr) == (1, "", f"millrace: {sentence}\n")
    assert {path.name for path in data.iterdir()} <= {"run.lock"}


@pytest.fixture
def node() -> Iterator[str]:
    """The address of a node that calls every chain 421614."""

    class Answer(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers["Content-Length"]))
            body = b'{"jsonrpc":"2.0","id":0,"result":"0x66eee"}'
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *arguments: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Answer)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    server.server_close()


def test_up__when_the_port_is_no_number__then_it_says_so(data_folder: Path) -> None:
    expected = "PORT is 'eighty'; set it to a whole number from 1 to 65535, or leave it out for 8000."
    assert_refused(up(data_folder, PORT="eighty"), expected, data_folder)


def test_up__when_the_port_is_taken__then_it_says_what_to_do(data_folder: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        ended = up(data_folder, PORT=str(port))
    expected = (
        f"PORT {port} is taken by another program; stop it, or set PORT to a free one, as in `PORT=8001 make run`."
    )
    assert_refused(ended, expected, data_folder)


def test_up__when_the_database_is_down__then_the_setting_is_named(data_folder: Path) -> None:
    ended = up(data_folder, DATABASE_URL=f"postgresql://me:hidden@127.0.0.1:{free_port()}/millrace")
    assert ended.returncode == 1
    assert ended.stderr.startswith("millrace: DATABASE_URL names a database that cannot be opened (")
    assert ended.stderr.endswith("); start its server or correct the setting.\n")
    assert len(ended.stderr.splitlines()) == 1
    assert "hidden" not in ended.stderr


def test_up__when_the_broker_is_down__then_the_setting_is_named(data_folder: Path) -> None:
    ended = up(data_folder, CELERY_BROKER_URL=f"redis://:hidden@127.0.0.1:{free_port()}/0")
    assert ended.returncode == 1
    assert ended.stderr.startswith("millrace: CELERY_BROKER_URL names a broker that does not answer (")
    assert len(ended.stderr.splitlines()) == 1
    assert "hidden" not in ended.stderr


def test_up__when_the_node_is_unreachable__then_the_setting_is_named(data_folder: Path) -> None:
    ended = up(data_folder, ARBITRUM_RPC_URLS=f"http://127.0.0.1:{free_port()}/hidden")
    assert ended.returncode == 1
    assert ended.stderr.startswith("millrace: ")
    assert "ARBITRUM_RPC_URLS" in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
    assert "hidden" not in ended.stderr


def test_up__when_the_node_serves_another_chain__then_both_ids_are_told(data_folder: Path, node: str) -> None:
    ended = up(data_folder, ARBITRUM_RPC_URLS=node)
    assert ended.stderr.endswith(" serves chain 421614, not 42161; correct ARBITRUM_RPC_URLS or CHAIN_ID.\n")
    assert ended.returncode == 1


def test_up__when_the_folder_is_in_use__then_it_says_so(data_folder: Path) -> None:
    holder = subprocess.Popen(
        [
            sys.executable,
            "-c",
            "import sys\nfrom pathlib import Path\nfrom config.local.lock import data_folder_lock\n"
            "with data_folder_lock(Path(sys.argv[1])):\n    print('held', flush=True)\n    sys.stdin.read()",
            str(data_folder),
        ],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    expected = f"{data_folder} is in use by another `make run`; stop that one, or set MILLRACE_DATA to another folder."
    assert_refused(up(data_folder), expected, data_folder)
    holder.communicate()


@pytest.mark.django_db(transaction=True)
def test_up__when_the_database_holds_another_chain__then_it_is_left_alone(data_folder: Path, postgres_url: str) -> None:
    IndexState.objects.create(
        chain_id=42161, genesis_hash=bytes(32), controller="0x" + "ab" * 20, start_block=0, projected_to=7
    )
    (data_folder / "npm").symlink_to(env.data / "npm")
    contract_artifacts()
    anvil_binary()
    url = urlsplit(postgres_url)._replace(path=f"/{connection.settings_dict['NAME']}").geturl()
    ended = up(data_folder, DATABASE_URL=url)
    assert ended.returncode == 1
    assert ended.stderr == (
        "millrace: The database holds chain 42161 and the RPC serves chain 31337 or another history of it; "
        "set DATABASE_URL to a database of this chain's own.\n"
    )
    assert IndexState.objects.get().projected_to == 7


@pytest.mark.parametrize(
    ("missing", "why"),
    [
        ("SECRET_KEY", "cookies and forms are signed with it"),
        ("ALLOWED_HOSTS", "the site answers only under its own names"),
        ("DATABASE_URL", "production keeps its data in a PostgreSQL server of yours"),
        ("CELERY_BROKER_URL", "production queues its work in Redis or RabbitMQ"),
        ("ARBITRUM_RPC_URLS", "production reads a real chain"),
    ],
)
def test_prod__when_a_value_is_missing__then_it_refuses_to_guess(missing: str, why: str, data_folder: Path) -> None:
    settings = {
        "SECRET_KEY": "key",
        "ALLOWED_HOSTS": "millrace.example",
        "DATABASE_URL": "postgresql://db.example/millrace",
        "CELERY_BROKER_URL": "redis://queue.example/0",
        "ARBITRUM_RPC_URLS": "https://arbitrum.example",
        "MILLRACE_DATA": str(data_folder),
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
    }
    del settings[missing]
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=ROOT,
        env={**{name: value for name, value in inherited().items() if name not in NAMES}, **settings},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.returncode, ended.stderr) == (1, f"millrace: {missing} is not set; set it, because {why}.\n")
