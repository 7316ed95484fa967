"""Fetching from other people's servers over HTTP: politely, with limits, and never from inside our own network.

Every host is resolved once and the connection goes to the very address that was checked, so a name that changes its
mind between the check and the call gains nothing. Redirects are off unless asked for, and then checked like any URL.
The time for an answer ends whatever its server does: one that drips bytes is cut off like one that sends none.
"""

from __future__ import annotations

import ipaddress
import socket
import ssl
import time
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import lru_cache
from math import inf
from threading import Lock, Timer
from typing import Any
from urllib.parse import SplitResult, urljoin, urlsplit

import httpx
import orjson

USER_AGENT = "millrace (reads public Livepeer data)"
SILENCE_S = 10.0  # between two bytes, and for a connection
TOTAL_S = 30.0  # for one answer: slower than that is as good as away
MOST_BYTES = 16 * 2**20  # a page of 1000 rows is under a megabyte
_PORTS = {"http": 80, "https": 443}
_WRAPPED = [ipaddress.ip_network(each) for each in ("64:ff9b::/96", "64:ff9b:1::/48", "2002::/16", "2001::/32")]
_INSIDE = ipaddress.ip_address("168.63.129.16")  # a cloud's metadata service at an address that looks public

Origin = tuple[str, str, int]  # scheme, host, port
Resolve = Callable[[str, int], Iterable[str]]


class SourceError(Exception):
    """A source that gave nothing usable; the message is one sentence without any URL's path or key."""


class Refused(SourceError):
    """An address that must not be asked: another scheme, or a host inside a private network."""


class Unavailable(SourceError):
    """No answer, or one that says to come later; `retry_after_s` is what the server asked for, if it did."""

    def __init__(self, message: str, *, retry_after_s: float | None = None) -> None:
        super().__init__(message)
        self.retry_after_s = retry_after_s


class Silent(Unavailable):
    """Nobody is there: asking for the next page of the same server would only wait as long again."""


class BadAnswer(SourceError):
    """An answer that is no answer to what was asked: a 4xx (then with its `status`), too large, or of another shape."""

    def __init__(self, message: str, *, status: int | None = None) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole body with where it came from; `url` is the one that gave it, after any redirects."""

    host: str
    status: int
    body: bytes
    media_type: str
    fetched_at: datetime
    url: str = ""

    def json(self) -> Any:
        """The body as JSON. Raises BadAnswer."""
        try:
            return orjson.loads(self.body)
        except orjson.JSONDecodeError as error:
            raise BadAnswer(f"{self.host} answered {self.status} with something that is not JSON.") from error


def system_resolve(host: str, port: int) -> list[str]:
    """Every address the system's resolver knows. Raises OSError."""
    return [str(found[4][0]) for found in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]


@dataclass(frozen=True)
class Fetcher:
    """GET with limits. `trusted` are origins that may be private: this program's own stand-ins and nothing else.

    `ports` are those that may be asked of anybody else. `packed` says whether a body may come compressed: a small one
    can unpack to any size, so strangers are asked for plain ones.
    """

    trusted: Collection[Origin] = frozenset()
    silence_s: float = SILENCE_S
    total_s: float = TOTAL_S
    most_bytes: int = MOST_BYTES
    schemes: Collection[str] = ("http", "https")
    ports: Collection[int] | None = None  # None: any
    packed: bool = True
    resolve: Resolve = system_resolve
    ends_at: float | None = None  # on the monotonic clock; a whole reading has to be over by then
    transport: httpx.BaseTransport | None = field(default=None, repr=False)

    def get(
        self,
        url: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        redirects: int = 0,
    ) -> Answer:
        """The answer of a URL. Raises Refused before anything is sent, Unavailable or BadAnswer after."""
        if params:
            url = str(httpx.URL(url).copy_merge_params(dict(params)))
        ends_at = min(time.monotonic() + self.total_s, self.ends_at or inf)
        if time.monotonic() > ends_at:
            raise Silent("Reading it took too long altogether; the rest is read next time.")
        for _ in range(redirects + 1):
            answer, onward = self._once(url, headers or {}, ends_at)
            if onward is None:
                return answer
            url = urljoin(url, onward)
        raise BadAnswer(f"{answer.host} answered {answer.status} and sent us on; its address may have changed.")

    def check(self, url: str) -> tuple[SplitResult, str]:
        """The URL in parts and the address its host has now. Raises Refused or Unavailable."""
        parts = _split(url, self.schemes)
        host, port = str(parts.hostname), port_of(parts)
        trusted = (parts.scheme, host, port) in self.trusted
        if not trusted and self.ports is not None and port not in self.ports:
            raise Refused(f"{host} is to be asked at port {port}, where no public page is kept.")
        try:
            found = list(self.resolve(host, port))
        except (OSError, UnicodeError) as error:
            raise Silent(f"{host} has no address that can be found.") from error
        if not found:
            raise Silent(f"{host} has no address that can be found.")
        if not trusted and not all(map(is_public, found)):
            raise Refused(f"{host} leads to a private address, which is never asked.")
        return parts, found[0]

    def _once(self, url: str, headers: Mapping[str, str], ends_at: float) -> tuple[Answer, str | None]:
        parts, address = self.check(url)
        host = str(parts.hostname)
        with (
            _in_our_words(host, ends_at, self.total_s),
            _Deadline(ends_at) as deadline,
            self._client(ends_at) as client,
        ):
            request = client.build_request(
                "GET",
                httpx.URL(url).copy_with(host=address),
                headers={**headers, "Host": parts.netloc},
                extensions={"sni_hostname": host, "trace": deadline.trace},
            )
            response = client.send(request, stream=True)
            try:
                onward = response.headers.get("location") if response.is_redirect else None
                body = b"" if onward else self._body(response, host, ends_at)
            finally:
                response.close()
        _refuse_status(response, host)
        media_type = response.headers.get("content-type", "").partition(";")[0].strip().lower()
        return Answer(host, response.status_code, body, media_type, datetime.now(UTC), url), onward

    def _client(self, ends_at: float) -> httpx.Client:
        """A client for one answer: no cookies to keep, no proxies to believe."""
        return httpx.Client(
            transport=self.transport,
            verify=_trust(),
            timeout=max(min(self.silence_s, ends_at - time.monotonic()), 0.001),
            follow_redirects=False,
            trust_env=False,
            headers={
                "User-Agent": USER_AGENT,
                "Accept": "application/json, */*;q=0.5",
                "Accept-Encoding": "gzip" if self.packed else "identity",
            },
        )

    def _body(self, response: httpx.Response, host: str, ends_at: float) -> bytes:
        if not self.packed and response.headers.get("content-encoding", "identity").lower() != "identity":
            raise BadAnswer(f"{host} sent a packed body where a plain one was asked for.")
        chunks, size = [], 0
        for chunk in response.iter_bytes():
            size += len(chunk)
            if size > self.most_bytes:
                raise BadAnswer(f"{host} sent more than {_size(self.most_bytes)}, which is not read.")
            if time.monotonic() >= ends_at:
                break
            chunks.append(chunk)
        if time.monotonic() >= ends_at:  # a connection that was cut off can look like one that has ended
            raise _too_slow(host, self.total_s)
        return b"".join(chunks)


