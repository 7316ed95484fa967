"""Our ABIs hash to the topics and selectors that the protocol publishes."""

from __future__ import annotations

import pytest

from apps.protocol import abi

pytestmark = pytest.mark.unit

TOPICS = {
    "Bond": "0xe5917769f276ddca9f2ee7c6b0b33e1d1e1b61008010ce622c632dd20d168a23",
    "Unbond": "0x2d5d98d189bee5496a08db2a5948cb7e5e786f09d17d0c3f228eb41776c24a06",
    "Rebond": "0x9f5b64cc71e1e26ff178caaa7877a04d8ce66fde989251870e80e6fbee690c17",
    "TransferBond": "0xf136b986590e86cf1abd7b6600186a7a1178ad3cbbdf0f3312e79f6214a2a567",
    "EarningsClaimed": "0xd7eab0765b772ea6ea859d5633baf737502198012e930f257f90013d9b211094",
    "WithdrawStake": "0x1340f1a8f3d456a649e1a12071dfa15655e3d09252131d0f980c3b405cc8dd2e",
    "WithdrawFees": "0x4f1b51dd7a2fcb861aa2670f668be66835c4ee12b4bbbf037e4d0018f39819e4",
    "Reward": "0x619caafabdd75649b302ba8419e48cccf64f37f1983ac4727cfb38b57703ffc9",
    "TreasuryReward": "0x40e200718fe552021167687e5491d09f5931275b6f88f14a462650f0effb5237",
    "RewardCallerSet": "0x15932b87747cac36d3c505e86a946c6d3a79d9d7bdb79d81584d32bbe54516c2",
    "TranscoderUpdate": "0x7346854431dbb3eb8e373c604abf89e90f4865b8447e1e2834d7b3e4677bf544",
    "TranscoderActivated": "0x65d72d782835d64c3287844a829608d5abdc7e864cc9affe96d910ab3db665e9",
    "TranscoderDeactivated": "0xfee3e693fc72d0a0a673805f3e606c551f4c677b9072444b90dd2d0406bc995c",
    "TranscoderSlashed": "0xf4b71fed8e2c9a8c67c388bc6d35ad20b9368a24eed6d565459f2b277b6c0c22",
    "ParameterUpdate": "0x9f5033568d78ae30f29f01e944f97b2216493bd19d1b46d429673acff3dcd674",
    "SetController": "0x4ff638452bbf33c012645d18ae6f05515ff5f2d1dfb0cece8cbf018c60903f70",
    "SetContractInfo": "0xf9a6cf519167d81bc5cb3d26c60c0c9a19704aa908c148e82a861b570f4cd2d7",
    "Pause": "0x6985a02210a168e66602d3235cb6db0e70f92b3ba4d376a33c0f3d9434bff625",
    "Unpause": "0x7805862f689e2f13df9f062ff482ad3ad112aca9e0847911ed832e158c525b33",
    "OwnershipTransferred": "0x8be0079c531659141344cd1fd0a4f28419497f9722a3daafe3b4186f6b6457e0",
    "Transfer": "0xddf252ad1be2c89b69c2b068fc378daa952ba7f163c4a11628f55a4df523b3ef",
    "Approval": "0x8c5be1e5ebec7d5bd14f71427d1e84f3dd0314c0f7b2291e5b200ac8c7c3b925",
    "Mint": "0x0f6798a560793a54c3bcfe86a93cde1e73087d944c0ea20544137d4121396885",
    "Burn": "0xcc16f5dbb4873280815c1ee09dbd06736cffcc184412cf7a71a0fdb75d397ca5",
    "SetCurrentRewardTokens": "0x39567a366345edf17f50c1967a31b597745186c4632f34c4f8ebe06b6890784d",
    "NewRound": "0x22f2fc17c5daf07db2379b3a03a8ef20a183f761097a58fce219c8a14619e786",
    "ServiceURIUpdate": "0xfbb63068732c85741c9f8e61caffaabe038d577bfafd2d2dcc0e352a4f653a4c",
    "DepositFunded": "0x5159e237d952190e68d5215430f305831be7c9c8776d1377c76679ae4773413f",
    "ReserveFunded": "0xb52b99b9e83551fcbd069b559cc3e823e2a1a3bad8ece46561ea77524394c850",
    "WinningTicketRedeemed": "0xc389eb51ed006dbf2528507f010efdf5225ea596e1e1741d74f550dab1925ee7",
    "WinningTicketTransfer": "0x8b87351a208c06e3ceee59d80725fd77a23b4129e1b51ca231fc89b40712649c",
    "ReserveClaimed": "0x5c2b394723f408a40a60335e24b71829642e35f350cebe2036a96a66e895ea98",
    "Unlock": "0xf7870c5b224cbc19873599e46ccfc7103934650509b1af0c3ce90138377c2004",
    "UnlockCancelled": "0xfa044b7b93a40365dc68049797c2eb06918523d694e5d56e406cac3eb35578e5",
    "PollCreated": "0x8afbc4e1826cefcfc1e64fd5ff7d8484e700867fdbe36e9b6db047c010a6229e",
    "Vote": "0xf668ead05c744b9178e571d2edb452e72baf6529c8d72160e64e59b50d865bd0",
    "ProposalCreated": "0x7d84a6263ae0d98d3329bd7b46bb4e8d6f98cd35a7adb45c274c8b7fd5ebd5e0",
    "VoteCast": "0xb8e138887d0aa13bab447e82de9d5c1777041ecd21ca36ba824ff1e6c07ddda4",
    "VoteCastWithParams": "0xe2babfbac5889a709b63bb7f598b324e08bc5a4fb9ec647fb3cbc9ec07eb8712",
    "ProposalQueued": "0x9a2e42fd6722813d69113e7d0079d3d940171428df7373df9c7f7617cfda2892",
    "ProposalExecuted": "0x712ae1383f79ac853f8d882153778e0260ef8f03b504e2866e0593e04d2b291f",
    "ProposalCanceled": "0x789cf55be980739dad1d0699b93b58e806b51c9d96619bfa8fe0a28abaa7b30c",
    "Withdrawal": "0xdf273cb619d95419a9cd0ec88123a0538c85064229baa6363788f743fff90deb",
}

