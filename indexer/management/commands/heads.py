"""The process that hears of new blocks."""

from __future__ import annotations

import signal
import threading
from importlib import import_module
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from apps.chain.errors import WrongChain
from indexer.heads import FOLLOW_EXPIRES_S, watch
from indexer.tasks import follow_chain


class Command(BaseCommand):
    help = "Listen for new heads over WebSocket and ask the indexer to follow each; runs until it is stopped."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        import_module(settings.TASK_APP)  # the queue that tasks go to
        stop = threading.Event()
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, frame: stop.set())
        urls = [str(url) for url in settings.CHAIN_WS_URLS]
        if not urls:
            self.stderr.write(
                "ARBITRUM_RPC_URLS holds no ws:// or wss:// URL; "
                f"heads come by polling every {settings.FOLLOW_INTERVAL_S} s, and this process waits to be stopped."
            )
            stop.wait()
            return
        try:
            watch(urls, queue=_queue_follow, stop=stop)
        except WrongChain as error:
            raise CommandError(str(error)) from error


def _queue_follow() -> None:
    follow_chain.apply_async(kwargs={"for_head": True}, expires=FOLLOW_EXPIRES_S, retry=False)
