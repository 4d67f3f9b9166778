"""What a dialog package fills in, and the registry that everything general loops over."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from bot.flow.model import Do, Flow
from bot.messages import Button, Outgoing
from bot.serving import Credit, Engaged, Free, Fullness, Looked, Stopped
from bot.store.session import Db
from bot.timers import Due
from bot.turn import Ground, Turn

Service = Callable[[Turn], str]
"""Performs a Do step on `turn.data` and names the outcome."""
Act = Callable[[Turn, dict[str, Any]], None]
"""What an action button does, given its row's payload. Raise `NotDone` to leave the button unused."""
TimerAct = Callable[[Turn, Due], str | None]
"""What a timer does; a string is the cursor of the next chunk, None means finished."""
Open = Callable[[Turn, str], None]
"""What an opened link does, given the payload behind its prefix."""
Compose = Callable[[Turn, str], "Outgoing | None"]
"""Makes the words of a message that was queued without them, given what it is about; None: nothing is to be said."""
Page = Callable[[Ground, Db, str], "bytes | None"]
"""A public file of the web server: given the name in the address, its bytes, or None for 404."""
Reads = Callable[[str, date], Mapping[str, Any]]
"""What words tell of a form already on a local day: its values by name, each as the form's reader would have it."""
Sheet = Callable[[Ground, str], tuple[str, str]]
"""A page of words for everybody, in a language: its title, and its words as neutral markup."""

StandsAt = Callable[[Turn, str], int]
"""How many open things of its own stand at a place (its id): what would hang in the air if the place were gone."""
CreditFor = Callable[[Turn, "int | None", str, date], list[Credit]]
"""What the person who talks holds for a subject (None: one that has no row yet) that can be used at a place (its id) on
a local day."""


FreePlaces = Callable[[Turn, str, date, "int | None"], "Free | None"]
"""How many more could come to a place (its id) on a local day, of so many completed months (None: of any age); None:
not known here."""
FullnessOf = Callable[[Turn, str], "Fullness | None"]
"""How full a place (its id) is just now, as somebody there said it lately; None: nobody did."""


class NotDone(Exception):
    """An action was answered, but nothing was done: its button stays good."""


@dataclass(frozen=True)
class Claim:
    """These words are mine: begin `flow` with what is known, or do `call`.

    `last`: only when nobody else answers (a fallback); it never interrupts an open form. `joins`: where the flow is open,
    what is known is put in the place of what was told there before.
    """

    flow: str = ""
    known: Mapping[str, Any] = field(default_factory=dict)
    call: Callable[[Turn], None] | None = None
    last: bool = False
    joins: bool = False


@dataclass(frozen=True)
class Command:
    """A word of the menu: Telegram's /name, and a line in the help of those who hold one of `roles` ("" = all).

    Its words lie in the texts under command.<name>.
    """

    name: str
    roles: tuple[str, ...] = ("",)


@dataclass(frozen=True)
class Job:
    """Something done again and again: five cron fields in local time.

    `stale_s`: a due time missed for longer is passed over (None: never; the latest missed one is done once).
    """

    name: str
    cron: str
    act: Callable[[Turn], None]
    stale_s: int | None = None


@dataclass(frozen=True)
class OperatorCommand:
    """A command of the command line: its two words are its key, `values` names what follows them, in order; a last
    name in brackets, "[TICKET…]", stands for any number of values, none too; "[--dry-run]" is an option.

    `act` gets those values as they were typed and returns what is printed. Raise ValueError with the reason when
    they cannot be used. One that needs no database, and makes none, has `alone` in place of `act`.
    """

    act: Callable[[Turn, Sequence[str]], str] | None
    values: tuple[str, ...] = ()
    about: str = ""
    alone: Callable[[Sequence[str]], str] | None = None


