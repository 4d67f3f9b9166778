"""How many vouchers of a round's band are given or promised: a counter that never oversells, and its recount.

Used is: every voucher whose place has not come free, every ticket that has won and gets its voucher in a moment, every
place held for a guardian, every open offer.
"""

from __future__ import annotations

from datetime import datetime

from bot import scarce
from bot.clock import ms
from bot.store.session import Db, Row
from bot.turn import Turn
from knowledge.programme import Programme


def key(round_id: int, band: str) -> str:
    """The counter's name."""
    return f"voucher:{round_id}:{band}"


def line(round_id: int, band: str) -> str:
    """The counter that numbers those who come after the last voucher."""
    return f"voucher-line:{round_id}:{band}"


def open_list(db: Db, row: Row, programme: Programme, published: datetime) -> None:
    """A round's results are out (or, first come, it is open): its places are counted, its list lives from now on."""
    ends = programme.reserve_ends(published)
    db.run(
        "UPDATE voucher_round SET reserve_until = :until WHERE id = :id",
        until=None if ends is None else ms(ends),
        id=row["id"],
    )
    settle(db, row, programme)


def settle(db: Db, row: Row, programme: Programme) -> None:
    """Set the counters of a round to its quotas and to what the rows beneath say. At its opening or publication."""
    for band in programme.bands:
        name = key(int(row["id"]), band.id)
        scarce.set_cap(
            db, name, band.quota
        )  # which locks the row: nobody takes or gives back during the count
        used = recount(db, int(row["id"]), band.id)
        db.run("UPDATE scarce SET used = :used WHERE key = :key", used=used, key=name)


def ensure(db: Db, row: Row, programme: Programme) -> None:
    """The counters of a round that was published before there were any."""
    if scarce.count(db, key(int(row["id"]), programme.bands[0].id)) is None:
        settle(db, row, programme)


def recount(db: Db, round_id: int, band: str) -> int:
    """What is used by the rows beneath."""
    given = db.value(
        "SELECT count(*) FROM voucher_ticket t LEFT JOIN voucher v ON v.ticket_id = t.id WHERE t.round_id = :round"
        " AND t.band = :band AND v.freed IS NULL AND (t.state = 'won' OR v.id IS NOT NULL)",
        round=round_id,
        band=band,
    )
    waiting = db.value(
        "SELECT count(*) FROM voucher_ticket WHERE round_id = :round AND band = :band"
        " AND state IN ('applied', 'unconfirmed', 'unseen') AND held IS NOT NULL",
        round=round_id,
        band=band,
    )
    return int(given) + int(waiting) + scarce.held(db, key(round_id, band))


def self_check(turn: Turn) -> list[str]:
    """Recount every counter from the rows beneath; a line for each that differs or stands above its quota."""
    found: list[str] = []
    for row in turn.db.all("SELECT key, cap, used FROM scarce WHERE key LIKE 'voucher:%' ORDER BY key"):
        _, round_id, band = row["key"].split(":", 2)
        rows = recount(turn.db, int(round_id), band)
        if rows != row["used"]:
            found.append(f"{row['key']}: the counter says {row['used']}, the rows say {rows}")
        if row["used"] > row["cap"]:
            found.append(f"{row['key']}: {row['used']} of {row['cap']} are given")
    return found
