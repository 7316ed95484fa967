"""Addresses, hashes and times that look real and are the same each run, and the base of all factories."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from hashlib import sha256

from factory.django import DjangoModelFactory

FIRST_MOMENT = datetime(2026, 1, 1, tzinfo=UTC)


def address(number: int) -> str:
    """A lower-case address that looks like one and is the same for the same number."""
    return "0x" + sha256(f"address {number}".encode()).hexdigest()[:40]


def hash_of(text: object) -> bytes:
    """32 bytes, the same for the same text."""
    return sha256(str(text).encode()).digest()


def moment(block: int) -> datetime:
    """The time of a test's block: one second each."""
    return FIRST_MOMENT + timedelta(seconds=block)


class Rows(DjangoModelFactory):  # type: ignore[misc]
    """The base of all factories."""

    class Meta:
        abstract = True