@dataclass(frozen=True)
class Slip:
    """A page for somebody to take home, in plain words of their language; the counter prints it in large type.

    `name` is its part of an address, one of its own for each thing of the person. `numbers` are (what, digits), the
    largest on the page; `facts` (what, value); `steps` what happens next; `lists` (heading, lines) without an order;
    `links` (what for, address) as QR codes, at most three: so many stand side by side on A4.
    """

    name: str
    title: str
    lead: str = ""
    numbers: tuple[tuple[str, str], ...] = ()
    facts: tuple[tuple[str, str], ...] = ()
    steps: tuple[str, ...] = ()
    lists: tuple[tuple[str, tuple[str, ...]], ...] = ()
    links: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True)
class Capability:
    """A service of the district. A field is here because something general reads it.

    flows, does (a Do's service by "flow.step"), actions (by kind), timers (by kind), links (by payload
    prefix), pages (by address prefix, with an ending that is not json), sheets (by address), claims (whose
    words are these), locates (what a location is good for that came while nothing was open), interrupts (answered before everything, in every state), arrives (somebody is back after
    a while; their message has been answered), composes (the words of a message about to leave, by name),
    commands, operator (commands of the command line), jobs, my_things (status), slips (what can be printed of
    it), join (moves the rows of a person who turned out to be another), export (all that is kept about a
    person, in sections of rows that the texts name under kept.SECTION), gives_up (says what is lost by
    going), erase (empties a person's rows), starts (once at each start and after the clock moved), checks (of
    what the operator wrote), self_checks (of the rows), case_buttons (by a case's kind: what staff can do
    about it, given its number), hears (kinds of cases to which what their person writes next is added), reads (by a
    flow's name: what words tell of it already), prepares (makes ready what a turn would wait for; called every few
    seconds in a thread of its own), credit_for (what one holds that takes something off another service's
    price), stands_at (how much of it is open at a place), free_places (how many more could come to a place on a
    day), fullness (how full it is just now), engaged (where a subject is to be on a local day), told_ages (completed
    months that a subject was said to have on a day), stopped (whether it serves nobody on a local day), telephones
    (names and numbers that somebody may mean who asks for a telephone just now), looked (which place they looked up just
    now, and from where).
    """

    name: str
    folder: Path
    flows: tuple[Flow, ...] = ()
    does: Mapping[str, Service] = field(default_factory=dict)
    actions: Mapping[str, Act] = field(default_factory=dict)
    timers: Mapping[str, TimerAct] = field(default_factory=dict)
    links: Mapping[str, Open] = field(default_factory=dict)
    pages: Mapping[str, Page] = field(default_factory=dict)
    sheets: Mapping[str, Sheet] = field(default_factory=dict)
    claims: Callable[[str, Turn], Claim | None] | None = None
    locates: Callable[[tuple[float, float], Turn], Claim] | None = None
    interrupts: Callable[[str, Turn], Callable[[Turn], None] | None] | None = None
    arrives: Callable[[Turn], None] | None = None
    composes: Mapping[str, Compose] = field(default_factory=dict)
    commands: tuple[Command, ...] = ()
    operator: Mapping[str, OperatorCommand] = field(default_factory=dict)
    jobs: tuple[Job, ...] = ()
    my_things: Callable[[Turn], int] | None = None
    slips: Callable[[Turn], list[Slip]] | None = None
    join: Callable[[Turn, int, int], None] | None = None
    export: Callable[[Turn, int], Mapping[str, list[dict[str, Any]]]] | None = None
    gives_up: Callable[[Turn], None] | None = None
    erase: Callable[[Turn, int], None] | None = None
    revoked: Callable[[Turn, int | None, str], None] | None = None
    staff_words: Callable[[Turn], list[tuple[str, str]]] | None = None
    describes: Mapping[str, Callable[[Turn, int], str]] = field(default_factory=dict)
    case_buttons: Mapping[str, Callable[[Turn, int], list[Button]]] = field(default_factory=dict)
    hears: tuple[str, ...] = ()
    reads: Mapping[str, Reads] = field(default_factory=dict)
    prepares: Callable[[], object] | None = None
    starts: Callable[[Turn], None] | None = None
    self_checks: Callable[[Turn], list[str]] | None = None
    credit_for: CreditFor | None = None
    stands_at: StandsAt | None = None
    free_places: FreePlaces | None = None
    fullness: FullnessOf | None = None
    engaged: Callable[[Turn, int, date], list[Engaged]] | None = None
    told_ages: Callable[[Turn, int], list[tuple[date, int]]] | None = None
    stopped: Callable[[Turn, str, date], Stopped | None] | None = None
    telephones: Callable[[Turn], list[tuple[str, str]]] | None = None
    looked: Callable[[Turn], Looked | None] | None = None


