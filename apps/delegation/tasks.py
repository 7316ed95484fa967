"""What Celery runs for plans. A task may run twice, at once or half, and it must not matter."""

from __future__ import annotations

from celery import shared_task

from apps.delegation import chain, plans, receipts


@shared_task
def follow_submissions() -> int:
    """Look at the transactions that readers' wallets sent; gives how many came to their end."""
    return receipts.submissions_follow(chain.client()) if receipts.anything_to_follow() else 0


@shared_task
def forget_plans() -> int:
    """Drop plans that expired long ago and were never signed; gives how many."""
    return plans.forget_old_plans()
