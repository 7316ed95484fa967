from __future__ import annotations

from pathlib import Path

import pytest

from config.env import PLAIN, ROOT, SECRETS, SettingError, read

pytestmark = pytest.mark.unit


def dotenv(folder: Path, text: str) -> Path:
    (folder / ".env").write_text(text, encoding="utf-8")
    return folder


def refusal(values: dict[str, str], root: Path) -> str:
    with pytest.raises(SettingError) as caught:
        read(values, root=root)
    return str(caught.value)


def test_read__when_nothing_is_set__then_it_is_the_local_network(tmp_path: Path) -> None:
    env = read({}, root=tmp_path)
    assert (env.port, env.chain_id, env.controller_address, env.finality_depth) == (8000, 31337, None, 64)
    assert env.local_network
    assert env.data == tmp_path / ".millrace"
    assert (env.database_url, env.celery_broker_url, env.secret_key, env.browser) == (None, None, None, None)


def test_read__when_rpc_urls_are_set__then_it_is_arbitrum_one(tmp_path: Path) -> None:
    env = read({"ARBITRUM_RPC_URLS": "https://one.example/key, https://two.example"}, root=tmp_path)
    assert env.arbitrum_rpc_urls == ("https://one.example/key", "https://two.example")
    assert (env.chain_id, env.finality_depth, env.local_network) == (42161, 240, False)
    assert env.controller_address == "0xd8e8328501e9645d16cf49539efc04f734606ee4"


def test_read__when_rpc_urls_serve_another_chain__then_no_controller_is_guessed(tmp_path: Path) -> None:
    env = read({"ARBITRUM_RPC_URLS": "http://127.0.0.1:8545", "CHAIN_ID": "31337"}, root=tmp_path)
    assert (env.chain_id, env.controller_address, env.local_network) == (31337, None, False)


def test_read__when_some_rpc_urls_are_websockets__then_they_are_kept_apart(tmp_path: Path) -> None:
    env = read({"ARBITRUM_RPC_URLS": "wss://one.example/key https://one.example/key ws://two.example"}, root=tmp_path)
    assert env.arbitrum_rpc_urls == ("https://one.example/key",)
    assert env.arbitrum_ws_urls == ("wss://one.example/key", "ws://two.example")
    assert not env.local_network


def test_read__when_all_rpc_urls_are_websockets__then_one_more_is_asked_for(tmp_path: Path) -> None:
    sentence = refusal({"ARBITRUM_RPC_URLS": "wss://hidden.example/key"}, tmp_path)
    assert sentence == (
        "ARBITRUM_RPC_URLS holds only WebSocket URLs, which give new heads and no history; "
        "add an http:// or https:// URL."
    )


def test_read__when_the_environment_and_dotenv_disagree__then_the_environment_counts(tmp_path: Path) -> None:
    root = dotenv(tmp_path, "PORT=9000\nHEAD_STALE_S=5\n")
    env = read({"PORT": "9001"}, root=root)
    assert (env.port, env.head_stale_s) == (9001, 5)


def test_read__when_a_value_is_empty__then_it_counts_as_not_set(tmp_path: Path) -> None:
    assert read({"PORT": "", "DATABASE_URL": ""}, root=tmp_path).port == 8000


