"""The linter of the erc7730 package over the descriptors named on the command line, without the network.

Runs in the environment that config.local.descriptors makes, and in no other. The package would fetch the contracts'
ABIs from explorers and warn where it cannot; that the descriptors fit our ABIs is a test of ours.
"""

import sys
import typing
from pathlib import Path

import typing_extensions

if not hasattr(typing, "override"):  # Python 3.11; the package imports it from there
    typing.override = typing_extensions.override  # type: ignore[attr-defined]

from erc7730.common import client
from erc7730.common.output import ConsoleOutputAdder
from erc7730.lint.v2.lint import lint_all


def main(paths: list[str]) -> int:
    """0 without an error or a warning."""
    client.get_contract_abis = lambda *_: None
    said = ConsoleOutputAdder()
    count = lint_all([Path(path) for path in paths], said)
    return 0 if count == len(paths) > 0 and not said.has_errors and not said.has_warnings else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
