"""Hosts that do their worst, on real connections: what they can cost is the time and the bytes that were allowed."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import pytest

from apps.chain.http import BadAnswer, Fetcher, Refused, Silent, origin_of

pytestmark = pytest.mark.integration

Behaviour = Callable[[socket.socket], None]
TOTAL_S = 0.4


@contextmanager
def host(behaves: Behaviour) -> Iterator[str]:
    """The URL of a server that takes a connection, reads what comes first, and then behaves as told."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                while True:
                    connection, _ = server.accept()
                    with connection:
                        connection.recv(4096)
                        try:
                            behaves(connection)
                        except OSError:
                            continue  # the reader went away, as it should
            except OSError:
                return  # the server was closed

        Thread(target=serve, daemon=True).start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}"
        server.shutdown(socket.SHUT_RDWR)


def fetcher(url: str, *, packed: bool = True) -> Fetcher:
    origin = [origin_of(url.replace("https:", "http:")), origin_of(url)]
    return Fetcher(trusted=origin, total_s=TOTAL_S, silence_s=TOTAL_S, most_bytes=1024, packed=packed)


def drip(start: bytes, each: bytes) -> Behaviour:
    """Sends a start and then a little every so often, for far longer than anybody should wait."""

    def behave(connection: socket.socket) -> None:
        connection.sendall(start)
        for _ in range(100):
            time.sleep(0.05)
            connection.sendall(each)

    return behave


DRIPS = {
    "status line": drip(b"HTTP/1.1 ", b"2"),
    "headers": drip(b"HTTP/1.1 200 OK\r\n", b"a: b\r\n"),
    "body": drip(b"HTTP/1.1 200 OK\r\nContent-Length: 900\r\n\r\n", b"x"),
    "endless body": drip(b"HTTP/1.1 200 OK\r\n\r\n", b"x"),
    "chunks": drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
}


@pytest.mark.parametrize("where", DRIPS)
def test_get__when_a_host_drips_bytes__then_it_is_cut_off_at_the_limit(where: str) -> None:
    with host(DRIPS[where]) as url:
        began = time.monotonic()
        with pytest.raises(Silent, match=r"^127\.0\.0\.1 took longer than 0 s\.$"):
            fetcher(url).get(url)
    assert TOTAL_S <= time.monotonic() - began < TOTAL_S + 0.5


def test_get__when_a_handshake_drips__then_it_is_cut_off_at_the_limit() -> None:
    record = b"\x16\x03\x03\x40\x00"  # the head of a TLS record of 16 kB, of which one byte at a time comes
    with host(drip(record, b"\x00")) as url:
        secure, began = url.replace("http:", "https:"), time.monotonic()
        with pytest.raises(Silent):
            fetcher(secure).get(secure)
    assert time.monotonic() - began < TOTAL_S + 0.5


def test_get__when_a_host_says_nothing__then_silent() -> None:
    with host(lambda connection: time.sleep(2)) as url, pytest.raises(Silent):
        fetcher(url).get(url)


def test_get__when_the_body_never_ends__then_it_is_left_after_the_most_that_is_read() -> None:
    def pour(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while True:
            connection.sendall(b"x" * 65536)

    with host(pour) as url, pytest.raises(BadAnswer, match="sent more than 1 kB"):
        fetcher(url).get(url)


def test_get__when_a_packed_body_comes_unasked__then_it_is_not_unpacked() -> None:
    bomb = gzip.compress(bytes(10_000_000))

    def send(connection: socket.socket) -> None:
        head = f"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
        connection.sendall(head.encode() + bomb)

    with host(send) as url, pytest.raises(BadAnswer, match="packed body where a plain one was asked for"):
        fetcher(url, packed=False).get(url)


def test_get__when_the_answer_is_no_http__then_it_cannot_be_reached() -> None:
    with host(lambda connection: connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")) as url, pytest.raises(Silent):
        fetcher(url).get(url)


@pytest.mark.parametrize("where", ["//127.0.0.1:1/", "//localhost/", "//[::1]/", "//0x7f000001/", "//2130706433/"])
def test_get__when_a_trusted_host_sends_on_to_an_inner_one__then_refused(where: str) -> None:
    head = f"HTTP/1.1 302 Found\r\nLocation: http:{where}\r\nContent-Length: 0\r\n\r\n"
    with host(lambda connection: connection.sendall(head.encode())) as url, pytest.raises(Refused):
        fetcher(url).get(url, redirects=3)


def test_get__when_a_name_is_another_host_at_the_second_look__then_the_first_address_is_asked() -> None:
    """The name gives a trusted address when it is checked and would give another one to whoever asks again."""
    looks: list[str] = []

    def resolve(name: str, port: int) -> list[str]:
        looks.append(name)
        return ["127.0.0.1"] if len(looks) == 1 else ["127.0.0.2"]

    with host(lambda connection: connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok")) as url:
        port = origin_of(url)[2]
        asked = Fetcher(trusted=[("http", "rebinds.example", port)], resolve=resolve, total_s=TOTAL_S)
        assert asked.get(f"http://rebinds.example:{port}/").body == b"ok"
    assert looks == ["rebinds.example"]


def test_get__when_another_port_than_those_allowed__then_refused_before_anything_is_sent() -> None:
    web = Fetcher(ports=(80, 443), resolve=lambda name, port: ["93.184.215.14"])
    with pytest.raises(Refused, match="at port 22, where no public page is kept"):
        web.get("http://host.example:22/")
