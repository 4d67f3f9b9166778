"""A programme is armed once by two admins, and a round's publication approved where the programme wants it.

What is armed is the programme's hash together with the words of its results: an edit of either wants two again, and
touches coming rounds only.
"""

from __future__ import annotations

import re
from functools import partial
from hashlib import sha256
from typing import Any

from bot import approvals
from bot.capability import Claim, NotDone
from bot.turn import Turn
from dialogs.voucher.service import checking, extend, redraw, rounds
from knowledge.city import City

KIND, PUBLISH = "voucher.arm", "voucher.publish"
ROLE = "admin"
_ARM = re.compile(r"^\s*/?(?:启用|啟用|arm)\s*([a-z0-9][a-z0-9_-]{0,31})\s*$", re.IGNORECASE)
_PUBLISH = re.compile(r"^\s*/?(?:公布|發布|发布|publish)\s*([a-z0-9][a-z0-9-]{0,40})\s*$", re.IGNORECASE)


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """启用 PROGRAMME and 公布 ROUND, typed by an admin; anybody else's words are not ours."""
    if not turn.who.may(ROLE):
        return None
    if found := _ARM.match(text):
        return Claim(call=partial(arm, programme=found[1].lower(), city=city))
    if found := _PUBLISH.match(text):
        return Claim(call=partial(publish, round_name=found[1].lower()))
    return redraw.claims(text, turn) or extend.claims(text, turn, city)


def arm(turn: Turn, programme: str, city: City) -> None:
    """Ask for a programme to be armed; said by a second admin it confirms."""
    known = city.programmes.get(programme)
    if known is None:
        turn.say("voucher.staff.no_programme", programme=programme, known="、".join(city.programmes))
    elif rounds.is_armed(turn, city, known):
        turn.say("voucher.staff.armed_already", programme=programme)
    else:
        summary = checking.programme_words(turn, known)
        _ask_or_confirm(turn, KIND, programme, rounds.armed_hash(turn, known), summary, city)


def publish(turn: Turn, round_name: str) -> None:
    """Approve the publication of a drawn round; said by a second admin it confirms."""
    row = turn.db.one("SELECT * FROM voucher_round WHERE name = :name", name=round_name)
    if row is not None and row["state"] == "published":
        turn.say("voucher.staff.published", round=round_name)
        return
    if row is None or row["state"] != "drawn":
        turn.say("voucher.staff.not_drawn", round=round_name)
        return
    summary = checking.draw_words(turn, row)
    _ask_or_confirm(turn, PUBLISH, round_name, sha256(row["result"].encode()).hexdigest(), summary, None)


def _ask_or_confirm(turn: Turn, kind: str, subject: str, hash_: str, summary: str, city: City | None) -> None:
    """`summary` is what both read: the one who asks now, the second one before confirming."""
    waiting = [a for a in approvals.pending(turn.db, turn.now, kind, subject) if a.hash == hash_]
    if waiting and waiting[0].asked_by != turn.who.id:
        _decided(turn, approvals.confirm(turn, waiting[0].id, hash_), kind, subject, city)
        return
    approval = approvals.ask(turn, kind, subject, hash_, {"summary": summary})
    turn.say("voucher.staff.asked", subject=subject, kind=kind, summary=summary)
    for row in turn.db.all(
        "SELECT DISTINCT person_id FROM staff WHERE role = :role AND until IS NULL AND person_id <> :me",
        role=ROLE,
        me=turn.who.id,
    ):
        button = turn.action(
            kind,
            "voucher.button.confirm",
            {"approval": approval, "subject": subject, "hash": hash_},
            person=int(row["person_id"]),
            deadline=turn.now + approvals.LIFE,
        )
        turn.push(
            int(row["person_id"]),
            "voucher.staff.please_confirm",
            [button],
            lane="reply",
            subject=subject,
            kind=kind,
            summary=summary,
            hash=hash_[:12],
            dedupe=f"approval:{approval}:{row['person_id']}",
        )


def confirm(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """A second admin's button."""
    if not turn.who.may(ROLE):
        turn.say("common.not_yours")
        raise NotDone
    hash_, subject = payload["hash"], payload["subject"]
    programme = city.programmes.get(subject)
    present = rounds.armed_hash(turn, programme) if programme is not None else ""
    _decided(turn, approvals.confirm(turn, payload["approval"], present or hash_), KIND, subject, city)


def confirm_publish(turn: Turn, payload: dict[str, Any]) -> None:
    """A second admin's button under a publication."""
    if not turn.who.may(ROLE):
        turn.say("common.not_yours")
        raise NotDone
    _decided(
        turn, approvals.confirm(turn, payload["approval"], payload["hash"]), PUBLISH, payload["subject"], None
    )


def _decided(turn: Turn, decision: approvals.Decision, kind: str, subject: str, city: City | None) -> None:
    if decision != "confirmed":
        turn.say(f"voucher.staff.{decision}", subject=subject)
        if decision == "same_person":
            raise NotDone
        return
    turn.say("voucher.staff.confirmed", subject=subject, kind=kind)
    if kind == KIND and city is not None:
        rounds.ensure(turn, city)
    elif kind == PUBLISH:
        row = turn.db.one("SELECT id, publish FROM voucher_round WHERE name = :name", name=subject)
        if row is not None:
            turn.timer("voucher.publish", str(row["id"]), rounds.not_before(turn, row))
