"""`make run`: starts everything this installation needs that is not already given, and ends it again.

python -m config.local.up
"""

from __future__ import annotations

import http.client
import socket
import sys
import time
from functools import partial
from urllib.parse import urlsplit

from config.env import ROOT, Env, SettingError, env, inherited
from config.local import broker, checks, npm_parts, postgres, runtime
from config.local.lock import data_folder_lock
from config.local.steps import console, step
from config.local.supervisor import Died, Refused, Stopped, Supervisor

SERVERS = 1  # the stage that ends last: everybody else needs the chain and the database to finish
WEB_THREADS = 4
SITE_LIMIT_S = 60
PREPARATION = "the preparation"
PORT_TRIES = 3


class PortTaken(Exception):
    """Between the look for a free port and its use another program took it; the message says which."""


def main() -> int:
    """0 after Ctrl-C or SIGTERM, 1 with one sentence for anything that stops the program before that."""
    try:
        with data_folder_lock(env.data) as leash:
            checks.before_start(env)
            for _ in range(PORT_TRIES - 1):
                try:
                    return _run(Supervisor(_environment(), leash_fd=leash))
                except PortTaken as taken:
                    console.print(str(taken))
            return _run(Supervisor(_environment(), leash_fd=leash), last=True)
    except SettingError as error:
        print(f"millrace: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 0


def _run(group: Supervisor, *, last: bool = False) -> int:
    """The exit code. Raises PortTaken, unless this is the last try, with everything ended."""
    group.listen()
    try:
        _start(group)
        group.hold()
    except Stopped:
        group.mute()
        with step("Stopped; the next `make run` goes on from here"):
            group.stop()
        return 0
    except Refused:
        group.mute()
        return 1
    except Died as error:
        group.mute()
        if not last and (port := _taken_port(group)):
            raise PortTaken(f"Another program took port {port} in the meantime; starting again on another.") from error
        print(f"millrace: {str(error).rstrip('.')}; what it said is above.", file=sys.stderr)
        return 1
    finally:
        group.stop()
    return 0


def _taken_port(group: Supervisor) -> int | None:
    """The port of a local server that ended because somebody else listens there; None where it ended otherwise."""
    at = runtime.load(env.data)
    for name, url in (("chain", at.rpc_url), ("outside", at.outside_url)):
        port = urlsplit(url or "").port
        if port and group.has_failed(name) and not _is_free(port):
            return port
    return None


def _start(group: Supervisor) -> None:
    started = time.monotonic()
    if env.local_network:
        _fetch_parts(group)
    _start_servers(group)
    group.begin(PREPARATION, _python("config.local.prepare"))
    group.wait_until(lambda: runtime.load(env.data).tables_ready or group.has_ended(PREPARATION))
    if not runtime.load(env.data).tables_ready:
        group.finish(PREPARATION)  # raises what went wrong
    group.start("web", _web(env))  # loads while the rest is prepared
    group.finish(PREPARATION)
    if env.local_network:
        group.start("outside", _manage("devnet", "outside"))  # what the workers read first, so it is there before them
    with step("Site"):
        group.wait_until(partial(_site_answers, env.port), within_s=SITE_LIMIT_S, what="the site")
    _start_workers(group)
    _announce(time.monotonic() - started)
    if not env.local_network:
        _catch_up_in_view(group)


def _catch_up_in_view(group: Supervisor) -> None:
    """Reads a real chain with a bar, beside the site, since that may take hours; the workers go on where it ends."""
    try:
        group.run("catching up with the chain", _manage("backfill", "--skip-checks"))  # which load every page: a second
    except Died as error:
        if group.a_process_ended():
            raise
        console.print(f"{error}; the indexer tries again by itself.")


def _fetch_parts(group: Supervisor) -> None:
    missing = [name for name in npm_parts.needed() if not npm_parts.folder(name, env.data).is_dir()]
    if missing:
        group.run("fetching the parts of the local network", _python("config.local.npm_parts"))


def _start_servers(group: Supervisor) -> None:
    """PostgreSQL and the chain, both at once, and the note for other processes of where they are."""
    broker.empty(env.data)
    rpc_url, outside_url = (
        f"http://127.0.0.1:{_free_port(port)}" if env.local_network else None
        for port in (runtime.ANVIL_PORT, runtime.OUTSIDE_PORT)
    )
    runtime.save(env.data, runtime.Runtime(rpc_url=rpc_url, outside_url=outside_url))
    if env.local_network:
        group.start("chain", _manage("devnet", "anvil"), stage=SERVERS)
    if env.database_url is None:
        postgres.url_file(env.data / "postgres").unlink(missing_ok=True)
        group.start("postgres", _python("config.local.postgres", str(env.data / "postgres")), stage=SERVERS)


def _start_workers(group: Supervisor) -> None:
    worker = ("--pool", "solo", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel", "WARNING")
    group.start("indexer", _celery("worker", "--queues", "indexer", "--hostname", "indexer@local", *worker))
    group.start("scoring", _celery("worker", "--queues", "scoring,default", "--hostname", "scoring@local", *worker))
    group.start("sources", _celery("worker", "--queues", "sources,checks", "--hostname", "sources@local", *worker))
    if env.local_network or env.arbitrum_ws_urls:
        group.start("heads", _manage("heads"))
    group.start("beat", _celery("beat", "--scheduler", "celery.beat:Scheduler", "--loglevel", "WARNING"))
    if env.local_network:
        group.start("network", _manage("devnet", "play"))


def _web(settings: Env) -> list[str]:
    address = ("--host", "127.0.0.1", "--port", str(settings.port))
    size = ("--workers", "1", "--blocking-threads", str(WEB_THREADS), "--log-level", "warning")
    return _python("granian", "--interface", "wsgi", *address, *size, "config.wsgi:application")


def _announce(seconds: float) -> None:
    console.print(f"\n[bold]Millrace is at http://localhost:{env.port}/[/bold]  (ready in {seconds:.1f} s)")
    if env.local_network:
        url = runtime.local_rpc_url(env.data)
        console.print(f"It shows a simulated network on a local chain (id {env.chain_id}, RPC {url}).", soft_wrap=True)
    console.print("Ctrl-C stops it.\n")


def _environment() -> dict[str, str]:
    return {
        **inherited(),
        "DJANGO_SETTINGS_MODULE": "config.settings.dev",
        "PYTHONUNBUFFERED": "1",
        "CELERY_SKIP_CHECKS": "1",  # workers and beat would load every page for them
        "PYTHONPATH": str(ROOT),
    }


def _python(module: str, *arguments: str) -> list[str]:
    return [sys.executable, "-m", module, *arguments]


def _manage(*arguments: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def _celery(*arguments: str) -> list[str]:
    hush = "ignore:You're running the worker with superuser"  # true of a container, and nothing to act on here
    return [sys.executable, "-W", hush, "-m", "celery", "--quiet", "--app", "config.celery", *arguments]


def _free_port(preferred: int) -> int:
    """The preferred port if nobody has it, else any other."""
    for port in (preferred, 0):
        if found := _is_free(port):
            return found
    raise SettingError("no TCP port is free on 127.0.0.1; end some programs that listen there.")


def _is_free(port: int) -> int | None:
    """The port if it can be had, any that can for 0, else None."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return None
        return int(probe.getsockname()[1])


def _site_answers(port: int) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", "/", headers={"Host": f"localhost:{port}"})
        return connection.getresponse().status < 500
    except OSError:
        return False
    finally:
        connection.close()


if __name__ == "__main__":
    sys.exit(main())
