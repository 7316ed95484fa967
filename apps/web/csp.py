"""The one place where a page's content security policy differs from the site's."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.conf import settings

View = Callable[..., Any]


def draws_charts(view: View) -> View:
    """Lets a page with Plotly charts style itself: Plotly writes style elements. Scripts stay our own files only."""
    return csp_replace({"style-src": [SELF, UNSAFE_INLINE], "img-src": [SELF, "data:"]})(view)


def signs(view: View) -> View:
    """Lets a page show the icons with which wallets announce themselves; these are data addresses by EIP-6963.

    Where WalletConnect is configured it may also reach its relay, and the frame that tells a wallet where it was asked.
    """

    @wraps(view)
    def answered(*args: Any, **kwargs: Any) -> Any:
        allowed = {"img-src": [SELF, "data:"]}
        if settings.WALLETCONNECT_PROJECT_ID:
            allowed["connect-src"] = [SELF, settings.WALLETCONNECT_RELAY_URL]
            allowed["frame-src"] = [settings.WALLETCONNECT_VERIFY_URL]
        return csp_replace(allowed)(view)(*args, **kwargs)

    return answered
