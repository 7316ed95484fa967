"""The only reader of the environment: every setting once, typed, with its unit and its reason.

Values come from the process environment and, below it, from an optional `.env` file in the project's root. A value that
cannot be used ends the process with one sentence that names the setting and what to do.
"""

from __future__ import annotations

import difflib
import os
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent.parent

ARBITRUM_ONE = 42161
LOCAL_CHAIN = 31337
ARBITRUM_CONTROLLER = "0xd8e8328501e9645d16cf49539efc04f734606ee4"
ARBITRUM_SUBGRAPH = (  # the official app's, which takes its key in a header
    "https://gateway.thegraph.com/api/subgraphs/id/FE63YgkzcpVocxdCEyEYbvjYqEf2kb1A6daMYRxmejYC"
)
ARBITRUM_FINALITY_DEPTH = 240  # Ponder's depth for Arbitrum, used where a provider knows no `finalized` tag
LOCAL_FINALITY_DEPTH = 64  # what anvil answers to `finalized`

SECRETS = (  # each may also be given as NAME_FILE, the path of a file that holds it
    "SECRET_KEY",
    "DATABASE_URL",
    "CELERY_BROKER_URL",
    "ARBITRUM_RPC_URLS",
    "SUBGRAPH_URL",
    "SUBGRAPH_API_KEY",
    "ETHEREUM_RPC_URL",
    "CAPABILITIES_URLS",
    "NAAP_URL",
    "GATEWAY_EVENTS_URL",
    "LEADERBOARD_URL",
    "AI_LEADERBOARD_URL",
    "PRICE_LIST_URL",
    "PYTHON_PACKAGES_URL",
    "RUST_PACKAGES_URL",
)
PLAIN = (
    "PORT",
    "CHAIN_ID",
    "CONTROLLER_ADDRESS",
    "FINALITY_DEPTH",
    "HEAD_STALE_S",
    "ALLOWED_HOSTS",
    "API_REQUESTS_PER_MINUTE",
    "API_PROXIES",
    "WALLETCONNECT_PROJECT_ID",
    "MILLRACE_DATA",
    "MILLRACE_BROWSER",
)
NAMES = frozenset((*SECRETS, *PLAIN, *(f"{name}_FILE" for name in SECRETS)))


class SettingError(Exception):
    """A setting that cannot be used; the message is the sentence a person reads."""


@dataclass(frozen=True, slots=True)
class Env:
    """Every setting, checked. None means not set, and what follows from that is said beside each."""

    port: int  # TCP port of the site
    secret_key: str | None  # None: development makes one and keeps it in the data folder
    database_url: str | None  # None: the PostgreSQL that comes with the program
    celery_broker_url: str | None  # None: a queue of files in the data folder
    arbitrum_rpc_urls: tuple[str, ...]  # empty: the local simulated network
    arbitrum_ws_urls: tuple[str, ...]  # those of the same setting that give new heads and nothing else
    chain_id: int
    controller_address: str | None  # None: told by the local network
    subgraph_url: str | None  # None: no subgraph is read; with a key alone, the official one on Arbitrum One
    subgraph_api_key: str | None
    ethereum_rpc_url: str | None  # None: no ENS names
    # Off-chain sources; None: not read, or the local network's own stand-in. Those of gateways may be `name=URL`.
    capabilities_urls: tuple[str, ...]
    naap_url: str | None
    gateway_events_url: str | None
    leaderboard_url: str | None
    ai_leaderboard_url: str | None
    price_list_url: str | None
    python_packages_url: str | None
    rust_packages_url: str | None
    finality_depth: int  # blocks below the head that no longer change, where the node does not say
    head_stale_s: int  # seconds without a new block after which a head is called stale
    allowed_hosts: tuple[str, ...]  # names under which the site is reached, beside this machine's own
    api_requests_per_minute: int  # what one reader may ask of one web process; a page that polls takes 12 to 60
    api_proxies: int  # proxies of ours that add to X-Forwarded-For; 0: that header is not believed
    walletconnect_project_id: str | None  # None: no WalletConnect; a public id, which every reader sees
    data: Path  # everything downloaded, stored or queued
    browser: str | None  # None: `make test` looks for one

    @property
    def local_network(self) -> bool:
        return not self.arbitrum_rpc_urls


