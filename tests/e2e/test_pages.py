"""Every page at both widths and in both colours, by keyboard, without a script, and as the reader wants it shown."""

from __future__ import annotations

import csv
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx
import psutil
import pytest
from playwright.sync_api import Browser, BrowserContext

from tests.e2e.conftest import Site
from tests.e2e.looking import Look, assert_fits, look_in, looking, violations

pytestmark = pytest.mark.e2e

NOBODY = "0x" + "12" * 20
PAGES = {
    "home": ("/", 200),
    "list": ("/orchestrators/", 200),
    "filtered": ("/orchestrators/?status=all&has_fees=1&sort=-stake&cols=score,fees,stake,reward_cut", 200),
    "empty": ("/orchestrators/?score_gte=99&has_fees=0", 200),
    "node": ("/orchestrators/{node}/", 200),
    "idle": ("/orchestrators/{idle}/", 200),
    "compare": ("/compare/?o={node}&o={idle}&from={idle}&amount=2500", 200),
    "choose": ("/compare/?o={node}", 200),
    "miscompared": ("/compare/?o={node}&o=0x12&amount=1e3", 400),
    "look": ("/stake/", 200),
    "position": ("/stake/{holder}/", 200),
    "portfolio": (f"/stake/{{holder}}/?and={{node}}&and={NOBODY}", 200),
    "newcomer": (f"/stake/{NOBODY}/", 200),
    "unnamed": ("/stake/nobody.eth/", 404),
    "intentions": ("/stake/{node}/plan/", 200),
    "intention": ("/stake/{idle}/plan/?kind=move_part&amount=5", 200),
    "contributions": ("/contributions/", 200),
    "claim": ("/contributions/{claim}/", 200),
    "claiming": ("/contributions/new/?orchestrator={node}", 200),
    "word": ("/contributions/{claim}/attest/", 200),
    "upload": ("/contributions/sign/", 200),
    "operator": ("/operator/", 200),
    "method": ("/method/", 200),
    "status": ("/status/", 200),
    "api": ("/api/", 200),
    "nowhere": ("/nowhere/", 404),
    "nobody": (f"/orchestrators/{NOBODY}/", 404),
    "misspelt": ("/orchestrators/0x12/", 404),
    "misread": ("/orchestrators/?reward_cut_lte=many", 400),
}
LIVE = ("home", "list", "node", "position", "status")
# by axe, which is slow: in the smallest dark window, and those that change by themselves in the widest light one too;
# the others are made of the same parts
JUDGED = {*LIVE, "compare", "intention", "contributions", "claim", "claiming", "method", "api", "misread"}
VARIANTS = {
    "look",
    "portfolio",
    "newcomer",
    "unnamed",
    "filtered",
    "empty",
    "idle",
    "compare",
    "choose",
    "miscompared",
    "intentions",
    "intention",
    "claiming",
    "word",
    "upload",
    "operator",
    "method",
    "nobody",
    "misspelt",
}  # of pages that are seen in every window, made of the same parts


class View(NamedTuple):
    width: int
    height: int
    theme: str

    def __str__(self) -> str:
        return f"{self.width}-{self.theme}"

    @property
    def options(self) -> dict[str, Any]:
        return {"viewport": {"width": self.width, "height": self.height}, "color_scheme": self.theme}


class Window(NamedTuple):
    view: View
    context: BrowserContext


WIDE, PHONE = View(1440, 900, "light"), View(360, 740, "dark")
VIEWS = [WIDE, WIDE._replace(theme="dark"), PHONE._replace(theme="light"), PHONE]
BROAD = {"compare", "idle", "intention", "method", "portfolio"}  # variants that fill a wide window too
SEEN = [
    (view, name)
    for view in VIEWS
    for name in PAGES
    if name not in VARIANTS or view == PHONE or (view == WIDE and name in BROAD)
]


@pytest.fixture(scope="module")
def paths(site: Site) -> dict[str, str]:
    """The address of each page: the node with the best score, one who stakes there, and a node that nobody paid."""

    def first(query: str) -> str:
        rows = httpx.get(f"{site.url}/api/v1/orchestrators?limit=1&{query}", timeout=10).json()["data"]
        return str(rows[0]["address"])

    node = first("sort=-score")
    nodes = {"node": node, "holder": holder_of(site, node), "idle": first("has_fees=0"), "claim": claim_of(site)}
    return {name: path.format(**nodes) for name, (path, _) in PAGES.items()}