class _Deadline:
    """Cuts a connection off at its time, in whatever it is doing: a handshake, headers or a body that drip."""

    def __init__(self, ends_at: float) -> None:
        self._lock = Lock()
        self._held: list[socket.socket] = []
        self._over = False
        self._timer = Timer(max(ends_at - time.monotonic(), 0.0), self._cut)
        self._timer.daemon = True

    def __enter__(self) -> _Deadline:
        self._timer.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._timer.cancel()
        with self._lock:
            for one in self._held:
                one.close()
            self._held.clear()

    def trace(self, event: str, info: Mapping[str, Any]) -> None:
        """Takes hold of the connection as soon as there is one; TLS comes later and takes the first handle away."""
        if event != "connection.connect_tcp.complete":
            return
        with self._lock:
            self._held.append(info["return_value"].get_extra_info("socket").dup())
        if self._over:
            self._cut()

    def _cut(self) -> None:
        self._over = True
        with self._lock:
            for one in self._held:
                with suppress(OSError):  # it has ended by itself
                    one.shutdown(socket.SHUT_RDWR)


@lru_cache(maxsize=1)
def _trust() -> ssl.SSLContext:
    """The authorities we believe; read once, since it takes 30 ms."""
    return httpx.create_ssl_context()


def port_of(parts: SplitResult) -> int:
    return parts.port or _PORTS[parts.scheme]


def origin_of(url: str) -> Origin:
    """Scheme, host and port of a URL. Raises Refused."""
    parts = _split(url, _PORTS)
    return parts.scheme, str(parts.hostname), port_of(parts)


def is_public(address: str) -> bool:
    """Whether an address belongs to the internet at large; wrappings of another address never do."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address):
        if found.ipv4_mapped is not None:
            found = found.ipv4_mapped
        elif found.is_site_local or any(found in network for network in _WRAPPED):
            return False
    return found.is_global and not found.is_multicast and not found.is_reserved and found != _INSIDE


def _split(url: str, schemes: Collection[str]) -> SplitResult:
    try:
        parts = urlsplit(url)
        usable = parts.scheme in schemes and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable or parts.username is not None or parts.password is not None:
        raise Refused("An address that is not asked: it is no plain http or https URL.")
    return parts


@contextmanager
def _in_our_words(host: str, ends_at: float, total_s: float) -> Iterator[None]:
    try:
        yield
    except (httpx.TimeoutException, httpx.NetworkError, httpx.RemoteProtocolError) as error:
        if time.monotonic() >= ends_at:
            raise _too_slow(host, total_s) from error
        silent = isinstance(error, httpx.TimeoutException)
        raise Silent(f"{host} stayed silent." if silent else f"{host} cannot be reached.") from error
    except httpx.DecodingError as error:
        raise BadAnswer(f"{host} sent a body that cannot be unpacked.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Silent(f"{host} cannot be reached.") from error


def _too_slow(host: str, total_s: float) -> Silent:
    return Silent(f"{host} took longer than {total_s:.0f} s.")


def _size(size_bytes: int) -> str:
    return f"{size_bytes // 2**20} MB" if size_bytes >= 2**20 else f"{size_bytes // 2**10} kB"


def _refuse_status(response: httpx.Response, host: str) -> None:
    status = response.status_code
    if status == 429 or status >= 500:
        words = "is busy" if status in (429, 503) else "has an error of its own"
        raise Unavailable(f"{host} answered {status}: it {words}.", retry_after_s=_retry_after(response))
    if status >= 400 or (status >= 300 and "location" not in response.headers):
        raise BadAnswer(f"{host} answered {status}; check the address.", status=status)


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds a server asks us to wait, given as such or as a date."""
    text = response.headers.get("retry-after", "").strip()
    if text.isdigit():
        return float(min(int(text), 86400))
    try:
        return max((parsedate_to_datetime(text) - datetime.now(UTC)).total_seconds(), 0.0) if text else None
    except (TypeError, ValueError):
        return None
