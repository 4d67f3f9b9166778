"""Cases: a matter for staff, opened from a conversation; and what its person goes on to write, carried to them.

(Hand-over of a whole conversation comes with the staff side.)
"""

from __future__ import annotations

from datetime import datetime, timedelta

from bot.clock import ms
from bot.messages import Button
from bot.store.people import reachable
from bot.turn import Turn

WANTED = "person_wanted"
"""The kind of case that the wish for a person leaves."""
LISTENING = timedelta(minutes=30)
"""So long after somebody asked for a person what they write, and nobody else answers, belongs to that."""
WORDS_AT_MOST = 4000
"""Characters kept of what was written for a case; of more, the latest."""
BUTTON_LIFE = timedelta(days=7)


def open_case(turn: Turn, kind: str, about: str = "", words: str = "", due: datetime | None = None) -> int:
    """Open a case for the person who is talking; one of the same kind and matter that is open already is kept.

    `about` names the row it concerns ("ticket:12"), `words` is what they wrote (sealed; added to those of a case
    that is kept). Duty staff are told. Returns the case's number.
    """
    person = turn.person.id if turn.person else None
    known = turn.db.value(
        "SELECT id FROM desk_case WHERE kind = :kind AND about = :about AND person_id = :person"
        " AND state <> 'closed'",
        kind=kind,
        about=about,
        person=person,
    )
    if known is not None:
        if words:
            add_words(turn, int(known), words)
        return int(known)
    case = int(
        turn.db.value(
            "INSERT INTO desk_case (kind, person_id, address_id, about, words, state, opened, due)"
            " VALUES (:kind, :person, :address, :about, :words, 'open', :now, :due) RETURNING id",
            kind=kind,
            person=person,
            address=turn.address_id,
            about=about,
            words=turn.seal(words, "case.words") if words else None,
            now=ms(turn.now),
            due=None if due is None else ms(due),
        )
    )
    turn.audit("case.opened", f"case:{case}", kind=kind, about=about)
    texts, name = turn.ground.texts, f"case.{kind}.name"
    names = {lang: texts.label(lang, name) if texts.has(name) else "" for lang in ("zh", "zh-Hant", "en")}
    turn.push_staff(("duty", "admin"), "desk.new_case", case=case, kinds=names, dedupe=f"case:{case}")
    return case


def add_words(turn: Turn, case: int, words: str) -> None:
    """Add what somebody wrote to an open case (sealed). Who has it in hand is told that there is more."""
    lock = " FOR UPDATE" if turn.db.postgres else ""
    row = turn.db.one(f"SELECT words, state, staff_id FROM desk_case WHERE id = :id{lock}", id=case)
    if row is None or row["state"] == "closed":
        return
    before = "" if row["words"] is None else turn.unseal(row["words"], "case.words")
    kept = f"{before}\n{words}".strip()[-WORDS_AT_MOST:]
    turn.db.run(
        "UPDATE desk_case SET words = :words WHERE id = :id", words=turn.seal(kept, "case.words"), id=case
    )
    turn.audit("case.added", f"case:{case}")
    holder = turn.db.value("SELECT person_id FROM staff WHERE id = :id AND until IS NULL", id=row["staff_id"])
    if row["state"] == "taken" and holder is not None:
        _tell_holder(turn, int(holder), case)


def close_case(turn: Turn, case: int) -> bool:
    """Close a case by what a service did about it; what was written for it is forgotten. False: it was closed before."""
    done = turn.db.run(
        "UPDATE desk_case SET state = 'closed', closed = :now, staff_id = :staff, words = NULL"
        " WHERE id = :id AND state <> 'closed'",
        now=ms(turn.now),
        staff=turn.person.staff_id if turn.person else None,
        id=case,
    )
    if done:
        turn.audit("case.closed", f"case:{case}")
    return done == 1


def _tell_holder(turn: Turn, holder: int, case: int) -> None:
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=holder) or "zh")
    buttons: list[Button] = [
        turn.action(
            f"case.{act}",
            f"desk.button.{act}",
            {"case": case},
            person=holder,
            deadline=turn.now + BUTTON_LIFE,
            lang=lang,
        )
        for act in ("show", "answer")
    ]
    turn.push(
        holder,
        "desk.more_words",
        buttons,
        lane="reply",
        dedupe=f"case:{case}:more:{ms(turn.now) // 60_000}",  # one telling a minute, however fast they write
        case=case,
    )


def listening(turn: Turn) -> int | None:
    """The case to which the person's words go that nobody else answers: one in somebody's hands, or a fresh wish.

    A fresh case of a service that hears (`Capability.hears`) is like a wish for a person.
    """
    kinds = (WANTED, *(turn.everyone.hears if turn.everyone is not None else ()))
    names = {f"kind{number}": kind for number, kind in enumerate(kinds)}
    found = turn.db.value(
        "SELECT id FROM desk_case WHERE person_id = :person AND (state = 'taken' OR (state = 'open' AND kind IN"
        f" ({', '.join(f':{name}' for name in names)}) AND opened > :after)) ORDER BY state DESC, id DESC LIMIT 1",
        person=turn.who.id,
        after=ms(turn.now - LISTENING),
        **names,
    )
    return None if found is None else int(found)


def person_wanted(turn: Turn, words: str = "") -> None:
    """A person is wanted: a case is left, with the words, and what happens next is said."""
    case = open_case(turn, WANTED, words=words)
    turn.say(
        "common.person",
        case=case,
        telephone=turn.ground.telephone,
        words=words,
        answer=_answered(turn),
        going_on=not turn.busy and listening(turn) == case,
    )


def _answered(turn: Turn) -> str:
    """Where staff answer: here | chat | phone | counter. Whoever is keyed in for at a counter goes home without it."""
    if not turn.attended:
        return "here"
    if turn.person is not None and reachable(turn.db, turn.person.id) is not None:
        return "chat"
    known = turn.db.value("SELECT phone FROM person WHERE id = :id", id=turn.who.id)
    return "counter" if known is None else "phone"
