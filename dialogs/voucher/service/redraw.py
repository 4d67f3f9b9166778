"""重抽: a ticket was left out wrongly, so its band is drawn anew, by two, as an event that everybody can see.

The rule and its reasons stand in redraws.md. A list that has not changed is never drawn again.
"""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from datetime import date, timedelta
from functools import partial
from typing import Any

from bot import scarce, two
from bot.capability import Claim
from bot.clock import instant, local_date, ms
from bot.store.session import Db, Row
from bot.timers import Due
from bot.turn import Turn
from bot.workdays import office_moment
from dialogs.voucher import codes, draw, rules
from dialogs.voucher.service import first_come, quota, reserve, results, rounds
from dialogs.voucher.service.names import child_name
from dialogs.voucher.service.rows import next_places

KIND = "voucher.redraw"
NOTICE = timedelta(hours=24)
"""At least so long the new commitment and list stand in public before the draw."""
REASON_AT_MOST = 120
_TYPED = re.compile(
    r"^\s*/?(?:重抽|redraw)\s+([a-z0-9][a-z0-9-]{0,40})\s+(?:补入|add)?\s*((?:\d{3} ?\d{3} ?\d{3}[、,， ]*)+)\s*(.*)$",
    re.IGNORECASE | re.DOTALL,
)


def claims(text: str, turn: Turn) -> Claim | None:
    """重抽 ROUND TICKET… REASON, typed by an admin."""
    found = _TYPED.match(text)
    if found is None or not turn.who.may(two.ROLE):
        return None
    numbers = re.findall(r"\d{9}", found[2].replace(" ", ""))
    return Claim(call=partial(typed, name=found[1].lower(), numbers=numbers, reason=found[3].strip()))


def typed(turn: Turn, name: str, numbers: Sequence[str], reason: str) -> None:
    """Ask for a second draw; what stands against it is said."""
    row = turn.db.one("SELECT * FROM voucher_round WHERE name = :name", name=name)
    if not reason:
        turn.say("voucher.redraw.no_reason", round=name)
    elif row is None:
        turn.say("voucher.redraw.no_round", round=name)
    else:
        propose(turn, row, numbers, reason)


def propose(turn: Turn, row: Row, numbers: Sequence[str], reason: str, case: int | None = None) -> bool:
    """Ask a second admin for it, with what it will mean. False: it cannot be done, and why was said."""
    if why := _against(turn, row, numbers):
        turn.say(f"voucher.redraw.{why}", round=row["name"])
        return False
    added = {number: _band(turn.db, number) for number in sorted(set(numbers))}
    bands = sorted(set(added.values()))
    issued = turn.db.value(
        f"SELECT count(*) FROM voucher v JOIN voucher_ticket t ON t.id = v.ticket_id WHERE t.round_id = :id"
        f" AND t.band IN ({_names(bands)})",
        id=row["id"],
        **_values(bands),
    )
    programme = rounds.programme_of(row)
    before = sum(line.split("\t")[0] in bands for line in row["list"].splitlines())
    summary = turn.label(
        "voucher.redraw.summary",
        round=row["name"],
        names=[programme.band(band).name for band in bands],
        tickets=[codes.show(number) for number in added],
        before=before,
        count=before + len(added),
        issued=int(issued),
        most=min(
            sum(programme.band(band).quota for band in bands), max(0, before + len(added) - int(issued))
        ),
        reason=reason,
    )
    plan = {
        "round": row["name"],
        "list_hash": row["list_hash"],
        "added": added,
        "reason": reason[:REASON_AT_MOST],
        "case": case,
        "summary": summary,
    }
    two.ask(turn, KIND, row["name"], plan)
    return True


def _against(turn: Turn, row: Row, numbers: Sequence[str]) -> str:
    """Why this cannot be drawn again now; "" when it can."""
    if first_come.is_so(row):
        return "first_come"
    done = turn.db.value(
        "SELECT 1 FROM timer WHERE kind = 'voucher.publish' AND key = :key AND state = 'done'",
        key=str(row["id"]),
    )
    if row["state"] != "published" or not done:
        return "not_published"
    if pending(turn.db, int(row["id"])) is not None:
        return "pending"
    for number in numbers:
        ticket = turn.db.one("SELECT round_id FROM voucher_ticket WHERE number = :number", number=number)
        if ticket is None or ticket["round_id"] != row["id"]:
            return "no_ticket"
        if f"\t{number}\n" in row["list"]:
            return "listed"
    return ""


def pending(db: Db, round_id: int) -> Row | None:
    """The event of a round that is announced and not drawn yet, or None."""
    return db.one("SELECT * FROM voucher_event WHERE round_id = :id AND drawn IS NULL", id=round_id)


