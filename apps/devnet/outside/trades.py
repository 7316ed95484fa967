"""What each character does for its fees: kinds of work, prices, cards, and how well. Of some nobody reports a thing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

GB = 2**30


@dataclass(frozen=True, slots=True)
class Card:
    name: str
    memory_bytes: int


RTX_5090 = Card("NVIDIA GeForce RTX 5090", 34_190_917_632)
RTX_4090 = Card("NVIDIA GeForce RTX 4090", 25_757_220_864)
RTX_3090 = Card("NVIDIA GeForce RTX 3090", 25_438_126_080)
A4000 = Card("NVIDIA RTX A4000", 16_908_615_680)
P4 = Card("Tesla P4", 8_053_063_680)


@dataclass(frozen=True, slots=True)
class Pipeline:
    """A kind of work with the names its sources use: a capability id, a slug and a display name."""

    capability: int
    slug: str
    display: str
    streams: bool = False


LIVE = Pipeline(35, "live-video-to-video", "Live video to video", streams=True)
TEXT_TO_IMAGE = Pipeline(27, "text-to-image", "Text to image")
IMAGE_TO_IMAGE = Pipeline(28, "image-to-image", "Image to image")
UPSCALE = Pipeline(30, "upscale", "Upscale")
AUDIO = Pipeline(31, "audio-to-text", "Audio to text")
SEGMENT = Pipeline(32, "segment-anything-2", "Segment anything 2")
LLM = Pipeline(33, "llm", "Llm")
IMAGE_TO_TEXT = Pipeline(34, "image-to-text", "Image to text")
SPEECH = Pipeline(36, "text-to-speech", "Text to speech")
BYOC = Pipeline(37, "byoc", "Byoc")
MUSIC = Pipeline(41, "video-to-music", "Video to music")  # in no list of job types: such ids appear without notice


@dataclass(frozen=True, slots=True)
class Service:
    """One model a node serves: wei a unit, how many slots, and how much of them is busy on a usual day."""

    pipeline: Pipeline
    model: str
    price_wei: int
    slots: int = 1
    busy_ppm: int = 400_000
    warm: bool = True


@dataclass(frozen=True, slots=True)
class Trade:
    """One node's. `near` is the region it stands in; without `pixel_wei` it does not transcode."""

    near: str
    quality_ppm: int
    pixel_wei: int | None = None
    services: tuple[Service, ...] = ()
    cards: tuple[tuple[Card, int], ...] = ()
    own_key: bool = False  # its node signs with another key than the account's
    tested: bool = True  # by the leaderboard
    known: bool = True  # to gateways, and so in capabilities


SDXL, RESTYLE = "streamdiffusion-sdxl", "streamdiffusion-sdxl-v2v"
LIGHTNING, WHISPER = "SG161222/RealVisXL_V4.0_Lightning", "openai/whisper-large-v3"
LLAMA, PIX2PIX = "meta-llama/Meta-Llama-3.1-8B-Instruct", "timbrooks/instruct-pix2pix"

