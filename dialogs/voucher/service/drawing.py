"""The draw, the results, what follows from them: places, vouchers, reminders, the end. In chunks with a cursor.

The order commits first; places and results follow in chunks while replies go on.
"""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from hashlib import sha256

import orjson

from bot import timers
from bot.clock import end_of_day, instant, local_date, ms
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.voucher import draw, rules
from dialogs.voucher.service import quota, redraw, reserve
from dialogs.voucher.service.results import issue_and_queue, tell_reminder
from dialogs.voucher.service.rounds import each, programme_of, round_row
from dialogs.voucher.service.rows import next_places, result_of, short_row
from knowledge.city import City
from knowledge.programme import Programme

QUEUED = 200
"""Tickets whose result is queued in one transaction."""
WAIT_FOR_VALUE = timedelta(minutes=10)
"""How long a publication waits before it looks again for the draw or the approval."""


_WITH_THE_ROUND = (
    "EXISTS (SELECT 1 FROM voucher v JOIN voucher_round r ON r.id = voucher_ticket.round_id"
    " WHERE v.ticket_id = voucher_ticket.id AND v.last_day = r.last_day)"
)
"""A voucher with days of its own (from the reserve list) has reminders of its own."""


def on_draw(turn: Turn, due: Due) -> str | None:
    """Draw. Without the public value a programme asks for, the draw waits and duty is told."""
    row = short_row(turn.db, int(due.key))
    programme = programme_of(row)
    if row["state"] == "announced" or row["state"] == "open":
        raise RuntimeError(f"round {row['name']} is not frozen yet")
    if row["state"] in ("frozen", "waiting"):
        if programme.public_value and not row["public_value"]:
            _wait_for_value(turn, row, programme)
            return None
        _draw_band(turn, round_row(turn.db, int(row["id"])), programme)
        return "0"
    return _place_chunk(turn, row, int(due.cursor or 0))


def _draw_band(turn: Turn, row: Row, programme: Programme) -> None:
    """Draw the next band; with the last one the round is drawn. A band a transaction, so that replies need not wait."""
    secret = turn.ground.keys.unseal(bytes(row["secret"]), "round.secret")
    seed = draw.seed(row["name"], secret, row["list_hash"], row["public_value"])
    tickets = draw.by_band(draw.entries_of(row["list"]), (band.id for band in programme.bands))
    drawn = orjson.loads(row["result"] or "{}")
    left = sorted(tickets.keys() - drawn.keys())
    quota_of = programme.band(left[0]).quota
    drawn[left[0]] = {"quota": quota_of, "order": draw.order(seed, left[0], tickets[left[0]])}
    turn.db.run(
        "UPDATE voucher_round SET state = :state, result = :result WHERE id = :id",
        state="drawn" if len(left) == 1 else row["state"],
        result=orjson.dumps(drawn).decode(),
        id=row["id"],
    )
    if len(left) == 1:
        turn.audit("round.drawn", f"round:{row['name']}")


def _wait_for_value(turn: Turn, row: Row, programme: Programme) -> None:
    turn.db.run("UPDATE voucher_round SET state = 'waiting' WHERE id = :id", id=row["id"])
    turn.push_staff(
        ("admin", "duty"),
        "voucher.staff.value_missing",
        round=row["name"],
        value=programme.public_value,
        dedupe=f"value:{row['id']}",
    )


def _place_chunk(turn: Turn, row: Row, after: int) -> str | None:
    """Write places 1… into tickets, a thousand at a time."""
    places, last = next_places(turn.db, int(row["id"]), result_of(turn.db, int(row["id"])), after)
    turn.db.many(
        "UPDATE voucher_ticket SET rank = :rank, state = CASE WHEN state = 'void' THEN state ELSE :state END"
        " WHERE id = :id",
        places,
    )
    return None if last is None else str(last)