def announce(turn: Turn, plan: dict[str, Any]) -> str:
    """Two agreed: the new list and the commitment to a new secret are public from now on, the draw follows."""
    row = turn.db.one("SELECT * FROM voucher_round WHERE name = :name", name=plan["round"])
    if row is None or row["list_hash"] != plan["list_hash"] or _against(turn, row, list(plan["added"])):
        return turn.label("voucher.redraw.changed")
    round_id, secret = int(row["id"]), secrets.token_bytes(draw.SECRET_BYTES)
    number = _keep_first(turn, row) + 1
    bands = set(plan["added"].values())
    void = {
        found["number"]
        for found in turn.db.all(
            "SELECT number FROM voucher_ticket WHERE round_id = :id AND state = 'void'", id=round_id
        )
    }
    entries = [pair for pair in draw.entries_of(row["list"]) if pair[0] in bands and pair[1] not in void]
    listed = draw.list_lines([*entries, *((band, ticket) for ticket, band in plan["added"].items())])
    at = office_moment(turn.now + NOTICE, turn.ground.settings.zone)
    turn.db.run(
        "INSERT INTO voucher_event (round_id, number, reason, added, commitment, secret, list, list_hash, result,"
        " announced, draw) VALUES (:round, :number, :reason, :added, :commitment, :secret, :list, :hash, '', :now, :at)",
        round=round_id,
        number=number,
        reason=plan["reason"],
        added=json.dumps(sorted(plan["added"])),
        commitment=draw.commitment(secret),
        secret=turn.ground.keys.seal(secret, "round.secret"),
        list=listed.decode(),
        hash=draw.list_hash(listed),
        now=ms(turn.now),
        at=ms(at),
    )
    for ticket in plan["added"]:
        turn.db.run("UPDATE voucher_ticket SET state = 'applied' WHERE number = :number", number=ticket)
    turn.audit("round.redraw", f"round:{row['name']}", event=number, list_hash=draw.list_hash(listed))
    turn.timer("voucher.redraw_tell", f"{round_id}:{number}", turn.now)
    turn.timer(KIND, f"{round_id}:{number}", at)
    return ""


def _keep_first(turn: Turn, row: Row) -> int:
    """The number of the latest event; the first draw becomes one when it is about to be followed by another."""
    latest = turn.db.value("SELECT max(number) FROM voucher_event WHERE round_id = :id", id=row["id"])
    if latest is not None:
        return int(latest)
    turn.db.run(
        "INSERT INTO voucher_event (round_id, number, reason, added, commitment, secret, list, list_hash, public_value,"
        " result, announced, draw, drawn) VALUES (:round, 1, '', '[]', :commitment, :secret, :list, :hash, :value,"
        " :result, :frozen, :draw, :draw)",
        round=row["id"],
        commitment=row["commitment"],
        secret=bytes(row["secret"]),
        list=row["list"],
        hash=row["list_hash"],
        value=row["public_value"],
        result=row["result"],
        frozen=row["frozen"],
        draw=row["draw"],
    )
    return 1


def on_tell(turn: Turn, due: Due) -> str | None:
    """Tell everybody in the bands concerned that there is another draw, when and why, in chunks."""
    row, event = _of(turn, due)
    tickets = _concerned(turn, event, due.cursor)
    for ticket in tickets:
        added = ticket["number"] in json.loads(event["added"])
        turn.push(
            ticket["person_id"],
            "voucher.redraw.coming",
            dedupe=f"redraw:{event['id']}:{ticket['id']}",
            name=child_name(turn, ticket),
            round=row["name"],
            ticket=ticket["number"],
            added=added,
            reason=event["reason"],
            draw=instant(int(event["draw"])),
            telephone=turn.ground.telephone,
        )
    return _cursor(tickets)


def on_redraw(turn: Turn, due: Due) -> str | None:
    """Draw the new list, write the places, then issue and tell, in chunks. Waits for a public value it needs."""
    row, event = _of(turn, due)
    stage, _, after = (due.cursor or "draw:").partition(":")
    if stage == "draw":
        programme = rounds.programme_of(row)
        if programme.public_value and not event["public_value"]:
            turn.push_staff(
                ("admin", "duty"),
                "voucher.staff.value_missing",
                round=row["name"],
                value=programme.public_value,
                dedupe=f"value:{row['id']}:{event['number']}",
            )
            return None
        _draw(turn, row, event)
        return "place:0"
    if stage == "place":
        stage = _place(turn, event, int(after))
        if stage == "tell:":
            for band in json.loads(event["result"]):
                widen(turn, row, band)
        return stage
    programme, zone = rounds.programme_of(row), turn.ground.settings.zone
    last = rules.last_day(local_date(instant(int(event["drawn"])), zone), programme.valid_days)
    tickets = _concerned(turn, event, after)
    for ticket in tickets:
        _tell(turn, row, event, ticket, last)
    left = _cursor(tickets)
    return None if left is None else f"tell:{left}"


