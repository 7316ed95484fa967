"""Which contract answers to each name now."""

from __future__ import annotations

from apps.network.selectors.contracts import addresses_last
from indexer.handlers import OPTIONAL, WATCHED
from indexer.models import WatchedContract


def watched_now() -> dict[str, str]:
    """The address behind each watched name: what the newest registration said, else what was found at first sight.

    A replaced contract stays watched under the same name, for the logs it still has; it is not asked any more.
    """
    found = dict(WatchedContract.objects.values_list("name", "address"))
    registered = {name: address for name, address in addresses_last().items() if name in (*WATCHED, *OPTIONAL)}
    return {**found, **registered}
