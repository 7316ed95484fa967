"""Addresses as they stand in the address of a page, written out or by a name."""

from __future__ import annotations

from apps.network.naming import address_named
from apps.protocol.addressing import checked_address
from apps.protocol.units import Address


def address_of(text: str) -> Address:
    """The address that a text writes or names. Raises AddressError with the reason."""
    plain = text.strip()
    return address_named(plain) if "." in plain else checked_address(plain)