def enter_value(turn: Turn, event: Row, value: str) -> str:
    """Enter the public value that a further draw waits for, once. Returns ok | given."""
    if event["public_value"]:
        return "given"
    turn.db.run("UPDATE voucher_event SET public_value = :value WHERE id = :id", value=value, id=event["id"])
    at = max(turn.now, instant(int(event["draw"])))
    turn.timer(KIND, f"{event['round_id']}:{event['number']}", at)
    turn.audit("round.value", f"round:{event['round_id']}", event=int(event["number"]), value=value)
    return "ok"


def _draw(turn: Turn, row: Row, event: Row) -> None:
    secret = turn.ground.keys.unseal(bytes(event["secret"]), "round.secret")
    entries = draw.entries_of(event["list"])
    programme = rounds.programme_of(row)
    quotas = {band: programme.band(band).quota for band, _ in entries}
    result = draw.run(row["name"], secret, entries, quotas, event["public_value"])
    kept = [pair for pair in draw.entries_of(row["list"]) if pair[0] not in quotas]
    listed = draw.list_lines([*kept, *entries])
    turn.db.run(
        "UPDATE voucher_event SET result = :result, drawn = :now WHERE id = :id",
        result=json.dumps(result),
        now=ms(turn.now),
        id=event["id"],
    )
    # The round's own row holds what counts from now on, band by band; every event keeps what it published.
    turn.db.run(
        "UPDATE voucher_round SET result = :result, list = :list, list_hash = :hash WHERE id = :id",
        result=json.dumps({**json.loads(row["result"]), **result}),
        list=listed.decode(),
        hash=draw.list_hash(listed),
        id=row["id"],
    )
    turn.audit("round.redrawn", f"round:{row['name']}", event=int(event["number"]))


def _place(turn: Turn, event: Row, after: int) -> str:
    """Write places, a thousand at a time. Who holds a voucher has won, wherever they stand now."""
    places, last = next_places(turn.db, int(event["round_id"]), event["result"], after)
    turn.db.many(
        "UPDATE voucher_ticket SET rank = :rank, state = CASE WHEN EXISTS (SELECT 1 FROM voucher v"
        " WHERE v.ticket_id = voucher_ticket.id) THEN 'won' ELSE :state END WHERE id = :id AND state <> 'void'",
        places,
    )
    return "tell:" if last is None else f"place:{last}"


def widen(turn: Turn, row: Row, band: str) -> None:
    """Let the band's counter hold what was given beside the quota; what comes free goes down the list as ever."""
    name = quota.key(int(row["id"]), band)
    used = quota.recount(turn.db, int(row["id"]), band)
    scarce.set_cap(turn.db, name, max(used, rounds.programme_of(row).band(band).quota), used)
    turn.db.run("UPDATE scarce SET used = :used WHERE key = :key", used=used, key=name)


def _tell(turn: Turn, row: Row, event: Row, ticket: Row, last: date) -> None:
    held = turn.db.value("SELECT state FROM voucher WHERE ticket_id = :id", id=ticket["id"])
    if held is None:
        if ticket["state"] == "won":
            reserve.leave_list(turn, ticket)  # a voucher that came free may have been on offer to it
        results.later(turn, row, ticket, f":e{event['number']}", last)
        return
    turn.push(
        ticket["person_id"],
        "voucher.redraw.kept",
        dedupe=f"result:{ticket['id']}:e{event['number']}",
        name=child_name(turn, ticket),
        round=row["name"],
        rank=int(ticket["rank"]),
        held=held,
    )


def _of(turn: Turn, due: Due) -> tuple[Row, Row]:
    round_id, _, number = due.key.partition(":")
    event = turn.db.one(
        "SELECT * FROM voucher_event WHERE round_id = :round AND number = :number",
        round=int(round_id),
        number=int(number),
    )
    if event is None:
        raise LookupError(f"no event {due.key}")
    return rounds.round_row(turn.db, int(round_id)), event


def _concerned(turn: Turn, event: Row, cursor: str) -> list[Row]:
    """The next chunk of the tickets in an event's list."""
    bands = sorted({band for band, _ in draw.entries_of(event["list"])})
    return turn.db.all(
        f"SELECT * FROM voucher_ticket WHERE round_id = :round AND id > :after AND band IN ({_names(bands)})"
        " AND state IN ('applied', 'won', 'reserve') ORDER BY id LIMIT :limit",
        round=event["round_id"],
        after=int(cursor or 0),
        limit=rounds.CHUNK,
        **_values(bands),
    )


def _cursor(tickets: list[Row]) -> str | None:
    return str(tickets[-1]["id"]) if len(tickets) == rounds.CHUNK else None


def _names(bands: Sequence[str]) -> str:
    return ", ".join(f":band{n}" for n in range(len(bands)))


def _values(bands: Sequence[str]) -> dict[str, str]:
    return {f"band{n}": band for n, band in enumerate(bands)}


def _band(db: Db, number: str) -> str:
    return str(db.value("SELECT band FROM voucher_ticket WHERE number = :number", number=number))
