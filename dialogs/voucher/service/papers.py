"""Papers that staff see: which child a number belongs to, several papers of one child, wrong tries, what follows.

A number is typed by staff from the paper before them and reaches this module as a digest only.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from bot.clock import ms
from bot.desk import open_case
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher import rules
from dialogs.voucher.service import aliases, children, first_come
from dialogs.voucher.service.names import child_name, keyed
from dialogs.voucher.service.results import guardians

Verdict = Literal["ok", "unknown", "other_child", "other_birth"]
"""ok: seen, and noted. unknown: a paper nobody registered. other_child: it is registered for another child of the same
birth date. other_birth: the birth date in the number is another one. The last three change nothing."""


def verify(
    turn: Turn,
    child_id: int,
    digest: str,
    kind: str,
    birth: str | None = None,
    *,
    vouched: bool = False,
) -> Verdict:
    """Staff saw a paper of a child: note it, whatever paper they registered with.

    `kind`: id_card | birth_certificate | permit. `birth`: the ISO date inside the number, if it holds one. `vouched`: they
    say that the registered child and the one on this paper are one ("this is the same child"): an unknown paper
    then becomes one more of this child's, and two children become one (`aliases.join`).
    """
    child = aliases.locked_root(turn, child_id)
    row = turn.db.one("SELECT programme, birth FROM voucher_child WHERE id = :id", id=child)
    if row is None:
        raise LookupError(f"no child {child}")
    born = turn.unseal(row["birth"], "child.birth")
    if born and birth not in (None, born):  # an erased child has none
        return "other_birth"
    holder = children.child_of(turn, row["programme"], digest)
    if holder is None and not vouched and not children.unshown(turn, child):
        return "unknown"
    if holder is not None and holder != child:
        theirs = turn.db.value("SELECT birth FROM voucher_child WHERE id = :id", id=holder)
        if len({turn.unseal(theirs, "child.birth"), born} - {""}) > 1:
            return "other_birth"
        if not vouched:
            return "other_child"
        child = aliases.join(turn, child, holder)
    if holder is None:
        turn.db.run(
            "INSERT INTO voucher_document (programme, hash, kind, child_id, created) VALUES (:p, :hash, :kind, :child,"
            " :now)",
            p=row["programme"],
            hash=keyed(turn, row["programme"], f"document\n{digest}"),
            kind=kind,
            child=child,
            now=ms(turn.now),
        )
    seen(turn, child, kind)
    return "ok"


def seen(turn: Turn, child: int, kind: str) -> None:
    """The child's paper was seen: nothing more to check, and a ticket that waited for it takes part."""
    child = aliases.locked_root(turn, child)
    turn.db.run(
        "UPDATE voucher_child SET verified = :now WHERE id = :id OR same_as = :id", now=ms(turn.now), id=child
    )
    turn.db.run("UPDATE voucher_ticket SET to_verify = 0, must_show = 0 WHERE child_id = :id", id=child)
    turn.audit("child.verified", f"child:{child}", kind=kind)
    for ticket in turn.db.all(
        "SELECT t.* FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id WHERE t.child_id = :id"
        " AND t.state = 'unseen' AND r.state = 'open'",
        id=child,
    ):
        turn.db.run("UPDATE voucher_ticket SET state = 'applied' WHERE id = :id", id=ticket["id"])
        turn.audit("ticket.seen", f"ticket:{ticket['id']}")
        first_come.follow(turn, int(ticket["id"]))
        tell(turn, ticket, "voucher.paper_seen", f"seen:{ticket['id']}:{ms(turn.now)}")


def shown(turn: Turn, paper: Mapping[str, Any], child: int, vouched: bool = False) -> Verdict:
    """`verify` with what was read at a paper question: {"kind", "digest", "birth"?}, or kind invented | unreadable."""
    if "digest" in paper:
        return verify(turn, child, paper["digest"], paper["kind"], paper.get("birth"), vouched=vouched)
    seen(turn, child, str(paper["kind"]))
    return "ok"


def tell(turn: Turn, ticket: Row, key: str, dedupe: str, **values: Any) -> None:
    """Tell a ticket's people something about its paper."""
    for person in (int(ticket["person_id"]), *guardians(ticket)):
        turn.push(
            person,
            key,
            dedupe=f"{dedupe}:{person}",
            name=child_name(turn, ticket),
            ticket=ticket["number"],
            telephone=turn.ground.telephone,
            **values,
        )


# -- wrong tries -------------------------------------------------------------------------------------------------------


def tries_left(turn: Turn, about: str) -> int:
    """How many more wrong papers a row ("voucher:3", "ticket:7") bears: three in 24 hours, anew once duty closed its case."""
    settled = turn.db.value(
        "SELECT max(closed) FROM desk_case WHERE kind = 'voucher.paper' AND about = :about AND state = 'closed'",
        about=about,
    )
    wrong = turn.db.value(
        "SELECT count(*) FROM audit WHERE act = 'paper.differs' AND object = :about AND at > :since",
        about=about,
        since=max(ms(turn.now - rules.PAPER_LOCK), int(settled or 0)),
    )
    return rules.PAPER_TRIES - int(wrong)


def differs(turn: Turn, about: str, ticket: Row, told: str) -> int:
    """A paper did not match: noted. Returns the tries left; at the last one duty has a case and the family is `told`."""
    turn.audit("paper.differs", about)
    left = tries_left(turn, about)
    if left <= 0:
        open_case(turn, "voucher.paper", about)
        tell(turn, ticket, told, f"paper:{about}:{ms(turn.now)}")
    return left
