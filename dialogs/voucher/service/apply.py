"""Applying for a voucher: what each Do step of the flow decides, in the turn's transaction.

One ticket per child and round, whatever a family does: the unique index on (round, child) stands behind it, and a
child is known by the keyed hash of its document (or, where a programme asks for none, of phone, birth and name).
"""

from __future__ import annotations

import secrets
from datetime import date
from typing import Any, Literal

from bot.clock import instant
from bot.messages import Button
from bot.store.people import reachable, recovery_code
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import rules
from dialogs.voucher.service import (
    children,
    consents,
    first_come,
    moving,
    reserve,
    rounds,
    showing,
    tickets,
    together,
)
from dialogs.voucher.service.guardian import ask_guardian
from dialogs.voucher.service.names import child_name, named, subject_birth
from knowledge.ages import completed_months
from knowledge.city import City
from knowledge.programme import Band, Programme, Round


def look(turn: Turn, city: City) -> Literal["none", "closed", "first", "again"]:
    """Is there a round, and have they applied for a child before?"""
    programmes = [p for p in city.programmes.values() if rounds.is_armed(turn, city, p)]
    turn.data.update(telephone=turn.ground.telephone, demo=city.demo, next_opens=None, name="")
    if not programmes:
        return "none"
    open_now = [(p, row) for p in programmes if (row := rounds.open_round(turn.db, p.id, turn.now))]
    if not open_now:
        following = rounds.next_round(turn.db, programmes[0].id, turn.now)
        turn.data.update(
            name=programmes[0].name,
            next_opens=None if following is None else instant(int(following["opens"])).isoformat(),
        )
        return "closed"
    moving.enter(turn, *open_now[0])
    turn.data.update(
        page_sleeps=turn.place is not None and turn.place.channel == "web",
        telegram=turn.ground.link.bots.get("telegram", ""),
        default_name=turn.label("voucher.child_name.n1"),
    )
    return _again(turn, open_now[0][0].id)


def _again(turn: Turn, programme: str) -> Literal["first", "again"]:
    """What is known of somebody who applied before: their children, their phone."""
    families = children.families(turn, programme)
    if not families:
        return "first"
    known = {f"f{f['id']}": subject_birth(turn, f["subject_id"]) for f in families}
    turn.data["children"] = [
        *(
            {
                "value": f"f{f['id']}",
                "birth": known[f"f{f['id']}"].isoformat(),
                "label": turn.label(
                    "voucher.child_label", name=children.name_of(turn, f), birth=known[f"f{f['id']}"]
                ),
            }
            for f in families
        ),
        {"value": "another", "label": turn.label("voucher.child.choice.another")},
    ]
    turn.data.update(relation=families[0]["relation"], again=rules.child_number(len(families)))
    if (said := turn.data.pop("birth", None)) is not None:  # they named the date with their first words
        same = [value for value, born in known.items() if born.isoformat() == said]
        turn.data["child"] = same[0] if len(same) == 1 else said
    if phone := children.phone_of(turn):
        turn.data["phone"] = phone
    return "again"


def recall(turn: Turn) -> Literal["ok", "registered"]:
    """A child they applied for before: nothing known is asked twice."""
    family = turn.db.one(
        "SELECT * FROM voucher_family WHERE id = :id AND person_id = :person",
        id=int(turn.data["child"][1:]),
        person=turn.who.id,
    )
    if family is None:
        raise LookupError("a family row that was offered is gone")
    turn.data.update(
        birth=subject_birth(turn, family["subject_id"]).isoformat(),
        nickname=children.name_of(turn, family),
        relation=family["relation"],
        subject=family["subject_id"],
        known=family["child_id"],
    )
    if turn.data["proofs"]:
        turn.data["document"] = {
            "kind": "known",
            "child": family["child_id"],
            "birth": turn.data["birth"],
        }
    ticket = tickets.ticket_of(turn, int(family["child_id"]))
    if not tickets.standing(turn, ticket):
        return "ok"
    together.met(turn, ticket)
    return "registered"


def take_birth(turn: Turn) -> Literal["ok"]:
    """They answered "which child" with another one's birth date at once."""
    turn.data["birth"] = turn.data["child"]
    return "ok"


def band(
    turn: Turn, city: City
) -> Literal["ok", "residents", "no_places", "too_young", "too_old", "unborn", "closed", "gone"]:
    """The child's band, its odds in words, and who in the district takes a child of that age."""
    if moving.closed(turn) and not moving.move(turn):
        return "closed"
    _take_consent(turn)
    row = rounds.round_row(turn.db, turn.data["round_id"])
    programme = rounds.programme_of(row)
    born = date.fromisoformat(turn.data["birth"])
    planned = _calendar(row)
    found = programme.band_of(born, planned)
    if found is None:
        reason = programme.why_no_band(born, planned)
        following = rounds.next_round(turn.db, programme.id, turn.now)
        turn.data["next_opens"] = None if following is None else instant(int(following["opens"])).isoformat()
        return reason or "too_old"
    if turn.data.get("again") and "nickname" not in turn.data:
        turn.data["nickname"] = turn.label(f"voucher.child_name.n{turn.data['again']}")
    months = completed_months(born, turn.today)
    places = len(city.places_for(programme.id, months)) if programme.id in city.programmes else 0
    turn.data.update(
        band=found.id,
        band_name=named(turn, found),
        amount=found.amount_fen,
        quota=found.quota,
        places=places,
        months=months,
    )
    if programme.allocation == "first_come":
        if not _say_left(turn, row, programme, places):
            return "gone"
    else:
        _say_odds(turn, row, programme, found, places)
    if places == 0 and "anyway" not in turn.data:
        return "no_places"
    return check_residents(turn)


