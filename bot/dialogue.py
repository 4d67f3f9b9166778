"""The open form of one address during a turn: the pure machine's moves carried out and put into words.

Do steps are performed by their services inside the turn; questions are shown with their choices as buttons, and
every one of them with a way back, a way out and a way to a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, cast

import structlog

from bot import later
from bot.capability import Registry
from bot.flow import machine
from bot.flow.model import CHANGE, Ask, End, Flow, Look, Problem, Said, State
from bot.masked import masked_token
from bot.messages import Button, Inbound
from bot.store.conversations import Talk
from bot.turn import Turn

log = structlog.get_logger(__name__)
LONG = 100
"""Characters of a question that is asked again in its short form."""
REMEMBERED = 6
"""Turns for which a question that was shown whole need not be shown whole again."""
WIDE = 14
"""A row holds two buttons when neither label is longer than half of this (in characters)."""
MASKED_MINUTES = 10
KEEP = "keep"
"""The choice of a question that leaves everything as it stands."""
STEPS = 40
"""Do steps that may follow one another in a turn."""


class Dialogue:
    """What is open at an address, and the moves that a message makes on it."""

    def __init__(self, talk: Talk, registry: Registry) -> None:
        self.talk = talk
        self._registry = registry
        self._state: State | None = None
        self._newer: dict[str, Any] | None = None
        if talk.open is not None:
            self._revive(talk.open)

    # -- what is open --------------------------------------------------------------------------------------------

    @property
    def asking(self) -> Ask | None:
        """The open question, or None."""
        if self._state is None:
            return None
        step = self._flow(self._state).step(self._state.step)
        return step if isinstance(step, Ask) else None

    @property
    def form(self) -> str:
        """The name of the open flow, "" where none is open."""
        return "" if self._state is None else self._state.flow

    @property
    def data(self) -> dict[str, Any]:
        """What the open form knows by now: a copy, empty where none is open."""
        return {} if self._state is None else dict(self._state.data)

    @property
    def newer(self) -> bool:
        """Whether the open form was saved by a later version of the program: it waits, untouched, for that one."""
        return self._newer is not None

    @property
    def takes_free_words(self) -> bool:
        """Whether the open question takes any words."""
        return self.asking is not None and self.asking.free

    @property
    def wants_document(self) -> bool:
        """Whether the open question asks for a document number."""
        return self.asking is not None and self.asking.expects == "document"

    def is_open(self, flow: str) -> bool:
        """Whether this flow is the open one."""
        return self._state is not None and self._state.flow == flow

    # -- moves ---------------------------------------------------------------------------------------------------

    def begin(self, turn: Turn, name: str, known: Mapping[str, Any]) -> None:
        """Open a flow; what was open is parked. A form of the same kind that is open is offered again."""
        if self.is_open(name) and not known:
            self.offer_resume(turn)
            return
        if self._state is not None and not self.is_open(name):
            self.talk.parked = self._state.to_json()
        if self.newer:
            self.talk.parked, self._newer = self._newer, None
        flow = self._registry.flows[name]
        self._settle(turn, machine.begin(flow, self._look(turn), known))

    def answer(self, turn: Turn, inbound: Inbound) -> Problem | None:
        """Give the open question an answer. A Problem comes back unsaid."""
        state = self._open()
        said = Said(
            text=inbound.text,
            phone=inbound.phone,
            phone_is_own=inbound.phone_is_own,
            location=inbound.location,
            media=inbound.media,
            flaw=inbound.flaw,
            proof=inbound.proofs[0] if inbound.proofs else None,
        )
        return self._move(turn, state, said)

    def press(self, turn: Turn, inbound: Inbound, rest: str) -> None:
        """A question's button was pressed. An old question's button changes nothing, and is told so kindly."""
        question, _, value = rest.partition(":")
        if self.asking is None or question != str(self.talk.question):
            turn.say("common.newer" if self.newer else "common.stale")
            self.ask_again(turn)
            return
        problem = self._move(turn, self._open(), Said(text="", choice=value))
        if problem is not None:
            self.say_problem(turn, problem)

    def back(self, turn: Turn) -> None:
        """One question back."""
        if self._state is None:
            turn.say("common.nothing_open")
            return
        move = machine.back(self._flow(self._state), self._state, self._look(turn))
        if move is None:
            turn.say("common.first_question")
            self.ask_again(turn)
        else:
            self._settle(turn, move)

    def keep(self, turn: Turn) -> None:
        """Leave the answer that was to be changed as it stood, or choose `keep` where that is a choice; else go on."""
        state, ask = self._state, self.asking
        if state is not None and state.changing:
            self.back(turn)
        elif state is not None and ask is not None and KEEP in self._labels(turn, state, ask):
            self._move(turn, state, Said(choice=KEEP))
        else:
            self.resume(turn)

    def cancel(self, turn: Turn) -> None:
        """Close what is open, nothing done."""
        if self.newer:
            turn.say("common.cancelled", *self._ways_on(turn))
            self._close()
            self._unpark(turn)
            return
        if self._state is None:
            turn.say("common.nothing_open")
            return
        own = f"{self._state.flow}.cancelled.said"
        key = own if turn.ground.texts.has(own) else "common.cancelled"
        turn.say(key, *self._ways_on(turn), **self._values(turn, self._state))
        self._close()
        self._unpark(turn)

    def join(self, turn: Turn, known: Mapping[str, Any]) -> bool:
        """Go through the open flow anew with what was told so far, and with this in its place; False: this answers nothing."""
        state = self._open()
        flow = self._flow(state)
        told = [name for name in known if flow.has(name)]
        if not told:
            return False
        self.talk.choosing = []
        data = machine.forgotten(flow, state.data, told)
        self._settle(turn, machine.begin(flow, self._look(turn), {**data, **known}))
        return True

    def resume(self, turn: Turn) -> None:
        """Ask the open question again; or open what was parked."""
        if self._state is None and not self.newer:
            self._unpark(turn)
        if self._state is None:
            turn.say("common.newer" if self.newer else "common.nothing_open")
        elif self.asking is not None:
            self._show(turn)

    def restart(self, turn: Turn) -> None:
        """Begin the open flow from its first question."""
        if self._state is None:
            turn.say("common.nothing_open")
            return
        self._settle(turn, machine.begin(self._flow(self._state), self._look(turn)))

    def offer_resume(self, turn: Turn) -> None:
        """Somebody came back to an open form: go on, or anew? A number is enough."""
        state = self._open()
        self.talk.choosing = ["resume", "restart"]
        turn.say(
            "common.resume",
            [
                Button(turn.label("common.button.resume"), id="w:resume"),
                Button(turn.label("common.button.restart"), id="w:restart"),
            ],
            step=turn.label(f"{state.flow}.{state.step}.name"),
        )

    def ask_again(self, turn: Turn) -> None:
        """Ask the open question once more, if there is one: a long one that was just shown by its name."""
        if self.asking is not None:
            self._show(turn, short=True)

    def say_problem(self, turn: Turn, problem: Problem) -> None:
        """Say what is wrong with an answer, and ask again."""
        state = self._open()
        own = f"{state.flow}.{state.step}.problem.{problem.code}"
        key = own if turn.ground.texts.has(own) else f"common.problem.{problem.code}"
        turn.say(key, **{**self._values(turn, state), **problem.args})
        self.ask_again(turn)

    # -- within --------------------------------------------------------------------------------------------------

    def _move(self, turn: Turn, state: State, said: Said) -> Problem | None:
        self.talk.choosing = []
        move = machine.answer(self._flow(state), state, said, self._look(turn, state))
        if move.problem is not None:
            return move.problem
        self._settle(turn, move)
        return None

    def _settle(self, turn: Turn, move: machine.Move) -> None:
        """Perform Do steps until the conversation rests in a question or an end."""
        for _ in range(STEPS):
            self._state = move.state
            flow = self._flow(move.state)
            if isinstance(move.at, Ask):
                self.talk.question += 1
                self._show(turn)
                return
            if isinstance(move.at, End):
                self._finish(turn, flow, move)
                return
            turn.data = dict(move.state.data)
            outcome = self._registry.does[f"{flow.name}.{move.at.name}"](turn)
            move = machine.done(flow, move.state, outcome, turn.data, self._look(turn, move.state))
        raise machine.UnknownOutcome(f"{move.state.flow}: more than {STEPS} steps without a question")

    def _finish(self, turn: Turn, flow: Flow, move: machine.Move) -> None:
        end = cast("End", move.at)
        if not end.silent:
            rows = self._ways_on(turn) if turn.hand_over is None else ()
            turn.say(f"{flow.name}.{end.name}.said", *rows, **self._values(turn, move.state))
        self._close()
        if turn.hand_over is None:
            self._unpark(turn)

    def _ways_on(self, turn: Turn) -> list[list[Button]]:
        """What can be done after an end, unless a parked question follows with ways of its own."""
        if self.talk.parked is not None:
            return []
        return [[Button(turn.label(f"common.button.{way}"), id=f"w:{way}") for way in ("menu", "person")]]

    def _close(self) -> None:
        self._state = self._newer = None
        self.talk.open = None
        self.talk.expects = ""
        self.talk.choosing = []

    def _unpark(self, turn: Turn) -> None:
        if self.talk.parked is not None:
            parked, self.talk.parked = self.talk.parked, None
            self._revive(parked)
            if self.newer:  # it stays parked, so that what was sent last is not taken for an answer to it
                self.talk.parked, self._newer = parked, None
            elif self.asking is not None:
                turn.say("common.back_to", step=turn.label(f"{self._open().flow}.{self._open().step}.name"))
                self.talk.question += 1
                self._show(turn)

    def _revive(self, saved: dict[str, Any]) -> None:
        flow = self._registry.flows.get(saved["flow"])
        revived: State | machine.Retired | machine.Newer
        if flow is not None:
            revived = machine.revive(flow, saved)
        else:
            revived = machine.Newer() if later(self.talk.by) else machine.Retired(saved["data"])
        if isinstance(revived, machine.Newer):
            log.warning(
                "a form of a later version is left to it", flow=saved["flow"], address=self.talk.address_id
            )
            self._newer = saved
        elif isinstance(revived, machine.Retired):
            self.talk.open, self.talk.lapsed = None, True
        else:
            self._state = revived

    def close_turn(self) -> None:
        """Put what is open into the conversation's row."""
        if self._newer is not None:
            self.talk.open = self._newer
            return
        self.talk.open = None if self._state is None else self._state.to_json()
        self.talk.expects = self.asking.expects if self.asking is not None else ""

    def _show(self, turn: Turn, *, short: bool = False) -> None:
        state, ask, talk = self._open(), cast("Ask", self.asking), self.talk
        rows = self._rows(turn, state, ask)
        key = f"{state.flow}.{state.step}.ask"
        question, seq = talk.full or (-1, 0)
        known = question == talk.question and talk.seq - seq <= REMEMBERED
        if short and known and len(turn.label(key, **self._values(turn, state))) > LONG:
            turn.say("common.short_ask", *rows, step=turn.label(f"{state.flow}.{state.step}.name"))
            return
        talk.full = (talk.question, talk.seq)
        turn.say(key, *rows, **self._values(turn, state))

    def _rows(self, turn: Turn, state: State, ask: Ask) -> list[Sequence[Button]]:
        choices = [
            Button(label, id=f"q:{self.talk.question}:{value}")
            for value, label in self._labels(turn, state, ask).items()
        ]
        rows: list[Sequence[Button]] = []
        most, wide = (ask.columns, WIDE) if ask.columns else (2, WIDE // 2)
        for button in choices:
            last = rows[-1] if rows else []
            if 0 < len(last) < most and max(len(one.label) for one in (*last, button)) <= wide:
                rows[-1] = [*last, button]
            else:
                rows.append([button])
        if ask.keyboard in ("contact", "location"):
            kind = cast("Any", ask.keyboard)
            rows.append([Button(turn.label(f"common.button.{ask.keyboard}"), ask=kind)])
        if (page := self._masked_page(turn, ask)) is not None:
            rows.append([page])
        back = ["keep"] if state.changing else ["back"] if state.trail else []
        ways = [*back, "cancel", "person"]
        rows.append([Button(turn.label(f"common.button.{way}"), id=f"w:{way}") for way in ways])
        return rows

    def _masked_page(self, turn: Turn, ask: Ask) -> Button | None:
        """The link to the one-time page for a document number, where the person can open it."""
        settings, place = turn.ground.settings, turn.place
        if ask.expects != "document" or turn.address_id is None or place is None or turn.attended:
            return None
        if place.channel != "web" and not settings.public_url:
            return None
        token = masked_token(
            turn.ground.keys, turn.address_id, self.talk.question, turn.in_(minutes=MASKED_MINUTES)
        )
        return Button(turn.label("common.button.masked"), url=f"{settings.page}/id/{token}")

    def _labels(self, turn: Turn, state: State, ask: Ask) -> dict[str, str]:
        found: dict[str, str] = {}
        if ask.choices_from:
            found.update({c["value"]: c["label"] for c in state.data.get(ask.choices_from, ())})
        values = self._values(turn, state)
        for value in ask.choices:
            found[value] = turn.label(f"{state.flow}.{ask.name}.choice.{value}", **values)
        for name in ask.changes:
            if name in state.data:
                found[CHANGE + name] = turn.label(
                    "common.button.change", what=turn.label(f"{state.flow}.{name}.name")
                )
        return found

    def _look(self, turn: Turn, state: State | None = None) -> Look:
        labels: dict[str, str] = {}
        if state is not None:
            step = self._flow(state).step(state.step)
            if isinstance(step, Ask):
                labels = self._labels(turn, state, step)
        return Look(turn.today, {} if state is None else state.data, labels)

    def _values(self, turn: Turn, state: State) -> dict[str, Any]:
        """What the words of a step may say. A form that is open since yesterday says 明天 of another day by now."""
        now = {"today": turn.today.isoformat()} if "today" in state.data else {}
        return {**state.data, **now}

    def _flow(self, state: State) -> Flow:
        flow: Flow = self._registry.flows[state.flow]
        return flow

    def _open(self) -> State:
        if self._state is None:
            raise RuntimeError("nothing is open")
        return self._state
