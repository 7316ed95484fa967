"""Who lives on the simulated network, as plain tables. Stakes are whole LPT, rates parts per million, fees ETH.

The names serve tests, logs and service URIs only; nothing a reader of the chain sees depends on them.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

FIRST_ROUND = 1  # everybody in the opening cast bonds in this round
SURE_PAYER = "tasting-gateway"


class Habit(StrEnum):
    """What a delegator does with its stake over the rounds; `script` gives each its acts."""

    FORGET = "forget"  # bonds once and is never seen again
    TOP_UP = "top up"
    MOVE = "move"  # between its two homes
    REBOND = "rebond"  # unbonds a part, changes its mind
    CASH = "cash"  # unbonds a part and withdraws it at maturity
    EXIT = "exit"  # leaves entirely and comes back to its other home
    SPLIT = "split"  # seeds a second account of its own and hands it half
    FEES = "fees"  # withdraws its fees
    PROFIT = "profit"  # takes out what was earned
    CLAIM = "claim"  # claims earnings, moved by nothing but tidiness
    ASTRAY = "astray"  # once bonded to an address that is no orchestrator
    GIVE = "give"  # bonds for somebody else
    SWING = "swing"  # lifts one of two small orchestrators into the pool, the other drops out
    FLEE = "flee"  # leaves the cut spiker when the cut is up, comes back when it is down
    TIDE = "tide"  # bonds or unbonds so that about half of all LPT stays bonded


@dataclass(frozen=True, slots=True)
class Character:
    """An orchestrator. `misses_ppm` is the chance of missing a round's reward, `reward_slot` the block it calls in."""

    name: str
    stake: int
    reward_cut: int
    fee_share: int
    joins: int = FIRST_ROUND
    misses_ppm: int = 0
    reward_slot: int | None = None  # None: early, at a block of its own
    has_uri: bool = True
    takes_profit: bool = True


@dataclass(frozen=True, slots=True)
class Saver:
    """A delegator. `other` is its second home or account, if its habit needs one."""

    name: str
    home: str
    stake: int
    habit: Habit
    other: str = ""
    period: int = 12  # rounds between two of its turns
    joins: int = FIRST_ROUND
    starts: int = 0  # round of its first turn; 0: some round soon after joining


@dataclass(frozen=True, slots=True)
class Demand:
    """A gateway. Tickets a round and their face value in ETH; `clients` are orchestrators with their weights.

    Deposit and reserve are added every `funds_every` rounds; `payer` funds it in place of itself.
    """

    name: str
    tickets: int
    face_value: tuple[float, float]
    clients: tuple[tuple[str, int], ...]
    deposit: float
    reserve: float
    funds_every: int
    payer: str = ""


CHARACTERS = (
    Character("steady-worker", 420_000, 100_000, 600_000),
    Character("idle-whale", 2_400_000, 50_000, 500_000),  # the largest stake and never a ticket
    Character("small-forge", 28_000, 80_000, 700_000, takes_profit=False),  # much work for its stake
    Character("cut-spiker", 700_000, 50_000, 500_000),
    Character("reward-misser", 380_000, 120_000, 500_000, misses_ppm=350_000),
    Character("newcomer", 60_000, 30_000, 800_000, joins=20),
    Character("edge-of-pool", 16_000, 200_000, 400_000, takes_profit=False),
    Character("self-dealer", 240_000, 300_000, 100_000),  # paid mostly by a gateway it funds itself
    Character("open-hand", 350_000, 20_000, 950_000),
    Character("many-payers", 300_000, 150_000, 500_000),
    Character("ai-specialist", 180_000, 200_000, 400_000),
    Character("hobbyist", 22_000, 100_000, 500_000, misses_ppm=120_000, takes_profit=False),
    Character("leaver", 260_000, 100_000, 500_000, takes_profit=False),
    Character("no-address", 500_000, 250_000, 250_000, has_uri=False),
    Character("full-cut", 1_300_000, 1_000_000, 0),
    Character("burst-worker", 210_000, 100_000, 550_000),
    Character("wandering-address", 160_000, 90_000, 450_000),
    Character("slow-raiser", 640_000, 20_000, 600_000),
    Character("crowd-favourite", 520_000, 70_000, 700_000),
    Character("late-caller", 430_000, 70_000, 600_000, reward_slot=25),
    Character("sleeper", 150_000, 60_000, 500_000, takes_profit=False),  # stops calling reward after some rounds
    Character("waiting-outside", 9_000, 50_000, 500_000, joins=26, takes_profit=False),
)

