"""What is looked at before anything is started, so that a wrong setting leaves nothing half done."""

from __future__ import annotations

import errno
import socket

import psycopg

from apps.chain.client import ChainClient
from apps.chain.errors import ChainError
from config.env import Env, SettingError

PATIENCE_S = 5


def before_start(env: Env) -> None:
    """Returns if everything set can be used. Raises SettingError with the first thing that cannot."""
    port_is_free(env.port)
    if env.database_url:
        database_answers(env.database_url)
    if env.celery_broker_url:
        broker_answers(env.celery_broker_url)
    if env.arbitrum_rpc_urls:
        chain_answers(env)


def port_is_free(port: int) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise SettingError(_port_sentence(port, error)) from error


def _port_sentence(port: int, error: OSError) -> str:
    if error.errno == errno.EACCES:
        return f"PORT {port} is reserved for the administrator; set PORT to one above 1023, as in `PORT=8001 make run`."
    return f"PORT {port} is taken by another program; stop it, or set PORT to a free one, as in `PORT=8001 make run`."


def database_answers(url: str) -> None:
    try:
        psycopg.connect(url, connect_timeout=PATIENCE_S).close()
    except psycopg.Error as error:
        reason = (str(error).strip().splitlines() or [type(error).__name__])[-1].strip()
        raise SettingError(
            f"DATABASE_URL names a database that cannot be opened ({reason}); start its server or correct the setting."
        ) from error


def broker_answers(url: str) -> None:
    from kombu import Connection

    try:
        with Connection(url, connect_timeout=PATIENCE_S) as broker:
            broker.ensure_connection(max_retries=1, timeout=PATIENCE_S)
    except Exception as error:  # each transport raises errors of its own kind
        raise SettingError(
            f"CELERY_BROKER_URL names a broker that does not answer ({type(error).__name__}); "
            "start it or correct CELERY_BROKER_URL."
        ) from error


def chain_answers(env: Env) -> None:
    client = ChainClient(env.arbitrum_rpc_urls, timeout_s=PATIENCE_S)
    try:
        client.ensure_chain(env.chain_id)
    except ChainError as error:
        raise SettingError(_naming(str(error), "ARBITRUM_RPC_URLS")) from error
    finally:
        client.close()


def _naming(sentence: str, setting: str) -> str:
    """The sentence, with the setting it is about in front if it does not name it."""
    return sentence if setting in sentence else f"{setting}: {sentence}"
