"""Applying for a voucher: what each Do step of the flow decides, in the turn's transaction.

One ticket per child and round, whatever a family does: the unique index on (round, child) stands behind it, and a
child is known by the keyed hash of its document (or, where a programme asks for none, of phone, birth and name).
"""

from __future__ import annotations

import secrets
from datetime import date
from hashlib import sha256
from typing import Any, Literal

from bot.clock import instant, ms
from bot.messages import Button
from bot.store.people import recovery_code
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import rounds, rules
from dialogs.voucher.guardian import ask_guardian
from dialogs.voucher.names import keyed, subject_birth
from knowledge.ages import completed_months
from knowledge.city import City
from knowledge.programme import Round

PURPOSES = ("basic", "child")
WORDING = "2026-11"
"""The version of the consent's words; raise it when they change."""


def look(turn: Turn, city: City) -> Literal["none", "closed", "first", "again"]:
    """Is there a round, and have they applied for a child before?"""
    programmes = [p for p in city.programmes.values() if rounds.is_armed(turn, city, p)]
    turn.data.update(telephone=turn.ground.telephone, demo=city.demo, next_opens=None, name="")
    if not programmes:
        return "none"
    open_now = [(p, row) for p in programmes if (row := rounds.open_round(turn.db, p.id, turn.now))]
    if not open_now:
        following = rounds.next_round(turn.db, programmes[0].id, turn.now)
        turn.data.update(name=programmes[0].name, next_opens=None if following is None else
                         instant(int(following["opens"])).isoformat())
        return "closed"
    row = open_now[0][1]
    programme = rounds.programme_of(row)
    turn.data.update(
        programme=programme.id, name=programme.name if turn.lang != "en" else programme.name_en,
        round_id=row["id"], round=row["name"], closes=instant(int(row["closes"])).isoformat(),
        proofs=[] if programme.proof == "none" else list(programme.proof),
        page_sleeps=turn.place is not None and turn.place.channel == "web",
        telegram=turn.ground.link.bots.get("telegram", ""))
    families = _families(turn, programme.id)
    if not families:
        return "first"
    turn.data["children"] = [
        *({"value": f"f{f['id']}", "label": f"{_name(turn, f)}（{subject_birth(turn, f['subject_id']):%Y-%m}）"}
          for f in families), {"value": "another", "label": turn.label("voucher.child.choice.another")}]
    turn.data.update(relation=families[0]["relation"], consent="agree", again=rules.child_number(len(families)))
    if phone := _phone(turn):
        turn.data["phone"] = phone
    return "again"


def recall(turn: Turn) -> Literal["ok", "registered"]:
    """A child they applied for before: nothing known is asked twice."""
    family = turn.db.one("SELECT * FROM voucher_family WHERE id = :id AND person_id = :person",
                         id=int(turn.data["child"][1:]), person=turn.who.id)
    if family is None:
        raise LookupError("a family row that was offered is gone")
    turn.data.update(birth=subject_birth(turn, family["subject_id"]).isoformat(), nickname=_name(turn, family),
                     relation=family["relation"], subject=family["subject_id"], known=family["child_id"])
    if turn.data["proofs"]:
        turn.data["document"] = {"kind": "known", "child": family["child_id"]}
    ticket = _ticket(turn, int(family["child_id"]))
    return "registered" if _standing(turn, ticket) else "ok"


def take_birth(turn: Turn) -> Literal["ok"]:
    """They answered "which child" with another one's birth date at once."""
    turn.data["birth"] = turn.data["child"]
    return "ok"


def band(turn: Turn, city: City) -> Literal["ok", "residents", "no_places", "too_young", "too_old", "unborn"]:
    """The child's band, its odds in words, and who in the district takes a child of that age."""
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
    applied = int(turn.db.value("SELECT count(*) FROM voucher_ticket WHERE round_id = :r AND band = :b AND state"
                                " IN ('applied', 'unconfirmed')", r=row["id"], b=found.id))
    months = completed_months(born, turn.today)
    places = len(city.places_for(programme.id, months)) if programme.id in city.programmes else 0
    kind, of_ten = rules.odds(found.quota, applied)
    turn.data.update(band=found.id, band_name=found.name_en if turn.lang == "en" else found.name,
                     amount=found.amount_fen, quota=found.quota, places=places, months=months)
    turn.say("voucher.odds", band=turn.data["band_name"], amount=found.amount_fen, quota=found.quota,
             applied=applied, kind=kind, of_ten=of_ten, places=places, days=programme.valid_days)
    if places == 0 and "anyway" not in turn.data:
        return "no_places"
    return check_residents(turn)


