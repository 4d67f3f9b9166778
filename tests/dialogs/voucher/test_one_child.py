"""Whatever families do, on whatever channel: one ticket for a child and round, and its number never changes."""

from __future__ import annotations

import asyncio
import itertools
import shutil
from datetime import timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from bot.assembly import open_house
from bot.clock import VirtualClock, parse_instant
from bot.settings import Settings
from bot.store.session import Db, sqlite_url
from bot.turn import Turn
from dialogs.voucher.service import aliases
from tests.dialogs.voucher.district import certificate, id18
from tests.dialogs.voucher.families import DISGUISES, Family, Rim, answers, disguised
from tests.world import START

CHANNELS = ("terminal", "web", "telegram")
PEOPLE = st.tuples(st.sampled_from(CHANNELS), st.sampled_from(("ma", "pa", "oma")))
BORN = {0: "2025-05-01", 1: "2025-05-01", 2: "2024-02-29", 3: "2026-03-31"}
BY_CERTIFICATE = 10
CHILDREN = {**BORN, **{child + BY_CERTIFICATE: born for child, born in BORN.items()}}
"""Four children, two of them twins: 0 to 3 by their ID cards, 10 to 13 the same ones by their certificates."""
CHILD = st.sampled_from((0, 0, 10, 10, 1, 11, 2, 3))
RELATION = st.sampled_from(("1", "2", "3"))
_runs = itertools.count(1)


def paper(child: int, how: str = "plain") -> str:
    """What a family types: the number of the ID card, or of the certificate."""
    if child >= BY_CERTIFICATE:
        return certificate(child)
    return disguised(id18(CHILDREN[child], serial=child + 1), how)


