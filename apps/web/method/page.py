"""All that `/method/` shows, from the method's data, the newest run and the newest back-test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.conf import settings
from django.utils import timezone

from apps.contributions.categories import CATEGORIES
from apps.contributions.reviewers import Reviewer, reviewers_of
from apps.network.selectors.identities import Name, names
from apps.scoring.backtests import latest_backtest
from apps.scoring.community import CategoryRule, categories_of
from apps.scoring.flowwords import SENTENCES
from apps.scoring.method import Method, live, methods, shadows
from apps.scoring.models import ScoreRun
from apps.scoring.selectors import latest_run
from apps.web.method.example import Example, example_of
from apps.web.method.past import PastView, past_view


@dataclass(frozen=True, slots=True)
class Shadow:
    """A version that runs beside the live one, with its newest run if it has one."""

    method: Method
    run: ScoreRun | None


@dataclass(frozen=True, slots=True)
class CategoryView:
    """A category of contributions with what a claim brings, from where it counts, and its most, in points."""

    title: str
    sentence: str
    claim: str
    minimum: str
    maximum: str


@dataclass(frozen=True, slots=True)
class MethodPage:
    """The page. `numbers` has every constant of the live method by section, written as people write them."""

    method: Method
    weights: Mapping[str, int]
    numbers: Mapping[str, Mapping[str, str]]
    run: ScoreRun | None
    example: Example | None
    names: Mapping[str, Name]
    tested: PastView | None
    versions: tuple[Method, ...]
    shadows: tuple[Shadow, ...]
    flows: Mapping[str, str]
    categories: tuple[CategoryView, ...]
    reviewers: tuple[Reviewer, ...]


def method_page() -> MethodPage:
    """The page of the live method."""
    by, run = live(), latest_run()
    of_this = run if run is not None and run.version == by.version else None
    example = example_of(of_this, by) if of_this else None
    backtest = latest_backtest(by.version)
    return MethodPage(
        method=by,
        weights={str(name): weight for name, weight in by.weights.by_part().items()},
        numbers={
            section: {name: plain(value) for name, value in each.items()} for section, each in by.sections.items()
        },
        run=run,
        example=example,
        names=names(),
        tested=past_view(backtest) if backtest else None,
        versions=methods(),
        shadows=tuple(Shadow(one, _newest(one)) for one in shadows()),
        flows=SENTENCES,
        categories=tuple(_category(name, rule) for name, rule in categories_of(by).items()),
        reviewers=tuple(one for one in reviewers_of(int(settings.CHAIN_ID)) if one.serves(timezone.now().date())),
    )


def _category(name: str, rule: CategoryRule) -> CategoryView:
    known = CATEGORIES[name]
    return CategoryView(known.title, known.sentence, plain(rule.claim), plain(rule.minimum), plain(rule.maximum))


def plain(value: Decimal) -> str:
    """A constant as people write it: 90, 0.45; no exponent and no zeros at the end."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _newest(method: Method) -> ScoreRun | None:
    return ScoreRun.objects.filter(version=method.version).order_by("-as_of_block").first()
