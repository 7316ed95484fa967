"""Addresses as people paste them: the checksum in the case of their letters is held to where there is one."""

from __future__ import annotations

from apps.protocol.formats import checksummed
from apps.protocol.units import Address, AddressError, parse_address


def checked_address(text: str) -> Address:
    """The lower-case form. Raises AddressError for what is no address, and for mixed case with a wrong checksum."""
    found = parse_address(text)
    digits = text.strip()[2:]
    if digits not in (digits.lower(), digits.upper()) and checksummed(found)[2:] != digits:
        raise AddressError(
            f"The checksum of “{text.strip()}” does not fit: a letter or digit of it is not as it was. Copy it again."
        )
    return found
