"""Two months of the sample programme with 300 invented households: nothing lost, nothing doubled, all accounted for."""

from __future__ import annotations

import json
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from itertools import product
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory
from typing import Any

import pytest

from bot.assembly import open_house
from bot.clock import VirtualClock, ms, parse_instant
from bot.house import House
from bot.messages import Outgoing, Place
from bot.settings import Settings
from bot.store import people
from bot.store.session import Db, sqlite_url
from bot.turn import Turn
from dialogs.voucher.draw import verify
from dialogs.voucher.service import public
from dialogs.voucher.service.quota import self_check
from tests.dialogs.voucher.district import bands, drawn_order, write_pack
from tests.dialogs.voucher.families import Family, Rim
from tests.rehearsal.households import Child, Event, Household
from tests.world import START

SEED = 20261201
HOUSEHOLDS = 300
QUOTAS = {"m00-12": 30, "m13-24": 60, "m25-k": 500}
"""Two bands are oversubscribed, one is not."""
ROUNDS = ("2026-12", "2027-01")
RESULTS = ("voucher.result.won", "voucher.result.reserve", "voucher.result.unheard")


class Town:
    """The house, its channels, the households, and the two months played."""

    def __init__(self, folder: Path, empty: Path) -> None:
        shutil.copy(empty, folder / "world.db")
        write_pack(folder / "data", "small", bands=bands(*QUOTAS.values()))
        self.settings = Settings(
            _env_file=None,
            data_dir=folder / "data",
            keys=folder / "keys",
            city="small",
            database_url=sqlite_url(folder / "world.db"),
        )  # type: ignore[call-arg]
        self.clock = VirtualClock(parse_instant(START, self.settings.zone))
        self.house: House = open_house(self.settings, self.clock)
        self.rims = {name: Rim(name) for name in ("terminal", "telegram", "web")}
        self.house.channels.update(self.rims)
        rng = Random(SEED)
        self.households = [Household(n, rng, self.house, self.rims) for n in range(1, HOUSEHOLDS + 1)]

    @property
    def children(self) -> list[Child]:
        return [child for household in self.households for child in household.children]

    async def play(self) -> None:
        self.house.open()
        self.house.store.write(self._appoint)
        staff = Family(self.house, self.rims["terminal"], "lin")
        await self._carry_out(
            [
                event
                for home in self.households
                for event in home.events(self.at("2026-12-01T09:00"), "2026-12")
            ]
        )
        await self.until("2027-01-03T09:00")
        for home in self.households:
            await home.use(staff)
        await self.until("2027-01-03T15:00")  # past the undo: what was declined has been offered
        for home in self.households:
            await home.answer_offers()
        await self._carry_out(
            [
                event
                for home in self.households
                if home.again
                for event in home.events(self.at("2027-01-03T15:00"), "2027-01")
            ]
        )
        await self.until("2027-02-02T09:00")
        for home in self.households:
            if home.again:
                await home.use(staff)
        await self.until("2027-03-05T09:00")

    async def _carry_out(self, events: list[Event]) -> None:
        for at, _, act in sorted(events, key=lambda event: event[:2]):
            if at > self.clock.now():
                await self.house.advance(self.clock, at)
            await act()

    async def until(self, at: str) -> None:
        await self.house.advance(self.clock, self.at(at))

    def at(self, text: str) -> datetime:
        return parse_instant(text, self.settings.zone)

    def _appoint(self, db: Db) -> None:
        _, who = people.meet(db, Place("terminal", "lin"), self.clock.now())
        db.run("INSERT INTO staff (person_id, name, role, place, since) VALUES (:p, 'lin', 'centre', 'liuyin', :now)",
               p=who.id, now=ms(self.clock.now()))  # fmt: skip

    def rows(self, sql: str, **values: Any) -> list[dict[str, Any]]:
        return self.house.store.read(lambda db: [dict(row) for row in db.all(sql, **values)])

    def words(self, blob: bytes) -> str:
        return Outgoing.of_json(self.house.ground.keys.unseal(bytes(blob), "outbox.payload")).text


@pytest.fixture
def quick_folder() -> Iterator[Path]:
    """A folder in memory where the machine has one: ten thousand commits would wait for the disk half a minute."""
    memory = Path("/dev/shm")
    with TemporaryDirectory(dir=memory if os.access(memory, os.W_OK) else None) as folder:
        yield Path(folder)


