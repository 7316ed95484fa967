from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from config.env import env
from config.local import browser

pytestmark = pytest.mark.unit


@pytest.fixture(autouse=True)
def no_way_to_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "env", replace(env, browser=None))
    for way in ("on_path", "_from_debian", "_from_playwright"):
        monkeypatch.setattr(browser, way, lambda: None)


def test_find__when_one_is_named__then_no_other_is_looked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mine = tmp_path / "mine"
    mine.touch(mode=0o755)
    monkeypatch.setattr(browser, "env", replace(env, browser=str(mine)))
    monkeypatch.setattr(browser, "on_path", lambda: "/usr/bin/chromium")
    assert browser.find_or_install() == str(mine)


def test_find__when_the_named_one_cannot_be_run__then_it_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, "env", replace(env, browser="/no/browser"))
    with pytest.raises(browser.BrowserMissing, match=r"^MILLRACE_BROWSER names /no/browser, which cannot be run;"):
        browser.find_or_install()


@pytest.mark.parametrize("way", ["on_path", "_from_debian", "_from_playwright"])
def test_find__when_only_one_way_leads_to_one__then_that_is_taken(way: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(browser, way, lambda: f"/found/{way}")
    assert browser.find_or_install() == f"/found/{way}"


def test_find__when_no_way_leads_to_one__then_one_sentence_says_what_to_do() -> None:
    with pytest.raises(browser.BrowserMissing) as caught:
        browser.find_or_install()
    expected = "no browser was found for the tests; install Chromium, or set MILLRACE_BROWSER to the path of one."
    assert str(caught.value) == expected
