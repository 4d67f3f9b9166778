"""Twins, or one child twice? Tickets that look alike are listed for a person before the freeze, who decides.

Alike: the same birth date, and the same applicant, telephone or name (one of their own, not the default one). They are
compared as keyed hashes. Staff see ticket numbers and the age band, no names.
"""

from __future__ import annotations

import re
from datetime import timedelta
from functools import partial
from typing import Any

from bot.capability import Claim, NotDone
from bot.clock import instant, ms
from bot.desk import open_case
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.voucher import rules
from dialogs.voucher.service import aliases, rounds, showing
from dialogs.voucher.service.names import named
from dialogs.voucher.service.results import guardians
from dialogs.voucher.service.rows import short_row
from knowledge.city import City

KIND = "voucher.pairs"
ROLES = ("duty", "counter", "admin")
SHOWN = 5
"""Pairs shown at once."""
NAMES_AT_MOST = 3
"""Tickets of one birth date and name; more of them say only that the name is a common one."""
TIME_TO_SHOW = timedelta(hours=24)
"""With less than this until the freeze nobody is sent for a paper: it is looked at when the voucher is used first."""
_IN = "state IN ('applied', 'unconfirmed', 'unseen')"
_LISTED = frozenset({"疑似名单", "疑似", "双胞胎名单", "pairs"})
_TYPED = re.compile(r"(双胞胎|同一个孩子|不确定|twins|same child|unsure)\s*(\d{1,9})", re.IGNORECASE)
_MEANT = {
    "双胞胎": "twins",
    "同一个孩子": "same",
    "不确定": "unsure",
    "twins": "twins",
    "same child": "same",
    "unsure": "unsure",
}


def on_time(turn: Turn, due: Due) -> str | None:
    """Note the pairs that are new, one way of being alike after the other; then tell staff if there is something to decide."""
    row = short_row(turn.db, int(due.key.partition(":")[0]))
    if row["state"] != "open" or _due_again(turn, due):
        return None
    stages = [*_ALIKE, "tell"]
    stage = due.cursor or stages[0]
    if stage != "tell":
        _note(turn, int(row["id"]), stage)
        return stages[stages.index(stage) + 1]
    _settle(turn)
    count = _open(turn, int(row["id"]))
    if count == 0:
        return None
    about = f"round:{row['id']}"
    if (
        turn.db.value(
            "SELECT 1 FROM desk_case WHERE kind = :kind AND about = :about AND state <> 'closed'",
            kind=KIND,
            about=about,
        )
        is None
    ):
        open_case(turn, KIND, about, due=instant(int(row["frozen"])))
    turn.push_staff(
        ("counter", "duty"),
        "voucher.pairs.waiting",
        dedupe=f"pairs:{due.key}",
        count=count,
        round=row["name"],
        frozen=instant(int(row["frozen"])),
    )
    return None


def _due_again(turn: Turn, due: Due) -> bool:
    """Whether a later look at the same round is due as well: after an outage one is enough."""
    return bool(
        turn.db.value(
            "SELECT 1 FROM timer WHERE kind = :kind AND key LIKE :keys AND state = 'waiting' AND due > :due AND due <= :now",
            kind=KIND,
            keys=f"{due.key.partition(':')[0]}:%",
            due=ms(due.due),
            now=ms(turn.now),
        )
    )


_ALIKE = {
    "person": ("mark_birth", "mark_birth || person_id", "n > 1"),
    "phone": ("mark_phone", "mark_phone", "n > 1"),
    "name": ("mark_name", "mark_name", f"n BETWEEN 2 AND {NAMES_AT_MOST}"),
}
"""By kind: the mark a ticket must have, what is the same in both, and how many may share it."""


