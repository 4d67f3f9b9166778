"""A second parent sees a child's tickets too: only when both agree, and only for as long as both want it.

Whoever comes second with a registered child learns nothing but that it is registered. They may ask: the first parent agrees
with one tap, or never answers, and nobody learns which. Or the first gives a code. Seeing is not acting: a ticket is
withdrawn and a voucher given up by who applied or confirmed. Disputes go to the counter.
"""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Any, Literal

from bot import limits
from bot.capability import NotDone
from bot.clock import ms
from bot.desk import open_case
from bot.limits import Rule
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import codes
from dialogs.voucher.service.names import child_name, keyed
from dialogs.voucher.service.results import guardians, language

PREFIX = "with"
"""A link with_CODE takes up the code that the first parent gave."""
LIFE = timedelta(days=7)
"""So long one may ask after having named the child's document, and be answered."""
CODE_LIFE = timedelta(hours=24)
ASKING = Rule("voucher.ask_to_see", 2, timedelta(days=7), timedelta(days=7))
"""How often one person may ask; beyond it nobody is disturbed, and the one who asks is told the same as ever."""
GUESSING = Rule("voucher.code_to_see", 5, timedelta(hours=1), timedelta(hours=24))


def met(turn: Turn, ticket: Row | None) -> None:
    """Somebody named the document of a child whose ticket is another's: noted, so that they may ask its holder."""
    if ticket is None or turn.who.id in (ticket["person_id"], *guardians(ticket)):
        return
    person = (guardians(ticket) or [int(ticket["person_id"])])[0]
    known = turn.db.value(
        "SELECT 1 FROM voucher_link WHERE child_id = :child AND other_id = :me AND person_id = :person AND (state ="
        " 'linked' OR (state IN ('met', 'asked', 'declined') AND expires > :now))",
        child=ticket["child_id"],
        me=turn.who.id,
        person=person,
        now=ms(turn.now),
    )
    if known is None:
        _new(turn, int(ticket["child_id"]), person, "met", other=turn.who.id, expires=ms(turn.now + LIFE))


def _new(
    turn: Turn,
    child: int,
    person: int,
    state: str,
    *,
    other: int | None = None,
    hashed: str = "",
    expires: int,
) -> None:
    turn.db.run(
        "INSERT INTO voucher_link (child_id, person_id, other_id, code_hash, state, created, expires) VALUES (:child,"
        " :person, :other, :hash, :state, :now, :expires)",
        child=child,
        person=person,
        other=other,
        hash=hashed,
        state=state,
        now=ms(turn.now),
        expires=expires,
    )


# -- the second parent -------------------------------------------------------------------------------------------------


def open_link(turn: Turn, payload: str) -> None:
    """The first parent's link was opened."""
    code = codes.parse_link(payload)
    turn.start("voucher_together", **({"code": code} if code else {}))


def look(turn: Turn) -> Literal["met", "code", "overheard"]:
    """Whom to ask: the holder of a child they named lately; otherwise they need a code."""
    if turn.overheard:
        return "overheard"
    turn.data["telephone"] = turn.ground.telephone
    return "code" if "code" in turn.data or _lately(turn) is None else "met"


def _lately(turn: Turn) -> Row | None:
    return turn.db.one(
        "SELECT * FROM voucher_link WHERE other_id = :me AND state IN ('met', 'asked', 'declined') AND expires > :now"
        " ORDER BY id DESC LIMIT 1",
        me=turn.who.id,
        now=ms(turn.now),
    )


def ask(turn: Turn) -> Literal["asked"]:
    """Ask the first parent, once; the one who asks is told the same whatever becomes of it."""
    link = _lately(turn)
    if (
        link is not None
        and link["state"] == "met"
        and limits.count(turn.db, ASKING, f"person:{turn.who.id}", turn.now).free
    ):
        turn.db.run("UPDATE voucher_link SET state = 'asked' WHERE id = :id", id=link["id"])
        _put_to(turn, link)
    rows: list[list[Button]] = []
    if link is not None:
        turn.audit("child.asked", f"child:{link['child_id']}")
        rows.append([turn.action("voucher.dispute", "voucher.button.dispute", {"child": link["child_id"]})])
    turn.say("voucher.link_relayed", *rows, telephone=turn.ground.telephone)
    return "asked"


def _put_to(turn: Turn, link: Row) -> None:
    person = int(link["person_id"])
    ticket = _shown_ticket(turn, int(link["child_id"]), person)
    if ticket is None:
        return
    lang = language(turn, person)
    buttons = [
        turn.action(
            f"voucher.link_{act}",
            f"voucher.button.link_{act}",
            {"link": link["id"]},
            person=person,
            deadline=turn.now + LIFE,
            lang=lang,
        )
        for act in ("agree", "decline")
    ]
    turn.push(
        person,
        "voucher.link_asked",
        *([button] for button in buttons),
        dedupe=f"link:{link['id']}",
        name=child_name(turn, ticket),
        who=turn.data["who"],
    )


def take(turn: Turn) -> Literal["linked", "wrong", "own", "limited"]:
    """Take up the first parent's code: it counts once, for a day."""
    counted = [(GUESSING, f"person:{turn.who.id}")]
    if not limits.guess(turn, counted):
        return "limited"
    link = turn.db.one(
        "SELECT * FROM voucher_link WHERE code_hash = :hash AND state = 'offered' AND expires > :now",
        hash=_hash(turn, turn.data.pop("code")),
        now=ms(turn.now),
    )
    if link is None:
        if limits.wrong(turn, counted) <= 0:
            return "limited"
        turn.say("voucher_together.wrong")
        return "wrong"
    limits.right(turn, counted)
    if link["person_id"] == turn.who.id:
        return "own"
    if (
        turn.db.run(
            "UPDATE voucher_link SET state = 'linked', other_id = :me, code_hash = '', expires = NULL WHERE id = :id"
            " AND state = 'offered'",
            me=turn.who.id,
            id=link["id"],
        )
        != 1
    ):
        turn.say("voucher_together.wrong")
        return "wrong"
    turn.data["name"] = _linked(turn, link, tell=int(link["person_id"]))
    return "linked"


