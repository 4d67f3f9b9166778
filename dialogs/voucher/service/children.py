"""The child behind a document, and who a person is to it: found by keyed hashes, made when it is new."""

from __future__ import annotations

from hashlib import sha256

from bot.clock import ms
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service.names import keyed


def child_of(turn: Turn, programme: str, digest: str) -> int | None:
    """The child a document belongs to in a programme, or None."""
    found = turn.db.value(
        "SELECT child_id FROM voucher_document WHERE programme = :p AND hash = :hash",
        p=programme,
        hash=keyed(turn, programme, f"document\n{digest}"),
    )
    return None if found is None else int(found)


def root(turn: Turn, child: int) -> int:
    """The row under which a child lives on after it turned out to be another one's, held until this turn commits."""
    lock = " FOR SHARE" if turn.db.postgres else ""
    while True:
        same = turn.db.value(f"SELECT same_as FROM voucher_child WHERE id = :id{lock}", id=child)
        if same is None:
            return child
        child = int(same)


def child_for(turn: Turn) -> int:
    """The child behind the document, made when it is new; nobody joins it to another one in this turn."""
    return root(turn, _child_for(turn))


def _child_for(turn: Turn) -> int:
    paper = turn.data.get("document") or {"kind": "none", "digest": _none_digest(turn)}
    if paper["kind"] == "in_person":
        paper = {
            "kind": "in_person",
            "digest": sha256(f"in person\n{_none_digest(turn)}".encode()).hexdigest(),
        }
    if "child" in paper:
        return int(paper["child"])
    if paper["kind"] == "none" and "known" in turn.data:
        return int(turn.data["known"])
    programme = turn.data["programme"]
    hashed = keyed_here(turn, f"document\n{paper['digest']}")
    known = child_of(turn, programme, paper["digest"])
    if known is not None:
        _born_again(turn, known)
        return known
    with turn.db.savepoint():
        child = int(
            turn.db.value(
                "INSERT INTO voucher_child (programme, birth, created) VALUES (:p, :birth, :now) RETURNING id",
                p=programme,
                birth=turn.seal(turn.data["birth"], "child.birth"),
                now=ms(turn.now),
            )
        )
        made = turn.db.run(
            "INSERT INTO voucher_document (programme, hash, kind, child_id, created) VALUES (:p, :hash, :kind, :child,"
            " :now) ON CONFLICT (programme, hash) DO NOTHING",
            p=programme,
            hash=hashed,
            kind=paper["kind"],
            child=child,
            now=ms(turn.now),
        )
        if not made:
            turn.db.run("DELETE FROM voucher_child WHERE id = :id", id=child)
    found = child_of(turn, programme, paper["digest"])
    if found is None:
        raise LookupError("a document vanished while it was kept")
    return found


def _born_again(turn: Turn, child: int) -> None:
    """A child whose family had itself erased is applied for anew: its birth date is known again."""
    birth = turn.db.value("SELECT birth FROM voucher_child WHERE id = :id", id=child)
    if turn.unseal(birth, "child.birth") == "":
        turn.db.run(
            "UPDATE voucher_child SET birth = :birth WHERE id = :id",
            birth=turn.seal(turn.data["birth"], "child.birth"),
            id=child,
        )


def _none_digest(turn: Turn) -> str:
    name = "".join(str(turn.data["nickname"]).split()).casefold()
    return sha256(f"{turn.data['phone']}\n{turn.data['birth']}\n{name}".encode()).hexdigest()


def subject_for(turn: Turn, child: int) -> int:
    """The subject under which this person knows the child; its name follows what they call it now."""
    family = turn.db.one(
        "SELECT * FROM voucher_family WHERE person_id = :person AND child_id = :child",
        person=turn.who.id,
        child=child,
    )
    name = turn.seal(turn.data["nickname"], "subject.name")
    if family is not None:
        turn.db.run("UPDATE subject SET name = :name WHERE id = :id", name=name, id=family["subject_id"])
        turn.db.run(
            "UPDATE voucher_family SET relation = :relation WHERE id = :id",
            relation=turn.data["relation"],
            id=family["id"],
        )
        return int(family["subject_id"])
    subject = int(
        turn.db.value(
            "INSERT INTO subject (person_id, kind, name, birth, created) VALUES (:person, 'child', :name, :birth, :now)"
            " RETURNING id",
            person=turn.who.id,
            name=name,
            birth=turn.seal(turn.data["birth"], "subject.birth"),
            now=ms(turn.now),
        )
    )
    turn.db.run(
        "INSERT INTO voucher_family (person_id, child_id, subject_id, relation, created) VALUES (:person,"
        " :child, :subject, :relation, :now)",
        person=turn.who.id,
        child=child,
        subject=subject,
        relation=turn.data["relation"],
        now=ms(turn.now),
    )
    return subject


def unverified(turn: Turn, child: int) -> bool:
    """Whether a child is known by a birth certificate only, which no centre has seen yet."""
    kinds = turn.db.all(
        "SELECT d.kind FROM voucher_document d JOIN voucher_child c ON c.id = d.child_id"
        " WHERE c.id = :child AND c.verified IS NULL",
        child=child,
    )
    return bool(kinds) and all(row["kind"] == "birth_certificate" for row in kinds)


def unshown(turn: Turn, child: int) -> bool:
    """Whether a child is known without any number, and staff have not seen a paper of it yet."""
    kinds = turn.db.all(
        "SELECT d.kind FROM voucher_document d JOIN voucher_child c ON c.id = d.child_id"
        " WHERE c.id = :child AND c.verified IS NULL",
        child=child,
    )
    return bool(kinds) and all(row["kind"] == "in_person" for row in kinds)


def families(turn: Turn, programme: str) -> list[Row]:
    return turn.db.all(
        "SELECT f.* FROM voucher_family f JOIN voucher_child c ON c.id = f.child_id"
        " WHERE f.person_id = :person AND c.programme = :p ORDER BY f.id",
        person=turn.who.id,
        p=programme,
    )


def name_of(turn: Turn, family: Row) -> str:
    blob = turn.db.value("SELECT name FROM subject WHERE id = :id", id=family["subject_id"])
    return turn.unseal(blob, "subject.name")


def phone_of(turn: Turn) -> str:
    blob = turn.db.value("SELECT phone FROM person WHERE id = :id", id=turn.who.id)
    return turn.unseal(blob, "person.phone") if blob is not None else ""


def keyed_here(turn: Turn, words: str) -> str:
    return keyed(turn, turn.data["programme"], words)
