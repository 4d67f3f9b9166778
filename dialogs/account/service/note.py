"""The privacy note in the chat and as a page, and what follows when a new version of it changes something.

Consents carry the version they were given to. Whoever agreed to an earlier one is told of a material change when they
are next here, and asked; until they answer what they agreed to before goes on.
"""

from __future__ import annotations

from typing import Any

from bot.capability import NotDone
from bot.clock import ms
from bot.messages import Button
from bot.store.session import Db, Row
from bot.turn import Ground, Turn
from knowledge.privacy import PrivacyNote


def values(ground: Ground, note: PrivacyNote, lang: str) -> dict[str, Any]:
    """What the note says in a language, for the texts that show it."""
    en = lang == "en"
    return {
        "responsible": note.responsible_en if en else note.responsible,
        "telephone": note.telephone or ground.telephone,
        "kept": [
            {"what": k.what_en, "purpose": k.purpose_en, "until": k.until_en}
            if en
            else {"what": k.what, "purpose": k.purpose, "until": k.until}
            for k in note.kept
        ],
        "seen_by": note.seen_by_en if en else note.seen_by,
        "version": note.version,
        "since": note.since.isoformat(),
    }


def page(turn: Turn) -> str:
    """The address of the note's own page; empty where nobody else could open it."""
    settings, web = turn.ground.settings, turn.place is not None and turn.place.channel == "web"
    return f"{settings.page}/privacy?lang={turn.lang}" if web or settings.public_url else ""


def sheet(ground: Ground, lang: str, note: PrivacyNote) -> tuple[str, str]:
    """/privacy: the same words for everybody."""
    shown = ground.texts.render(lang, "account.privacy", {"page": "", **values(ground, note, lang)})
    return ground.texts.label(lang, "account.privacy_title"), shown.split("\n", 1)[1]


def standing(db: Db, person: int) -> list[Row]:
    """The consents a person has given and not taken back: of each purpose and subject the latest."""
    return db.all(
        "SELECT id, purpose, subject_id, given, wording FROM consent WHERE id IN (SELECT max(id) FROM consent"
        " WHERE person_id = :person AND revoked IS NULL GROUP BY purpose, subject_id) ORDER BY id",
        person=person,
    )


def arrives(turn: Turn, note: PrivacyNote) -> None:
    """Tell somebody who agreed to an earlier note what is new in this one, and ask. Said once a visit."""
    if note.change != "material" or turn.overheard or not _earlier(turn, note):
        return
    turn.say(
        "account.note_changed",
        [turn.action("consent.renew", "account.button.agree", {"version": note.version})],
        [Button(turn.label("account.button.see_note"), id="go:privacy")],
        changed=note.changed_en if turn.lang == "en" else note.changed,
        since=note.since.isoformat(),
    )


def renew(turn: Turn, payload: dict[str, Any], note: PrivacyNote) -> None:
    """Agree to the new note: each consent that stands is given again, to these words."""
    if payload["version"] != note.version:  # there is a newer one by now: that one is asked for
        arrives(turn, note)
        raise NotDone
    for row in _earlier(turn, note):
        turn.db.run(
            "INSERT INTO consent (person_id, subject_id, purpose, wording, given) VALUES (:person, :subject,"
            " :purpose, :wording, :now)",
            person=turn.who.id,
            subject=row["subject_id"],
            purpose=row["purpose"],
            wording=note.version,
            now=ms(turn.now),
        )
    turn.audit("consent.renewed", f"person:{turn.who.id}", wording=note.version)
    turn.say("account.renewed")


def _earlier(turn: Turn, note: PrivacyNote) -> list[Row]:
    """The consents that stand and were given to another version of the note."""
    return [row for row in standing(turn.db, turn.who.id) if row["wording"] != note.version]
