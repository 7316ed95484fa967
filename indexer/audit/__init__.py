"""How a figure came to be, log by log, from the raw logs alone."""

from indexer.audit.run import audit
from indexer.audit.trail import Trail

__all__ = ["Trail", "audit"]
