"""Job types as data: what a raw capability id, pipeline name or app string stands for, and in what unit it is priced.

Ids outside the list appear without notice. They resolve to nothing and are kept, and shown, by their raw name.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

_FILE = Path(__file__).with_name("job_types.json")
TRANSCODING = "transcoding"


@dataclass(frozen=True, slots=True)
class JobType:
    """One kind of work, priced in wei per `unit`. `per_units` of them make the handy `per`; 0 where none is sure."""

    slug: str
    name: str
    short: str
    family: str  # transcoding, batch, stream or both
    capability_ids: tuple[int, ...]
    aliases: tuple[str, ...]
    unit: str
    per: str
    per_units: int
    caution: str


@dataclass(frozen=True, slots=True)
class JobTypeList:
    """The list with who keeps it and the day it was last gone through."""

    owner: str
    as_of: str
    source: str
    job_types: tuple[JobType, ...]


@lru_cache(maxsize=1)
def listed() -> JobTypeList:
    """The list as the data file holds it."""
    held = json.loads(_FILE.read_text(encoding="utf-8"))
    types = tuple(
        JobType(**{**each, "capability_ids": tuple(each["capability_ids"]), "aliases": tuple(each["aliases"])})
        for each in held["job_types"]
    )
    return JobTypeList(held["owner"], held["as_of"], held["source"], types)


@lru_cache(maxsize=1)
def by_slug() -> Mapping[str, JobType]:
    return {each.slug: each for each in listed().job_types}


@lru_cache(maxsize=1)
def _by_raw() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for each in listed().job_types:
        for raw in (each.slug, *each.aliases, *map(str, each.capability_ids)):
            names[raw] = each.slug
    return names


def slug_of(text: str) -> str:
    """A display name as the slug it stands for: "Audio to text" is audio-to-text."""
    return "-".join(text.strip().lower().replace("_", "-").split())


def resolve(raw_id: str) -> str:
    """The slug of the job type behind a capability id, a pipeline name or an app string; empty where none is listed."""
    slug = slug_of(raw_id)
    known = _by_raw()
    return known.get(slug) or known.get(slug.partition("/")[0], "")


def name_of(job_type: str, raw_id: str) -> str:
    """What people read: the job type's name, or the raw id of one that is not listed."""
    found = by_slug().get(job_type)
    if found:
        return found.name
    return f"Capability {raw_id}" if raw_id.isdigit() else raw_id