def test_read__when_a_secret_comes_from_a_file__then_its_text_is_taken_without_the_last_newline(tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://me:secret@db.example/millrace\n", encoding="utf-8")
    env = read({"DATABASE_URL_FILE": str(tmp_path / "url")}, root=tmp_path)
    assert env.database_url == "postgresql://me:secret@db.example/millrace"


def test_read__when_dotenv_has_comments_quotes_and_export__then_the_plain_values_are_read(tmp_path: Path) -> None:
    text = "# local\n\nexport PORT=9000  # mine\nSECRET_KEY=\"a # b\"\nMILLRACE_DATA='data here'\nPOSTGRES_DB=other\n"
    env = read({}, root=dotenv(tmp_path, text))
    assert (env.port, env.secret_key, env.data) == (9000, "a # b", tmp_path / "data here")


@pytest.mark.parametrize("port", ["0", "65536", "80a", "-1", "8000.0", "٨"])
def test_read__when_the_port_is_no_port__then_the_sentence_names_it(port: str, tmp_path: Path) -> None:
    expected = f"PORT is {port!r}; set it to a whole number from 1 to 65535, or leave it out for 8000."
    assert refusal({"PORT": port}, tmp_path) == expected


def test_read__when_a_dotenv_line_is_broken__then_its_number_is_told(tmp_path: Path) -> None:
    root = dotenv(tmp_path, "PORT=9000\n\nthis is no setting\n")
    assert refusal({}, root) == ".env line 3 is not NAME=value; correct the line or remove it."


def test_read__when_a_dotenv_quote_stays_open__then_its_line_is_told(tmp_path: Path) -> None:
    root = dotenv(tmp_path, "SECRET_KEY='abc\n")
    assert refusal({}, root) == ".env line 1 opens a quote and does not close it; close it on the same line."


def test_read__when_a_dotenv_name_is_misspelt__then_the_right_one_is_offered(tmp_path: Path) -> None:
    root = dotenv(tmp_path, "PORT=9000\nARBITRUM_RPC_URL=http://127.0.0.1:8545\n")
    expected = ".env line 2 sets ARBITRUM_RPC_URL, which is not a setting; write ARBITRUM_RPC_URLS if that is meant."
    assert refusal({}, root) == expected


def test_read__when_dotenv_is_not_text__then_it_is_refused(tmp_path: Path) -> None:
    (tmp_path / ".env").write_bytes(b"PORT=\xff\xfe\n")
    assert refusal({}, tmp_path) == ".env cannot be read as UTF-8 text; correct the file or remove it."


def test_read__when_a_secret_is_given_twice__then_one_has_to_go(tmp_path: Path) -> None:
    values = {"SECRET_KEY": "a", "SECRET_KEY_FILE": str(tmp_path / "key")}
    assert refusal(values, tmp_path) == "SECRET_KEY and SECRET_KEY_FILE are both set; keep one of them."


def test_read__when_a_secrets_file_is_missing__then_its_path_is_told(tmp_path: Path) -> None:
    path = tmp_path / "key"
    assert refusal({"SECRET_KEY_FILE": str(path)}, tmp_path).startswith(
        f"SECRET_KEY_FILE names {path}, which cannot be"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "mysql://me:hidden@db.example/x"),
        ("DATABASE_URL", "hidden"),
        ("CELERY_BROKER_URL", "http://hidden.example"),
        ("ARBITRUM_RPC_URLS", "ftp://hidden.example"),
        ("ARBITRUM_RPC_URLS", "https://fine.example,wss:///hidden"),
        ("ARBITRUM_RPC_URLS", "https://fine.example,hidden"),
        ("ARBITRUM_RPC_URLS", "http://hidden.example:99999"),
        ("SUBGRAPH_URL", "ftp://hidden.example"),
        ("ETHEREUM_RPC_URL", "https://"),
    ],
)
def test_read__when_a_url_cannot_be_used__then_it_is_named_and_not_repeated(
    name: str, value: str, tmp_path: Path
) -> None:
    sentence = refusal({name: value}, tmp_path)
    assert sentence.startswith(f"{name} is not a URL that can be used; it has to start with ")
    assert "hidden" not in sentence


def test_read__when_the_controller_is_no_address__then_it_is_refused(tmp_path: Path) -> None:
    sentence = refusal({"CONTROLLER_ADDRESS": "0x12"}, tmp_path)
    assert sentence == "CONTROLLER_ADDRESS is '0x12'; give 0x and 40 hex digits, or leave it out."


def test_read__when_only_the_chain_id_is_set__then_the_contradiction_is_told(tmp_path: Path) -> None:
    expected = "CHAIN_ID is 42161 but ARBITRUM_RPC_URLS is not set; set both, or neither for the local network."
    assert refusal({"CHAIN_ID": "42161"}, tmp_path) == expected