def on_publish(turn: Turn, due: Due, city: City) -> str | None:
    """Issue the vouchers and push the result to every applicant, in chunks. Waits for the draw, and for approval."""
    row = short_row(turn.db, int(due.key))
    ready = row["state"] in ("drawn", "published") and turn.db.value(
        "SELECT 1 FROM timer WHERE kind = 'voucher.draw' AND key = :key AND state = 'done'", key=due.key
    )
    if not ready:
        turn.timer("voucher.publish", due.key, turn.now + WAIT_FOR_VALUE)
        return None
    programme = programme_of(row)
    if row["state"] == "drawn":
        if programme.publish == "after_approval" and not _approved(turn, row):
            turn.timer("voucher.publish", due.key, turn.now + WAIT_FOR_VALUE)
            return None
        zone = turn.ground.settings.zone
        last = rules.last_day(local_date(turn.now, zone), programme.valid_days)
        ends = end_of_day(last, zone)
        turn.db.run(
            "UPDATE voucher_round SET state = 'published', last_day = :last, expires = :ends WHERE id = :id",
            last=last.isoformat(),
            ends=ms(ends),
            id=row["id"],
        )
        for left, at in rules.reminder_moments(last, programme.reminder_days, zone):
            timers.set_once(turn.db, "voucher.remind", f"{row['id']}:{left}", at)
        timers.set_once(turn.db, "voucher.expire", str(row["id"]), ends)
        quota.open_list(turn.db, row, programme, turn.now)
        turn.audit("round.published", f"round:{row['name']}")
        return "0"
    cursor = each(turn, due, "state IN ('won', 'reserve')", issue_and_queue, chunk=QUEUED)
    if cursor is None:
        reserve.results_are_out(turn, row)
    return cursor


def _approved(turn: Turn, row: Row) -> bool:
    """Whether two have approved the publication; asks for it the first time."""
    result = result_of(turn.db, int(row["id"]))
    if turn.db.value(
        "SELECT 1 FROM approval WHERE kind = 'voucher.publish' AND subject = :name AND state = 'confirmed'"
        " AND hash = :hash",
        name=row["name"],
        hash=sha256(result.encode()).hexdigest(),
    ):
        return True
    turn.push_staff(
        ("admin",), "voucher.staff.approve_publish", round=row["name"], dedupe=f"publish:{row['id']}"
    )
    return False


def on_remind(turn: Turn, due: Due, city: City) -> str | None:
    """Remind everyone whose voucher ends with this round's and is still unused, in chunks."""
    round_id, _, left = due.key.partition(":")
    return each(
        turn,
        due,
        f"state = 'won' AND {_WITH_THE_ROUND}",
        partial(tell_reminder, left=int(left), city=city),
        round_id=int(round_id),
    )


def on_expire(turn: Turn, due: Due) -> str | None:
    """24:00 of the last day: what was not used is over, and its people are told, in chunks."""
    if not due.cursor:
        turn.db.run(
            "UPDATE voucher SET state = 'expired' WHERE state = 'valid' AND expires <= :now AND ticket_id IN"
            " (SELECT id FROM voucher_ticket WHERE round_id = :id)",
            now=ms(turn.now),
            id=int(due.key),
        )
        return "0"
    return each(turn, due, "state = 'won'", reserve.expired)


def enter_value(turn: Turn, name: str, value: str) -> str:
    """Enter the public value of a round. Returns ok | unknown | not_asked | too_early | given.

    It must have been named before the close and may be entered once, after the freeze.
    """
    row = turn.db.one("SELECT * FROM voucher_round WHERE name = :name", name=name)
    if row is None:
        return "unknown"
    event = redraw.pending(turn.db, int(row["id"]))
    if event is not None and programme_of(row).public_value:
        return redraw.enter_value(turn, event, value)
    if row["public_value"]:
        return "given"
    if row["state"] not in ("frozen", "waiting"):
        return "too_early"
    if not programme_of(row).public_value:
        return "not_asked"
    turn.db.run("UPDATE voucher_round SET public_value = :value WHERE id = :id", value=value, id=row["id"])
    turn.timer("voucher.draw", str(row["id"]), max(turn.now, instant(int(row["draw"]))))
    turn.audit("round.value", f"round:{name}", value=value)
    return "ok"
