"""What people write down about the network."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from apps.network.models import ContractAcknowledgement
from apps.network.selectors.contracts import Change


def contracts_acknowledge(seen: Iterable[Change]) -> int:
    """Record that an operator has seen exactly these changes; gives how many were not recorded before."""
    now = datetime.now(UTC)
    before = ContractAcknowledgement.objects.count()
    ContractAcknowledgement.objects.bulk_create(
        [
            ContractAcknowledgement(
                tx_hash=change.tx_hash,
                log_index=change.log_index,
                contract_id=change.contract_id,
                address=change.address,
                acknowledged_at=now,
            )
            for change in seen
        ],
        ignore_conflicts=True,
    )
    return ContractAcknowledgement.objects.count() - before