def check_residents(turn: Turn) -> Literal["ok", "residents"]:
    """Whether the programme is for people who live here, and they have not said so yet."""
    programme = rounds.programme_of(rounds.round_row(turn.db, turn.data["round_id"]))
    return "residents" if programme.residents_only and "known" not in turn.data else "ok"


def proof(turn: Turn) -> Literal["document", "none"]:
    """Whether this programme asks for a document. A demonstration offers an invented one."""
    turn.data["invented"] = [] if not turn.data["demo"] else [
        {"value": "invented", "label": turn.label("voucher.document.choice.invented")}]
    return "document" if turn.data["proofs"] else "none"


def check_child(turn: Turn) -> Literal["ok", "registered", "awarded", "other_birth"]:
    """Is this child registered in this round, or has it had all it may have? Says of twins that both count."""
    paper = turn.data["document"]
    if paper["kind"] == "invented" and "digest" not in paper:
        paper = turn.data["document"] = {"kind": "invented", "digest": secrets.token_hex(32)}
    child = paper.get("child") or child_of(turn, turn.data["programme"], paper["digest"])
    turn.data["to_verify"] = paper["kind"] == "birth_certificate" if child is None else _unverified(turn, int(child))
    if child is not None:
        if _standing(turn, _ticket(turn, int(child))):
            return "registered"
        known = turn.db.value("SELECT birth FROM voucher_child WHERE id = :id", id=int(child))
        if turn.unseal(known, "child.birth") != turn.data["birth"]:
            return "other_birth"
        if _had_enough(turn, int(child)):
            return "awarded"
    if _twin_stands(turn, child):
        turn.say("voucher.twins")
    return "ok"


def gather(turn: Turn) -> Literal["ok"]:
    """What the summary shows besides the answers."""
    row = rounds.round_row(turn.db, turn.data["round_id"])
    paper = turn.data.get("document") or {"kind": "none"}
    turn.data.update(paper=paper["kind"], phone_shown=_masked(str(turn.data["phone"])),
                     draw=instant(int(row["draw"])).isoformat(), publish=instant(int(row["publish"])).isoformat())
    return "ok"


def submit(turn: Turn) -> Literal["granted", "registered", "closed", "phone_taken", "awarded"]:
    """Take the ticket. Whoever comes second with the same child learns only that it is registered."""
    row = rounds.round_row(turn.db, turn.data["round_id"])
    if row["state"] != "open" or not int(row["opens"]) <= ms(turn.now) < int(row["closes"]):
        return "closed"
    child = _child(turn)
    if _had_enough(turn, child):
        return "awarded"
    phone_hash = _keyed(turn, f"phone\n{turn.data['phone']}") if not turn.data["proofs"] else None
    if phone_hash is not None and turn.db.value(
            "SELECT 1 FROM voucher_ticket WHERE round_id = :round AND phone_hash = :phone AND child_id <> :child",
            round=row["id"], phone=phone_hash, child=child):
        return "phone_taken"
    subject = _subject(turn, child)
    ticket = _take(turn, row, child, subject, phone_hash)
    if ticket is None:
        taken = phone_hash is not None and _ticket(turn, child) is None
        return "phone_taken" if taken else "registered"
    _remember(turn, subject)
    _receipt(turn, row, ticket)
    return "granted"


def _take(turn: Turn, row: Row, child: int, subject: int, phone_hash: str | None) -> Row | None:
    """The ticket of a child in a round: a new one, or its own one that was withdrawn. None when it stands already."""
    state = "unconfirmed" if turn.data["relation"] == "grandparent" else "applied"
    values = {"round": row["id"], "child": child, "person": turn.who.id, "subject": subject,
              "band": turn.data["band"], "amount": turn.data["amount"], "state": state, "phone": phone_hash,
              "verify": int(bool(turn.data.get("to_verify"))), "now": ms(turn.now)}
    made = turn.db.run(
        "INSERT INTO voucher_ticket (number, round_id, child_id, person_id, subject_id, band, amount, state,"
        " to_verify, phone_hash, applied) VALUES (:number, :round, :child, :person, :subject, :band, :amount, :state,"
        " :verify, :phone, :now) ON CONFLICT DO NOTHING", number=rounds.new_ticket_number(turn.db), **values)
    if not made:
        made = turn.db.run(
            "UPDATE voucher_ticket SET person_id = :person, subject_id = :subject, guardian_id = NULL, band = :band,"
            " amount = :amount, state = :state, to_verify = :verify, phone_hash = :phone, applied = :now"
            " WHERE round_id = :round AND child_id = :child AND state = 'withdrawn'", **values)
    ticket = _ticket(turn, child)
    if not made or ticket is None:
        return None
    turn.audit("ticket.taken", f"ticket:{ticket['id']}", round=row["name"], band=ticket["band"], state=state)
    return ticket


