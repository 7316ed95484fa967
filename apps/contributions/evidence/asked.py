"""For whom a piece of evidence is looked at. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, TypeAlias

AuthorIs: TypeAlias = Literal["bound", "other", "unknown"]


@dataclass(frozen=True, slots=True)
class Asked:
    """An orchestrator, and the account at code hosts that its own name record declares; empty for none."""

    orchestrator: str
    handle: str = ""

    def judged(self, author: str) -> AuthorIs:
        """Whether an author is the account that the orchestrator declares; unknown where it declares none."""
        if not self.handle or not author:
            return "unknown"
        return "bound" if author.lower() == self.handle.lower() else "other"
