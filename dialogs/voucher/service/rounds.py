"""The rounds on their calendar: opened, closed and frozen, drawn, published, reminded of, expired. All by timers.

At its opening a round keeps a copy and the hash of its programme and commits to a secret; later edits of the file
touch coming rounds only. The order and the list commit first; places and results follow in chunks with a cursor.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256

from bot import timers
from bot.clock import instant, ms
from bot.store.session import Db, Row
from bot.timers import Due
from bot.turn import Turn
from dialogs.voucher import draw, rules
from dialogs.voucher.service import quota
from dialogs.voucher.service.results import tell_left_out
from dialogs.voucher.service.rows import programme_of, round_row, short_row
from knowledge.city import City
from knowledge.programme import Programme, Round

__all__ = ["each", "ensure", "is_armed", "programme_of", "round_row"]
AHEAD = timedelta(days=45)
"""Rounds that begin within this time stand as rows with their timers."""
CHUNK = 40
"""Tickets handled in one transaction while replies go on."""
Tell = Callable[[Turn, Row, Row], None]
"""What is done for one ticket of a round: (turn, the round's row, the ticket's row)."""


def is_armed(turn: Turn, city: City, programme: Programme) -> bool:
    """Whether a programme may open rounds: an invented pack's always, any other once two admins have armed it."""
    if city.demo:
        return True
    return (
        turn.db.value(
            "SELECT 1 FROM approval WHERE kind = 'voucher.arm' AND subject = :id AND hash = :hash AND state = 'confirmed'",
            id=programme.id,
            hash=armed_hash(turn, programme),
        )
        is not None
    )


def armed_hash(turn: Turn, programme: Programme) -> str:
    """What two admins arm: hex SHA-256 of the programme and of the words of its results."""
    texts = turn.ground.texts
    words = "\n".join(
        texts.source(lang, key)
        for lang in ("zh", "en")
        for key in sorted(texts.keys(lang))
        if key.startswith("voucher.result.")
    )
    return sha256(programme.canonical() + b"\n" + words.encode()).hexdigest()


def not_before(turn: Turn, row: Row) -> datetime:
    """The calendar's instant of publication, or now when that is past."""
    return max(turn.now, instant(int(row["publish"])))


def programme_hash(programme: Programme) -> str:
    """Lower-case hex SHA-256 of the canonical programme."""
    return sha256(programme.canonical()).hexdigest()


def ensure(turn: Turn, city: City) -> None:
    """Make the rows and timers of every armed programme's rounds of the coming weeks; open what is due now."""
    # Several workers may start at once: the others wait here, and find the rows that the first one made.
    turn.db.run(
        "INSERT INTO setting (key, value) VALUES ('voucher.rounds', '') ON CONFLICT (key) DO UPDATE SET value = ''"
    )
    for programme in city.programmes.values():
        if not is_armed(turn, city, programme):
            continue
        for planned in programme.rounds_between(turn.now, turn.now + AHEAD):
            round_id = _announce(turn, programme, planned) if planned.closes > turn.now else None
            if round_id is None:
                continue
            if planned.opens <= turn.now:
                _open(turn, city, round_id)
            else:
                timers.set_timer(turn.db, "voucher.open", str(round_id), planned.opens)


def _announce(turn: Turn, programme: Programme, planned: Round) -> int | None:
    """The row of a round that has not opened yet, on the calendar as it is now; None for one that has."""
    at = {
        "opens": ms(planned.opens),
        "closes": ms(planned.closes),
        "frozen": ms(planned.frozen),
        "draw": ms(planned.draw),
        "publish": ms(planned.publish),
        "day": planned.reference_day.isoformat(),
    }
    known = turn.db.one(
        "SELECT id, state FROM voucher_round WHERE programme = :p AND calendar_id = :c",
        p=programme.id,
        c=planned.id,
    )
    if known is not None and known["state"] != "announced":
        return None
    if known is not None:
        turn.db.run(
            "UPDATE voucher_round SET opens = :opens, closes = :closes, frozen = :frozen, draw = :draw,"
            " publish = :publish, reference_day = :day WHERE id = :id",
            id=known["id"],
            **at,
        )
        return int(known["id"])
    name = planned.id
    if turn.db.value("SELECT 1 FROM voucher_round WHERE name = :name", name=name):
        name = f"{programme.id}-{planned.id}"
    return int(
        turn.db.value(
            "INSERT INTO voucher_round (name, programme, calendar_id, state, opens, closes, frozen, draw, publish,"
            " reference_day, programme_json, programme_hash, commitment, list, list_hash, result, last_day)"
            " VALUES (:name, :programme, :calendar, 'announced', :opens, :closes, :frozen, :draw, :publish, :day,"
            " '', '', '', '', '', '', '') RETURNING id",
            name=name,
            programme=programme.id,
            calendar=planned.id,
            **at,
        )
    )


