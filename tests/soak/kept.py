"""Seeds that once failed. Every test run plays them, so that what they found stays mended.

A seed that fails is added here with what it found. What a seed plays changes with the storm, so the cause itself has a
test of its own too.
"""

from __future__ import annotations

KEPT = {
    24: "a node on a branch that lost was asked about forks while another told what is final: the index stood still",
    44: "a worker with an old look at a lagging node undid what another had healed",
    90: "a node on a branch that lost was heard about a block that only the others call final",
}