async def test_two_months(quick_folder: Path, migrated_file: Path) -> None:
    """One test, because the two months are played once for all of its checks."""
    town = Town(quick_folder, migrated_file)
    try:
        await town.play()
        no_ticket_is_lost_or_doubled(town)
        quotas_are_exact(town)
        the_published_draws_can_be_computed_by_anybody(town)
        each_ticket_has_its_result_exactly_once(town)
        every_message_is_sent_or_accounted_for(town)
        the_vouchers_end_as_their_families_left_them(town)
        the_reserve_list_went_in_order(town)
        nothing_failed_on_the_way(town)
    finally:
        town.house.store.close()


def no_ticket_is_lost_or_doubled(town: Town) -> None:
    expected = {
        number: (name, child.states[name])
        for child in town.children
        for name, number in child.tickets.items()
    }
    rows = town.rows(
        "SELECT t.*, r.name AS round FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id"
    )
    held = {
        row["number"]: (row["round"], "listed" if row["state"] in ("won", "reserve") else row["state"])
        for row in rows
    }
    assert held == expected
    assert len(held) == sum(len(child.tickets) for child in town.children)
    assert len({(row["round_id"], row["child_id"]) for row in rows}) == len(rows)
    seen = Counter(state for _, state in held.values())
    assert min(seen["listed"], seen["withdrawn"], seen["refused"], seen["unheard"]) > 0, (
        "some of each, or this proves little"
    )
    assert len(town.rows("SELECT 1 FROM voucher_child")) == len(town.children)


def quotas_are_exact(town: Town) -> None:
    tight = 0
    for name in ROUNDS:
        for band, quota in QUOTAS.items():
            found = Counter(
                row["state"]
                for row in town.rows(
                    "SELECT t.state FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id"
                    " WHERE r.name = :name AND t.band = :band",
                    name=name,
                    band=band,
                )
            )
            listed = found["won"] + found["reserve"]
            assert found["won"] - taken(town, name, band) == min(quota, listed), (name, band)
            tight += listed > quota
    assert tight >= 2, "no band was oversubscribed"
    won = {row["id"] for row in town.rows("SELECT id FROM voucher_ticket WHERE state = 'won'")}
    vouchers = town.rows("SELECT ticket_id, amount FROM voucher")
    assert {row["ticket_id"] for row in vouchers} == won
    assert len(vouchers) == len(won)


def the_published_draws_can_be_computed_by_anybody(town: Town) -> None:
    for name in ROUNDS:
        document = town.house.store.read(
            lambda db, name=name: public.document(town.house.ground.keys, db, name)
        )
        assert document is not None
        assert verify(json.loads(json.dumps(document))) == []
        order = drawn_order(document)
        assert {
            band: result["order"] for band, result in document["bands"].items() if result["order"]
        } == order
        winners = {ticket for band, tickets in order.items() for ticket in tickets[: QUOTAS[band]]}
        assert winners == {
            row["number"]
            for row in town.rows(
                "SELECT t.number FROM voucher_ticket t JOIN voucher_round r ON r.id = t.round_id"
                " WHERE r.name = :name AND t.state = 'won' AND NOT EXISTS"
                " (SELECT 1 FROM offer o WHERE o.object = t.id AND o.state = 'accepted')",
                name=name,
            )
        }


def each_ticket_has_its_result_exactly_once(town: Town) -> None:
    written = Counter(
        row["dedupe"] for row in town.rows("SELECT dedupe FROM outbox WHERE dedupe LIKE 'result:%'")
    )
    called = [
        town.words(row["words"])
        for row in town.rows(
            "SELECT c.words FROM call_list c WHERE outbox_id IS NULL AND NOT EXISTS"
            " (SELECT 1 FROM offer o WHERE o.call_id = c.id)"
        )
    ]
    names = {number: child.name for child in town.children for number in child.tickets.values()}
    for ticket in town.rows(
        "SELECT t.id, t.number, t.state, r.name AS round FROM voucher_ticket t"
        " JOIN voucher_round r ON r.id = t.round_id WHERE t.state NOT IN ('withdrawn', 'refused')"
    ):
        number = ticket["number"]
        shown = f"{number[:3]} {number[3:6]} {number[6:]}"
        name, heard = names[number], f"没能进 {ticket['round']} 这一轮"
        by_telephone = sum(shown in text or (name in text and heard in text) for text in called)
        assert written[f"result:{ticket['id']}"] + by_telephone == 1, (ticket, name)
    delivered = Counter(sent.id for rim in town.rims.values() for sent in rim.sent)
    assert max(delivered.values()) == 1, "a message arrived twice"
    withdrawn = {
        row["id"]
        for row in town.rows("SELECT id FROM voucher_ticket WHERE state IN ('withdrawn', 'refused')")
    }
    assert not any(f"result:{one}" in written for one in withdrawn)


