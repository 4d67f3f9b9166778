"""A word to the place: short, sealed, shown in its list, without amounts of medicine, gone a month later with the card."""

from __future__ import annotations

import re
from datetime import time
from typing import Any, Literal

from bot.capability import Claim, NotDone
from bot.store.session import Row
from bot.turn import Turn
from dialogs.booking.rules import illness, medicine
from dialogs.booking.rules.note import REMOVE
from dialogs.booking.service import holding, kept
from dialogs.booking.service.child import sick
from knowledge.city import City

LISTED = time(7, 30)
"""From then on a place has its list of the day: what is added is told to it at once."""
STANDING = ("booked", "came")
_SAY = re.compile(
    r"\s*(?:我?(?:想|要)?(?:请|麻烦)?(?:帮我)?)(?:跟|和|给|同|告诉|转告)(?:一下)?(?:园里|老师|园方|园所|托育园|托育中心|阿姨|保育员)(?:们)?"
    r"(?:(?:说|讲|留|捎|带)(?:一?句话?|一声|个?言|个话|一下)?)?[\s:：,，]*(.*)",
    re.DOTALL,
)
_TELL = re.compile(r"\s*(?:please )?(?:tell|write to|note to|message to) the (?:nursery|teachers?|carers?|centre)\b[\s:,]*(?:that )?(.*)", re.IGNORECASE | re.DOTALL)  # fmt: skip


def claims(text: str, turn: Turn) -> Claim | None:
    """跟园里说一句, with what is to be said where it follows: then only for who has a booking."""
    found = _SAY.fullmatch(text) or _TELL.fullmatch(text)
    if found is None:
        return None
    said = found[1].strip()
    if not said:
        return Claim(flow="child_note")
    return Claim(flow="child_note", known={"words": said}) if _standing(turn) and len(said) <= 200 else None


def say(turn: Turn, payload: dict[str, Any]) -> None:
    """Begin the word about one booking; `sick`: about the illness for which it was cancelled."""
    turn.start("child_note", stay=str(payload["booking"]), sick=bool(payload.get("sick")))
    raise NotDone


def look(turn: Turn, city: City) -> Literal["one", "which", "none"]:
    """About which stay."""
    data = turn.data
    data.setdefault("sick", False)
    data["ways"] = []
    rows = _standing(turn)
    if "stay" in data:
        row = holding.by_number(turn, int(data["stay"]))
        if row["note"] is not None:
            data["ways"] = [{"value": REMOVE, "label": turn.label("child_note.button.remove")}]
        data["place_name"] = kept.told(turn, city, row)["place_name"]
        return "one"
    if not rows:
        return "none"
    data["stays"] = [
        {"value": str(row["id"]), "label": turn.label("child_note.stay_label", **kept.told(turn, city, row))}
        for row in rows
    ]
    if len(rows) == 1:
        data["stay"] = str(rows[0]["id"])
        return look(turn, city)
    return "which"


def keep(
    turn: Turn, city: City, corpus: sick.Corpus | None = None
) -> Literal["kept", "told", "removed", "gone"]:
    """Keep it with the booking; a place that has its list already, or hears why a child does not come, is told at once."""
    data = turn.data
    row = holding.by_number(turn, int(data["stay"]))
    if row["person_id"] != turn.who.id or (row["state"] not in STANDING and not data["sick"]):
        return "gone"
    data["place_name"] = kept.told(turn, city, row)["place_name"]
    words = str(data["words"])
    if words == REMOVE:
        turn.db.run("UPDATE booking SET note = NULL WHERE id = :id", id=row["id"])
        return "removed"
    if medicine.speaks_of(words):
        turn.say("child_card.medicine")
    data["words"] = words = medicine.without_amounts(words)
    if data["sick"]:
        _tell(turn, city, row, words)
        return "told"
    turn.db.run(
        "UPDATE booking SET note = :note WHERE id = :id", note=turn.seal(words, "booking.note"), id=row["id"]
    )
    turn.audit("booking.noted", f"booking:{row['id']}")
    now = turn.now.astimezone(turn.ground.settings.zone)
    if row["day"] == turn.today.isoformat() and now.time() >= LISTED:
        _tell(turn, city, row, words)
    heard = illness.told(words)
    if heard is not None and heard.away:
        sick.offer(turn, city, [row], heard, corpus)
    return "kept"


def of(turn: Turn, row: Row) -> str:
    """The word of a family to the place of its booking; "" where there is none. For staff of that place."""
    return "" if row["note"] is None else turn.unseal(row["note"], "booking.note")


def _tell(turn: Turn, city: City, row: Row, words: str) -> None:
    turn.push_staff(
        (holding.ROLE,), "child_note.says", place=str(row["place"]), words=words, **kept.told(turn, city, row)
    )


def _standing(turn: Turn) -> list[Row]:
    """The person's stays that are not over."""
    return turn.db.all(
        "SELECT * FROM booking WHERE person_id = :person AND state IN ('booked', 'came') AND day >= :day ORDER BY day, starts",
        person=turn.who.id,
        day=turn.today.isoformat(),
    )
