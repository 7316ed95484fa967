"""The indexes of packages that an installation knows by its settings; links to other hosts are looked at as pages."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings

from apps.contributions.evidence.references import (
    PYTHON_INDEX,
    RUST_INDEX,
    SIMULATED_INDEXES,
    Indexes,
    Reference,
    reference_of,
)


def link_of(url: str) -> Reference:
    """What a link points to, as far as this installation knows the host."""
    return reference_of(url, package_indexes())


def package_indexes() -> Indexes:
    """By host."""
    named = ((settings.PYTHON_PACKAGES_URL, PYTHON_INDEX), (settings.RUST_PACKAGES_URL, RUST_INDEX))
    known = {urlsplit(url).hostname or "": index for url, index in named if url}
    return {**SIMULATED_INDEXES, **known}
