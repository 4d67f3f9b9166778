"""The books at the end of a campaign: what came in, what it led to, what went out, each held against the others."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from bot.house import House
from bot.messages import Outgoing
from bot.selfcheck import self_check
from bot.store.session import Db
from bot.turn import Turn
from tests.botapi.driver import BotApi
from tests.soak.families import FIRST, Families, plain, shown

NEVER_TWICE = ("reminder", "broadcast")


@dataclass
class Books:
    """What was found. Every list names what is wrong; empty ones are well."""

    families: int = 0
    lost_messages: list[str] = field(default_factory=list)
    tickets: list[str] = field(default_factory=list)
    sendings: list[str] = field(default_factory=list)
    self_check: list[str] = field(default_factory=list)
    repeated: int = 0
    unconfirmed: int = 0

    @property
    def wrong(self) -> list[str]:
        return self.lost_messages + self.tickets + self.sendings + self.self_check


@dataclass
class Kept:
    """What the bot forgets after a while, copied while it is there: inbox states and sealed messages, by row."""

    inbox: dict[int, str] = field(default_factory=dict)
    payloads: dict[int, bytes] = field(default_factory=dict)

    def look(self, db: Db) -> None:
        """Copy what is there now."""
        self.inbox.update(
            {int(row["id"]): str(row["state"]) for row in db.all("SELECT id, state FROM inbox")}
        )
        for row in db.all("SELECT id, payload FROM outbox WHERE payload IS NOT NULL"):
            self.payloads[int(row["id"])] = bytes(row["payload"])


def close(house: House, api: BotApi, families: Families, kept: Kept) -> Books:
    """Look at everything. The house is at rest. `kept`: what the bot has forgotten meanwhile."""
    books = Books(families=len(families.all))
    house.store.read(kept.look)
    house.store.write(lambda db: _check(house, db, api, families, kept, books))
    return books


def _check(house: House, db: Db, api: BotApi, families: Families, kept: Kept, books: Books) -> None:
    if api.updates.pending:
        books.lost_messages.append(f"{len(api.updates.pending)} updates were never accepted")
    wrote = sum(family.wrote for family in families.all)
    states = Counter(kept.inbox.values())
    if states != {"done": wrote}:
        books.lost_messages.append(f"{wrote} messages written, the inbox holds {dict(states)}")
    _tickets(db, families, books)
    _sendings(house, db, families, kept, books)
    books.self_check = self_check(Turn(house.ground, db, house.ground.clock.now()), house.registry)


def _tickets(db: Db, families: Families, books: Books) -> None:
    rows = db.all(
        "SELECT a.chat, t.number, t.state, r.state AS round, (SELECT count(*) FROM voucher v WHERE v.ticket_id = t.id)"
        " AS vouchers FROM voucher_ticket t JOIN address a ON a.person_id = t.person_id"
        " JOIN voucher_round r ON r.id = t.round_id"
    )
    held = Counter(int(row["chat"]) for row in rows)
    numbers = {int(row["chat"]): str(row["number"]).replace(" ", "") for row in rows}
    for family in families.all:
        chat = family.user.id
        if family.odd or not family.number:
            books.tickets.append(f"chat {chat} holds no ticket: {family.odd or 'still talking'}")
        elif held[chat] != 1 or numbers[chat] != family.number.replace(" ", ""):
            books.tickets.append(f"chat {chat}: {held[chat]} tickets, told {family.number}")
    for row in rows:
        if row["round"] != "published" or (row["state"] == "won") != (row["vouchers"] == 1):
            books.tickets.append(
                f"ticket {row['number']}: {row['state']}, {row['vouchers']} vouchers, {row['round']}"
            )


def _sendings(house: House, db: Db, families: Families, kept: Kept, books: Books) -> None:
    rows = db.all(
        "SELECT o.id, o.lane, o.state, o.tries, o.payload, o.kind, a.chat FROM outbox o"
        " JOIN address a ON a.id = o.address_id ORDER BY o.id"
    )
    least: Counter[tuple[int, str]] = Counter()
    most: Counter[tuple[int, str]] = Counter()
    for row in rows:
        if row["state"] not in ("sent", "unconfirmed", "withheld"):
            books.sendings.append(f"outbox {row['id']} ({row['lane']}) is left {row['state']}")
        books.unconfirmed += row["state"] == "unconfirmed"
        sealed = kept.payloads[int(row["id"])]
        message = Outgoing.of_json(house.ground.keys.unseal(sealed, "outbox.payload"))
        key = (int(row["chat"]), plain(shown(message.text)))
        least[key] += row["state"] == "sent"
        most[key] += 1 if row["lane"] in NEVER_TWICE else max(1, int(row["tries"]))
    came = Counter(
        (chat, plain(text)) for chat, texts in families.delivered.items() for text in texts if plain(text)
    )
    for key in least | most | came:
        if not least[key] <= came[key] <= most[key]:
            books.sendings.append(
                f"chat {key[0] - FIRST}: delivered {came[key]} times, booked {least[key]} to {most[key]}: {key[1][:20]}"
            )
        books.repeated += max(0, came[key] - max(1, least[key]))
