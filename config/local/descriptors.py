"""Lints static/erc7730 with the erc7730 package, in an environment of its own that is made on first use.

python -m config.local.descriptors
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
from pathlib import Path

from config.env import ROOT, env

LOCK = ROOT / "requirements" / "erc7730.txt"
RULES = Path(__file__).with_name("descriptor_rules.py")
DESCRIPTORS = ROOT / "static" / "erc7730"


def main() -> int:
    """0 where the linter finds nothing, not even a warning."""
    home = env.data / "erc7730"
    python = home / "bin" / "python"
    wanted = hashlib.sha256(LOCK.read_bytes() + sys.version.encode()).hexdigest()
    stamp = home / "installed.txt"
    if not (stamp.is_file() and stamp.read_text(encoding="utf-8") == wanted):
        _make(home, python)
        stamp.write_text(wanted, encoding="utf-8")
    found = sorted(map(str, DESCRIPTORS.glob("calldata-*.json")))
    return subprocess.run([python, RULES, *found], check=False).returncode


def _make(home: Path, python: Path) -> None:
    """The lock is resolved for Python 3.12, which the package asks for; it runs on 3.11 as well."""
    print("Installing the linter of ERC-7730 …", flush=True)
    shutil.rmtree(home, ignore_errors=True)
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", home], check=True)
    command: list[str | Path] = [
        sys.executable, "-m", "pip", "--python", python, "install", "--quiet", "--disable-pip-version-check",
        "--no-input", "--no-deps", "--ignore-requires-python", "--require-hashes", "--no-compile", "-r", LOCK,
    ]  # fmt: skip
    subprocess.run(command, check=True, stdin=subprocess.DEVNULL)


if __name__ == "__main__":
    sys.exit(main())
