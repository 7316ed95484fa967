"""What orchestrators call themselves. A label beside an address, never in its place."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db.models import Count, Max, Q

from apps.network.models import Avatar, Identity

STALE_AFTER = timedelta(days=3)  # three daily turns missed
LOOK_ALIKE = "Written with letters that may be taken for others; go by the address."
SHARED = "Another orchestrator had the same name when it was last asked; go by the address."


@dataclass(frozen=True, slots=True)
class Name:
    """A name proved to lead back to its address; `doubt` says in a sentence why it may mislead, else empty."""

    text: str
    source: str
    doubt: str


@dataclass(frozen=True, slots=True)
class Card:
    """Everything one orchestrator says of itself. Links are http or https, account names are bare."""

    row: Identity
    name: Name | None
    picture: str  # digest of the picture kept here, empty for none

    @property
    def avatar_path(self) -> str | None:
        """Where its picture is served; another picture has another address."""
        return f"/avatars/{self.row.address}/?v={self.picture[:8]}" if self.picture else None

    @property
    def is_stale(self) -> bool:
        return self.row.checked_at is not None and datetime.now(UTC) - self.row.checked_at > STALE_AFTER


@dataclass(frozen=True, slots=True)
class Reading:
    """How asking for names goes: rows, those with a name, those whose last turn failed, and the newest answer."""

    asked: int
    named: int
    failing: int
    last: datetime | None
    trouble: str

    @property
    def is_stale(self) -> bool:
        return self.last is not None and datetime.now(UTC) - self.last > STALE_AFTER


def reading() -> Reading | None:
    """None while nobody was ever to be asked for. One query."""
    found = Identity.objects.aggregate(
        asked=Count("pk"),
        named=Count("pk", filter=~Q(name="")),
        failing=Count("pk", filter=~Q(trouble="")),
        last=Max("checked_at"),
        trouble=Max("trouble"),
    )
    return Reading(**{**found, "trouble": found["trouble"] or ""}) if found["asked"] else None


def names() -> dict[str, Name]:
    """Every name there is, by address. One query."""
    found = list(Identity.objects.exclude(name="").values_list("address", "name", "source", "look_alike"))
    times = Counter(name for _, name, _, _ in found)
    return {
        address: Name(name, source, _doubt(look_alike=look_alike, times=times[name]))
        for address, name, source, look_alike in found
    }


def names_version() -> tuple[object, ...]:
    """Equal as long as `names` gives the same. One query."""
    found = Identity.objects.aggregate(all=Count("pk"), named=Count("pk", filter=~Q(name="")), last=Max("checked_at"))
    return (found["all"], found["named"], found["last"])


def _doubt(*, look_alike: bool, times: int) -> str:
    return SHARED if times > 1 else LOOK_ALIKE if look_alike else ""


def card(address: str) -> Card | None:
    """What the source said of an address; None where it was never asked, or said nothing. Three queries."""
    row = Identity.objects.filter(address=address, checked_at__isnull=False).first()
    if row is None or not row.name:
        return None
    times = Identity.objects.filter(name=row.name).count()
    digest = Avatar.objects.filter(identity=row).values_list("digest", flat=True).first()
    return Card(row, Name(row.name, row.source, _doubt(look_alike=row.look_alike, times=times)), digest or "")


def address_of(name: str) -> str | None:
    """The address that has this name; of several the one that was proved last. None for a name nobody has."""
    found = Identity.objects.filter(name=name.lower()).exclude(name="").order_by("-l1_block", "address")
    return found.values_list("address", flat=True).first()


def avatar(address: str) -> Avatar | None:
    """The picture of an address, None where none could be had."""
    return Avatar.objects.filter(identity=address).exclude(media_type="").first()
