"""What an audit tells, as plain values. Amounts are base units, factors 1e-27."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Step:
    """One log that names the address, and its position after it."""

    block: int
    log_index: int
    tx_hash: str
    round: int
    event: str
    arguments: dict[str, int | str]
    bonded_lpt_wei: int
    fees_eth_wei: int
    delegate: str
    start_round: int
    last_claim_round: int
    parked: str = ""  # why the log was left out, if it was


@dataclass(slots=True)
class RoundSum:
    """What an orchestrator's logs of one round came to; `commission` is its own part, taken before delegators'."""

    round: int
    active: bool = False
    earning_stake_lpt_wei: int | None = None
    stake_at_end_lpt_wei: int = 0
    reward_cut_ppm: int = 0
    fee_share_ppm: int = 0
    reward_lpt_wei: int = 0
    reward_commission_lpt_wei: int = 0
    tickets: int = 0
    fees_eth_wei: int = 0
    fee_commission_eth_wei: int = 0
    reward_factor: int = 0
    fee_factor: int = 0


@dataclass(frozen=True, slots=True)
class Pending:
    """The last computation: what was stored at the last claim, times factors, plus commission for an orchestrator."""

    delegate: str
    bonded_lpt_wei: int
    fees_eth_wei: int
    start_round: int  # the last claim's, whose factors count as the start
    start_reward_factor: int
    start_fee_factor: int
    reward_factor_round: int
    end_reward_factor: int
    fee_factor_round: int
    end_fee_factor: int
    own_rewards_lpt_wei: int
    own_fees_eth_wei: int
    stake_lpt_wei: int
    pending_fees_eth_wei: int


@dataclass(frozen=True, slots=True)
class Answer:
    """One figure three times: from the raw logs, from the tables, from the contract; None where nobody tells."""

    figure: str
    from_logs: int | str
    from_tables: int | str | None
    from_contract: int | str | None

    @property
    def agrees(self) -> bool:
        return all(other in (None, self.from_logs) for other in (self.from_tables, self.from_contract))


@dataclass(slots=True)
class Trail:
    """Everything an audit found about an address up to the end of a block."""

    address: str
    block: int
    round: int
    logs_read: int = 0
    steps: list[Step] = field(default_factory=list)
    rounds: list[RoundSum] = field(default_factory=list)
    pending: Pending | None = None
    answers: list[Answer] = field(default_factory=list)
    note: str = ""  # why tables or contract are not beside the logs, where they are not
