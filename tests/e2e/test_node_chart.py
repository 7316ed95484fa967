"""A node's chart in a browser: drawn in its own place, explored without a reload, kept when figures change."""

from __future__ import annotations

import httpx
import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Site

pytestmark = pytest.mark.e2e

PLOT = "#plot-rounds"
VIEW = f"() => document.querySelector('{PLOT}').layout.xaxis.range"
SHIFTS = """() => new Promise(done => {
  let sum = 0;
  new PerformanceObserver(list => list.getEntries().forEach(entry => (sum += entry.value)))
    .observe({ type: "layout-shift", buffered: true });
  setTimeout(() => done(sum), 200);
})"""


@pytest.fixture
def node(site: Site) -> str:
    """The page of the node with the most fees."""
    rows = httpx.get(f"{site.url}/api/v1/orchestrators?limit=1&sort=-fees", timeout=10).json()["data"]
    return f"{site.url}/orchestrators/{rows[0]['address']}/"


def test_chart__when_drawn__then_nothing_moves_and_all_rounds_are_there(page: Page, node: str) -> None:
    page.goto(node)
    expect(page.locator(f"{PLOT} .main-svg").first).to_be_visible()
    assert page.evaluate(f"document.querySelector('{PLOT}').data[0].x.length") >= 60
    assert page.evaluate(SHIFTS) < 0.02  # what fonts do when they come is all


def test_chart__when_all_rounds_are_asked_for__then_shown_without_a_reload(page: Page, node: str) -> None:
    page.goto(node)
    expect(page.locator(f"{PLOT} .main-svg").first).to_be_visible()
    page.evaluate("window.sameDocument = true")
    page.get_by_role("button", name="All").click()
    expect(page.get_by_role("button", name="All")).to_have_attribute("aria-pressed", "true")
    page.wait_for_function(f"{VIEW.removeprefix('() => ')}[0] < document.querySelector('{PLOT}').data[0].x[0]")
    assert page.evaluate("window.sameDocument") is True


def test_chart__when_figures_change__then_it_is_kept_and_drawn_anew(page: Page, node: str) -> None:
    page.goto(node)
    expect(page.locator(f"{PLOT} .main-svg").first).to_be_visible()
    page.evaluate(f"window.kept = document.querySelector('{PLOT} .main-svg')")
    text = page.evaluate("document.getElementById('figure-rounds').textContent")
    page.wait_for_function(
        "text => document.getElementById('figure-rounds').textContent !== text", arg=text, timeout=90_000
    )
    page.wait_for_function(
        "place => JSON.stringify(document.querySelector(place).data[0].y)"
        " === JSON.stringify(JSON.parse(document.getElementById('figure-rounds').textContent).data[0].y)",
        arg=PLOT,
    )
    assert page.evaluate("document.contains(window.kept)") is True


def test_chart__when_there_is_no_script__then_the_drawing_stands_in_its_place(browser: Browser, node: str) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(node)
    expect(page.locator(f"{PLOT} svg[role=img]").first).to_be_visible()
    expect(page.get_by_role("button", name="All")).to_be_hidden()
    context.close()
