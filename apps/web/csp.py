"""The one place where a page's content security policy differs from the site's."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace

View = Callable[..., Any]


def draws_charts(view: View) -> View:
    """Lets a page with Plotly charts style itself: Plotly writes style elements. Scripts stay our own files only."""
    return csp_replace({"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]})(view)


def signs(view: View) -> View:
    """Lets a page show the icons with which wallets announce themselves; these are data addresses by EIP-6963."""
    return csp_replace({"img-src": [SELF, "data:"]})(view)