def _note(turn: Turn, round_id: int, why: str) -> None:
    """Note the pairs alike in one way. What was decided stands; who was to show a paper and did not is asked about again.

    The few tickets that share a mark are found first, in one pass: a join of all with all would be quadratic.
    """
    mark, same, shared_by = _ALIKE[why]
    pairs = turn.db.all(
        "WITH counted AS (SELECT id, child_id, same, count(*) OVER (PARTITION BY same) AS n FROM"
        f" (SELECT id, child_id, {same} AS same FROM voucher_ticket WHERE round_id = :round AND {_IN}"
        f" AND {mark} <> '') marked), alike AS MATERIALIZED (SELECT * FROM counted WHERE {shared_by})"
        " SELECT a.id AS one_ticket, a.child_id AS one, b.id AS other_ticket, b.child_id AS other"
        " FROM alike a JOIN alike b ON a.same = b.same AND a.child_id < b.child_id"
        " JOIN voucher_child c ON c.id = a.child_id JOIN voucher_child d ON d.id = b.child_id"
        " WHERE c.verified IS NULL OR d.verified IS NULL ORDER BY a.id, b.id",
        round=round_id,
    )
    turn.db.many(
        "INSERT INTO voucher_pair (round_id, one_id, other_id, one_ticket, other_ticket, why, state, noticed)"
        " VALUES (:round, :one, :other, :one_ticket, :other_ticket, :why, 'open', :now)"
        " ON CONFLICT (one_id, other_id) DO UPDATE SET round_id = :round, one_ticket = :one_ticket,"
        " other_ticket = :other_ticket, state = 'open' WHERE voucher_pair.state IN ('unsure', 'open')"
        " AND voucher_pair.round_id <> :round",
        [{**dict(pair), "round": round_id, "why": why, "now": ms(turn.now)} for pair in pairs],
    )


def _settle(turn: Turn) -> None:
    """Where staff have seen a paper of each, there is nothing left to decide: two papers, two children."""
    turn.db.run(
        "UPDATE voucher_pair SET state = 'twins', decided = :now WHERE state IN ('open', 'unsure')"
        " AND (SELECT count(*) FROM voucher_child c WHERE c.id IN (one_id, other_id) AND c.verified IS NOT NULL"
        " AND c.same_as IS NULL) = 2",
        now=ms(turn.now),
    )


def _open(turn: Turn, round_id: int) -> int:
    return int(
        turn.db.value(
            "SELECT count(*) FROM voucher_pair WHERE round_id = :round AND state = 'open'", round=round_id
        )
    )


# -- staff decide ------------------------------------------------------------------------------------------------------


def claims(text: str, turn: Turn, city: City) -> Claim | None:
    """疑似名单, and a decision typed with the pair's number; anybody else's words are not ours."""
    if not turn.who.may(*ROLES):
        return None
    words = text.strip(" /").casefold()
    if words in _LISTED:
        return Claim(call=show)
    if found := _TYPED.fullmatch(words):
        payload = {"pair": int(found[2]), "decision": _MEANT[found[1]]}
        return Claim(call=partial(_typed, payload=payload, city=city))
    return None


def _typed(turn: Turn, payload: dict[str, Any], city: City) -> None:
    try:
        decide(turn, payload, city)
    except NotDone:
        return


def show(turn: Turn) -> None:
    """The pairs that wait, each with its three buttons."""
    _settle(turn)
    rows = turn.db.all(
        "SELECT p.*, a.number AS one_number, b.number AS other_number, a.band, r.name AS round, r.programme_json, r.frozen"
        " FROM voucher_pair p JOIN voucher_ticket a ON a.id = p.one_ticket JOIN voucher_ticket b"
        " ON b.id = p.other_ticket JOIN voucher_round r ON r.id = p.round_id WHERE p.state = 'open' ORDER BY p.id"
    )
    turn.audit("pairs.read", "pairs", shown=[int(row["id"]) for row in rows[:SHOWN]])
    turn.say("voucher.pairs.count", count=len(rows), shown=min(len(rows), SHOWN), **_next_look(turn))
    for row in rows[:SHOWN]:
        band = rounds.programme_of(row).band(row["band"])
        turn.say(
            "voucher.pairs.one",
            *(
                [turn.action("voucher.pair", f"voucher.button.{decision}", {"pair": row["id"], "decision": decision},
                    deadline=instant(int(row["frozen"])))]
                for decision in ("twins", "same", "unsure")
            ),
            pair=int(row["id"]),
            one=row["one_number"],
            other=row["other_number"],
            band=named(turn, band),
            round=row["round"],
            why=row["why"],
        )  # fmt: skip