def holder_of(site: Site, node: str) -> str:
    """The largest delegator of that node that is no orchestrator."""
    sheet = httpx.get(f"{site.url}/orchestrators/{node}/delegators.csv", timeout=10).text.splitlines()
    return next(row["delegator"].lower() for row in csv.DictReader(sheet) if row["is_orchestrator"] == "false")


def claim_of(site: Site) -> str:
    """A claim that the network's cast has made; it speaks as soon as the site answers."""
    deadline = time.monotonic() + 30
    while not (rows := httpx.get(f"{site.url}/api/v1/contributions?limit=1", timeout=10).json()["data"]):
        assert time.monotonic() < deadline, "the cast claims nothing"
        time.sleep(0.2)
    return str(rows[0]["digest"])


@contextmanager
def held(site: Site) -> Iterator[None]:
    """No new block meanwhile, so that two pages can be of the same one."""
    run = psutil.Process(site.process.pid)
    player = next(one for one in run.children(recursive=True) if one.cmdline()[-2:] == ["devnet", "play"])
    player.suspend()
    try:
        head = int(site.block("latest")["number"], 16)
        deadline = time.monotonic() + 3
        while time.monotonic() < deadline and site.indexed_to() < head:
            time.sleep(0.1)
        yield
    finally:
        player.resume()


@pytest.fixture(scope="module")
def window(site: Site, browser: Browser, request: pytest.FixtureRequest) -> Iterator[Window]:
    """A window of that size and colour, and a browser that keeps what it has loaded."""
    view: View = request.param
    context = browser.new_context(base_url=site.url, **view.options)
    yield Window(view, context)
    context.close()


@pytest.mark.parametrize(("window", "name"), SEEN, indirect=["window"], ids=str)
def test_page__at_each_width_and_in_both_colours__is_whole(
    site: Site, window: Window, paths: dict[str, str], shots: Path | None, name: str
) -> None:
    with look_in(window.context, site.url) as look:
        answer = look.page.goto(paths[name])
        look.page.evaluate("document.fonts.ready")
        assert answer is not None
        assert answer.status == PAGES[name][1]
        assert_framed(look)
        assert_fits(look.page)
        if name in JUDGED and (window.view == PHONE or (window.view == WIDE and name in LIVE)):
            assert violations(look.page) == []
        if shots:
            look.page.screenshot(path=shots / f"{name}-{window.view}.png", full_page=True)
        assert look.complaints == []
        assert look.strangers == set()


def assert_framed(look: Look) -> None:
    """Title, one heading, the banner of a local chain, and the block that the figures are from."""
    page = look.page
    assert re.fullmatch(r"\S.* · Millrace", page.title())
    assert page.locator("h1").count() == 1
    assert page.locator("#banners").inner_text().startswith("Simulated network. This is a local chain")
    strip, words = page.evaluate("['strip', 'provenance'].map((id) => document.getElementById(id).innerText)")
    (block,) = re.findall(r"Block ([\d,]+), ", strip)
    assert f"Local chain, block {block} (" in words
    assert re.match(r"Round\s\d+\s", strip)


FOCUS = """() => {
  const it = document.activeElement, style = getComputedStyle(it), box = it.getBoundingClientRect();
  return {
    what: it.outerHTML.slice(0, 90),
    id: it.id,
    skip: it.matches("a.skip"),
    outlined: it.matches(":focus-visible") && style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2,
    inView: box.width > 0 && box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
  };
}"""


@pytest.mark.parametrize(
    ("window", "name"), [*((WIDE, name) for name in sorted(JUDGED)), (PHONE, "list")], indirect=["window"], ids=str
)
def test_page__by_keyboard__begins_with_the_skip_link_and_shows_where_it_is(
    site: Site, window: Window, paths: dict[str, str], name: str
) -> None:
    with look_in(window.context, site.url) as look:
        look.page.goto(paths[name])
        stops: list[dict[str, Any]] = []
        while len(stops) < 16:
            look.page.keyboard.press("Tab")
            if (stop := look.page.evaluate(FOCUS))["what"].startswith("<body"):
                break  # through, and back to the browser
            stops.append(stop)
        assert len(stops) > 10
        assert stops[0]["skip"]
        assert [stop["what"] for stop in stops if not (stop["outlined"] and stop["inView"])] == []


