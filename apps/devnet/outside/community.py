"""The hosts to which the cast's claims point: a code host, a forum, a package index and plain pages.

Each under its own name as the first part of the path. What is not in the tables of deeds is not there: 404.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from html import escape
from typing import Any

from apps.devnet.community import deeds
from apps.devnet.community.deeds import VOTER, Change
from apps.devnet.community.poll import first_voter
from apps.devnet.outside.world import World


def answer(world: World, host: str, path: str) -> Any:
    """The JSON document or, as text, the HTML page there; None for what nobody shows."""
    read = HOSTS.get(host)
    return None if read is None else read(world, [part for part in path.split("/") if part])


def _code(world: World, path: list[str]) -> Any:
    if len(path) == 6 and (path[0], path[1], path[4]) == ("api", "repos", "pulls"):
        repository = "/".join(path[2:4])
        return _change(world, repository, path[5], deeds.CHANGES.get((repository, path[5])))
    if len(path) == 7 and (path[0], path[1]) == ("api", "repos") and path[4:6] == ["releases", "tags"]:
        repository = "/".join(path[2:4])
        return _release(world, path[6], deeds.RELEASES.get((repository, path[6])))
    return None


def _change(world: World, repository: str, number: str, change: Change | None) -> Any:
    if change is None:
        return None
    return {
        "number": int(number),
        "state": "closed",
        "merged": True,
        "merged_at": _day(world, change.days_ago),
        "merge_commit_sha": f"{int(number):040x}",
        "title": change.title,
        "body": f"For everybody who redeems tickets. {_address(world, change.author)}",
        "user": {"login": change.author},
        "merged_by": {"login": change.merged_by},
        "base": {"repo": {"full_name": repository}},
    }


def _release(world: World, tag: str, change: Change | None) -> Any:
    if change is None:
        return None
    return {
        "tag_name": tag,
        "name": change.title,
        "draft": False,
        "prerelease": False,
        "published_at": _day(world, change.days_ago),
        "author": {"login": change.author},
        "body": "",
    }


def _forum(world: World, path: list[str]) -> Any:
    """A topic with all its posts, as asked for at one of them."""
    if len(path) < 2 or path[0] != "t":
        return None
    topic = path[1].removesuffix(".json")
    posts = {number: post for (of, number), post in deeds.POSTS.items() if of == topic}
    if not posts:
        return None
    return {
        "id": int(topic),
        "title": next(iter(posts.values()))[1],
        "post_stream": {
            "posts": [
                {
                    "post_number": number,
                    "username": _name(world, author),
                    "created_at": _day(world, days_ago),
                    "cooked": f"<p>{words}</p><p>{_address(world, author)}</p>",
                    "hidden": False,
                    "user_deleted": False,
                }
                for number, (author, _, words, days_ago) in posts.items()
            ]
        },
    }


def _packages(world: World, path: list[str]) -> Any:
    if len(path) not in (3, 4) or path[0] != "pypi" or path[-1] != "json" or path[1] not in deeds.PACKAGES_KNOWN:
        return None
    author, version, days_ago = deeds.PACKAGES_KNOWN[path[1]]
    if len(path) == 4 and path[2] != version:
        return None
    info = {"name": path[1], "version": version, "author": author, "yanked": False, "summary": deeds.WARM}
    return {"info": info, "urls": [{"upload_time_iso_8601": _day(world, days_ago)}]}


def _pages(world: World, path: list[str]) -> Any:
    found = deeds.TEXTS.get((path[0], path[1])) if len(path) == 2 else None
    if found is None:
        return None
    title, paragraphs = found
    body = "".join(f"<p>{escape(one)}</p>" for one in paragraphs)
    signed = f"<footer>{escape(path[0])}, {_address(world, path[0])}</footer>"
    return f"<!doctype html><html lang=en><head><title>{escape(title)}</title></head><body>{body}{signed}</body></html>"


def _name(world: World, author: str) -> str:
    return first_voter(world.cast) if author == VOTER else author


def _address(world: World, author: str) -> str:
    return world.cast.orchestrator(_name(world, author)).account.address


def _day(world: World, days_ago: int) -> str:
    """A day that stays the same for a month, so that what is read again has not changed."""
    month: datetime = world.now.replace(day=1, hour=12, minute=0, second=0, microsecond=0)
    return (month - timedelta(days=days_ago)).strftime("%Y-%m-%dT%H:%M:%SZ")


HOSTS: Mapping[str, Callable[[World, list[str]], Any]] = {
    "code.example": _code,
    "forum.example": _forum,
    "packages.example": _packages,
    "pages.example": _pages,
}