def on_open(turn: Turn, due: Due, city: City) -> None:
    """A round opens; the next ones get their rows. A programme that is no longer armed stays shut, and duty is told."""
    row = round_row(turn.db, int(due.key))
    if row["state"] != "announced":
        return
    programme = city.programmes.get(row["programme"])
    if programme is None or not is_armed(turn, city, programme):
        turn.push_staff(
            ("admin", "duty"), "voucher.staff.not_armed", programme=row["programme"], round=row["name"]
        )
        return
    _open(turn, city, int(due.key))
    ensure(turn, city)


def _open(turn: Turn, city: City, round_id: int) -> None:
    row = round_row(turn.db, round_id)
    programme = city.programmes[row["programme"]]
    secret = secrets.token_bytes(draw.SECRET_BYTES)
    turn.db.run(
        "UPDATE voucher_round SET state = 'open', programme_json = :json, programme_hash = :hash, secret = :secret,"
        " commitment = :commitment WHERE id = :id AND state = 'announced'",
        json=programme.canonical().decode(),
        hash=programme_hash(programme),
        secret=turn.ground.keys.seal(secret, "round.secret"),
        commitment=draw.commitment(secret),
        id=round_id,
    )
    first_come = programme.allocation == "first_come"
    if first_come:
        opened = round_row(turn.db, round_id)
        quota.open_list(turn.db, opened, programme, instant(int(row["publish"])))
    for kind in ("freeze",) if first_come else ("freeze", "draw", "publish"):
        at = {"freeze": row["frozen"], "draw": row["draw"], "publish": row["publish"]}[kind]
        timers.set_once(turn.db, f"voucher.{kind}", str(round_id), instant(int(at)))
    opens, frozen = instant(int(row["opens"])), instant(int(row["frozen"]))
    for number, at in enumerate(rules.pair_moments(opens, frozen), start=1):
        timers.set_once(turn.db, "voucher.pairs", f"{round_id}:{number}", at)
    turn.audit("round.opened", f"round:{row['name']}", programme_hash=programme_hash(programme))


def on_freeze(turn: Turn, due: Due) -> str | None:
    """The list is frozen and its hash published; whoever is not in it (no guardian, no paper seen) is told, in chunks."""
    row = round_row(turn.db, int(due.key))
    if row["state"] == "open":
        turn.db.run(
            "UPDATE voucher_ticket SET state = 'unheard' WHERE round_id = :id AND state = 'unconfirmed'",
            id=row["id"],
        )
        if programme_of(row).allocation == "first_come":
            turn.db.run("UPDATE voucher_round SET state = 'published' WHERE id = :id", id=row["id"])
            turn.audit("round.published", f"round:{row['name']}")
            return "0"
        listed = draw.list_lines(_entries(turn.db, int(row["id"])))
        turn.db.run(
            "UPDATE voucher_round SET state = 'frozen', list = :list, list_hash = :hash WHERE id = :id",
            list=listed.decode(),
            hash=draw.list_hash(listed),
            id=row["id"],
        )
        turn.audit("round.frozen", f"round:{row['name']}", list_hash=draw.list_hash(listed))
        return "0"
    return each(turn, due, "state IN ('unheard', 'unseen')", tell_left_out)


def each(
    turn: Turn, due: Due, where: str, tell: Tell, round_id: int | None = None, chunk: int = CHUNK
) -> str | None:
    """Do something for the next chunk of a round's tickets after the cursor; the new cursor, or None at the end."""
    row = short_row(turn.db, round_id if round_id is not None else int(due.key))
    tickets = turn.db.all(
        f"SELECT * FROM voucher_ticket WHERE round_id = :round AND id > :after AND {where}"
        " ORDER BY id LIMIT :limit",
        round=row["id"],
        after=int(due.cursor or 0),
        limit=chunk,
    )
    for ticket in tickets:
        tell(turn, row, ticket)
    return str(tickets[-1]["id"]) if len(tickets) == chunk else None


def _entries(db: Db, round_id: int) -> Iterator[tuple[str, str]]:
    for row in db.all(
        "SELECT band, number FROM voucher_ticket WHERE round_id = :id AND state = 'applied' ORDER BY id",
        id=round_id,
    ):
        yield row["band"], row["number"]


def open_round(db: Db, programme: str, now: datetime) -> Row | None:
    """The round of a programme that takes applications now, or None."""
    return db.one(
        "SELECT * FROM voucher_round WHERE programme = :p AND state = 'open' AND opens <= :now"
        " AND closes > :now ORDER BY closes LIMIT 1",
        p=programme,
        now=ms(now),
    )


def next_round(db: Db, programme: str, now: datetime) -> Row | None:
    """The next round of a programme that has not opened yet, or None."""
    return db.one(
        "SELECT * FROM voucher_round WHERE programme = :p AND opens > :now ORDER BY opens LIMIT 1",
        p=programme,
        now=ms(now),
    )