def every_message_is_sent_or_accounted_for(town: Town) -> None:
    rows = town.rows("SELECT o.*, c.id AS listed FROM outbox o LEFT JOIN call_list c ON c.outbox_id = o.id")
    assert Counter(row["state"] for row in rows).keys() <= {"sent", "withheld", "failed", "cancelled"}
    for row in rows:
        if row["state"] == "sent":
            continue
        assert row["note"], row
        if row["lane"] == "result":
            assert row["listed"] is not None, (row["id"], row["state"], row["dedupe"], row["note"])
    arrived = {sent.id for rim in town.rims.values() for sent in rim.sent}
    assert arrived == {row["id"] for row in rows if row["state"] == "sent"}
    reasons = Counter(row["reason"] for row in town.rows("SELECT reason FROM call_list"))
    assert min(reasons["blocked"], reasons["asleep"]) > 0, reasons


def the_vouchers_end_as_their_families_left_them(town: Town) -> None:
    states = Counter(row["state"] for row in town.rows("SELECT state FROM voucher"))
    redeemed = sum(child.redeemed for child in town.children)
    declined = sum(child.declined for child in town.children)
    assert min(redeemed, declined) > 0
    assert (states["used"], states["declined"]) == (redeemed, declined)
    assert states["expired"] == sum(states.values()) - redeemed - declined
    paid = town.rows("SELECT v.amount, r.amount AS paid, v.balance FROM voucher v JOIN voucher_redemption r"
                     " ON r.voucher_id = v.id")  # fmt: skip
    assert len(paid) == redeemed
    assert all(row["amount"] == row["paid"] and row["balance"] == 0 for row in paid)
    asked = town.rows("SELECT dedupe FROM outbox WHERE dedupe LIKE 'remind:%'")
    assert len({row["dedupe"] for row in asked}) == len(asked)


def taken(town: Town, name: str, band: str) -> int:
    """How many vouchers of a round's band went to families on the reserve list."""
    return len(
        town.rows(
            "SELECT 1 FROM offer o JOIN voucher_ticket t ON t.id = o.object JOIN voucher_round r ON r.id = t.round_id"
            " WHERE o.state = 'accepted' AND r.name = :name AND t.band = :band",
            name=name,
            band=band,
        )
    )


def the_reserve_list_went_in_order(town: Town) -> None:
    states = Counter(row["state"] for row in town.rows("SELECT state FROM offer"))
    assert states.keys() >= {"accepted", "declined", "lapsed"}, states
    assert states.keys() <= {"accepted", "declined", "lapsed", "passed"}, "an offer is still open"
    assert states["accepted"] == sum(child.taken for child in town.children)
    for name, band in product(ROUNDS, QUOTAS):
        ranks = [
            row["rank"]
            for row in town.rows(
                "SELECT t.rank FROM offer o JOIN voucher_ticket t ON t.id = o.object JOIN voucher_round r"
                " ON r.id = t.round_id WHERE r.name = :name AND t.band = :band ORDER BY o.id",
                name=name,
                band=band,
            )
        ]
        assert ranks == list(range(QUOTAS[band] + 1, QUOTAS[band] + 1 + len(ranks))), (name, band)
    assert town.house.store.read(lambda db: self_check(Turn(town.house.ground, db, town.clock.now()))) == []


def nothing_failed_on_the_way(town: Town) -> None:
    assert town.rows("SELECT act, object, detail FROM audit WHERE act LIKE '%failed'") == []
    assert town.rows("SELECT kind, tries FROM timer WHERE tries > 0") == []
    assert town.rows("SELECT id FROM inbox WHERE state <> 'done'") == []
    due = town.rows(
        "SELECT kind, key FROM timer WHERE state = 'waiting' AND due <= :now", now=ms(town.clock.now())
    )
    assert due == []
