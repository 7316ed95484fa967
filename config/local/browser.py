"""The browser that the tests drive."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from config.env import env, inherited

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
APT_LIMIT_S = 600


class BrowserMissing(Exception):
    """No browser and no way to one; the message is the sentence a person reads."""


def find_or_install() -> str:
    """The path of a Chromium: MILLRACE_BROWSER's, one on the PATH, Debian's when root, or Playwright's own."""
    if env.browser:
        return _given(env.browser)
    return on_path() or _from_debian() or _from_playwright() or _give_up()


def on_path() -> str | None:
    return next((found for name in NAMES if (found := shutil.which(name))), None)


def _given(path: str) -> str:
    found = shutil.which(path)
    if found is None:
        raise BrowserMissing(f"MILLRACE_BROWSER names {path}, which cannot be run; correct it or leave it out.")
    return found


def _from_debian() -> str | None:
    if os.geteuid() != 0 or shutil.which("apt-get") is None:
        return None
    print("Installing Debian's chromium …", flush=True)
    quiet = ("apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120")
    _ran([*quiet, "update"])
    _ran([*quiet, "install", "--yes", "--no-install-recommends", "chromium"])
    return on_path()


def _from_playwright() -> str | None:
    if not _ran([sys.executable, "-m", "playwright", "install", "chromium"]):
        return None
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).is_file() else None


def _ran(command: list[str]) -> bool:
    environ = {**inherited(), "DEBIAN_FRONTEND": "noninteractive"}
    try:
        ended = subprocess.run(
            command, env=environ, stdin=subprocess.DEVNULL, capture_output=True, timeout=APT_LIMIT_S, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return ended.returncode == 0


def _give_up() -> str:
    raise BrowserMissing(
        "no browser was found for the tests; install Chromium, or set MILLRACE_BROWSER to the path of one."
    )
