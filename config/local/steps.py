"""How a start tells what it is doing."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

console = Console(highlight=False)


@contextmanager
def step(name: str) -> Iterator[None]:
    """Says what is being started and, once it is, how long that took; a step that fails says nothing."""
    began = time.monotonic()
    with console.status(f"{name} …"):
        yield
    done(name, time.monotonic() - began)


def done(name: str, seconds: float) -> None:
    console.print(f"[green]✓[/green] {name} [dim]({seconds:.1f} s)[/dim]")