def read(environ: Mapping[str, str], *, root: Path = ROOT) -> Env:
    """All settings from the environment over `root`/.env. Raises SettingError on the first that cannot be used."""
    values = _Values({**_dotenv(root / ".env"), **{name: environ[name] for name in NAMES if environ.get(name)}})
    rpc_urls, ws_urls = _by_kind(values.urls("ARBITRUM_RPC_URLS", schemes=("http", "https", "ws", "wss")))
    chain_id = values.integer("CHAIN_ID", default=ARBITRUM_ONE if rpc_urls else LOCAL_CHAIN, lowest=1)
    _refuse_contradiction(rpc_urls, chain_id)
    return Env(
        port=values.integer("PORT", default=8000, lowest=1, highest=65535),
        secret_key=values.text("SECRET_KEY"),
        database_url=values.url("DATABASE_URL", schemes=("postgres", "postgresql")),
        celery_broker_url=values.url("CELERY_BROKER_URL", schemes=("redis", "rediss", "amqp", "amqps")),
        arbitrum_rpc_urls=rpc_urls,
        arbitrum_ws_urls=ws_urls,
        chain_id=chain_id,
        controller_address=_controller(values, chain_id),
        subgraph_url=_subgraph(values, chain_id),
        subgraph_api_key=values.text("SUBGRAPH_API_KEY"),
        ethereum_rpc_url=values.url("ETHEREUM_RPC_URL", schemes=("http", "https")),
        capabilities_urls=values.gateways("CAPABILITIES_URLS"),
        naap_url=values.url("NAAP_URL", schemes=("http", "https")),
        gateway_events_url=next(iter(values.gateways("GATEWAY_EVENTS_URL", most=1)), None),
        leaderboard_url=values.url("LEADERBOARD_URL", schemes=("http", "https")),
        ai_leaderboard_url=values.url("AI_LEADERBOARD_URL", schemes=("http", "https")),
        price_list_url=next(iter(values.gateways("PRICE_LIST_URL", most=1)), None),
        python_packages_url=values.url("PYTHON_PACKAGES_URL", schemes=("https",)),
        rust_packages_url=values.url("RUST_PACKAGES_URL", schemes=("https",)),
        finality_depth=values.integer(
            "FINALITY_DEPTH", default=ARBITRUM_FINALITY_DEPTH if rpc_urls else LOCAL_FINALITY_DEPTH, lowest=1
        ),
        head_stale_s=values.integer("HEAD_STALE_S", default=60, lowest=1),
        allowed_hosts=values.words("ALLOWED_HOSTS"),
        api_requests_per_minute=values.integer("API_REQUESTS_PER_MINUTE", default=600, lowest=1),
        api_proxies=values.integer("API_PROXIES", default=0, lowest=0, highest=10),
        walletconnect_project_id=_project(values),
        data=(root / (values.text("MILLRACE_DATA") or ".millrace")).expanduser().resolve(),
        browser=values.text("MILLRACE_BROWSER"),
    )


class _Values:
    """Raw values by name, each turned into what it should be or into a sentence."""

    def __init__(self, raw: Mapping[str, str]) -> None:
        self._raw = raw

    def text(self, name: str) -> str | None:
        direct, path = self._raw.get(name), self._raw.get(f"{name}_FILE") if name in SECRETS else None
        if direct and path:
            raise SettingError(f"{name} and {name}_FILE are both set; keep one of them.")
        if not path:
            return (direct or "").strip() or None
        try:
            return Path(path).read_text(encoding="utf-8").strip() or None
        except (OSError, UnicodeDecodeError) as error:
            raise SettingError(f"{name}_FILE names {path}, which cannot be read; name a text file.") from error

    def words(self, name: str) -> tuple[str, ...]:
        return tuple(word for word in re.split(r"[\s,]+", self.text(name) or "") if word)

    def integer(self, name: str, *, default: int, lowest: int, highest: int | None = None) -> int:
        text = self.text(name)
        if text is None:
            return default
        number = int(text) if re.fullmatch(r"[0-9]{1,18}", text, re.ASCII) else None
        if number is None or number < lowest or (highest is not None and number > highest):
            span = f"from {lowest} to {highest}" if highest is not None else f"of at least {lowest}"
            raise SettingError(f"{name} is {text!r}; set it to a whole number {span}, or leave it out for {default}.")
        return number

    def url(self, name: str, *, schemes: tuple[str, ...]) -> str | None:
        text = self.text(name)
        if text is not None:
            _check_url(name, text, schemes)
        return text

    def urls(self, name: str, *, schemes: tuple[str, ...]) -> tuple[str, ...]:
        words = self.words(name)
        for word in words:
            _check_url(name, word, schemes)
        return words

    def gateways(self, name: str, *, most: int = 20) -> tuple[str, ...]:
        """URLs of gateways, each alone or as `name=URL`, where the name is what pages call the gateway."""
        words = self.words(name)
        called = [_NAMED_URL.fullmatch(word) for word in words]
        for word, parts in zip(words, called, strict=True):
            _check_url(name, parts[2] if parts else word, ("http", "https"))
        if len(words) > most:
            raise SettingError(f"{name} holds {len(words)} addresses; give at most {most}.")
        names = [parts[1] for parts in called if parts]
        if len(set(names)) < len(names):
            raise SettingError(f"{name} gives two gateways the same name; give each its own.")
        return words


_NAMED_URL = re.compile(r"([\w.-]{1,80})=(https?://.*)", re.ASCII)