def _child(turn: Turn) -> int:
    """The child behind the document, made when it is new."""
    paper = turn.data.get("document") or {"kind": "none", "digest": _none_digest(turn)}
    if "child" in paper:
        return int(paper["child"])
    if paper["kind"] == "none" and "known" in turn.data:
        return int(turn.data["known"])
    programme = turn.data["programme"]
    hashed = _keyed(turn, f"document\n{paper['digest']}")
    known = child_of(turn, programme, paper["digest"])
    if known is not None:
        return known
    with turn.db.savepoint():
        child = int(turn.db.value(
            "INSERT INTO voucher_child (programme, birth, created) VALUES (:p, :birth, :now) RETURNING id",
            p=programme, birth=turn.seal(turn.data["birth"], "child.birth"), now=ms(turn.now)))
        made = turn.db.run(
            "INSERT INTO voucher_document (programme, hash, kind, child_id, created) VALUES (:p, :hash, :kind, :child,"
            " :now) ON CONFLICT (programme, hash) DO NOTHING", p=programme, hash=hashed, kind=paper["kind"],
            child=child, now=ms(turn.now))
        if not made:
            turn.db.run("DELETE FROM voucher_child WHERE id = :id", id=child)
    found = child_of(turn, programme, paper["digest"])
    if found is None:
        raise LookupError("a document vanished while it was kept")
    return found


def _none_digest(turn: Turn) -> str:
    name = "".join(str(turn.data["nickname"]).split()).casefold()
    return sha256(f"{turn.data['phone']}\n{turn.data['birth']}\n{name}".encode()).hexdigest()


def _subject(turn: Turn, child: int) -> int:
    """The subject under which this person knows the child; its name follows what they call it now."""
    family = turn.db.one("SELECT * FROM voucher_family WHERE person_id = :person AND child_id = :child",
                         person=turn.who.id, child=child)
    name = turn.seal(turn.data["nickname"], "subject.name")
    if family is not None:
        turn.db.run("UPDATE subject SET name = :name WHERE id = :id", name=name, id=family["subject_id"])
        turn.db.run("UPDATE voucher_family SET relation = :relation WHERE id = :id", relation=turn.data["relation"],
                    id=family["id"])
        return int(family["subject_id"])
    subject = int(turn.db.value(
        "INSERT INTO subject (person_id, kind, name, birth, created) VALUES (:person, 'child', :name, :birth, :now)"
        " RETURNING id", person=turn.who.id, name=name, birth=turn.seal(turn.data["birth"], "subject.birth"),
        now=ms(turn.now)))
    turn.db.run("INSERT INTO voucher_family (person_id, child_id, subject_id, relation, created) VALUES (:person,"
                " :child, :subject, :relation, :now)", person=turn.who.id, child=child, subject=subject,
                relation=turn.data["relation"], now=ms(turn.now))
    return subject


def _remember(turn: Turn, subject: int) -> None:
    """Keep the phone (sealed) and the consents, one row for each purpose."""
    turn.db.run("UPDATE person SET phone = :phone WHERE id = :id",
                phone=turn.seal(str(turn.data["phone"]), "person.phone"), id=turn.who.id)
    for purpose in PURPOSES:
        if purpose == "child" and turn.data["relation"] == "grandparent":
            continue  # the guardian gives it, through the link
        known = turn.db.value("SELECT 1 FROM consent WHERE person_id = :person AND subject_id = :subject AND purpose ="
                              " :purpose AND revoked IS NULL", person=turn.who.id, subject=subject, purpose=purpose)
        if known is None:
            turn.db.run("INSERT INTO consent (person_id, subject_id, purpose, wording, given) VALUES (:person,"
                        " :subject, :purpose, :wording, :now)", person=turn.who.id, subject=subject, purpose=purpose,
                        wording=WORDING, now=ms(turn.now))


