"""Posts of a Discourse forum, by the JSON it gives for a topic at a post."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from apps.contributions.evidence.asked import Asked
from apps.contributions.evidence.fetching import OddAnswer, Reader, host_of
from apps.contributions.evidence.findings import Finding, kept_json, names, no, plain, words_of_page, yes
from apps.contributions.evidence.references import Reference

LONGEST_POST = 32_000  # characters, as Discourse itself allows


def forum_post(reference: Reference, asked: Asked, reader: Reader) -> Finding:
    """Yes for a post that stands; who wrote it as the forum names them."""
    topic, number = reference["topic"], int(reference["post"])
    document = reader.document(f"{reference['base']}/t/{topic}/{number}.json")
    host, title = host_of(reference["base"]), plain(document.get("title"))
    post = next((each for each in _posts(document) if each.get("post_number") == number), None)
    if post is None or post.get("deleted_at") or post.get("hidden") is True or post.get("user_deleted") is True:
        return no(f"{host} shows no post {number} in topic {topic}.", title=title, host=host)
    author, made_at = plain(post.get("username")), plain(post.get("created_at"))
    _, words = words_of_page(str(post.get("cooked") or "")[: 4 * LONGEST_POST])
    words = plain(words, longest=LONGEST_POST)
    facts = {"topic": topic, "post": number, "title": title, "author": author, "made_at": made_at, "text": words}
    return yes(
        f"Post {number} of “{title or topic}”, written by {author or 'somebody'} on {made_at[:10]}.",
        author=author,
        snapshot=kept_json(facts),
        title=title,
        host=host,
        made_at=made_at,
        names_account=names(words, asked.orchestrator),
        author_is="unknown",  # nothing binds an account of the forum to an address
    )


def _posts(document: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    stream = document.get("post_stream")
    posts = stream.get("posts") if isinstance(stream, dict) else None
    if not isinstance(posts, list):
        raise OddAnswer("The forum answered in another shape than its documents say.")
    return [each for each in posts if isinstance(each, dict)]
