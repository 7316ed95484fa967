"""The deeds of the simulated community, as plain tables: who claims what, where it can be seen, who says what of it.

Hosts under .example exist nowhere but here: the name is reserved for examples. Some of what is claimed is not so, as
in any community: a guide that is another's, a workshop of which nothing can be seen, a claim taken back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

CODE, FORUM, PACKAGES = "https://code.example", "https://forum.example", "https://packages.example"
PAGES, EXPLORER = "https://pages.example", "https://explorer.example"
POLL_LINK = f"{EXPLORER}/voting/{{poll}}"  # filled in where the chain is known
ENDORSE, DISPUTE = 1, 0


@dataclass(frozen=True, slots=True)
class Deed:
    """One claim: `began` and `ended` are days before it is signed. `amends` is the title of the version before."""

    author: str
    category: str
    title: str
    links: tuple[str, ...]
    began: int
    ended: int
    amends: str = ""


@dataclass(frozen=True, slots=True)
class Word:
    """What somebody says of a claim, named by its title."""

    of: str
    title: str
    verdict: int
    reason: str
    conflict: str = ""


@dataclass(frozen=True, slots=True)
class Withdrawal:
    """A claim that its author takes back."""

    of: str
    title: str
    reason: str


VOTER = "{voter}"  # a node that voted in the first poll, whichever that is for this seed
CALL, GUIDE, COUNTER = "Led the monthly operators' call", "A guide to one node on one small card", "A ticket counter"
HELP, HELP_MORE = "Helped new operators", "Helped new operators set up their first node"
COPY, WORKSHOP, BOARD = "Guide for small nodes", "Hosted the summer workshop", "A public dashboard of round times"
WARM, EXPLAINED, STREAM = "Scripts that warm models up", "Explained the first poll to delegators", "A free test stream"
SOMEBODY_ELSES = "Translated the handbook"

SAYINGS: tuple[Deed | Word | Withdrawal, ...] = (
    Deed("hobbyist", "guides", GUIDE, (f"{PAGES}/hobbyist/one-small-card",), 75, 61),
    Deed("open-hand", "meetings", CALL, (f"{FORUM}/t/operators-call/101/1", f"{FORUM}/t/operators-call/101/3"), 40, 10),
    Deed(
        "small-forge",
        "software",
        COUNTER,
        (f"{CODE}/mill-tools/ticket-counter/pull/7", f"{CODE}/mill-tools/ticket-counter/releases/tag/v1.2.0"),
        120,
        95,
    ),
    Word("steady-worker", GUIDE, ENDORSE, "I sent three newcomers there, and all three had a node by evening."),
    Word("many-payers", GUIDE, ENDORSE, "Correct down to the memory figures; I checked them on a card of my own."),
    Word("crowd-favourite", CALL, ENDORSE, "I was in both calls. The notes say what was said."),
    Deed("newcomer", "support", HELP, (f"{FORUM}/t/first-node/102/2",), 20, 6),
    Deed("crowd-favourite", "infrastructure", BOARD, (f"{PAGES}/crowd-favourite/round-times",), 200, 4),
    Word("many-payers", COUNTER, ENDORSE, "It runs beside my node since its second release."),
    Word("steady-worker", COUNTER, ENDORSE, "Found two of my missing tickets.", "It is used by my own node."),
    Deed("ai-specialist", "software", WARM, (f"{PACKAGES}/project/warm-start/0.4.1/",), 33, 30),
    Word("newcomer", WARM, ENDORSE, "Cut my cold start from forty seconds to three."),
    Deed("newcomer", "support", HELP_MORE, (f"{FORUM}/t/first-node/102/2", f"{FORUM}/t/first-node/102/5"), 20, 5, HELP),
    Word("steady-worker", HELP_MORE, ENDORSE, "Patient answers, and right ones."),
    Deed("self-dealer", "meetings", WORKSHOP, (f"{PAGES}/self-dealer/workshop",), 90, 88),
    Word("steady-worker", BOARD, ENDORSE, "I look at it every day."),
    Word("many-payers", BOARD, ENDORSE, "Open source, no account needed, up whenever I asked."),
    Deed("slow-raiser", "guides", COPY, (f"{PAGES}/hobbyist/one-small-card?copy=1",), 50, 45),
    Word("many-payers", COPY, DISPUTE, "This is the guide of hobbyist, who signed it: the page names another account."),
    Deed(VOTER, "governance", EXPLAINED, (POLL_LINK, f"{FORUM}/t/first-poll/103/4"), 60, 55),
    Deed("burst-worker", "other", STREAM, (f"{PAGES}/burst-worker/test-stream",), 15, 2),
    Word("cut-spiker", STREAM, ENDORSE, "Handy.", "We share a rack."),
    Deed("cut-spiker", "guides", SOMEBODY_ELSES, (f"{PAGES}/cut-spiker/handbook",), 12, 9),
    Withdrawal("cut-spiker", SOMEBODY_ELSES, "A colleague did it under my name; it is theirs to claim."),
)


@dataclass(frozen=True, slots=True)
class Change:
    """A change in a repository of the code host."""

    author: str
    title: str
    merged_by: str
    days_ago: int


CHANGES: Mapping[tuple[str, str], Change] = {
    ("mill-tools/ticket-counter", "7"): Change(
        "small-forge", "Count tickets by round and by gateway", "open-hand", 100
    ),
}
RELEASES: Mapping[tuple[str, str], Change] = {
    ("mill-tools/ticket-counter", "v1.2.0"): Change("small-forge", "1.2.0: by gateway", "open-hand", 96),
}
POSTS: Mapping[tuple[str, int], tuple[str, str, str, int]] = {  # author, title, words, days ago
    ("101", 1): ("open-hand", "Operators' call", "Notes of the call: reward timing, new cards, questions.", 38),
    ("101", 3): (
        "open-hand",
        "Operators' call",
        "Notes of the second call: gateways <script>shout()</script> met.",
        10,
    ),
    ("102", 2): ("newcomer", "My first node", "Check that the service address answers from outside.", 18),
    ("102", 5): ("newcomer", "My first node", "Then set the cuts before the round is locked.", 6),
    ("103", 4): (VOTER, "The first poll", "What five rounds instead of seven would mean for you.", 58),
}
PACKAGES_KNOWN: Mapping[str, tuple[str, str, int]] = {"warm-start": ("ai-specialist", "0.4.1", 31)}
TEXTS: Mapping[tuple[str, str], tuple[str, tuple[str, ...]]] = {  # of (author, page): title, and paragraphs
    ("hobbyist", "one-small-card"): (
        GUIDE,
        (
            "Eight gigabytes are enough. This guide goes from an empty machine to the first paid ticket in an evening.",
            "Start with the driver and the container runtime. Then fetch the model, and look at what memory it takes "
            "before anything else runs beside it. Leave a gigabyte free, or the first long prompt ends the process.",
            "Set the service address to a name and not to a number, so that a new line does not cost a transaction. "
            "Open the one port that gateways ask, and try it from outside.",
            "Call reward every round. A small node earns more by never missing a round than by any other setting.",
        ),
    ),
    ("crowd-favourite", "round-times"): (
        BOARD,
        (
            "Length of each round, when it was initialised and by whom, as a table and as a picture, for everybody.",
            "The numbers come from the contracts' own logs and are made anew with each round. The code is open: who "
            "doubts a figure can work it out again, and whoever needs another one can ask for it in the forum.",
        ),
    ),
    ("burst-worker", "test-stream"): (
        STREAM,
        (
            "A stream that never ends, for trying out players and gateways. No account, no key, no promise of speed.",
            "It shows a clock, so that delay can be read from it, and a pattern, so that lost frames can be seen. Use "
            "it for tests and for workshops; tell me if you need it in another size.",
        ),
    ),
    ("cut-spiker", "handbook"): ("The handbook, translated", ("A translation in the making.",)),
}