def _receipt(turn: Turn, row: Row, ticket: Row) -> None:
    code = recovery_code(turn.db, turn.ground.keys, turn.who.id, secrets.SystemRandom())
    link = turn.ground.settings.page + f"/draws/{row['name']}.json"
    turn.say("voucher.receipt", [Button(turn.label("voucher.button.mine"), id="go:mine")],
             name=turn.data["nickname"], ticket=ticket["number"], recovery=code,
             closes=instant(int(row["closes"])), draw=instant(int(row["draw"])),
             publish=instant(int(row["publish"])), round=row["name"], to_verify=bool(ticket["to_verify"]),
             page_sleeps=turn.data["page_sleeps"], telegram=turn.data["telegram"], draws=link, telephone=turn.ground.telephone)
    if ticket["state"] == "unconfirmed":
        ask_guardian(turn, row, ticket)


def child_of(turn: Turn, programme: str, digest: str) -> int | None:
    """The child a document belongs to in a programme, or None."""
    found = turn.db.value("SELECT child_id FROM voucher_document WHERE programme = :p AND hash = :hash", p=programme,
                          hash=keyed(turn, programme, f"document\n{digest}"))
    return None if found is None else int(found)


def _keyed(turn: Turn, words: str) -> str:
    return keyed(turn, turn.data["programme"], words)


def _ticket(turn: Turn, child: int) -> Row | None:
    return turn.db.one("SELECT * FROM voucher_ticket WHERE round_id = :round AND child_id = :child",
                       round=turn.data["round_id"], child=child)


def _standing(turn: Turn, ticket: Row | None) -> bool:
    """Whether a ticket stands; tells the flow's text whether it is their own."""
    stands = ticket is not None and ticket["state"] != "withdrawn"
    turn.data["own"] = bool(stands and ticket is not None and ticket["person_id"] == turn.who.id)
    return stands


def _had_enough(turn: Turn, child: int) -> bool:
    programme = rounds.programme_of(rounds.round_row(turn.db, turn.data["round_id"]))
    if programme.awards_per_child == "unlimited":
        return False
    had = turn.db.value("SELECT count(*) FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id"
                        " WHERE t.child_id = :child AND v.state IN ('valid', 'used')", child=child)
    return int(had) >= programme.awards_per_child


def _unverified(turn: Turn, child: int) -> bool:
    """Whether a child is known by a birth certificate only, which no centre has seen yet."""
    kinds = turn.db.all("SELECT d.kind FROM voucher_document d JOIN voucher_child c ON c.id = d.child_id"
                        " WHERE c.id = :child AND c.verified IS NULL", child=child)
    return bool(kinds) and all(row["kind"] == "birth_certificate" for row in kinds)


def _twin_stands(turn: Turn, child: int | None) -> bool:
    for ticket in turn.db.all("SELECT * FROM voucher_ticket WHERE round_id = :round AND person_id = :person"
                              " AND state <> 'withdrawn'", round=turn.data["round_id"], person=turn.who.id):
        if ticket["child_id"] != child and subject_birth(turn, ticket["subject_id"]).isoformat() == turn.data["birth"]:
            return True
    return False


def _families(turn: Turn, programme: str) -> list[Row]:
    return turn.db.all("SELECT f.* FROM voucher_family f JOIN voucher_child c ON c.id = f.child_id"
                       " WHERE f.person_id = :person AND c.programme = :p ORDER BY f.id", person=turn.who.id,
                       p=programme)


def _name(turn: Turn, family: Row) -> str:
    blob = turn.db.value("SELECT name FROM subject WHERE id = :id", id=family["subject_id"])
    return turn.unseal(blob, "subject.name")


def _phone(turn: Turn) -> str:
    blob = turn.db.value("SELECT phone FROM person WHERE id = :id", id=turn.who.id)
    return turn.unseal(blob, "person.phone") if blob is not None else ""


def _masked(phone: str) -> str:
    return f"…{phone[-4:]}"


def _calendar(row: Row) -> Round:
    at: dict[str, Any] = {name: instant(int(row[name])) for name in ("opens", "closes", "frozen", "draw", "publish")}
    return Round(id=row["calendar_id"], reference_day=date.fromisoformat(row["reference_day"]), **at)