SELECTORS = {
    "getDelegator": "0xa64ad595",
    "pendingStake": "0x9d0b2c7a",
    "pendingFees": "0xf595f1cc",
    "delegatorStatus": "0x1544fc67",
    "getDelegatorUnbondingLock": "0x412f83b6",
    "isValidUnbondingLock": "0x0fd02fc1",
    "unbondingPeriod": "0x6cf6d675",
    "getTranscoder": "0x5dce9948",
    "getTranscoderEarningsPoolForRound": "0x24454fc4",
    "transcoderTotalStake": "0x9ef9df94",
    "transcoderStatus": "0x8b2f1652",
    "isRegisteredTranscoder": "0x68ba170c",
    "isActiveTranscoder": "0x08802374",
    "getFirstTranscoderInPool": "0x88a6c749",
    "getNextTranscoderInPool": "0x235c9603",
    "getTranscoderPoolSize": "0x2a4e0d55",
    "getTranscoderPoolMaxSize": "0x5a2a75a9",
    "getTotalBonded": "0x5c50c356",
    "currentRoundTotalActiveStake": "0x4196ee75",
    "nextRoundTotalActiveStake": "0x465501d3",
    "treasuryRewardCutRate": "0x558f8f44",
    "nextRoundTreasuryRewardCutRate": "0xa5766231",
    "treasuryBalanceCeiling": "0x84a16bbc",
    "transcoderToRewardCaller": "0x47621410",
    "bond": "0xb78d27dc",
    "bondWithHint": "0x6bd9add4",
    "bondForWithHint": "0xee4e804a",
    "unbond": "0x27de9e32",
    "unbondWithHint": "0x9500ed9b",
    "rebond": "0xeaffb3f9",
    "rebondWithHint": "0x7fc4606f",
    "rebondFromUnbonded": "0x3a080e93",
    "rebondFromUnbondedWithHint": "0x0584a373",
    "transferBond": "0x062e98b8",
    "withdrawStake": "0x25d5971f",
    "withdrawFees": "0xad3b1b47",
    "claimEarnings": "0x24b1babf",
    "checkpointBondingState": "0xd52bd62b",
    "transcoder": "0x43d3461a",
    "transcoderWithHint": "0x3550aa10",
    "reward": "0x228cb733",
    "rewardWithHint": "0x81871056",
    "rewardForTranscoder": "0x1a8c41f8",
    "rewardForTranscoderWithHint": "0xb556966a",
    "setRewardCaller": "0x0103e60e",
    "getContract": "0xe16c7d98",
    "getContractInfo": "0x613e2de2",
    "paused": "0x5c975abb",
    "balanceOf": "0x70a08231",
    "allowance": "0xdd62ed3e",
    "nonces": "0x7ecebe00",
    "DOMAIN_SEPARATOR": "0x3644e515",
    "approve": "0x095ea7b3",
    "permit": "0xd505accf",
    "inflation": "0xbe0522e0",
    "inflationChange": "0xa7c83514",
    "targetBondingRate": "0x821b771f",
    "currentMintableTokens": "0x9ae6309a",
    "currentMintedTokens": "0x2de22cdb",
    "getGlobalTotalSupply": "0x5507442d",
    "currentRound": "0x8a19c8bc",
    "currentRoundInitialized": "0x219bc76c",
    "lastInitializedRound": "0x8807f36e",
    "currentRoundLocked": "0x6841f253",
    "currentRoundStartBlock": "0x8fa148f2",
    "roundLength": "0x8b649b94",
    "roundLockAmount": "0xf5b490d5",
    "blockNum": "0x8ae63d6d",
    "lastRoundLengthUpdateRound": "0x0fe1dfa8",
    "lastRoundLengthUpdateStartBlock": "0x668abff7",
    "initializeRound": "0xd4807fb2",
    "getServiceURI": "0x214c2a4b",
    "getSenderInfo": "0xe1a589da",
    "unlockPeriod": "0x20d3a0b4",
    "ticketValidityPeriod": "0x856a2cf8",
}


