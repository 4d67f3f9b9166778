"""What is kept and what was agreed to: shown, taken back, erased."""

from __future__ import annotations

from typing import Any

from bot import homes
from bot.capability import NotDone
from bot.clock import instant, local_date, ms
from bot.desk import open_case
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.account.service.note import page, standing, values
from knowledge.privacy import PrivacyNote


def privacy(turn: Turn, note: PrivacyNote) -> None:
    """What is kept and how to end it; then the consents given, each with a button that takes it back."""
    turn.say("account.privacy", page=page(turn), **values(turn.ground, note, turn.lang))
    if turn.overheard:
        return
    given = standing(turn.db, turn.who.id)
    if not given:
        turn.say("account.no_consents", [Button(turn.label("common.button.person"), id="w:person")])
    for row in given:
        name = turn.db.value("SELECT name FROM subject WHERE id = :id", id=row["subject_id"])
        button = turn.action(
            "consent.revoke",
            "account.button.revoke",
            {"consent": int(row["id"])},
            purpose=_short(turn, row["purpose"]),
        )
        turn.say(
            "account.consent",
            [button],
            purpose=_purpose(turn, row["purpose"]),
            given=_day(turn, row["given"]),
            subject="" if name is None else turn.unseal(name, "subject.name"),
        )


def revoke(turn: Turn, payload: dict[str, Any]) -> None:
    """Before a consent is taken back it is said what follows; the button stays good, the next one does it."""
    row = _given(turn, payload)
    if row is None:
        turn.say("account.revoked_before")
        return
    turn.say(
        "home.revoking" if row["purpose"] == homes.PURPOSE else "account.revoking",
        [
            turn.action(
                "consent.revoke_now", "account.button.revoke_now", payload, deadline=turn.in_(days=1)
            ),
            Button(turn.label("account.button.keep"), id="w:menu"),
        ],
        purpose=_purpose(turn, row["purpose"]),
    )
    raise NotDone


def revoke_now(turn: Turn, payload: dict[str, Any]) -> None:
    """Take one consent back: every service ends what it did under it, and a case is left for what remains."""
    row = _given(turn, payload)
    if row is None:
        turn.say("account.revoked_before")
        return
    gone = [homes.said(turn, home) for home in homes.known(turn) if home.whose.subject == row["subject_id"]]
    turn.db.run(
        "UPDATE consent SET revoked = :now WHERE person_id = :person AND purpose = :purpose AND revoked IS NULL"
        " AND coalesce(subject_id, 0) = :subject",
        now=ms(turn.now),
        person=turn.who.id,
        purpose=row["purpose"],
        subject=row["subject_id"] or 0,
    )
    turn.audit("consent.revoked", f"consent:{row['id']}", purpose=row["purpose"])
    if row["purpose"] == homes.PURPOSE:  # nothing is left for staff to bring to an end
        turn.say("home.forgotten", homes=gone)
        _tell(turn, row)
        return
    case = open_case(turn, "consent_revoked", f"consent:{row['id']}")
    turn.say("account.revoked", purpose=_purpose(turn, row["purpose"]), case=case)
    _tell(turn, row)


def _tell(turn: Turn, row: Row) -> None:
    """Every service ends what it did under the consent."""
    if turn.everyone is not None:
        subject = row["subject_id"]
        turn.everyone.revoked(turn, None if subject is None else int(subject), row["purpose"])


def _given(turn: Turn, payload: dict[str, Any]) -> Row | None:
    return turn.db.one(
        "SELECT id, purpose, subject_id FROM consent WHERE id = :id AND person_id = :person AND revoked IS NULL",
        id=payload["consent"],
        person=turn.who.id,
    )


def describe(turn: Turn, number: int) -> str:
    """A consent, for duty staff: to what, and for whom."""
    row = turn.db.one(
        "SELECT c.purpose, s.name FROM consent c LEFT JOIN subject s ON s.id = c.subject_id WHERE c.id = :id",
        id=number,
    )
    if row is None:
        return ""
    named = [] if row["name"] is None else [turn.unseal(row["name"], "subject.name")]
    return " · ".join([_purpose(turn, row["purpose"]), *named])


def _short(turn: Turn, purpose: str) -> str:
    """A purpose in the few characters a button has."""
    key = f"account.short.{purpose}"
    return turn.label(key if turn.ground.texts.has(key) else "account.short.other")


def _purpose(turn: Turn, purpose: str) -> str:
    key = f"account.purpose.{purpose}"
    return turn.label(key if turn.ground.texts.has(key) else "account.purpose.other")


def _day(turn: Turn, at: Any) -> str:
    return local_date(instant(int(at)), turn.ground.settings.zone).isoformat()
