"""A text as a QR code, for the camera of a phone."""

from __future__ import annotations

import segno
from django.utils.safestring import SafeString, mark_safe

QUIET_CELLS = 4  # of light around it, which ISO 18004 asks for


def drawn(text: str, *, title: str) -> SafeString:
    """Dark on light whatever the page's colours are: readers do not take the opposite. Raises ValueError if too long.

    The lowest correction is enough on a screen and keeps the cells large.
    """
    code = segno.make(text, error="l", micro=False, boost_error=False)
    made = code.svg_inline(border=QUIET_CELLS, omitsize=True, dark="#000", light="#fff", svgclass="qr", title=title)
    return mark_safe(made)
