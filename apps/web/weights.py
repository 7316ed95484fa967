"""The reader's weights on the list: sliders, presets, and what they are in words."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from apps.network.selectors.listquery import ListQuery
from apps.protocol import formats
from apps.protocol.formats import NBSP
from apps.scoring import preferences
from apps.scoring.headline import LARGEST_WEIGHT, Weights
from apps.scoring.method import live
from apps.scoring.preferences import Preferences, Preset
from apps.web.columns import plain_amount

LABELS = {"w_work": "Work", "w_terms": "Terms", "w_jobs": "Job mix", "w_community": "Community"}
Link = Callable[[Preset | None], str]


@dataclass(frozen=True, slots=True)
class Slider:
    """One weight; `usual` is the method's."""

    name: str
    label: str
    value: int
    usual: int


@dataclass(frozen=True, slots=True)
class PresetLink:
    """A preset as a plain link; `current` is the value of aria-current, empty where the list is another one."""

    name: str
    about: str
    href: str
    current: str


def context(wants: Preferences, query: ListQuery, link: Link) -> dict[str, Any]:
    """What the form and the line above the table print."""
    usual, now = preferences.by_name(live().weights), preferences.by_name(wants.weights)
    return {
        "own": wants.own,
        "sliders": [Slider(name, label, now[name], usual[name]) for name, label in LABELS.items()],
        "largest": LARGEST_WEIGHT,
        "words": words(wants.weights),
        "method": live().version,
        "reset_url": link(None),
        "presets": [
            PresetLink(one.name, one.about, link(one), "true" if _is_asked(one, wants, query) else "")
            for one in preferences.presets().values()
        ],
    }


def kept(sliders: Sequence[Slider], typed: Mapping[str, str]) -> list[Slider]:
    """The sliders where the reader left them, as far as they go; what is no weight leaves its slider alone."""
    given = {name: value.strip() for name, value in typed.items()}
    can_be_shown = {str(weight) for weight in range(LARGEST_WEIGHT + 1)}
    return [replace(one, value=int(given[one.name])) if given.get(one.name) in can_be_shown else one for one in sliders]


def words(weights: Weights) -> str:
    """“work 5, terms 3, job mix 1, community 1”."""
    return ", ".join(f"{LABELS[name].lower()}{NBSP}{weight}" for name, weight in preferences.by_name(weights).items())


def _is_asked(preset: Preset, wants: Preferences, query: ListQuery) -> bool:
    limits = Preferences(preset.weights, preset).limited(ListQuery())
    return preset.weights == wants.weights and all(
        getattr(query, field) == getattr(limits, field) for field in preset.limits
    )


def written(wants: Preferences, names: Mapping[str, str]) -> dict[str, str]:
    """A preset's weights and limits as the form writes them, by their names in an address; nothing without a preset."""
    if wants.preset is None:
        return {}
    limits = Preferences(wants.weights, wants.preset).limited(ListQuery())
    weights = {name: str(weight) for name, weight in preferences.by_name(wants.weights).items()}
    return {**weights, **{names[field]: _limit(field, getattr(limits, field)) for field in wants.preset.limits}}


def _limit(field: str, value: object) -> str:
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int) and "_ppm_" in field:
        return formats.percent(value)
    if isinstance(value, int) and "_wei_" in field:
        return plain_amount(value)
    return f"{value:g}" if isinstance(value, float) else str(value)
