"""One connection to a subgraph through gql, whose errors become ours here.

Imported by who asks and by nobody else: loading gql takes as long as all the rest of a process's start.
"""

from __future__ import annotations

from typing import Any

import httpx
from gql import Client, gql
from gql.client import SyncClientSession
from gql.transport.exceptions import TransportError, TransportQueryError, TransportServerError
from gql.transport.httpx import HTTPXTransport

from indexer.sources.subgraph.errors import (
    SETTING,
    SubgraphError,
    SubgraphUnreachable,
    not_a_subgraph,
    refusal_of,
    status_error,
)


class Connection:
    """Opened by the first question. Nothing that it raises holds the URL or the key."""

    def __init__(
        self, url: str, key: str | None, *, host: str, timeout_s: float, transport: httpx.BaseTransport | None
    ) -> None:
        self.host = host
        self._secrets = [secret for secret in (key, url) if secret]
        headers = {"authorization": f"Bearer {key}"} if key else {}
        options: dict[str, Any] = {"timeout": timeout_s, "headers": headers}
        if transport is not None:
            options["transport"] = transport
        self._transport = HTTPXTransport(url, **options)
        self._client: Any = Client(transport=self._transport)  # opens and closes by functions without types
        self._session: SyncClientSession | None = None

    def close(self) -> None:
        """Drops the connection; the next question opens a new one."""
        if self._session is not None:
            self._client.close_sync()
            self._session = None

    def ask(self, query: str, *, partly: bool) -> dict[str, Any]:
        """The answer's data; `partly` takes data that came with errors. Raises SubgraphError."""
        try:
            if self._session is None:
                self._session = self._client.connect_sync()
            return dict(self._session.execute(gql(query)))
        except TransportQueryError as error:
            if partly and isinstance(error.data, dict) and error.data.get("_meta"):
                return dict(error.data)
            raise refusal_of([self._told(one) for one in error.errors or []], host=self.host) from None
        except TransportServerError as error:
            after = (self._transport.response_headers or {}).get("retry-after")
            raise status_error(error.code or 0, host=self.host, retry_after=after) from None
        except TransportError as error:  # its text may hold the URL, so it goes no further
            raise self._silent(error.__cause__ or error) from None

    def _silent(self, cause: BaseException) -> SubgraphError:
        if isinstance(cause, httpx.TimeoutException):
            return SubgraphUnreachable(f"The subgraph at {self.host} did not answer in time; it is asked again later.")
        if isinstance(cause, httpx.HTTPError):
            return SubgraphUnreachable(
                f"No subgraph answers at {self.host} ({type(cause).__name__}); check {SETTING}, or wait."
            )
        return not_a_subgraph(self.host)

    def _told(self, error: Any) -> str:
        """A sentence of its own, without anything that should not be repeated."""
        message = str(error.get("message") if isinstance(error, dict) else error)
        for secret in self._secrets:
            message = message.replace(secret, "…")
        return message[:200]
