"""The ServiceRegistry: where orchestrators say they can be reached."""

from __future__ import annotations

from apps.chain import words
from apps.chain.readers import Read

GET_SERVICE_URI = "0x214c2a4b"


def service_uri(service_registry: str, who: str) -> Read[str]:
    """The address's own claim, "" for none: untrusted text that anybody can set."""
    return Read(service_registry, words.calldata(GET_SERVICE_URI, who), words.text, "getServiceURI")
