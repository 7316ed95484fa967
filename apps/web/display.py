"""The reader's choice of colours and contrast, kept in two cookies and written on <html> by the server."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest

THEMES = {"": "System colours", "light": "Light", "dark": "Dark"}
CONTRASTS = {"": "As the system", "more": "High contrast"}


@dataclass(frozen=True, slots=True)
class Choice:
    """A button of the footer."""

    value: str
    text: str
    pressed: str  # "true" or "false", as aria-pressed has it


@dataclass(frozen=True, slots=True)
class Display:
    """What the reader chose; empty strings leave it to the system."""

    theme: str
    contrast: str

    @property
    def themes(self) -> list[Choice]:
        return _choices(THEMES, self.theme)

    @property
    def contrasts(self) -> list[Choice]:
        return _choices(CONTRASTS, self.contrast)


def of(request: HttpRequest) -> Display:
    """The choice in the request's cookies; an unknown value counts as none."""
    theme, contrast = request.COOKIES.get("theme", ""), request.COOKIES.get("contrast", "")
    return Display(theme if theme in THEMES else "", contrast if contrast in CONTRASTS else "")


def _choices(words: dict[str, str], chosen: str) -> list[Choice]:
    return [Choice(value, text, "true" if value == chosen else "false") for value, text in words.items()]