def test_skip_link__when_followed__moves_past_the_head(site: Site, browser: Browser) -> None:
    with looking(browser, site.url, **WIDE.options) as look:
        look.page.goto("/orchestrators/")
        look.page.keyboard.press("Tab")
        look.page.keyboard.press("Enter")
        assert look.page.evaluate(FOCUS)["id"] == "main"
        for _ in ("the link in the sentence", "the first filter"):
            look.page.keyboard.press("Tab")
        assert look.page.evaluate(FOCUS)["id"] == "f-q"


# What the page says it is of, and every figure and sentence of it, ages aside: those go on by themselves.
SAID = """() => {
  const figures = [...document.querySelectorAll("main :is(table, dl, .answer, .lede, .note, .log)")].map((part) => {
    const copy = part.cloneNode(true);
    for (const age of copy.querySelectorAll("time")) age.remove();
    return copy.textContent.replace(/\\s+/g, " ").trim();
  });
  return [document.getElementById("provenance").textContent, figures];
}"""


@pytest.mark.parametrize("name", LIVE)
def test_page__without_javascript__holds_the_same_figures(
    site: Site, browser: Browser, paths: dict[str, str], name: str
) -> None:
    with (
        looking(browser, site.url, **WIDE.options) as look,
        looking(browser, site.url, java_script_enabled=False, **WIDE.options) as plain,
    ):
        for _ in range(5):  # on a busy machine a block or a score may still come between the two
            with held(site):
                look.page.goto(paths[name])
                plain.page.goto(paths[name])
            (at, figures), (plain_at, plain_figures) = look.page.evaluate(SAID), plain.page.evaluate(SAID)
            if (at, figures) == (plain_at, plain_figures):
                break
        assert at == plain_at
        assert len("".join(figures)) > 1_000
        assert figures == plain_figures
        for drawing in plain.page.locator("[data-chart]").all():
            assert drawing.locator("svg").first.is_visible()
        assert plain.complaints == []


GROUND = "() => getComputedStyle(document.body).backgroundColor"


def test_display__when_chosen__is_in_the_first_bytes_of_every_page_from_then_on(site: Site, browser: Browser) -> None:
    with looking(browser, site.url, **WIDE.options) as look:
        page = look.page
        page.goto("/status/")
        light = page.evaluate(GROUND)
        for button, attribute in (("Dark", 'data-theme="dark"'), ("High contrast", 'data-contrast="more"')):
            with page.expect_navigation() as arrival:
                page.get_by_role("button", name=button).click()
            assert page.url == f"{site.url}/status/"
            assert attribute in arrival.value.text().partition("<head>")[0]
            assert page.get_by_role("button", name=button).get_attribute("aria-pressed") == "true"
        assert page.evaluate(GROUND) != light
        answer = page.goto("/orchestrators/")
        assert answer is not None
        assert '<html lang="en" data-theme="dark" data-contrast="more">' in answer.text()
        for button in ("System colours", "As the system"):
            with page.expect_navigation():
                page.get_by_role("button", name=button).click()
        assert page.evaluate("document.documentElement.getAttributeNames()") == ["lang"]
        assert page.evaluate(GROUND) == light
        assert page.context.cookies() == []
        assert look.complaints == []


@pytest.mark.parametrize("choice", ["theme=light; contrast=more", "theme=dark; contrast=more"])
def test_display__whatever_is_chosen__has_enough_contrast(
    site: Site, browser: Browser, paths: dict[str, str], choice: str
) -> None:
    opposite = "light" if "dark" in choice else "dark"
    options = {"viewport": {"width": 1440, "height": 900}, "color_scheme": opposite}
    with looking(browser, site.url, extra_http_headers={"Cookie": choice}, **options) as look:
        look.page.goto(paths["list"])
        assert violations(look.page) == []
