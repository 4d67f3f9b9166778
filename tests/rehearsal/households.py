"""Invented households and what they do in a round or two; each keeps its own books of what it was told."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from random import Random

from dateutil.relativedelta import relativedelta

from bot.house import House
from bot.store.session import Db
from tests.dialogs.voucher.district import id18
from tests.dialogs.voucher.families import DISGUISES, Family, Rim, answers, disguised

TICKET = re.compile(r"票号：<b>(\d{3} \d{3} \d{3})")
CODE = re.compile(r"券码：<code>(\d{4} \d{4} \d{4})")
LINK = re.compile(r"start=(g_[\w-]+)")
Act = Callable[[], Awaitable[None]]
Event = tuple[datetime, int, Act]


@dataclass
class Child:
    """A child, its document, and its tickets by round with what ought to have become of them by the freeze."""

    name: str
    born: str
    number: str
    tickets: dict[str, str] = field(default_factory=dict)
    states: dict[str, str] = field(default_factory=dict)
    redeemed: int = 0
    declined: int = 0
    taken: int = 0


class Household:
    """One family at one address, with its habits. `first` is the day on which its first round opens."""

    def __init__(self, number: int, rng: Random, house: House, rims: dict[str, Rim], first: date) -> None:
        self.number, self.rng, self.house, self.rims, self.first = number, rng, house, rims, first
        self.rim = rims[rng.choices(("terminal", "telegram", "web"), (40, 35, 25))[0]]
        self.chat = f"h{number}"
        self.family = Family(house, self.rim, self.chat)
        born = self._birth()
        self.children = [self._child(1, born)]
        shape = rng.random()
        if shape < 0.05:
            self.children.append(self._child(2, born))
        elif shape < 0.15:
            self.children.append(self._child(2, self._birth()))
        self.grandparent = rng.random() < 0.15
        self.guardian = rng.choices(("agrees", "refuses", "is silent"), (70, 10, 20))[0]
        self.withdraws = rng.choices(("", "for good", "undone", "and again"), (92, 3, 2, 3))[0]
        self.other_parent = rng.random() < 0.08
        self.blocks = self.rim.name == "telegram" and rng.random() < 0.15
        self.sleeps = self.rim.name == "web" and rng.random() < 0.8
        self.again = not self.blocks and rng.random() < 0.5
        self.uses = rng.choices(("", "redeems", "declines"), (55, 35, 10))[0]
        self.phone = f"138{number:08d}"
        self.read_until = 0
        self.on_offer = ("", "不要，让给下一家", "要这张券")[number % 3]

    def _birth(self) -> str:
        months = self.rng.choice((*range(8, 34), 7, 9, 11))
        return (self.first - timedelta(days=int(months * 30.44) + self.rng.randrange(27))).isoformat()

    def _child(self, which: int, born: str) -> Child:
        group, serial = divmod(self.number, 300)
        document = id18(born, serial=serial * 2 + which + 99, area=f"9999{group + 1:02}")
        return Child(f"宝{self.number}之{which}", born, document)

    def takes_part(self, opens: date) -> bool:
        """Whether they apply in the round that opens on this day: their first, or the one after it."""
        return opens == self.first or (self.again and opens == self.first + relativedelta(months=1))

    def events(self, opens: datetime, round_name: str) -> list[Event]:
        """What they do in a round of a month, at whole minutes of its first weeks."""
        at = opens + timedelta(minutes=self.rng.randrange(60, 25 * 24 * 60))
        made: list[Event] = []

        def then(act: Act, hours: float) -> None:
            made.append((at + timedelta(hours=hours), self.number, act))

        for place, child in enumerate(self.children):
            then(partial(self.apply, child, round_name, place), place * 3)
        if self.grandparent and self.guardian != "is silent":
            for place, child in enumerate(self.children):
                then(partial(self.confirm, child, round_name), 20 + place)
        if self.withdraws and not self.grandparent and len(self.children) == 1:
            then(lambda: self.withdraw(self.children[0], round_name), 30)
        if self.other_parent:
            then(lambda: self.duplicate(self.children[0], round_name), 28)
        if self.blocks or self.sleeps:
            then(self.leave, 40)
        return made

    async def apply(self, child: Child, round_name: str, place: int) -> None:
        """Apply for a child: at length the first time, in two answers in a month to follow."""
        await self.wake()
        given = answers(
            child.born,
            disguised(child.number, self.rng.choice(DISGUISES)),
            self.phone,
            child.name,
            "3" if self.grandparent else "1",
        )
        if child.tickets:
            given["child"] = str(place + 1)
        elif place:
            given["child"] = child.born
        before = len(self.family.heard)
        await self.family.say("voucher")
        if place and not child.tickets and self.family.last_key == "voucher.child.ask":
            await self._fill(given, rename=child.name)
        else:
            await self._fill(given)
        said = "\n".join(message.text for message in self.family.heard[before:])
        ticket = TICKET.search(said)
        assert ticket is not None, (self.chat, round_name, said[-300:])
        child.tickets[round_name] = ticket[1].replace(" ", "")
        child.states[round_name] = "unheard" if self.grandparent else "listed"

    async def _fill(self, given: dict[str, str], rename: str = "") -> None:
        for _ in range(20):
            key = self.family.last_key
            if key == "common.resume":
                await self.family.say("2")
            elif key == "voucher.summary.ask" and rename:
                rename = await self._rename(rename)
            elif key.endswith(".ask"):
                await self.family.say(given[key.split(".")[1]])
            else:
                return
        raise AssertionError(f"{self.chat} goes round in circles at {self.family.last_key}")

    async def _rename(self, name: str) -> str:
        """A second child's name is not asked; it is changed in the summary, so that results can be told apart."""
        assert await self.family.press("改称呼")
        await self.family.say(name)
        return ""

    async def confirm(self, child: Child, round_name: str) -> None:
        """The guardian opens the link that the grandparent passed on, at an address of their own."""
        links = [
            LINK.search(m.text)
            for m in self.family.heard
            if "voucher.guardian_link" in m.keys and child.name in m.text
        ]
        found = [link for link in links if link is not None]
        guardian = Family(self.house, self.rim, f"{self.chat}-guardian")
        await guardian.open_link(found[-1][1])
        assert guardian.last_key == "voucher_guardian.confirm.ask", guardian.last_key
        await guardian.say("同意" if self.guardian == "agrees" else "不同意")
        child.states[round_name] = "listed" if self.guardian == "agrees" else "refused"

    async def withdraw(self, child: Child, round_name: str) -> None:
        await self.wake()
        await self.family.say("我的券")
        assert await self.family.press("撤回申请")
        child.states[round_name] = "withdrawn"
        if self.withdraws == "undone":
            assert await self.family.press("反悔，改回去")
        elif self.withdraws == "and again":
            number = child.tickets[round_name]
            await self.family.say("voucher")
            await self._fill({"child": "1", "summary": "1", "anyway": "还是申请"})
            newest = TICKET.search(self.family.heard[-1].text)
            assert newest is not None
            assert newest[1].replace(" ", "") == number
        if self.withdraws != "for good":
            child.states[round_name] = "listed"

    async def duplicate(self, child: Child, round_name: str) -> None:
        """The other parent applies for the same child, at another address with another telephone."""
        if child.states[round_name] in ("withdrawn", "refused"):
            return
        other = Family(self.house, self.rims["terminal"], f"{self.chat}-other")
        await other.fill_in(answers(child.born, child.number, f"139{self.number:08d}", "同一个"))
        assert other.last_key == "voucher.registered.said"

    async def leave(self) -> None:
        (self.rim.blocked if self.blocks else self.rim.asleep).add(self.chat)

    async def wake(self) -> None:
        """They open their page again: what waited for them may come."""
        if self.chat not in self.rim.asleep:
            return
        self.rim.asleep.discard(self.chat)

        def wake(db: Db) -> None:
            self.house.wake(db, int(db.value("SELECT id FROM address WHERE chat = :chat", chat=self.chat)))

        self.house.store.write(wake)
        await self.house.send_due()

    # -- with what they won ----------------------------------------------------------------------------------------

    async def answer_offers(self) -> None:
        """Some take what is offered from the reserve list, some leave it, some are silent."""
        if self.blocks or not self.on_offer:
            return
        await self.wake()
        for message in self.family.heard[self.read_until :]:
            button = [b for row in message.buttons for b in row if b.label == self.on_offer]
            if "voucher.result.offer" not in message.keys or not button:
                continue
            child = next(child for child in self.children if f"{child.name}了" in message.text)
            await self.family.press_id(button[0].id)
            if self.family.last_key == "voucher.issued":
                child.taken += 1

    async def use(self, staff: Family) -> None:
        """Whoever won goes to the centre, or gives the voucher up, or forgets it."""
        if self.blocks:
            return
        await self.wake()
        for child in self.children:
            won = [
                message
                for message in self.family.heard[self.read_until :]
                if "voucher.result.won" in message.keys and f"{child.name}的" in message.text
            ]
            if not won:
                continue
            if self.uses == "declines":
                mine = next(b for row in won[-1].buttons for b in row if b.label == "不要这张了")
                await self.family.press_id(mine.id)
                assert self.family.last_key == "voucher.declined", self.family.last_key
                child.declined += 1
            elif self.uses == "redeems":
                code = CODE.search(won[-1].text)
                assert code is not None
                await staff.say(code[1])
                if staff.last_key == "voucher_redeem.paper.ask":
                    await staff.say(child.number)
                await staff.say("1")
                assert staff.last_key == "voucher_redeem.done.said", staff.last_key
                child.redeemed += 1
        self.read_until = len(self.family.heard)
