"""What the district offers: one folder per service, listed here in routing order (README.md says how to add one)."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path

from bot.capability import Capability
from bot.settings import Settings
from dialogs import account, booking, centres, events, questions, staff, urgent, voucher
from knowledge.city import City, folders_of, load_city, stamp
from knowledge.current import Current
from knowledge.entries import Spot
from knowledge.privacy import PrivacyNote, load_privacy
from knowledge.shelves import shelves

__all__ = ["capabilities", "home", "is_demo", "places", "telephone", "wording"]


_Stamp = tuple[tuple[str, int, int], ...]


@lru_cache(maxsize=8)
def _home(pack: str, content: Path, _stamp: _Stamp) -> tuple[City, PrivacyNote]:
    folders = folders_of(pack, content)
    return load_city(*folders), load_privacy(*folders)


def _read(settings: Settings) -> tuple[City, PrivacyNote]:
    """The pack and its note, read once for as long as the district's own files stay what they are."""
    content = settings.data_dir / "content"
    return _home(settings.city, content, stamp(settings.city, content))


def home(settings: Settings) -> City:
    """The home pack: the one that comes with the program, single files replaced by the district's own content."""
    return _read(settings)[0]


def privacy_note(settings: Settings) -> PrivacyNote:
    """The home pack's privacy note."""
    return _read(settings)[1]


def capabilities(settings: Settings) -> tuple[Capability, ...]:
    """Every service, in routing order. Raises PackError for a pack that cannot be used."""
    city, answers = home(settings), corpus(settings)
    return (
        urgent.capability(),
        voucher.capability(city),
        booking.capability(city, answers.get),
        events.capability(city),
        centres.capability(city),
        account.capability(privacy_note(settings)),
        staff.capability(places(settings)),
        questions.capability(answers, city.code),
    )


def corpus(settings: Settings) -> Current:
    """The answers of the program, of the home pack and of the district's own content, the last winning."""
    city = home(settings)
    return Current(shelves(settings.city, settings.data_dir / "content", Spot(city.code, city.settings.name)))


def is_demo(settings: Settings) -> bool:
    """Whether the home pack is an invented one."""
    return home(settings).demo


def telephone(settings: Settings) -> str:
    """The number at which a person of the home pack answers; empty where none is given."""
    phones = home(settings).settings.staff_telephones
    return phones[0].number if phones else ""


def places(settings: Settings) -> dict[str, str]:
    """The home pack's places: id and name."""
    return {place.id: place.name for place in home(settings).places}


def wording(settings: Settings) -> str:
    """The version of the home pack's privacy note."""
    return privacy_note(settings).version