class OneChild(RuleBasedStateMachine):
    """Nine addresses and four children with two papers each; the model knows who holds which child's ticket.

    A child's papers are two children until staff say that they are one.
    """

    folder: Path
    empty: Path

    def __init__(self) -> None:
        super().__init__()
        self.loop = asyncio.Runner()
        self.home = self.folder / f"run{next(_runs)}"
        self.home.mkdir()
        shutil.copy(self.empty, self.home / "world.db")
        self.settings = Settings(
            _env_file=None,
            data_dir=self.home / "data",
            keys=self.home / "keys",
            database_url=sqlite_url(self.home / "world.db"),
        )  # type: ignore[call-arg]
        self.clock = VirtualClock(parse_instant(START, self.settings.zone))
        self.rims = {name: Rim(name) for name in CHANNELS}
        self.open()
        self.numbers: dict[int, str] = {}
        self.holder: dict[int, tuple[str, str]] = {}
        self.rowids: dict[int, int] = {}
        self.gave_up: list[tuple[str, str]] = []
        self.one: dict[int, int] = {}

    def open(self) -> None:
        self.house = open_house(self.settings, self.clock)
        self.house.channels.update(self.rims)
        self.house.open()

    def teardown(self) -> None:
        self.house.store.close()
        self.loop.close()
        shutil.rmtree(self.home)

    def family(self, who: tuple[str, str]) -> Family:
        # Nobody writes twenty messages a minute: time passes between what one does and what one does next.
        self.clock.move_to(self.clock.now() + timedelta(seconds=61))
        return Family(self.house, self.rims[who[0]], f"{who[0]}-{who[1]}")

    @initialize(
        some=st.lists(st.tuples(PEOPLE, CHILD, st.sampled_from(DISGUISES), RELATION), min_size=2, max_size=4)
    )
    def begin(self, some: list[tuple[tuple[str, str], int, str, str]]) -> None:
        for who, child, how, relation in some:
            self.apply(who, child, how, relation)
            self.one_ticket_for_a_child()

    @rule(who=PEOPLE, child=CHILD, how=st.sampled_from(DISGUISES), relation=RELATION)
    def apply(self, who: tuple[str, str], child: int, how: str, relation: str) -> None:
        born = CHILDREN[child]
        given = answers(born, paper(child, how), f"138001380{child:02d}", relation=relation)
        said = self.loop.run(self.family(who).fill_in(given))
        self.settle(self.one.get(child, child), who, said)

    @precondition(lambda self: self.gave_up)
    @rule(data=st.data())
    def apply_from_memory(self, data: st.DataObject) -> None:
        """Choose the first of the children known here."""
        who = data.draw(st.sampled_from(self.gave_up))
        first = self.known(who)[0]
        given = {**answers(CHILDREN[first], paper(first), "13900139000"), "child": "1"}
        said = self.loop.run(self.family(who).fill_in(given))
        self.settle(first, who, said)

    def settle(self, child: int, who: tuple[str, str], said: str) -> None:
        if child in self.holder:
            assert said == "voucher.registered.said"
        else:
            assert said in ("voucher.receipt", "voucher.guardian_link")
            self.holder[child] = who

    @precondition(lambda self: self.holder)
    @rule(data=st.data())
    def withdraw(self, data: st.DataObject) -> None:
        child = data.draw(st.sampled_from(sorted(self.holder)))
        family = self.family(self.holder[child])
        self.loop.run(family.say("我的券"))
        before = self.states()
        assert self.loop.run(family.press("撤回申请"))
        gone = [
            one for one, state in self.states().items() if state == "withdrawn" and before[one] != "withdrawn"
        ]
        assert len(gone) == 1
        child = next(one for one, row in self.rowids.items() if row == gone[0])
        self.gave_up.append(self.holder.pop(child))

    @precondition(lambda self: self.gave_up)
    @rule(data=st.data())
    def undo(self, data: st.DataObject) -> None:
        who = data.draw(st.sampled_from(self.gave_up))
        before = self.states()
        self.loop.run(self.family(who).press("反悔，改回去"))
        for row, state in self.states().items():
            if before[row] == "withdrawn" and state != "withdrawn":
                child = next(one for one, known in self.rowids.items() if known == row)
                assert child not in self.holder
                self.holder[child] = who

    @precondition(lambda self: self.alike())
    @rule(data=st.data())
    def staff_see_both_papers(self, data: st.DataObject) -> None:
        """A child's two papers turn out to be one child's: of two tickets the earlier stands."""
        child = data.draw(st.sampled_from(self.alike()))
        both = (child, child + BY_CERTIFICATE)
        applied = {
            int(str(row[0])): (row[1], row[2])
            for row in self.rows("SELECT child_id, applied, id FROM voucher_ticket")
        }
        stands = min(both, key=lambda one: (one not in self.holder, applied[self.rowids[one]]))
        rows = sorted(self.rowids[one] for one in both)
        self.house.store.write(
            lambda db: aliases.join(Turn(self.house.ground, db, self.clock.now()), rows[1], rows[0])
        )
        self.loop.run(self.house.settle())  # whose ticket fell has been told before they say anything
        number, who = self.numbers[stands], self.holder.get(stands)
        for one in both:
            self.holder.pop(one, None)
        del self.rowids[both[1]], self.numbers[both[1]]
        self.rowids[child], self.numbers[child] = rows[0], number
        if who is not None:
            self.holder[child] = who
        self.one[both[1]] = child

    def alike(self) -> list[int]:
        """Children of whom both papers are known and not joined yet."""
        return [one for one in sorted(BORN) if one in self.rowids and one + BY_CERTIFICATE in self.rowids]

    @rule(minutes=st.sampled_from((1, 11, 300)), anew=st.booleans())
    def wait(self, minutes: int, anew: bool) -> None:
        """Some time passes; perhaps the bot is started again meanwhile."""
        if anew:
            self.house.store.close()
            self.open()
        target = self.clock.now().timestamp() + 60 * minutes
        if target < parse_instant("2026-12-30T09:00", self.settings.zone).timestamp():
            self.loop.run(
                self.house.advance(self.clock, self.clock.now().fromtimestamp(target, self.settings.zone))
            )

    def known(self, who: tuple[str, str]) -> list[int]:
        """The children of a person, in the order in which they are offered."""
        rows = self.rows("SELECT f.child_id FROM voucher_family f JOIN address a ON a.person_id = f.person_id"
                         " WHERE a.channel = :channel AND a.chat = :chat ORDER BY f.id", channel=who[0],
                         chat=f"{who[0]}-{who[1]}")  # fmt: skip
        return [next(one for one, known in self.rowids.items() if known == row[0]) for row in rows]

    def states(self) -> dict[int, str]:
        return {
            int(row[0]): str(row[1])
            for row in self.rows("SELECT child_id, state FROM voucher_ticket WHERE state <> 'void'")
        }

    def rows(self, sql: str, **values: object) -> list[tuple[object, ...]]:
        def look(db: Db) -> list[tuple[object, ...]]:
            return [tuple(row) for row in db.all(sql, **values)]

        return self.house.store.read(look)

    @invariant()
    def one_ticket_for_a_child(self) -> None:
        tickets = self.rows(
            "SELECT child_id, number, state FROM voucher_ticket WHERE state <> 'void' ORDER BY id"
        )
        ids = [int(str(row[0])) for row in tickets]
        assert len(ids) == len(set(ids)) <= len(CHILDREN)
        for child in self.holder:
            if child not in self.rowids:
                self.rowids[child] = next(one for one in ids if one not in self.rowids.values())
        assert set(self.rowids.values()) == set(ids), "a ticket that nobody applied for"
        for child, row in self.rowids.items():
            _, number, state = next(one for one in tickets if one[0] == row)
            assert self.numbers.setdefault(child, str(number)) == number, "the number changed"
            assert (state == "withdrawn") == (child not in self.holder)
        assert (
            self.rows(
                "SELECT 1 FROM voucher_child c WHERE (c.same_as IS NULL) <> EXISTS"
                " (SELECT 1 FROM voucher_document d WHERE d.child_id = c.id)"
            )
            == []
        )
        assert (
            self.rows(
                "SELECT 1 FROM voucher_ticket t JOIN voucher_child c ON c.id = t.child_id"
                " WHERE c.same_as IS NOT NULL AND t.state <> 'void'"
            )
            == []
        ), "a ticket that counts rests on a row that is another child's"
        assert self.rows("SELECT 1 FROM inbox WHERE state = 'failed'") == []
        assert self.rows("SELECT 1 FROM audit WHERE act LIKE '%failed'") == []


def test_one_ticket_for_a_child(tmp_path: Path, migrated_file: Path) -> None:
    here = type("Here", (OneChild,), {"folder": tmp_path, "empty": migrated_file})
    run_state_machine_as_test(here, settings=settings(
        max_examples=10, stateful_step_count=20, deadline=None, report_multiple_bugs=False, database=None, derandomize=True,
        suppress_health_check=list(HealthCheck)))  # fmt: skip
