# Python 3.11 or later runs the bootstrap, which makes .venv what the locks say; everything else happens in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
LOCAL = @$(PYTHON) config/local/bootstrap.py local
DEV = @$(PYTHON) config/local/bootstrap.py dev

.DEFAULT_GOAL := help
.PHONY: help run test soak reset bench lint format types imports descriptors check lock

help:  ## list the commands
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## */make \1	/' | expand -t 14

run:  ## start everything and print the address of the site; Ctrl-C ends it
	$(LOCAL) -m config.local.up

test:  ## install what the tests need, then run all of them; ARGS goes to pytest
	$(DEV) -m config.local.testing $(ARGS)

soak:  ## play 1000 storms (SEEDS=count or first:last), then 3000 random plans (PLANS=count, or first:last of seeds)
	$(DEV) -m tests.soak $(SEEDS)

reset:  ## empty the data and keep the downloads
	$(LOCAL) -m config.local.reset

bench:  ## measure, one line each: name value unit
	$(DEV) -m tests.bench

lint:  ## look for mistakes and for formatting
	$(DEV) -m ruff check --quiet .
	$(DEV) -m ruff format --quiet --check .

format:  ## put the code into shape
	$(DEV) -m ruff format --quiet .

types:  ## check the types
	$(DEV) -m mypy

imports:  ## check that imports point down only
	$(DEV) -c "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"

descriptors:  ## check what wallets show of our calls (ERC-7730), in an environment of its own
	$(DEV) -m config.local.descriptors

check: lint types imports descriptors  ## every static check
	$(DEV) manage.py check --settings config.settings.test
	$(DEV) -W ignore::RuntimeWarning manage.py makemigrations --check --dry-run --settings config.settings.test

lock:  ## write the locks anew: names, versions and hashes, no registry address
	@cd requirements && for set in prod local dev node; do \
	  ../.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links $$set.in -o $$set.txt || exit 1; done
	@cd requirements && ../.venv/bin/uv pip compile --quiet --universal --python-version 3.12 --generate-hashes --no-header \
	  --no-annotate --no-emit-index-url --no-emit-find-links erc7730.in -o erc7730.txt