def _check_url(name: str, text: str, schemes: tuple[str, ...]) -> None:
    """Refuses what is no URL of these schemes. The value is not repeated, since it may hold a password."""
    try:
        parts = urlsplit(text)
        needs_host = parts.scheme in ("http", "https", "ws", "wss")
        usable = parts.scheme in schemes and (bool(parts.hostname) or not needs_host) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        starts = " or ".join(f"{scheme}://" for scheme in schemes)
        raise SettingError(f"{name} is not a URL that can be used; it has to start with {starts} and name a host.")


def _controller(values: _Values, chain_id: int) -> str | None:
    text = values.text("CONTROLLER_ADDRESS")
    if text is None:
        return ARBITRUM_CONTROLLER if chain_id == ARBITRUM_ONE else None
    if not re.fullmatch(r"0x[0-9a-fA-F]{40}", text, re.ASCII):
        raise SettingError(f"CONTROLLER_ADDRESS is {text!r}; give 0x and 40 hex digits, or leave it out.")
    return text.lower()


def _project(values: _Values) -> str | None:
    text = values.text("WALLETCONNECT_PROJECT_ID")
    if text is not None and not re.fullmatch(r"[0-9a-f]{32}", text, re.ASCII):
        raise SettingError(
            "WALLETCONNECT_PROJECT_ID is not 32 hex digits; copy it from WalletConnect, or leave it out."
        )
    return text


def _subgraph(values: _Values, chain_id: int) -> str | None:
    url = values.url("SUBGRAPH_URL", schemes=("http", "https"))
    has_key = values.text("SUBGRAPH_API_KEY") is not None
    return url or (ARBITRUM_SUBGRAPH if has_key and chain_id == ARBITRUM_ONE else None)


def _by_kind(urls: tuple[str, ...]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The HTTP URLs and the WebSocket URLs. Refuses the second without the first."""
    sockets = tuple(url for url in urls if urlsplit(url).scheme in ("ws", "wss"))
    plain = tuple(url for url in urls if url not in sockets)
    if sockets and not plain:
        raise SettingError(
            "ARBITRUM_RPC_URLS holds only WebSocket URLs, which give new heads and no history; "
            "add an http:// or https:// URL."
        )
    return plain, sockets


def _refuse_contradiction(rpc_urls: tuple[str, ...], chain_id: int) -> None:
    if not rpc_urls and chain_id != LOCAL_CHAIN:
        raise SettingError(
            f"CHAIN_ID is {chain_id} but ARBITRUM_RPC_URLS is not set; set both, or neither for the local network."
        )


def _dotenv(path: Path) -> dict[str, str]:
    if not path.is_file():
        return {}
    try:
        return dict(_assignments(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError) as error:
        raise SettingError(".env cannot be read as UTF-8 text; correct the file or remove it.") from error


def _assignments(text: str) -> Iterator[tuple[str, str]]:
    """The NAME=value lines of a `.env` file, without comments, blank lines and the quotes around a value."""
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip().removeprefix("export ").strip()
        if not stripped or stripped.startswith("#"):
            continue
        match = re.fullmatch(r"([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)", stripped)
        if match is None:
            raise SettingError(f".env line {number} is not NAME=value; correct the line or remove it.")
        _refuse_misspelling(match[1], number)
        yield match[1], _unquoted(match[2], number)


def _unquoted(value: str, number: int) -> str:
    if value[:1] not in {"'", '"'}:
        return re.split(r"\s#", value, maxsplit=1)[0].strip()
    if len(value) < 2 or value[-1] != value[0]:
        raise SettingError(f".env line {number} opens a quote and does not close it; close it on the same line.")
    return value[1:-1]


def _refuse_misspelling(name: str, number: int) -> None:
    """A name close to a setting's is taken for a slip; any other unknown name may be another program's."""
    if name in NAMES:
        return
    close = difflib.get_close_matches(name.upper(), NAMES, n=1, cutoff=0.85)
    if close:
        raise SettingError(
            f".env line {number} sets {name}, which is not a setting; write {close[0]} if that is meant."
        )


def required(name: str, value: str | tuple[str, ...] | None, *, why: str) -> None:
    """Refuses to go on without a value that production must not guess."""
    if not value:
        raise SystemExit(f"millrace: {name} is not set; set it, because {why}.")


def refuse_short(name: str, value: str | None, *, lowest: int) -> None:
    """Refuses to go on with a secret that could be guessed."""
    if len(value or "") < lowest:
        raise SystemExit(f"millrace: {name} is shorter than {lowest} characters; set it to that many random ones.")


def choose_settings(module: str) -> None:
    """Names the settings module for this process unless the environment already does."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", module)


def inherited() -> dict[str, str]:
    """A copy of the whole environment, for child processes."""
    return dict(os.environ)


def _read_or_exit() -> Env:
    try:
        return read(os.environ)
    except SettingError as error:
        raise SystemExit(f"millrace: {error}") from None


env = _read_or_exit()
