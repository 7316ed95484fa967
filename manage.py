#!/usr/bin/env python
"""Django's command line, with the settings that `make run` uses unless told otherwise."""

import sys

from config.local.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv))
