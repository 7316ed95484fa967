"""The list of orchestrators in a browser: it keeps itself current and leaves the reader where they are."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Site

pytestmark = pytest.mark.e2e

ROWS = "tbody tr"
HERE = "() => [document.activeElement?.href, scrollY, document.querySelector('details.cols').open]"


@pytest.fixture
def said(page: Page) -> list[str]:
    """What the page wrote to the console as an error, and what it failed at."""
    lines: list[str] = []
    page.on("console", lambda message: lines.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: lines.append(str(error)))
    return lines


def test_list__when_blocks_come__then_it_changes_and_the_reader_stays(site: Site, page: Page, said: list[str]) -> None:
    page.goto(f"{site.url}/orchestrators/?sort=name")
    page.locator("details.cols summary").click()
    page.evaluate("scrollTo(0, 200)")
    page.locator(f"{ROWS}:nth-child(3) a").evaluate("link => link.focus({ preventScroll: true })")
    before, block = page.evaluate(HERE), page.locator("#strip .push a").inner_text()
    expect(page.locator("#strip .push a")).not_to_have_text(
        block, timeout=60_000
    )  # the chain moves some seconds after a start
    assert page.evaluate(HERE) == before
    assert said == []


def test_list__when_filtered_and_ordered__then_without_a_reload_and_in_the_address(
    site: Site, page: Page, said: list[str]
) -> None:
    page.goto(f"{site.url}/orchestrators/")
    page.evaluate("window.sameDocument = true")
    page.get_by_label("Paid work, 90 rounds").select_option("Was paid")
    expect(page).to_have_url(re.compile(r"\?has_fees=1$"))
    page.get_by_role("link", name="Payers").click()
    expect(page).to_have_url(re.compile(r"\?has_fees=1&sort=-payers$"))
    expect(page.locator("th[aria-sort=descending]")).to_have_text(re.compile("Payers"))
    page.locator("details.cols summary").click()
    page.get_by_role("checkbox", name="Jobs").uncheck()
    expect(page.locator("thead a", has_text="Jobs")).to_have_count(0)
    assert page.evaluate("window.sameDocument") is True
    assert page.evaluate("new URL(location).searchParams.get('cols')").startswith("score,work,terms,community,")
    page.reload()
    expect(page.locator("thead a", has_text="Jobs")).to_have_count(0)
    assert said == []


def test_list__when_a_filter_cannot_be_read__then_said_beside_the_form_and_the_list_stays(
    site: Site, page: Page
) -> None:
    page.goto(f"{site.url}/orchestrators/")
    rows = page.locator(ROWS).count()
    cut = page.get_by_label("Reward cut, at most")
    cut.fill("1,5")
    cut.press("Enter")
    expect(page.get_by_role("alert")).to_contain_text("“1,5” is no percentage.")
    expect(cut).to_have_attribute("aria-invalid", "true")
    expect(page).to_have_url(f"{site.url}/orchestrators/")
    assert page.locator(ROWS).count() == rows
    cut.fill("100")
    cut.press("Enter")
    expect(page).to_have_url(re.compile("reward_cut_lte=100"))
    expect(page.get_by_role("alert")).to_be_empty()
    expect(cut).not_to_have_attribute("aria-invalid", "true")


def test_list__when_there_is_no_script__then_everything_still_reads(site: Site, page: Page) -> None:
    context = page.context.browser
    assert context is not None
    plain = context.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{site.url}/orchestrators/")
    plain.get_by_label("Status").select_option("All ever registered")
    plain.get_by_role("button", name="Show").click()
    expect(plain).to_have_url(re.compile("status=all"))
    assert plain.locator(ROWS).count() > 0
    plain.get_by_role("button", name="Dark").click()
    expect(plain.locator("html")).to_have_attribute("data-theme", "dark")
    expect(plain).to_have_url(re.compile("status=all"))
    plain.context.close()


def test_list__when_the_order_changes__then_rows_stay_until_the_reader_asks(
    site: Site, page: Page, said: list[str]
) -> None:
    page.goto(f"{site.url}/orchestrators/")
    ids = "() => [...document.querySelectorAll('tbody tr')].map(row => row.id)"
    of_the_server = page.evaluate(ids)
    page.evaluate("() => document.querySelector('tbody').append(document.querySelector('tbody tr'))")
    shown = page.evaluate(ids)
    newer = page.get_by_role("button", name="Show the new order")
    expect(newer).to_be_visible(timeout=20_000)
    assert page.evaluate(ids) == shown == [*of_the_server[1:], of_the_server[0]]
    newer.click()
    expect(newer).to_be_hidden()
    assert page.evaluate(ids) != shown
    assert said == []


def test_weights__when_a_slider_is_moved_by_key__then_new_ranks_without_a_reload(
    site: Site, page: Page, said: list[str]
) -> None:
    page.goto(f"{site.url}/orchestrators/")
    page.evaluate("window.sameDocument = true")
    terms = page.get_by_role("slider", name="Terms")
    top = terms.bounding_box()
    terms.press("End")
    expect(page.locator("output[for=w_terms]")).to_have_text("10")
    expect(page).to_have_url(re.compile(r"w_terms=10"))
    expect(page.locator("#weighed")).to_contain_text(re.compile(r"Your weights: work\s5, terms\s10"))
    assert page.evaluate("window.sameDocument") is True
    assert terms.bounding_box() == top
    page.get_by_role("link", name="Back to the weights").click()
    expect(page).to_have_url(f"{site.url}/orchestrators/")
    assert said == []


def test_rows__when_ticked__then_they_stay_so_while_blocks_come_and_lead_to_a_comparison(
    site: Site, page: Page
) -> None:
    page.goto(f"{site.url}/orchestrators/?sort=name")
    picks = page.locator("input.pick")
    chosen = [picks.nth(place).get_attribute("value") for place in (0, 1)]
    for place in (0, 1):
        picks.nth(place).check()
    block = page.locator("#strip .push a").inner_text()
    expect(page.locator("#strip .push a")).not_to_have_text(block, timeout=60_000)
    assert page.locator("input.pick:checked").count() == 2
    page.get_by_role("button", name="Compare the ticked").click()
    expect(page).to_have_url(f"{site.url}/compare/?o={chosen[0]}&o={chosen[1]}")


def test_weights__when_there_is_no_script__then_the_form_sends_them(site: Site, page: Page) -> None:
    browser = page.context.browser
    assert browser is not None
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{site.url}/orchestrators/")
    plain.get_by_role("slider", name="Work").press("Home")
    plain.get_by_role("button", name="Show").click()
    expect(plain).to_have_url(re.compile("w_work=0&w_terms=3"))
    expect(plain.locator("#weighed")).to_contain_text("Your weights")
    plain.context.close()
