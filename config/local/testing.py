"""`make test`: fetches what the tests need and runs them, in two processes unless told otherwise.

python -m config.local.testing [PYTEST ARGUMENTS]
"""

from __future__ import annotations

import os
import sys

from config.env import ROOT, inherited
from config.local import browser, npm_parts

# what stays together is said in tests/conftest.py; in this order the longest, the browser's tests, come first
TWO_AT_ONCE = ("-n", "2", "--dist", "loadscope", "--no-loadscope-reorder")


def main(arguments: list[str]) -> int:
    """Never returns when the tests can be run: the process becomes pytest."""
    try:
        found = browser.find_or_install()
    except browser.BrowserMissing as error:
        print(f"millrace: {error}", file=sys.stderr)
        return 1
    if npm_parts.main():
        return 1
    os.chdir(ROOT)
    command = [sys.executable, "-m", "pytest", *(arguments or TWO_AT_ONCE)]
    return os.execve(sys.executable, command, {**inherited(), "MILLRACE_BROWSER": found})


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
