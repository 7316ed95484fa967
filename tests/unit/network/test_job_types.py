"""The list of job types, and the names that sources have for them."""

from __future__ import annotations

import pytest

from apps.network import jobtypes

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("raw", "slug"),
    [
        ("35", "live-video-to-video"),
        ("Live video to video", "live-video-to-video"),
        ("live-video-to-video/scope", "live-video-to-video"),
        ("Segment anything 2", "segment-anything-2"),
        ("0", "transcoding"),
        ("26", "transcoding"),
        ("37", "byoc"),
        ("41", ""),
        ("-2", ""),
        ("openai:chat-completions", ""),
    ],
)
def test_resolve__when_a_source_names_work__then_its_type_or_none(raw: str, slug: str) -> None:
    assert jobtypes.resolve(raw) == slug


def test_listed__when_read__then_every_capability_once_with_owner_and_date() -> None:
    held = jobtypes.listed()
    ids = [number for each in held.job_types for number in each.capability_ids]
    assert sorted(ids) == list(range(38))
    assert held.owner
    assert held.as_of == "2026-09-30"
    assert (jobtypes.name_of("", "41"), jobtypes.name_of("", "tune")) == ("Capability 41", "tune")
