"""How figures are written in answers: whole amounts as decimal strings of wei, and beside them as people read them."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from apps.protocol import formats
from apps.protocol.units import PPM

_WEI = {"type": "string", "pattern": "^[0-9]{1,78}$", "examples": ["393894120000000000000000"]}
_PPM = {"type": "integer", "minimum": 0, "maximum": PPM}
_HASH = {"type": "string", "pattern": "^0x[0-9a-f]{64}$"}
_ADDRESS = {"type": "string", "pattern": "^0x[0-9a-f]{40}$"}
_CHECKSUMMED = {"type": "string", "pattern": "^0x[0-9a-fA-F]{40}$"}


class ReadOnly(serializers.Field[Any, Any, Any, Any]):
    """A field that is only ever written to an answer."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)


@extend_schema_field(_WEI)
class Wei(ReadOnly):
    """An amount in wei, exact."""

    def to_representation(self, value: int) -> str:
        return str(value)


@extend_schema_field({"type": "string", "examples": ["393,894.12 LPT"]})
class Lpt(ReadOnly):
    """The amount as pages show it, rounded; count with the wei beside it."""

    def to_representation(self, value: int) -> str:
        return f"{formats.lpt(value)} LPT"


@extend_schema_field({"type": "string", "examples": ["12.120 ETH"]})
class Eth(ReadOnly):
    """The amount as pages show it, rounded; count with the wei beside it."""

    def to_representation(self, value: int) -> str:
        return f"{formats.eth(value)} ETH"


@extend_schema_field(_PPM)
class Share(ReadOnly):
    """Parts per million."""

    def to_representation(self, value: int) -> int:
        return value


@extend_schema_field(_ADDRESS)
class LowerAddress(ReadOnly):
    """An address in lower case."""

    def to_representation(self, value: str) -> str:
        return value


@extend_schema_field(_CHECKSUMMED)
class Checksummed(ReadOnly):
    """The same address with its checksum in the case of its letters (EIP-55)."""

    def to_representation(self, value: str) -> str:
        return formats.checksummed(value)


@extend_schema_field(_HASH)
class Hash(ReadOnly):
    """32 bytes."""

    def to_representation(self, value: bytes) -> str:
        return f"0x{bytes(value).hex()}"
