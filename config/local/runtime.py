"""What a running local installation leaves in the data folder for the processes beside it."""

from __future__ import annotations

import secrets
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import orjson

from config.database import connection
from config.local import npm_parts

ANVIL_PORT = 8545  # where people expect a local chain; another one is taken when it is not free
OUTSIDE_PORT = 8546  # of the simulated network's off-chain sources, likewise


@dataclass(frozen=True, slots=True)
class Runtime:
    """Where the servers that `make run` started are to be found; None for one that is not the program's own."""

    database_url: str | None = None
    rpc_url: str | None = None
    outside_url: str | None = None
    tables_ready: bool = False  # the site may be started


def load(data: Path) -> Runtime:
    """What the last `make run` wrote, also when it no longer runs; empty before the first."""
    try:
        return Runtime(**orjson.loads((data / "run.json").read_bytes()))
    except (OSError, ValueError, TypeError):
        return Runtime()


def save(data: Path, found: Runtime) -> None:
    replace(data / "run.json", orjson.dumps(asdict(found)))


def replace(path: Path, content: bytes) -> None:
    """Writes a file so that a reader sees the old one or the new one and never half of it."""
    fresh = path.with_name(f"{path.name}.new")
    fresh.write_bytes(content)
    fresh.replace(path)


def kept_secret_key(data: Path) -> str:
    """A key of this installation's own, made once and readable by its user only."""
    path = data / "secret_key"
    if not path.is_file():
        data.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"secret_key.{secrets.token_hex(4)}")
        fresh.touch(mode=0o600)
        fresh.write_text(secrets.token_urlsafe(50), encoding="utf-8")
        fresh.replace(path)
    return path.read_text(encoding="utf-8")


def embedded_connection(data: Path) -> dict[str, Any]:
    """Django's settings for the program's own PostgreSQL, as the last `make run` left it."""
    return connection(load(data).database_url)


def local_rpc_url(data: Path) -> str:
    return load(data).rpc_url or f"http://127.0.0.1:{ANVIL_PORT}"


def outside_url(data: Path) -> str:
    """Where the simulated network's off-chain sources answer."""
    return load(data).outside_url or f"http://127.0.0.1:{OUTSIDE_PORT}"


def local_controller(data: Path) -> str:
    """The Controller's address on the local chain in lower case, empty until it is deployed."""
    try:
        return str(orjson.loads((data / "devnet" / "deployment.json").read_bytes())["controller"]).lower()
    except (OSError, ValueError, KeyError):
        return ""


def anvil_binary(data: Path) -> Path:
    return npm_parts.folder(npm_parts.anvil_package(), data) / "bin" / "anvil"


def contract_artifacts(data: Path) -> Path:
    return npm_parts.folder("@livepeer/sdk", data) / "abis"
