"""Why the index stands still. Each message is one sentence that says what to do."""

from __future__ import annotations


class IndexerError(Exception):
    """Something that retrying alone does not mend."""


class WrongDatabase(IndexerError):
    """The database belongs to another chain; stop the process."""


class ReorgBelowFinality(IndexerError):
    """The chain changed below what was final; stop and let a person look."""


class ProvidersDisagree(IndexerError):
    """Two providers hold different blocks that both call final: one of them is wrong, and we do not know which."""


class WindowTaken(IndexerError):
    """Another writer was here first; start again from the state."""
