"""Which contract answers to each name now."""

from __future__ import annotations

from apps.chain.readers.controller import contract_id
from apps.network.models import ContractChange
from apps.protocol.units import ZERO_ADDRESS
from indexer.handlers import OPTIONAL, WATCHED
from indexer.models import WatchedContract

_NAME_OF = {contract_id(name): name for name in (*WATCHED, *OPTIONAL)}


def addresses_now() -> dict[str, str]:
    """The address behind each watched name: what the newest registration said, else what was found at first sight.

    A replaced contract stays watched under the same name, for the logs it still has; it is not asked any more.
    """
    found = dict(WatchedContract.objects.values_list("name", "address"))
    changes = ContractChange.objects.filter(contract_id__in=list(_NAME_OF)).exclude(address=ZERO_ADDRESS)
    for identity, address in changes.order_by("block_id", "log_index").values_list("contract_id", "address"):
        found[_NAME_OF[bytes(identity)]] = address
    return found