TRADES: Mapping[str, Trade] = {
    "steady-worker": Trade("FRA", 985_000, 720, cards=((RTX_3090, 4),)),
    "idle-whale": Trade("NYC", 930_000, 909, cards=((A4000, 1),)),
    "small-forge": Trade("LON", 990_000, 610, (Service(AUDIO, WHISPER, 12_900_000, 2),), ((A4000, 2),)),
    "cut-spiker": Trade("NYC", 900_000, 880, known=False),
    "reward-misser": Trade("LAX", 820_000, 800, (Service(LIVE, SDXL, 2_330, 2),), ((RTX_4090, 1),)),
    "newcomer": Trade(
        "FRA", 960_000, 500, (Service(SPEECH, "parler-tts/parler-tts-large-v1", 4_770_000),), ((A4000, 1),)
    ),
    "self-dealer": Trade("SIN", 940_000, 650),
    "open-hand": Trade(
        "FRA",
        975_000,
        700,
        (Service(LLM, LLAMA, 56_909_258, 4), Service(TEXT_TO_IMAGE, LIGHTNING, 4_722_221, 2)),
        ((RTX_4090, 2),),
    ),
    "many-payers": Trade(
        "LON",
        970_000,
        690,
        (
            Service(TEXT_TO_IMAGE, LIGHTNING, 4_722_221, 3),
            Service(IMAGE_TO_IMAGE, PIX2PIX, 9_046_464, 1, warm=False),
            Service(UPSCALE, "stabilityai/stable-diffusion-x4-upscaler", 5_530_000, 1, busy_ppm=150_000),
        ),
        ((RTX_4090, 3), (RTX_3090, 1)),
    ),
    "ai-specialist": Trade(
        "FRA",
        992_000,
        None,
        (
            Service(LIVE, SDXL, 2_287, 6, busy_ppm=700_000),
            Service(LIVE, RESTYLE, 2_600, 2, busy_ppm=500_000),
            Service(TEXT_TO_IMAGE, LIGHTNING, 4_722_221, 2),
            Service(LLM, LLAMA, 56_909_258, 4, busy_ppm=300_000),
        ),
        ((RTX_5090, 8), (RTX_4090, 2)),
        own_key=True,
        tested=True,
    ),
    "hobbyist": Trade(
        "STO", 930_000, 640, (Service(IMAGE_TO_TEXT, "Salesforce/blip-image-captioning-large", 4_770_000),), ((P4, 1),)
    ),
    "leaver": Trade("MIA", 700_000, 800, known=False),  # resigned on chain, still on the board
    "full-cut": Trade("SAO", 910_000, 750),
    "burst-worker": Trade(
        "LAX", 965_000, None, (Service(LIVE, SDXL, 2_330, 4, busy_ppm=550_000),), ((RTX_5090, 4),), own_key=True
    ),
    "wandering-address": Trade(
        "HND", 880_000, 700, (Service(MUSIC, "tune-maker-2", 81_000, 1, busy_ppm=200_000),), ((RTX_4090, 1),)
    ),
    "slow-raiser": Trade("NYC", 950_000, 700, (Service(LIVE, RESTYLE, 3_000, 1),), ((RTX_4090, 1),)),
    "crowd-favourite": Trade(
        "NYC", 978_000, 680, (Service(SEGMENT, "facebook/sam2-hiera-large", 2_040_000, 2),), ((RTX_3090, 2),)
    ),
    "late-caller": Trade(
        "SIN",
        955_000,
        900,
        (Service(BYOC, "openai-chat-completions", 2_500, 4), Service(LIVE, SDXL, 2_330, 1)),
        ((RTX_5090, 1),),
    ),
    "sleeper": Trade("FRA", 860_000, 700, tested=False),
}  # edge-of-pool, no-address and waiting-outside: nobody reports anything of them

REGIONS: Mapping[str, str] = {
    "FRA": "Frankfurt",
    "HND": "Tokyo",
    "LAX": "Los Angeles",
    "LON": "London",
    "MIA": "Miami",
    "NYC": "New York City",
    "SAO": "São Paulo",
    "SIN": "Singapore",
    "STO": "Stockholm",
}
AI_REGIONS = ("FRA", "LAX", "NYC")
_CONTINENT = {"FRA": 0, "LON": 0, "STO": 0, "NYC": 1, "MIA": 1, "LAX": 1, "SAO": 1, "HND": 2, "SIN": 2}

# the gateways whose telemetry reaches the analytics, and who runs them; transcoding reaches it from nobody
REPORTERS: Mapping[str, str] = {"ai-gateway": "weir-labs", "events-gateway": "open-sluice"}


def distance(one: str, other: str) -> int:
    """0 in the same place, 1 on one continent, 2 beyond."""
    if one == other:
        return 0
    return 1 if _CONTINENT[one] == _CONTINENT[other] else 2