def _say_left(turn: Turn, row: Row, programme: Programme, places: int) -> bool:
    """First come, first served: how many are left. False: all are gone, and there is no line."""
    left = first_come.left(turn, row, turn.data["band"])
    line = reserve.lives(turn, row)
    if left == 0 and not line:
        _note_next(turn, programme)
        return False
    turn.say(
        "voucher.first.left",
        band=turn.data["band_name"],
        amount=turn.data["amount"],
        quota=turn.data["quota"],
        left=left,
        places=places,
        days=programme.valid_days,
    )
    return True


def _note_next(turn: Turn, programme: Programme) -> None:
    following = rounds.next_round(turn.db, programme.id, turn.now)
    turn.data["next_opens"] = None if following is None else instant(int(following["opens"])).isoformat()


def _say_odds(turn: Turn, row: Row, programme: Programme, found: Band, places: int) -> None:
    applied = int(
        turn.db.value(
            "SELECT count(*) FROM voucher_ticket WHERE round_id = :r AND band = :b AND state"
            " IN ('applied', 'unconfirmed', 'unseen')",
            r=row["id"],
            b=found.id,
        )
    )
    kind, of_ten = rules.odds(found.quota, applied + 1)  # with the one who reads it
    turn.say(
        "voucher.odds",
        band=turn.data["band_name"],
        amount=found.amount_fen,
        quota=found.quota,
        applied=applied,
        kind=kind,
        of_ten=of_ten,
        places=places,
        days=programme.valid_days,
    )


def _take_consent(turn: Turn) -> None:
    """Who applied before is not asked for a consent that stands."""
    if "again" not in turn.data or "consent" in turn.data:
        return
    covers = consents.stand_for(turn, turn.data["subject"] if "known" in turn.data else None)
    turn.data["covers"] = covers
    if covers:
        turn.data["consent"] = "stands"


def check_residents(turn: Turn) -> Literal["ok", "residents"]:
    """Whether the programme is for people who live here, and they have not said so yet."""
    programme = rounds.programme_of(rounds.round_row(turn.db, turn.data["round_id"]))
    return "residents" if programme.residents_only and "known" not in turn.data else "ok"


def proof(turn: Turn) -> Literal["document", "none", "moved"]:
    """Whether this programme asks for a document. A demonstration offers an invented one."""
    if moving.closed(turn):
        return "moved"
    offered = [
        *(["invented"] if turn.data["demo"] else []),
        *(["in_person"] if "in_person" in turn.data["proofs"] else []),
    ]
    turn.data["ways"] = [
        {"value": value, "label": turn.label(f"voucher.document.choice.{value}")} for value in offered
    ]
    return "document" if turn.data["proofs"] else "none"


def check_child(turn: Turn) -> Literal["ok", "registered", "awarded", "other_birth", "twin", "moved"]:
    """Is this child registered in this round, or has it had all it may have? Says of twins that both count."""
    if moving.closed(turn):
        return "moved"
    paper = turn.data["document"]
    if paper["kind"] == "invented" and "digest" not in paper:
        paper = turn.data["document"] = {"kind": "invented", "digest": secrets.token_hex(32)}
    child = _known_child(turn, paper)
    turn.data["to_verify"] = (
        paper["kind"] == "birth_certificate" if child is None else children.unverified(turn, child)
    )
    turn.data["must_show"] = paper["kind"] == "in_person" if child is None else children.unshown(turn, child)
    if child is not None:
        if tickets.standing(turn, ticket := tickets.ticket_of(turn, child)):
            if ticket is None or not turn.data["own"] or paper["kind"] == "known":
                together.met(turn, ticket)
                return "registered"
            turn.say("voucher.twin_number", name=child_name(turn, ticket))
            del turn.data["document"]
            return "twin"
        known = turn.db.value("SELECT birth FROM voucher_child WHERE id = :id", id=child)
        if turn.unseal(known, "child.birth") not in ("", turn.data["birth"]):
            return "other_birth"
        if tickets.had_enough(turn, child, rounds.round_row(turn.db, turn.data["round_id"])):
            return _awarded(turn, child)
    if tickets.twin_stands(turn, child):
        turn.say("voucher.twins")
    return "ok"