SAVERS = (
    Saver("forget-1", "steady-worker", 120_000, Habit.FORGET),
    Saver("forget-2", "idle-whale", 250_000, Habit.FORGET),
    Saver("forget-3", "crowd-favourite", 90_000, Habit.FORGET),
    Saver("forget-4", "crowd-favourite", 35_000, Habit.FORGET),
    Saver("forget-5", "full-cut", 40_000, Habit.FORGET),  # earns nothing and never looks
    Saver("forget-6", "no-address", 90_000, Habit.FORGET),
    Saver("forget-7", "leaver", 50_000, Habit.FORGET),  # stranded when its orchestrator resigns
    Saver("forget-8", "sleeper", 10_000, Habit.FORGET),
    Saver("forget-9", "hobbyist", 4_000, Habit.FORGET),
    Saver("forget-10", "edge-of-pool", 3_000, Habit.FORGET),
    Saver("forget-11", "open-hand", 160_000, Habit.FORGET),
    Saver("forget-12", "late-caller", 110_000, Habit.FORGET),
    Saver("topper-1", "crowd-favourite", 60_000, Habit.TOP_UP, period=3),
    Saver("topper-2", "steady-worker", 45_000, Habit.TOP_UP, period=4),
    Saver("topper-3", "open-hand", 80_000, Habit.TOP_UP, period=5),
    Saver("topper-4", "small-forge", 9_000, Habit.TOP_UP, period=6),
    Saver("topper-5", "many-payers", 30_000, Habit.TOP_UP, period=7),
    Saver("topper-6", "newcomer", 15_000, Habit.TOP_UP, period=4, joins=23),
    Saver("topper-7", "crowd-favourite", 25_000, Habit.TOP_UP, period=9),
    Saver("mover-1", "steady-worker", 140_000, Habit.MOVE, other="open-hand", period=11),
    Saver("mover-2", "crowd-favourite", 75_000, Habit.MOVE, other="late-caller", period=8),
    Saver("mover-3", "slow-raiser", 180_000, Habit.MOVE, other="many-payers", period=17),
    Saver("mover-4", "reward-misser", 95_000, Habit.MOVE, other="steady-worker", period=13),
    Saver("mover-5", "leaver", 70_000, Habit.MOVE, other="newcomer", period=90, starts=48),
    Saver("rebonder-1", "crowd-favourite", 50_000, Habit.REBOND, period=10),
    Saver("rebonder-2", "cut-spiker", 150_000, Habit.REBOND, period=12),
    Saver("rebonder-3", "many-payers", 65_000, Habit.REBOND, period=14),
    Saver("casher-1", "idle-whale", 130_000, Habit.CASH, period=12),
    Saver("casher-2", "crowd-favourite", 110_000, Habit.CASH, period=15),
    Saver("casher-3", "slow-raiser", 120_000, Habit.CASH, period=13),
    Saver("casher-4", "cut-spiker", 160_000, Habit.CASH, period=18),
    Saver("exiter-1", "crowd-favourite", 85_000, Habit.EXIT, other="open-hand", period=16),
    Saver("exiter-2", "ai-specialist", 60_000, Habit.EXIT, other="steady-worker", period=21),
    Saver("exiter-3", "reward-misser", 55_000, Habit.EXIT, other="many-payers", period=19),
    Saver("splitter-1", "crowd-favourite", 240_000, Habit.SPLIT, other="second-account-1", period=36),
    Saver("splitter-2", "open-hand", 200_000, Habit.SPLIT, other="second-account-2", period=41),
    Saver("collector-1", "small-forge", 11_000, Habit.FEES, period=5),
    Saver("collector-2", "open-hand", 120_000, Habit.FEES, period=7),
    Saver("collector-3", "many-payers", 90_000, Habit.FEES, period=9),
    Saver("collector-4", "ai-specialist", 70_000, Habit.FEES, period=11),
    Saver("profit-1", "crowd-favourite", 260_000, Habit.PROFIT, period=14),
    Saver("profit-2", "late-caller", 90_000, Habit.PROFIT, period=20),
    Saver("profit-3", "slow-raiser", 150_000, Habit.PROFIT, period=17),
    Saver("claimant-1", "burst-worker", 90_000, Habit.CLAIM, period=10),
    Saver("astray-1", "wandering-address", 100_000, Habit.ASTRAY, other="nobody", starts=12),
    Saver("giver-1", "self-dealer", 60_000, Habit.GIVE, other="forget-9", period=22),
    Saver("backer-1", "edge-of-pool", 22_000, Habit.SWING, other="waiting-outside", joins=34, starts=56),
    Saver("fleer-1", "cut-spiker", 190_000, Habit.FLEE, other="steady-worker"),
    Saver("tide-1", "idle-whale", 420_000, Habit.TIDE, period=3),
    Saver("tide-2", "crowd-favourite", 380_000, Habit.TIDE, period=4),
)

