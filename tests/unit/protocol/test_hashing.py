from __future__ import annotations

import pytest

from apps.protocol.hashing import checksummed, keccak, topic_of

pytestmark = pytest.mark.unit


def test_keccak__when_given_nothing__then_it_is_ethereums_and_not_sha3s() -> None:
    assert keccak(b"").hex() == "c5d2460186f7233c927e7db2dcc703c0e500b653ca82273b7bfad8045d85a470"


def test_topic_of__when_given_an_erc20_transfer__then_it_is_the_known_topic() -> None:
    topic = topic_of("Transfer(address,address,uint256)")
    assert topic.hex() == "ddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef"


@pytest.mark.parametrize(
    "address",  # from EIP-55
    [
        "0x52908400098527886E0F7030069857D2E4169EE7",
        "0xde709f2102306220921060314715629080e2fb77",
        "0x5aAeb6053F3E94C9b9A09f33669435E7Ef1BeAed",
        "0xfB6916095ca1df60bB79Ce92cE3Ea74c37c5d359",
        "0xdbF03B407c01E7cD3CBea99509d93f8DDDC8C6FB",
        "0xD1220A0cf47c7B9Be7A2E6BA89F429762e7b9aDb",
    ],
)
def test_checksummed__when_given_any_case__then_it_is_eip_55s(address: str) -> None:
    assert checksummed(address.lower()) == address
    assert checksummed(address) == address
