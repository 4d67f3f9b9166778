"""The reserve list as tests see it: who stands where, what was offered, whether the counts agree."""

from __future__ import annotations

from bot.store.session import Db
from bot.turn import Turn
from dialogs.voucher.service import quota, reserve
from tests.dialogs.voucher.district import District


def ranked(d: District) -> list[str]:
    """Who applied, in the order of the draw."""
    names = {row["person_id"]: row["chat"] for row in d.rows("SELECT chat, person_id FROM address")}
    return [names[t["person_id"]] for t in sorted(d.tickets(), key=lambda t: t["rank"])]


def offers(d: District) -> list[tuple[str, str]]:
    """(whose, state) of every offer, in the order of their making."""
    names = {row["person_id"]: row["chat"] for row in d.rows("SELECT chat, person_id FROM address")}
    return [
        (names[o["person_id"]], o["state"]) for o in d.rows("SELECT person_id, state FROM offer ORDER BY id")
    ]


def counted(d: District) -> None:
    """The counters agree with the rows, and nothing is oversold."""

    def check(db: Db) -> list[str]:
        return quota.self_check(Turn(d.house.ground, db, d.now))

    assert d.house.store.read(check) == []


async def give_up(d: District, who: str) -> None:
    """Decline a voucher, and let the minutes of the undo pass."""
    await d.press(who, "不要这张了")
    await d.forward(minutes=11)


def void(d: District, voucher: int) -> None:
    """Make a voucher void, as staff would."""

    def work(db: Db) -> None:
        db.run("UPDATE voucher SET state = 'void' WHERE id = :id", id=voucher)
        reserve.freed(Turn(d.house.ground, db, d.now), voucher)

    d.house.store.write(work)
