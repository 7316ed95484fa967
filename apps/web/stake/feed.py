"""The reminder of a position as an Atom feed: an entry for each round in which reward was called for it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from django.utils.feedgenerator import Atom1Feed

from apps.delegation.aftermath import Called as NameOf
from apps.delegation.reminders import Called, identity_of
from apps.protocol import formats
from apps.protocol.units import Address

MEDIA_TYPE = Atom1Feed.content_type
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)  # of a feed that never had an entry: one that changes looks like news


class _Steady(Atom1Feed):
    """A feed that is as new as its newest entry."""

    def latest_post_date(self) -> datetime:
        return max((item["updateddate"] for item in self.items), default=_BEGINNING)


def written(owner: Address, called: Sequence[Called], *, name_of: NameOf, whole: Callable[[str], str]) -> str:
    """The feed as XML. `whole` makes an address of this site absolute."""
    page = whole(f"/stake/{owner}/")
    feed = _Steady(
        title=f"Reward calls for the stake of {formats.short_address(owner)}",
        link=page,
        description="An entry in each round once its orchestrator has called reward.",
        language="en",
        feed_url=whole(f"/stake/{owner}/reward.atom"),
        feed_guid=identity_of(owner, "rewards"),
        author_name="Millrace",
    )
    for one in called:
        feed.add_item(
            title=f"Reward of round {formats.grouped(one.round)} was called",
            link=page,
            description=_sentence(one, name_of),
            unique_id=one.identity,
            pubdate=one.time,
            updateddate=one.time,
        )
    return str(feed.writeString("utf-8"))


def _sentence(one: Called, name_of: NameOf) -> str:
    """Without anything that changes: an entry is written once."""
    following = formats.grouped(one.round + 1)
    return (
        f"{name_of(one.orchestrator)} called reward at block {formats.grouped(one.block)}, in transaction "
        f"0x{one.tx_hash.hex()}. Until round {following} begins, moving, adding to or unbonding this stake gives up no "
        "reward."
    )