def test_read__when_nothing_is_said_of_the_api__then_its_limit_is_known_and_no_proxy_believed(tmp_path: Path) -> None:
    env = read({}, root=tmp_path)
    assert (env.api_requests_per_minute, env.api_proxies) == (600, 0)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("API_REQUESTS_PER_MINUTE", "0", "of at least 1, or leave it out for 600."),
        ("API_PROXIES", "11", "from 0 to 10, or leave it out for 0."),
    ],
)
def test_read__when_a_limit_of_the_api_is_no_use__then_it_says_what_is(
    name: str, value: str, sentence: str, tmp_path: Path
) -> None:
    assert refusal({name: value}, tmp_path) == f"{name} is {value!r}; set it to a whole number {sentence}"


def test_read__when_only_a_subgraph_key_is_set__then_the_official_subgraph_is_meant_on_arbitrum_one(
    tmp_path: Path,
) -> None:
    arbitrum = {"ARBITRUM_RPC_URLS": "https://one.example"}
    env = read({**arbitrum, "SUBGRAPH_API_KEY": "key"}, root=tmp_path)
    assert env.subgraph_url is not None
    assert env.subgraph_url.startswith("https://gateway.thegraph.com/api/subgraphs/id/")
    assert read(arbitrum, root=tmp_path).subgraph_url is None
    assert read({"SUBGRAPH_API_KEY": "key"}, root=tmp_path).subgraph_url is None
    own = {"SUBGRAPH_URL": "https://own.example/subgraph", "SUBGRAPH_API_KEY": "key"}
    assert read({**arbitrum, **own}, root=tmp_path).subgraph_url == "https://own.example/subgraph"
    assert refusal({"SUBGRAPH_URL": "gateway.example"}, tmp_path).startswith("SUBGRAPH_URL is not a URL")


def test_runbook__when_a_setting_is_read__then_its_table_has_it() -> None:
    runbook = (ROOT / "docs" / "runbook.md").read_text(encoding="utf-8")
    assert {name for name in (*SECRETS, *PLAIN) if f"`{name}`" not in runbook} == set()
    assert {name for name in SECRETS if f"`{name}` *" not in runbook} == set()


def test_read__when_gateways_have_names__then_they_are_kept_with_their_urls(tmp_path: Path) -> None:
    urls = "east=https://a.example/x,https://b.example"
    found = read({"CAPABILITIES_URLS": urls, "NAAP_URL": "https://naap.example"}, root=tmp_path)
    assert found.capabilities_urls == ("east=https://a.example/x", "https://b.example")
    assert (found.naap_url, found.leaderboard_url, found.gateway_events_url) == ("https://naap.example", None, None)


@pytest.mark.parametrize(
    ("name", "value", "sentence"),
    [
        ("CAPABILITIES_URLS", "east=ftp://a.example", "CAPABILITIES_URLS is not a URL that can be used"),
        (
            "CAPABILITIES_URLS",
            "e=https://a.example,e=https://b.example",
            "CAPABILITIES_URLS gives two gateways the same",
        ),
        ("GATEWAY_EVENTS_URL", "https://a.example,https://b.example", "GATEWAY_EVENTS_URL holds 2 addresses"),
        ("NAAP_URL", "naap.example", "NAAP_URL is not a URL that can be used"),
    ],
)
def test_read__when_a_source_cannot_be_used__then_it_is_named(
    name: str, value: str, sentence: str, tmp_path: Path
) -> None:
    with pytest.raises(SettingError, match=sentence):
        read({name: value}, root=tmp_path)


def test_read__when_a_walletconnect_project_is_no_id__then_it_says_where_one_comes_from(tmp_path: Path) -> None:
    assert read({}, root=tmp_path).walletconnect_project_id is None
    assert read({"WALLETCONNECT_PROJECT_ID": "a1" * 16}, root=tmp_path).walletconnect_project_id == "a1" * 16
    with pytest.raises(SettingError, match="is not 32 hex digits; copy it from WalletConnect, or leave it out"):
        read({"WALLETCONNECT_PROJECT_ID": "my-project"}, root=tmp_path)