# -- the first parent --------------------------------------------------------------------------------------------------


def offer(turn: Turn, payload: dict[str, Any]) -> None:
    """Make a code for the other parent; who pressed before has the last one only."""
    ticket = _shown_ticket(turn, int(payload["child"]), turn.who.id)
    if ticket is None:
        turn.say("common.not_yours")
        raise NotDone
    code = codes.new_link(secrets.SystemRandom())
    turn.db.run(
        "UPDATE voucher_link SET state = 'ended' WHERE person_id = :me AND child_id = :child AND state = 'offered'",
        me=turn.who.id,
        child=payload["child"],
    )
    hashed = _hash(turn, code)
    _new(turn, int(payload["child"]), turn.who.id, "offered", hashed=hashed, expires=ms(turn.now + CODE_LIFE))
    turn.audit("child.offered", f"child:{payload['child']}")
    channel = turn.place.channel if turn.place is not None else "web"
    turn.say(
        "voucher.link_code",
        name=child_name(turn, ticket),
        code=code,
        link=turn.ground.link.to(f"{PREFIX}_{code}", channel),
    )


def agree(turn: Turn, payload: dict[str, Any]) -> None:
    """The first parent's tap."""
    link = turn.db.one("SELECT * FROM voucher_link WHERE id = :id", id=payload["link"])
    if (
        link is None
        or link["person_id"] != turn.who.id
        or turn.db.run(
            "UPDATE voucher_link SET state = 'linked', expires = NULL WHERE id = :id AND state = 'asked' AND expires >"
            " :now",
            id=payload["link"],
            now=ms(turn.now),
        )
        != 1
    ):
        turn.say("voucher.link_gone")
        return
    turn.say("voucher.link_both", name=_linked(turn, link, tell=int(link["other_id"])))


def decline(turn: Turn, payload: dict[str, Any]) -> None:
    """The first parent would rather not; the other one is not told."""
    turn.db.run(
        "UPDATE voucher_link SET state = 'declined' WHERE id = :id AND person_id = :me AND state = 'asked'",
        id=payload["link"],
        me=turn.who.id,
    )
    turn.say("voucher.link_declined")


def _linked(turn: Turn, link: Row, tell: int) -> str:
    """Both are told; the child's name, by which the first parent calls it."""
    turn.audit("child.linked", f"child:{link['child_id']}", link=link["id"])
    ticket = _shown_ticket(turn, int(link["child_id"]), int(link["person_id"]))
    name = "" if ticket is None else child_name(turn, ticket)
    turn.push(tell, "voucher.link_both", dedupe=f"linked:{link['id']}", name=name)
    return name


# -- both --------------------------------------------------------------------------------------------------------------


def rows(turn: Turn, ticket: Row) -> list[list[Button]]:
    """What can be done about seeing a ticket together, by who looks at it."""
    link = turn.db.one(
        "SELECT id FROM voucher_link WHERE child_id = :child AND state = 'linked' AND (person_id = :me OR other_id = :me)"
        " ORDER BY id DESC LIMIT 1",
        child=ticket["child_id"],
        me=turn.who.id,
    )
    if link is not None:
        return [[turn.action("voucher.unlink", "voucher.button.unlink", {"link": link["id"]})]]
    if turn.who.id not in (ticket["person_id"], *guardians(ticket)):
        return []
    return [
        [turn.action("voucher.link_code", "voucher.button.link_code", {"child": int(ticket["child_id"])})]
    ]


def unlink(turn: Turn, payload: dict[str, Any]) -> None:
    """Either of the two ends it; both know."""
    link = turn.db.one("SELECT * FROM voucher_link WHERE id = :id", id=payload["link"])
    if link is None or turn.who.id not in (link["person_id"], link["other_id"]):
        turn.say("common.not_yours")
        raise NotDone
    if turn.db.run(
        "UPDATE voucher_link SET state = 'ended' WHERE id = :id AND state = 'linked'", id=link["id"]
    ):
        turn.audit("child.unlinked", f"child:{link['child_id']}", link=link["id"])
        other = int(link["other_id"] if link["person_id"] == turn.who.id else link["person_id"])
        turn.push(other, "voucher.link_ended", dedupe=f"unlinked:{link['id']}")
    turn.say("voucher.link_left")


def dispute(turn: Turn, payload: dict[str, Any]) -> None:
    """The parents do not agree: a matter for people, with papers."""
    case = open_case(turn, "voucher.parents", f"child:{payload['child']}")
    turn.say("voucher.link_disputed", case=case, telephone=turn.ground.telephone)


def _shown_ticket(turn: Turn, child: int, person: int) -> Row | None:
    """The latest ticket of a child that is a person's own (applied for or confirmed by them)."""
    return turn.db.one(
        "SELECT * FROM voucher_ticket WHERE child_id = :child AND (person_id = :person OR guardian_id = :person)"
        " ORDER BY id DESC LIMIT 1",
        child=child,
        person=person,
    )


def _hash(turn: Turn, code: str) -> str:
    return keyed(turn, "voucher-link", code)