class Registry:
    """All capabilities in routing order, and what they offer by name. Two of one name is an error."""

    def __init__(self, capabilities: Iterable[Capability]) -> None:
        self.all = tuple(capabilities)
        self.flows = _merged("flow", ({flow.name: flow for flow in c.flows} for c in self.all))
        self.does = _merged("do", (c.does for c in self.all))
        self.actions = _merged("action", (c.actions for c in self.all))
        self.timers = _merged("timer", (c.timers for c in self.all))
        self._composes = _merged("composer", (c.composes for c in self.all))
        self.links = _merged("link", (c.links for c in self.all))
        self.pages = _merged("page", (c.pages for c in self.all))
        self.sheets = _merged("sheet", (c.sheets for c in self.all))
        self.operator: dict[str, OperatorCommand] = _merged(
            "operator command", (c.operator for c in self.all)
        )
        self.describes = _merged("description", (c.describes for c in self.all))
        self._case_buttons = _merged("case's buttons", (c.case_buttons for c in self.all))
        self._reads: dict[str, Reads] = _merged("reading", (c.reads for c in self.all))
        self.hears = tuple(kind for c in self.all for kind in c.hears)
        self.jobs = tuple(job for c in self.all for job in c.jobs)
        self.commands = tuple(command for c in self.all for command in c.commands)
        for flow in self.flows.values():
            for step in flow.steps:
                if isinstance(step, Do) and f"{flow.name}.{step.name}" not in self.does:
                    raise LookupError(f"{flow.name}.{step.name} has no service")

    def menu(self, turn: Turn) -> list[tuple[str, str]]:
        """What the person can do by the roles they hold: (command, its words), in order."""
        roles = {role for role, _ in turn.who.roles} | {""}
        return [
            (command.name, turn.label(f"command.{command.name}"))
            for command in self.commands
            if roles & set(command.roles)
        ]

    def compose(self, turn: Turn, name: str, about: str) -> Outgoing | None:
        """Let the capability that queued a message without words make them. Raises KeyError for an unknown name."""
        made: Outgoing | None = self._composes[name](turn, about)
        return made

    def arrives(self, turn: Turn) -> None:
        """Somebody is back after a while: let every capability say what they should know by now."""
        for capability in self.all:
            if capability.arrives is not None:
                capability.arrives(turn)

    def my_things(self, turn: Turn) -> int:
        """Let every capability say what the person has with it. Returns how many things there were."""
        return sum(c.my_things(turn) for c in self.all if c.my_things is not None)

    def begin(self, turn: Turn, command: str, words: str) -> None:
        """Do what a command of the menu does; a form begins with what words tell of it already."""
        if command in self.flows:
            reads = self._reads.get(command)
            turn.start(command, **({} if reads is None else reads(words, turn.today)))
            return
        claims = (c.claims(command, turn) for c in self.all if c.claims is not None)
        claim = next((one for one in claims if one is not None), None)
        if claim is not None and claim.call is not None:
            claim.call(turn)
        elif claim is not None:
            turn.start(claim.flow, **claim.known)

    def slips(self, turn: Turn) -> list[Slip]:
        """What can be printed for the person, newest last."""
        return [slip for c in self.all if c.slips is not None for slip in c.slips(turn)]

    def join(self, turn: Turn, keep: int, other: int) -> None:
        """Let every capability move its rows of the person `other` to the person `keep`."""
        for capability in self.all:
            if capability.join is not None:
                capability.join(turn, keep, other)

    def export(self, turn: Turn, person: int) -> dict[str, list[dict[str, Any]]]:
        """What every capability keeps about a person, by section."""
        return _merged("section", (c.export(turn, person) for c in self.all if c.export is not None))

    def gives_up(self, turn: Turn) -> None:
        """Let every capability say what the person gives up by having themselves erased."""
        for capability in self.all:
            if capability.gives_up is not None:
                capability.gives_up(turn)

    def erase(self, turn: Turn, person: int) -> None:
        """Let every capability empty what it keeps about a person."""
        for capability in self.all:
            if capability.erase is not None:
                capability.erase(turn, person)

    def revoked(self, turn: Turn, subject_id: int | None, purpose: str) -> None:
        """Tell every capability that the person took a consent back; `subject_id` None means no one subject."""
        for capability in self.all:
            if capability.revoked is not None:
                capability.revoked(turn, subject_id, purpose)

    def staff_words(self, turn: Turn) -> list[tuple[str, str]]:
        """What the person may type as staff with any service: (word, what it does), in order."""
        return [pair for c in self.all if c.staff_words is not None for pair in c.staff_words(turn)]

    def describe(self, turn: Turn, about: str) -> str:
        """What duty staff must know of the row that a case is about ("ticket:12"); empty where nobody says."""
        kind, _, number = about.partition(":")
        describe = self.describes.get(kind)
        return str(describe(turn, int(number))) if describe is not None and number.isdigit() else ""

    def credit_for(self, turn: Turn, subject: int | None, place: str, day: date) -> list[Credit]:
        """What takes something off a price there and then, by every capability that knows of such a thing."""
        offered = [c.credit_for(turn, subject, place, day) for c in self.all if c.credit_for is not None]
        return [credit for credits_ in offered for credit in credits_]

    def stands_at(self, turn: Turn, place: str) -> int:
        """How many open things stand at a place, with all capabilities."""
        return sum(c.stands_at(turn, place) for c in self.all if c.stands_at is not None)

    def free_places(self, turn: Turn, place: str, day: date, months: int | None = None) -> Free | None:
        """How many more could come to a place on a day, by the first capability that knows; None: none does."""
        told = (c.free_places(turn, place, day, months) for c in self.all if c.free_places is not None)
        return next((free for free in told if free is not None), None)

    def fullness(self, turn: Turn, place: str) -> Fullness | None:
        """How full a place is just now, by the first capability that knows; None: none does."""
        told = (c.fullness(turn, place) for c in self.all if c.fullness is not None)
        return next((one for one in told if one is not None), None)

    def told_ages(self, turn: Turn, subject: int) -> list[tuple[date, int]]:
        """What was told of a subject's age, by every capability that asked."""
        known = [c.told_ages(turn, subject) for c in self.all if c.told_ages is not None]
        return [one for some in known for one in some]

    def engaged(self, turn: Turn, subject: int, day: date) -> list[Engaged]:
        """Where a subject is to be on a day, by every capability that knows of it."""
        known = [c.engaged(turn, subject, day) for c in self.all if c.engaged is not None]
        return [one for some in known for one in some]

    def stopped(self, turn: Turn, place: str, day: date) -> Stopped | None:
        """Whether a place serves nobody on a day, by the first capability that knows of it."""
        asked = (c.stopped(turn, place, day) for c in self.all if c.stopped is not None)
        return next((found for found in asked if found is not None), None)

    def telephones(self, turn: Turn) -> list[tuple[str, str]]:
        """Names and numbers that somebody may mean who asks for a telephone, by every capability that just showed one."""
        known = [number for c in self.all if c.telephones is not None for number in c.telephones(turn)]
        return list(dict.fromkeys(known))

    def looked(self, turn: Turn) -> Looked | None:
        """What the person looked up just now, by the first capability that knows of it."""
        known = (c.looked(turn) for c in self.all if c.looked is not None)
        return next((one for one in known if one is not None), None)

    def case_buttons(self, turn: Turn, kind: str, case: int) -> list[Button]:
        """What a service offers staff about a case of its kind, beside what every case has."""
        offer = self._case_buttons.get(kind)
        return [] if offer is None else list(offer(turn, case))


def _merged(what: str, maps: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for part in maps:
        for name, value in part.items():
            if name in found:
                raise LookupError(f"two capabilities offer the {what} {name!r}")
            found[name] = value
    return found
