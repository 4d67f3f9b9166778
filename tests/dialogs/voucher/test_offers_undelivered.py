"""An offer whose message does not arrive: a page that sleeps, a chat that is blocked while it is being sent."""

from __future__ import annotations

from bot.messages import Receipt, Sendable, SendFailed
from tests.dialogs.voucher.conftest import Make
from tests.dialogs.voucher.district import District, bands
from tests.dialogs.voucher.lists import counted, give_up, offers
from tests.dialogs.voucher.test_first_come import fills_in


class Refusing:
    """The far end of a channel that takes no message."""

    name = "web"
    pushes = True
    paced = False

    def __init__(self, why: SendFailed) -> None:
        self._why = why

    async def send(self, _message: Sendable) -> Receipt:
        raise self._why


async def in_line(make: Make) -> District:
    """A district with one voucher, given to p0; p1 and p2 wait, p1 on a page that is not open. A Tuesday, nine o'clock."""
    d = await make(allocation="first_come", reserve_until=20, bands=bands(1, 1, 1))
    d.staff("duty", "duty")
    for number in range(3):
        await fills_in(d, number)
    _moved(d, "terminal", "web")
    return d


def _moved(d: District, old: str, new: str) -> None:
    d.house.store.write(
        lambda db: db.run(
            "UPDATE address SET channel = :new WHERE chat = 'p1' AND channel = :old", old=old, new=new
        )
    )


def box(d: District) -> tuple[str, str, str | None]:
    """The offer's message, the call about it, and why it is on the list."""
    row = d.rows(
        "SELECT b.state, c.state AS call, c.reason FROM offer o JOIN outbox b ON b.id = o.outbox_id"
        " LEFT JOIN call_list c ON c.id = o.call_id ORDER BY o.id LIMIT 1"
    )[0]
    return row["state"], row["call"], row["reason"]


async def test_a_page_that_sleeps_is_called_first_and_then_it_passes_on(make: Make) -> None:
    d = await in_line(make)
    await give_up(d, "p0")
    assert offers(d) == [("p1", "called")]
    assert box(d) == ("withheld", "open", "asleep")
    await d.say("duty", "待打电话")
    words = d.last("duty").text
    assert "轮到小宇了" in words
    assert "告诉值班人员就行" in words
    assert "点" not in words, "nobody presses a button on the telephone"
    await d.to("2026-12-03T09:05")
    assert offers(d) == [("p1", "called")], "two working days, for somebody to ring"
    await d.to("2026-12-03T10:00")
    assert offers(d) == [("p1", "lapsed"), ("p2", "offered")]
    assert box(d) == ("cancelled", "done", "asleep"), (
        "nobody rings about it, and the page is not asked any more"
    )
    _moved(d, "web", "terminal")
    address = d.rows("SELECT id FROM address WHERE chat = 'p1'")[0]["id"]
    d.house.store.write(lambda db: d.house.wake(db, address))
    await d.forward(minutes=1)
    assert "voucher.result.offer" not in d.keys("p1")
    assert d.keys("p1")[-1] == "voucher.result.offer_lapsed", "it is told what it missed"
    assert d.rows("SELECT 1 FROM call_list WHERE state = 'open'") == []
    counted(d)


async def test_a_page_that_opens_in_time_has_its_hours_from_then_on(make: Make) -> None:
    d = await in_line(make)
    await give_up(d, "p0")
    await d.to("2026-12-02T15:00")
    _moved(d, "web", "terminal")
    address = d.rows("SELECT id FROM address WHERE chat = 'p1'")[0]["id"]
    d.house.store.write(lambda db: d.house.wake(db, address))
    await d.forward(minutes=1)
    assert "voucher.result.offer" in d.keys("p1")
    assert offers(d) == [("p1", "offered")]
    assert box(d) == ("sent", "done", "asleep"), "it has arrived: nobody need ring"
    await d.to("2026-12-04T14:50")
    assert offers(d) == [("p1", "offered")]
    await d.press("p1", "要这张券")
    assert d.keys("p1")[-1] == "voucher.issued"
    counted(d)


async def test_a_message_refused_while_it_is_sent_is_a_call_at_once(make: Make) -> None:
    d = await in_line(make)
    d.house.channels["web"] = Refusing(SendFailed("unreachable", "blocked"))
    await give_up(d, "p0")
    assert offers(d) == [("p1", "called")]
    assert box(d) == ("failed", "open", "blocked")
    await d.to("2026-12-03T10:00")
    assert offers(d) == [("p1", "lapsed"), ("p2", "offered")]
    assert box(d) == ("failed", "done", "blocked")
    assert d.rows("SELECT 1 FROM call_list WHERE state = 'open'") == [], (
        "nor does anybody ring to say that it lapsed"
    )
    counted(d)
