# Python 3.11 or later runs the bootstrap; everything else happens in .venv.
PYTHON ?= $(shell command -v python3.11 || command -v python3)

.PHONY: lock
lock:  ## write the locks anew: names, versions and hashes, no registry address
	@cd requirements && for set in prod local dev node; do \
	  ../.venv/bin/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	    --no-emit-index-url --no-emit-find-links $$set.in -o $$set.txt || exit 1; done
