"""A stand-in for WalletConnect's relay, and a wallet on another device that speaks through it with the real library.

The relay keeps sealed messages by topic and hands them to whoever subscribes; it can read none of them. What it answers
follows the client library: a proposal subscribes its sender to the pairing, an approval its sender to the session.
"""

from __future__ import annotations

import json
import secrets
import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Page, Route
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import ServerConnection, serve

LIBRARY = "/static/vendor/walletconnect/sign-client-2.21.8.min.js"
PROJECT = "0" * 32


@dataclass(slots=True)
class Relay:
    """Mailboxes by topic; each message goes once to every subscriber but its sender."""

    url: str = ""
    methods: list[str] = field(default_factory=list)
    _kept: dict[str, list[tuple[ServerConnection, dict[str, Any]]]] = field(default_factory=lambda: defaultdict(list))
    _heard_by: dict[str, set[ServerConnection]] = field(default_factory=lambda: defaultdict(set))
    _turn: threading.Lock = field(default_factory=threading.Lock)

    def speak(self, side: ServerConnection) -> None:
        """One connection, to its end."""
        try:
            for text in side:
                asked = json.loads(text)
                if "method" in asked:
                    with self._turn:
                        found = self._answer(side, asked["method"], asked.get("params", {}))
                        side.send(json.dumps({"id": asked["id"], "jsonrpc": "2.0", "result": found}))
                        self._deliver()
        except ConnectionClosed:
            pass
        finally:
            with self._turn:
                for hearers in self._heard_by.values():
                    hearers.discard(side)

    def _answer(self, side: ServerConnection, method: str, params: dict[str, Any]) -> Any:
        self.methods.append(method)
        if method == "irn_subscribe":
            return self._subscribe(side, params["topic"])
        if method == "irn_batchSubscribe":
            return [self._subscribe(side, topic) for topic in params["topics"]]
        if method == "irn_batchFetchMessages":
            return {"messages": [], "hasMore": False}
        for topic, message, tag in _sent(method, params):
            data = {"topic": topic, "message": message, "publishedAt": 0, "tag": tag}
            self._kept[topic].append((side, data))
        if method == "wc_proposeSession":
            self._subscribe(side, params["pairingTopic"])
        if method == "wc_approveSession":
            self._subscribe(side, params["sessionTopic"])
        return True

    def _subscribe(self, side: ServerConnection, topic: str) -> str:
        self._heard_by[topic].add(side)
        return secrets.token_hex(32)

    def _deliver(self) -> None:
        """Everything that waits and has a hearer."""
        for topic, waiting in self._kept.items():
            for sender, data in list(waiting):
                if sum(_hears(one, topic, data) for one in self._heard_by[topic] if one is not sender):
                    waiting.remove((sender, data))


def _hears(side: ServerConnection, topic: str, data: dict[str, Any]) -> bool:
    """Whether the message could be sent to this side; a page that was just left hears nothing."""
    said = {"id": secrets.randbits(48), "jsonrpc": "2.0", "method": "irn_subscription"}
    try:
        side.send(json.dumps({**said, "params": {"id": topic, "data": data}}))
    except ConnectionClosed:
        return False
    return True


def _sent(method: str, params: dict[str, Any]) -> Iterator[tuple[str, str, int]]:
    """Topic, sealed message and tag of everything that a call sends."""
    if method == "irn_publish":
        yield params["topic"], params["message"], params.get("tag", 0)
    if method == "wc_proposeSession":
        yield params["pairingTopic"], params["sessionProposal"], 1100
    if method == "wc_approveSession":
        yield params["pairingTopic"], params["sessionProposalResponse"], 1101
        yield params["sessionTopic"], params["sessionSettlementRequest"], 1102


@contextmanager
def relaying() -> Iterator[Relay]:
    """A relay on a free port of this machine."""
    relay = Relay()
    with serve(relay.speak, "127.0.0.1", 0) as server:
        relay.url = f"ws://127.0.0.1:{server.socket.getsockname()[1]}"
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield relay
        server.shutdown()
        thread.join(timeout=5)


PHONE = """async ({ relayUrl, projectId, account, chain }) => {
  const { SignClient } = window["@walletconnect/sign-client"];
  const metadata = { name: "Phone", description: "", url: location.origin, icons: [] };
  const client = await SignClient.init({ projectId, relayUrl, metadata, telemetryEnabled: false, logger: "silent" });
  client.on("session_proposal", async ({ id, params }) => {
    const { methods, events } = params.optionalNamespaces.eip155;
    const approved = { eip155: { chains: [chain], accounts: [`${chain}:${account}`], methods, events } };
    const { acknowledged } = await client.approve({ id, namespaces: approved });
    window.session = await acknowledged();
  });
  client.on("session_request", async ({ id, topic, params }) => {
    const { method, params: given } = params.request;
    const { result, error } = await window.walletAnswers(method, given);
    await client.respond({ topic, response: { id, jsonrpc: "2.0", ...(error ? { error } : { result }) } });
  });
  window.pair = (uri) => client.pair({ uri });
  window.leave = () => client.disconnect({ topic: window.session.topic, reason: { code: 6000, message: "Left." } });
}"""


def vouch(route: Route) -> None:
    """What the frame that attests a page's origin says: nothing, at once instead of after five seconds."""
    body = """<script>
      const id = new URLSearchParams(location.search).get("id");
      const part = (value) => btoa(JSON.stringify(value)).replaceAll("=", "").replaceAll("+", "-").replaceAll("/", "_");
      const attestation = `${part({ alg: "none" })}.${part({ id })}.${part("")}`;
      parent.postMessage(JSON.stringify({ type: "verify_attestation", attestation }), "*");
    </script>"""
    route.fulfill(content_type="text/html", body=body)


def turn_into_phone(page: Page, origin: str, relay: Relay, *, account: str, chain: str) -> None:
    """Makes this page a wallet; what it is asked goes to `walletAnswers`, which the caller has exposed."""
    page.goto(f"{origin}/stake/")
    page.add_script_tag(url=LIBRARY)
    page.evaluate(PHONE, {"relayUrl": relay.url, "projectId": PROJECT, "account": account, "chain": chain})