@pytest.mark.parametrize("contract", abi.CONTRACTS)
def test_topic0__of_each_event__is_the_published_one(contract: str) -> None:
    found = {name: "0x" + abi.topic0(event).hex() for name, event in abi.events(contract).items()}

    assert found == {name: TOPICS[name] for name in found}


@pytest.mark.parametrize("contract", abi.CONTRACTS)
def test_selector__of_each_function__is_the_published_one(contract: str) -> None:
    found = {name: "0x" + abi.selector(function).hex() for name, function in abi.functions(contract).items()}

    assert found == {name: SELECTORS[name] for name in found}


def test_abi__all_contracts_together__names_every_published_event_and_function() -> None:
    events = {name for contract in abi.CONTRACTS for name in abi.events(contract)}
    functions = {name for contract in abi.CONTRACTS for name in abi.functions(contract)}

    assert events == set(TOPICS)
    assert functions == set(SELECTORS)


@pytest.mark.parametrize("contract", abi.CONTRACTS)
def test_abi__of_one_contract__has_no_name_twice(contract: str) -> None:
    names = [entry["name"] for entry in abi.load(contract)]

    assert len(names) == len(set(names))


def test_later__names_of_newer_contracts__are_all_in_the_abi() -> None:
    for contract, names in abi.LATER.items():
        assert names <= {entry["name"] for entry in abi.load(contract)}


def test_signature__with_tuples__writes_their_types_out() -> None:
    sender_info = abi.functions("TicketBroker")["getSenderInfo"]

    assert abi.signature(sender_info) == "getSenderInfo(address)"
    assert abi.types_of(sender_info["outputs"]) == "((uint256,uint256),(uint256,uint256))"