def _awarded(turn: Turn, child: int) -> Literal["awarded"]:
    """The child has had all it may have; only its own family is told as much."""
    turn.data["own"] = (
        turn.db.value(
            "SELECT 1 FROM voucher_family WHERE person_id = :me AND child_id = :child",
            me=turn.who.id,
            child=child,
        )
        is not None
    )
    return "awarded"


def _known_child(turn: Turn, paper: dict[str, Any]) -> int | None:
    """The child of a paper. Whoever shows theirs later is found by telephone and name at the end of the form."""
    if "child" in paper:
        return children.root(turn, int(paper["child"]))
    if paper["kind"] == "in_person":
        return None
    return children.child_of(turn, turn.data["programme"], paper["digest"])


def gather(turn: Turn) -> Literal["ok", "moved"]:
    """What the summary shows besides the answers."""
    if moving.closed(turn):
        return "moved"
    row = rounds.round_row(turn.db, turn.data["round_id"])
    paper = turn.data.get("document") or {"kind": "none"}
    turn.data.update(
        paper=paper["kind"],
        phone_shown=_masked(str(turn.data["phone"])),
        draw=instant(int(row["draw"])).isoformat(),
        publish=instant(int(row["publish"])).isoformat(),
    )
    return "ok"


def submit(
    turn: Turn, city: City
) -> Literal["granted", "registered", "moved", "phone_taken", "awarded", "gone"]:
    """Take the ticket. Whoever comes second with the same child learns only that it is registered."""
    if moving.closed(turn):
        return "moved"
    row = rounds.round_row(turn.db, turn.data["round_id"])
    child = children.child_for(turn)
    turn.data["must_show"] = children.unshown(turn, child)
    if tickets.had_enough(turn, child, row):
        return _awarded(turn, child)
    phone_hash = (
        children.keyed_here(turn, f"phone\n{turn.data['phone']}") if not turn.data["proofs"] else None
    )
    if phone_hash is not None and turn.db.value(
        "SELECT 1 FROM voucher_ticket WHERE round_id = :round AND phone_hash = :phone AND child_id <> :child",
        round=row["id"],
        phone=phone_hash,
        child=child,
    ):
        return "phone_taken"
    place: first_come.Place | None = None
    if first_come.is_so(row) and not tickets.standing(turn, tickets.ticket_of(turn, child)):
        place = first_come.claim(turn, row, turn.data["band"])
        if place is None:
            _note_next(turn, rounds.programme_of(row))
            return "gone"
    subject = children.subject_for(turn, child)
    ticket = tickets.take(turn, row, child, subject, phone_hash)
    if ticket is None:
        if place is not None:
            first_come.unclaim(turn, row, turn.data["band"], place)
        held = tickets.ticket_of(turn, child)
        tickets.standing(turn, held)
        together.met(turn, held)
        return "phone_taken" if phone_hash is not None and held is None else "registered"
    consents.remember(turn, subject)
    _receipt(turn, row, ticket, place, city)
    return "granted"


def _receipt(turn: Turn, row: Row, ticket: Row, place: first_come.Place | None, city: City) -> None:
    code = recovery_code(turn.db, turn.ground.keys, turn.who.id, secrets.SystemRandom())
    if place is not None:
        ticket = first_come.grant(turn, row, ticket, place, city)
        turn.say(
            "voucher.first.receipt",
            [Button(turn.label("voucher.button.mine"), id="go:mine")],
            recovery=code,
            page_sleeps=turn.data["page_sleeps"],
            telegram=turn.data["telegram"],
        )
    else:
        _receipt_of_draw(turn, row, ticket, code)
    if ticket["state"] == "unconfirmed":
        ask_guardian(turn, row, ticket)
    if ticket["must_show"]:
        showing.ask_to_show(turn, row, ticket, city)


def _receipt_of_draw(turn: Turn, row: Row, ticket: Row, code: str) -> None:
    link = turn.ground.settings.page + f"/draws/{row['name']}.json"
    turn.say(
        "voucher.receipt",
        [
            Button(turn.label("voucher.button.mine"), id="go:mine"),
            turn.go("voucher.button.another", "voucher"),
        ],
        name=turn.data["nickname"],
        ticket=ticket["number"],
        recovery=code,
        closes=instant(int(row["closes"])),
        draw=instant(int(row["draw"])),
        publish=instant(int(row["publish"])),
        round=row["name"],
        to_verify=bool(ticket["to_verify"]),
        page_sleeps=turn.data["page_sleeps"],
        reason="no_channel" if turn.attended and reachable(turn.db, turn.who.id) is None else "",
        telegram=turn.data["telegram"],
        draws=link,
        telephone=turn.ground.telephone,
    )


def _masked(phone: str) -> str:
    return f"…{phone[-4:]}"


def _calendar(row: Row) -> Round:
    at: dict[str, Any] = {
        name: instant(int(row[name])) for name in ("opens", "closes", "frozen", "draw", "publish")
    }
    return Round(id=row["calendar_id"], reference_day=date.fromisoformat(row["reference_day"]), **at)
