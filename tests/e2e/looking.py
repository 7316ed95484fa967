"""Looking at a page as a reader would, and noting whatever a reader should not meet."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request

REFUSED = "Failed to load resource: the server responded with a status of "  # said of a 404 by the browser itself

# what sticks out of the window, for the message of a test that finds something
TOO_WIDE = """[...document.querySelectorAll("body *")]
    .filter((one) => one.getBoundingClientRect().right > document.documentElement.clientWidth + 0.5)
    .slice(0, 8).map((one) => `${one.tagName} ${one.className} ${one.textContent.slice(0, 60)}`)"""

BLOCK = "() => Number(document.querySelector('#strip .push a')?.textContent.replaceAll(',', ''))"

# Layout shifts as the browser measures them: what share of the window moved, times how far. Those right after a
# key or a click are the reader's own doing and are left out.
NOTE_SHIFTS = """
window.shifts = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) {
    const moved = entry.sources.map(({ node }) => node?.outerHTML?.slice(0, 90) ?? node?.nodeValue ?? "?");
    if (!entry.hadRecentInput) window.shifts.push({ value: entry.value, moved });
  }
}).observe({ type: "layout-shift", buffered: true });
"""


@dataclass(slots=True)
class Look:
    """An open page with everything it complained about, and every host but its own that it talked to."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    strangers: set[str] = field(default_factory=set)

    @property
    def block(self) -> int:
        """The block that the page says its figures are from."""
        return int(self.page.evaluate(BLOCK))

    def forget_shifts(self) -> None:
        self.page.evaluate("window.shifts = []")

    def shifts(self) -> tuple[float, list[Any]]:
        """How much of the page moved by itself since it was last forgotten, and what."""
        found = self.page.evaluate("window.shifts")
        return sum(shift["value"] for shift in found), found


@contextmanager
def looking(browser: Browser, origin: str, **options: Any) -> Iterator[Look]:
    """A page in a browser that knows nothing yet; `options` are those of a new context."""
    context = browser.new_context(base_url=origin, **options)
    try:
        with look_in(context, origin) as look:
            yield look
    finally:
        context.close()


@contextmanager
def look_in(context: BrowserContext, origin: str) -> Iterator[Look]:
    """A new page of this context, closed at the end."""
    look = Look(context.new_page())
    page, host = look.page, urlsplit(origin).netloc

    def heard(message: ConsoleMessage) -> None:
        is_refusal = message.text.startswith(REFUSED) and message.location["url"] == page.url
        if message.type in ("error", "warning") and not is_refusal:
            look.complaints.append(f"{message.type}: {message.text} ({message.location['url']})")

    def requested(request: Request) -> None:
        asked = urlsplit(request.url).netloc
        if asked not in ("", host):  # data: has no host
            look.strangers.add(asked)

    def failed(request: Request) -> None:
        """A poll under way when its page is left is given up by the browser, and is nobody's fault."""
        if "ERR_ABORTED" not in str(request.failure):
            look.complaints.append(f"failed: {request.url} {request.failure}")

    page.add_init_script(NOTE_SHIFTS)
    page.on("console", heard)
    page.on("pageerror", lambda error: look.complaints.append(f"uncaught: {error}"))
    page.on("requestfailed", failed)
    page.on("request", requested)
    try:
        yield look
    finally:
        page.close()


def assert_fits(page: Page) -> None:
    """Nothing makes the page wider than the window; a wide table scrolls in a frame of its own."""
    wide, window = page.evaluate("[document.documentElement.scrollWidth, document.documentElement.clientWidth]")
    assert wide == window, page.evaluate(TOO_WIDE)


def violations(page: Page) -> list[str]:
    """What axe calls serious or critical, each with the first place where it is."""
    found = Axe().run(page, options={"resultTypes": ["violations"], "preload": False}).response["violations"]
    return [
        f"{one['id']}: {one['help']}; {len(one['nodes'])} times, first at {one['nodes'][0]['html'][:200]}"
        for one in found
        if one["impact"] in ("serious", "critical")
    ]
