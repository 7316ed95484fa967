"""A worker in a process of its own, to be killed while it reads."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from multiprocessing.process import BaseProcess
from typing import Any

import django
import stamina
from django.apps import apps
from django.conf import settings
from django.db import connections

from apps.chain.client import ChainClient

if not apps.ready:  # in the process that all workers are forked from, which imports this module first
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings.test")
    django.setup()

from indexer import sync
from indexer.store import Books

_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload([__name__])

PAUSE_S = 0.002  # between two runs


def follow_for_ever(database: dict[str, Any], controller: str, url: str) -> None:
    """Reads and reads, and goes on after every error, as beat would have it."""
    logging.disable(logging.WARNING)
    stamina.set_testing(True, attempts=2)
    connections.databases["default"].update(database)
    settings.CONTROLLER_ADDRESS = controller
    client, books = ChainClient([url], chain_id=settings.CHAIN_ID), Books()
    while True:
        try:
            sync.follow(client, books=books)
        except Exception:
            connections.close_all()
        time.sleep(PAUSE_S)


@contextmanager
def running(database: dict[str, Any], controller: str, url: str, *, workers: int) -> Iterator[None]:
    """So many workers at once, which end by kill -9."""
    processes = [_CONTEXT.Process(target=follow_for_ever, args=(database, controller, url)) for _ in range(workers)]
    for process in processes:
        process.start()
    try:
        yield
    finally:
        for process in processes:
            _kill(process)


def _kill(process: BaseProcess) -> None:
    if process.pid is not None and process.is_alive():
        os.kill(process.pid, signal.SIGKILL)
    process.join()