def _next_look(turn: Turn) -> dict[str, Any]:
    """When the tickets of an open round are compared next, None where they are not; `first`: they never were."""
    row = turn.db.one(
        "SELECT r.name, r.frozen, t.due, (SELECT count(*) FROM timer d WHERE d.kind = 'voucher.pairs'"
        " AND d.key LIKE r.id || ':%' AND d.state = 'done') AS looked FROM timer t JOIN voucher_round r"
        " ON t.key LIKE r.id || ':%' WHERE t.kind = 'voucher.pairs' AND t.state = 'waiting' AND r.state = 'open'"
        " ORDER BY t.due LIMIT 1"
    )
    if row is None:
        return {"looks": None, "first": False, "round": "", "frozen": None}
    return {
        "looks": instant(int(row["due"])),
        "first": row["looked"] == 0,
        "round": row["name"],
        "frozen": instant(int(row["frozen"])),
    }


def decide(turn: Turn, payload: dict[str, Any], city: City) -> None:
    """What a member of staff decided of a pair; one child is said twice, for it cannot be undone."""
    if not turn.who.may(*ROLES) or turn.overheard:
        turn.say("common.not_yours")
        raise NotDone
    pair = turn.db.one("SELECT * FROM voucher_pair WHERE id = :id", id=payload["pair"])
    decision = str(payload["decision"])
    if pair is None or pair["state"] not in ("open", "unsure"):
        turn.say("voucher.pairs.gone", pair=int(payload["pair"]))
        return
    if decision == "same" and not payload.get("sure"):
        sure = turn.action(
            "voucher.pair",
            "voucher.button.same_sure",
            {**payload, "sure": True},
            deadline=turn.in_(minutes=rules.UNDO_MINUTES),
        )
        turn.say("voucher.pairs.sure", [sure], pair=int(pair["id"]))
        raise NotDone
    turn.db.run(
        "UPDATE voucher_pair SET state = :state, decided = :now, staff_id = :staff WHERE id = :id",
        state=decision,
        now=ms(turn.now),
        staff=turn.who.staff_id,
        id=pair["id"],
    )
    turn.audit(f"pair.{decision}", f"pair:{pair['id']}")
    shows = False
    if decision == "same":
        aliases.join(turn, int(pair["one_id"]), int(pair["other_id"]))
    elif decision == "unsure":
        shows = _must_show(turn, pair, city)
    left = _open(turn, int(pair["round_id"]))
    turn.say("voucher.pairs.decided", pair=int(pair["id"]), decision=decision, shows=shows, left=left)
    if left == 0:
        _close(turn, int(pair["round_id"]))


def _must_show(turn: Turn, pair: Row, city: City) -> bool:
    """The later ticket of the two (of which no paper was seen) waits for one, or, where too little time is left, is looked at when it is used first."""
    row = rounds.round_row(turn.db, int(pair["round_id"]))
    later = turn.db.one(
        "SELECT t.* FROM voucher_ticket t JOIN voucher_child c ON c.id = t.child_id WHERE t.id IN (:one, :other)"
        " AND c.verified IS NULL ORDER BY t.applied DESC, t.id DESC LIMIT 1",
        one=pair["one_ticket"],
        other=pair["other_ticket"],
    )
    if later is None:
        return False  # staff have seen both papers meanwhile
    frozen = instant(int(row["frozen"]))
    if row["state"] != "open" or frozen - turn.now < TIME_TO_SHOW:
        turn.db.run("UPDATE voucher_ticket SET to_verify = 1 WHERE id = :id", id=later["id"])
        return False
    turn.db.run(
        "UPDATE voucher_ticket SET must_show = 1, state = CASE WHEN state = 'applied' THEN 'unseen' ELSE state END"
        f" WHERE id = :id AND {_IN}",
        id=later["id"],
    )
    for person in (int(later["person_id"]), *guardians(later)):
        showing.push_where(
            turn,
            row,
            later,
            city,
            person,
            "voucher.show_wanted",
            dedupe=f"pair:{pair['id']}:{person}:{later['applied']}",
        )
    showing.remind_later(turn, later, frozen)
    return True


def _close(turn: Turn, round_id: int) -> None:
    for case in turn.db.all(
        "SELECT id FROM desk_case WHERE kind = :kind AND about = :about AND state <> 'closed'",
        kind=KIND,
        about=f"round:{round_id}",
    ):
        turn.db.run(
            "UPDATE desk_case SET state = 'closed', closed = :now, staff_id = :staff, words = NULL WHERE id = :id",
            now=ms(turn.now),
            staff=turn.who.staff_id,
            id=case["id"],
        )
        turn.audit("case.closed", f"case:{case['id']}")