DEMANDS = (
    Demand(
        "studio-gateway",
        8,
        (0.04, 0.08),
        (("steady-worker", 5), ("many-payers", 3), ("crowd-favourite", 2), ("open-hand", 2), ("small-forge", 5)),
        deposit=5.5,
        reserve=1.0,
        funds_every=10,
    ),
    Demand(
        "ai-gateway",
        3,
        (0.10, 0.25),
        (("ai-specialist", 8), ("burst-worker", 2), ("many-payers", 1)),
        deposit=8.0,
        reserve=2.0,
        funds_every=11,
    ),
    Demand(
        "community-gateway",
        6,
        (0.02, 0.05),
        (("small-forge", 9), ("hobbyist", 1), ("edge-of-pool", 1), ("many-payers", 1), ("newcomer", 3)),
        deposit=2.6,
        reserve=0.5,
        funds_every=12,
    ),
    Demand(
        "own-gateway",
        4,
        (0.05, 0.05),
        (("self-dealer", 1),),
        deposit=2.0,
        reserve=0.2,
        funds_every=9,
        payer="self-dealer",
    ),
    Demand(  # its tickets exceed its deposit, so the reserve pays and not all of it
        "overdrawn-gateway",
        2,
        (0.6, 1.0),
        (("many-payers", 2), ("steady-worker", 2), ("late-caller", 2), ("slow-raiser", 1), ("burst-worker", 1)),
        deposit=0.5,
        reserve=3.0,
        funds_every=3,
    ),
    Demand(
        "events-gateway",
        6,
        (0.01, 0.12),
        (("burst-worker", 5), ("wandering-address", 2), ("late-caller", 2), ("slow-raiser", 1), ("reward-misser", 1)),
        deposit=4.0,
        reserve=1.0,
        funds_every=10,
    ),
    Demand(
        "passing-gateway",
        3,
        (0.03, 0.06),
        (("crowd-favourite", 2), ("wandering-address", 1), ("cut-spiker", 1), ("no-address", 1), ("leaver", 1)),
        deposit=3.0,
        reserve=1.0,
        funds_every=0,  # comes and goes, see `script`
    ),
    Demand(  # a programme that hands out small sums in the shape of tickets that cannot lose
        SURE_PAYER,
        4,
        (0.001, 0.004),
        (
            *(("steady-worker", 1), ("open-hand", 1), ("many-payers", 1), ("ai-specialist", 1), ("late-caller", 1)),
            *(("cut-spiker", 1), ("reward-misser", 1), ("crowd-favourite", 1), ("self-dealer", 1), ("full-cut", 1)),
        ),
        deposit=0.4,
        reserve=0.2,
        funds_every=20,
    ),
)
