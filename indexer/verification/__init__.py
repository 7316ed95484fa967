"""Whether the tables hold what the contracts answer, figure by figure, at one block."""

from indexer.verification.run import verify
from indexer.verification.verdict import Compared, Drift, Verdict

__all__ = ["Compared", "Drift", "Verdict", "verify"]
