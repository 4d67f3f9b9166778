"""What a service may see and do while one message, button, timer or job is being handled.

A Turn lives inside one transaction. Nothing it does leaves before the commit: words said and pushed become outbox
rows, later things become timers, everything done becomes audit.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from bot import outbox, timers
from bot.clock import Clock, local_date, ms
from bot.messages import Button, File, Lane, Link, Outgoing, Place, Sendable
from bot.serving import Serves
from bot.settings import Settings
from bot.store.people import Who, reachable
from bot.store.sealed import KeyRing
from bot.store.session import Db
from bot.texts import Texts

JOIN_LIMIT = 1500
"""Texts of one turn are put into one message up to this many characters."""


@dataclass(frozen=True)
class Ground:
    """What every turn stands on; made once at the start.

    `demo`: the home pack is an invented one. `telephone`: where a person answers by voice, as it is printed.
    `wording`: the version of the privacy note that consents are given to from now on.
    `worker`: the number under which this process sends; 0: it leaves that to others.
    """

    settings: Settings
    clock: Clock
    keys: KeyRing
    texts: Texts
    link: Link
    demo: bool = False
    telephone: str = ""
    wording: str = ""
    worker: int = 0


class Everyone(Serves, Protocol):
    """All capabilities at once, for the few things that concern every one of them; `hears` as in a capability."""

    hears: tuple[str, ...]

    def menu(self, turn: Turn) -> list[tuple[str, str]]:
        """What the person can do: (command, its words), in order."""

    def my_things(self, turn: Turn) -> int:
        """Let each say what the person has with it. Returns how many things there were."""

    def join(self, turn: Turn, keep: int, other: int) -> None:
        """Let each move its rows of the person `other` to the person `keep`."""

    def compose(self, turn: Turn, name: str, about: str) -> Outgoing | None:
        """Make the words of a message that was queued without them; None: nothing is to be said any more."""

    def export(self, turn: Turn, person: int) -> dict[str, list[dict[str, Any]]]:
        """What each keeps about a person: sections of rows."""

    def gives_up(self, turn: Turn) -> None:
        """Let each say what the person gives up by having themselves erased."""

    def erase(self, turn: Turn, person: int) -> None:
        """Let each empty what it keeps about a person."""

    def revoked(self, turn: Turn, subject_id: int | None, purpose: str) -> None:
        """Tell each that the person took a consent back."""

    def staff_words(self, turn: Turn) -> list[tuple[str, str]]:
        """What the person may type as staff: (word, what it does), in order."""

    def describe(self, turn: Turn, about: str) -> str:
        """What duty staff must know of the row that a case is about ("ticket:12"); empty where nobody says."""

    def case_buttons(self, turn: Turn, kind: str, case: int) -> list[Button]:
        """What the service of a case offers staff about it."""

    def begin(self, turn: Turn, command: str, words: str) -> None:
        """Do what a command of the menu does; a form begins with what words tell of it already."""


@dataclass
class HandOver:
    """The next thing to do instead of what is open: begin a flow with what is already known."""

    flow: str
    known: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Turn:
    """One turn. `data` is the open form's; `busy`: one was open before, `form`: which, `free`: it takes any words.

    `id` names the turn in the logs, also in those of what it sends. `answers` are those of its messages that need not be
    read back to be sent, `posted` the rows of the others. `place` and `address_id` are None in a timer or job, `everyone`
    in a job. `operator` is the post of whoever keys in for the person at the counter.
    """

    ground: Ground
    db: Db
    now: datetime
    person: Who | None = None
    place: Place | None = None
    address_id: int | None = None
    data: dict[str, Any] = field(default_factory=dict)
    out: list[Outgoing] = field(default_factory=list)
    posted: list[int] = field(default_factory=list)
    answers: list[Sendable] = field(default_factory=list)
    hand_over: HandOver | None = None
    words: str = ""
    lane: Lane = "reply"
    everyone: Everyone | None = None
    busy: bool = False
    form: str = ""
    free: bool = False
    id: str = ""
    operator: int | None = None

    @property
    def today(self) -> date:
        """The local calendar day."""
        return local_date(self.now, self.ground.settings.zone)

    @property
    def lang(self) -> str:
        """The person's language."""
        return self.person.lang if self.person else "zh"

    @property
    def who(self) -> Who:
        """The person. Raises where there is none (a timer, a job)."""
        if self.person is None:
            raise RuntimeError("nobody is talking in this turn")
        return self.person

    @property
    def overheard(self) -> bool:
        """Whether other people read this conversation too (a group)."""
        return self.place is not None and self.place.member != ""

    @property
    def attended(self) -> bool:
        """Whether staff key in for the person, who stands at the counter."""
        return self.operator is not None

    # -- words ---------------------------------------------------------------------------------------------------

    def say(
        self,
        key: str,
        /,
        *rows: Sequence[Button],
        files: Sequence[File] = (),
        location: tuple[float, float] | None = None,
        **values: Any,
    ) -> None:
        """Answer with a text. `rows` are rows of buttons."""
        text, buttons = self.ground.texts.render(self.lang, key, values), tuple(tuple(row) for row in rows)
        self.out.append(Outgoing(text, buttons, tuple(files), location, (key,)))

    def label(self, key: str, **values: Any) -> str:
        """A button's words in the person's language."""
        return self.ground.texts.label(self.lang, key, values)

    def go(self, label_key: str, flow: str) -> Button:
        """A button that begins a flow, whatever is open."""
        return Button(self.label(label_key), id=f"go:{flow}")

    def push(
        self,
        person_id: int,
        key: str,
        /,
        *rows: Sequence[Button],
        lane: Lane = "result",
        dedupe: str | None = None,
        due: datetime | None = None,
        deadline: datetime | None = None,
        files: Sequence[File] = (),
        lang: str | None = None,
        avoid: Collection[str] = (),
        **values: Any,
    ) -> int | None:
        """Send a text to a person, by a channel of `avoid` only where there is no other. Returns the outbox row, or None.

        None: it stands in the outbox already (dedupe), they have been erased, or they have no address left: then they
        are on the call list, unless it is for many.
        """
        person = self.db.one("SELECT lang, erased FROM person WHERE id = :id", id=person_id)
        if person is not None and person["erased"] is not None:
            return None
        lang = lang or ("zh" if person is None else str(person["lang"]))
        message = self.letter(lang, key, *rows, files=files, **values)
        address = reachable(self.db, person_id, avoid)
        if address is None:
            if lane != "broadcast":
                self._call(person_id, message)
            return None
        return self.post(outbox.Post(address, message, lane, dedupe=dedupe, due=due, deadline=deadline))

    def letter(
        self, lang: str, key: str, /, *rows: Sequence[Button], files: Sequence[File] = (), **values: Any
    ) -> Outgoing:
        """A message in somebody's language, not sent yet. The text KEY_aloud, if there is one, says it without buttons."""
        texts, aloud = self.ground.texts, f"{key}_aloud"
        said = texts.render(lang, aloud, values) if texts.has(aloud) else ""
        text = texts.render(lang, key, values)
        return Outgoing(text, tuple(tuple(row) for row in rows), tuple(files), None, (key,), said)

    def push_composed(
        self,
        person_id: int,
        composer: str,
        about: str,
        /,
        *,
        lane: Lane = "result",
        dedupe: str | None = None,
        deadline: datetime | None = None,
    ) -> int | None:
        """`push` for very many at once: the words are made by a composer (Capability.composes) when they leave."""
        if self.everyone is None:
            raise RuntimeError("nobody is here to make the words")
        address = reachable(self.db, person_id)
        if address is not None:
            message = Outgoing("", keys=(composer, about))
            return self.post(
                outbox.Post(address, message, lane, dedupe=dedupe, deadline=deadline, wordless=True)
            )
        said = self.everyone.compose(self, composer, about)
        if said is not None and not self.db.value("SELECT erased FROM person WHERE id = :id", id=person_id):
            self._call(person_id, said)
        return None

    def _call(self, person_id: int, message: Outgoing) -> None:
        """Put on the call list what cannot reach a person who has no address."""
        self.db.run(
            "INSERT INTO call_list (person_id, outbox_id, reason, words, state, created)"
            " VALUES (:person, NULL, 'no_channel', :words, 'open', :now)",
            person=person_id,
            words=self.ground.keys.seal(message.to_json(), "outbox.payload"),
            now=ms(self.now),
        )

    def push_staff(
        self,
        roles: Sequence[str],
        key: str,
        /,
        *rows: Sequence[Button],
        place: str | None = None,
        dedupe: str | None = None,
        avoid: Collection[str] = (),
        lane: Lane = "reply",
        **values: Any,
    ) -> int:
        """Tell every member of staff with one of the roles (at a place, where one is given). Returns how many."""
        told = 0
        for row in self.db.all("SELECT DISTINCT person_id, role, place FROM staff WHERE until IS NULL"):
            if row["role"] in roles and (place is None or row["place"] in ("", place)):
                own = None if dedupe is None else f"{dedupe}:{row['person_id']}"
                told += (
                    self.push(int(row["person_id"]), key, *rows, lane=lane, dedupe=own, avoid=avoid, **values)
                    is not None
                )
        return told

    def post(self, post: outbox.Post) -> int | None:
        """Write one message into the outbox; a reply among them is sent right after the commit."""
        ground, zone = self.ground, self.ground.settings.zone
        row_id = outbox.put(self.db, ground.keys, post, self.now, zone, self.id, ground.worker)
        if row_id is None:
            return None
        if self.place is not None and post.address_id == self.address_id and post.is_answer(ground.worker):
            self.answers.append(
                Sendable(
                    row_id, self.place, post.kind, post.lane, post.message, created=ms(self.now), turn=self.id
                )
            )
        else:
            self.posted.append(row_id)
        return row_id

    def leaving(self) -> tuple[Sendable, ...]:
        """What was posted and leaves right after the commit, in the order of its rows."""
        found = [*self.answers, *outbox.load_inflight(self.db, self.ground.keys, self.posted)]
        return tuple(sorted(found, key=lambda message: message.id))

    def flush(self) -> None:
        """Write what was said as replies: plain texts join what follows them, at most JOIN_LIMIT characters."""
        if self.address_id is None:
            return
        joined: list[Outgoing] = []
        for message in self.out:
            last = joined[-1] if joined else None
            if (
                last is not None
                and not last.buttons
                and not last.files
                and last.location is None
                and len(last.text) + len(message.text) < JOIN_LIMIT
            ):
                text = f"{last.text}\n\n{message.text}" if message.text else last.text
                joined[-1] = Outgoing(
                    text, message.buttons, message.files, message.location, last.keys + message.keys
                )
            else:
                joined.append(message)
        for message in joined:
            self.post(outbox.Post(self.address_id, message, self.lane))
        self.out.clear()

    # -- things that outlive the turn ----------------------------------------------------------------------------

    def action(
        self,
        kind: str,
        label_key: str,
        payload: Mapping[str, Any] | None = None,
        *,
        person: int | None = None,
        deadline: datetime | None = None,
        lang: str | None = None,
        **values: Any,
    ) -> Button:
        """A button that belongs to a row: works in any state, once, until the deadline, for that person.

        `person` None means whoever is talking (or anyone, in a job).
        """
        owner = person if person is not None else (self.person.id if self.person else None)
        row_id = self.db.value(
            "INSERT INTO action (kind, payload, person_id, deadline, created) VALUES (:kind, :payload, :person,"
            " :deadline, :now) RETURNING id",
            kind=kind,
            payload=json.dumps(payload or {}, ensure_ascii=False),
            person=owner,
            deadline=None if deadline is None else ms(deadline),
            now=ms(self.now),
        )
        text = self.ground.texts.label(lang or self.lang, label_key, values)
        return Button(text, id=f"a:{row_id}:{self.ground.keys.sign('action', str(row_id))}")

    def timer(self, kind: str, key: str, due: datetime, **payload: Any) -> None:
        """Set a timer, or move the one of that kind and key."""
        timers.set_timer(self.db, kind, key, due, payload)

    def in_(self, **span: float) -> datetime:
        """The instant this long from now: `turn.in_(minutes=10)`."""
        return self.now + timedelta(**span)

    def start(self, flow: str, **known: Any) -> None:
        """Begin a flow after this; what is open is parked."""
        self.hand_over = HandOver(flow, known)

    def audit(self, act: str, object_: str, **detail: Any) -> None:
        """Record what was done. Ids only: never words, names or numbers of documents."""
        who, actor = self.person, "system"
        if self.operator is not None:
            actor, detail = f"staff:{self.operator}", {**detail, "for": self.who.id}
        elif who is not None:
            actor = f"staff:{who.staff_id}" if who.staff_id else f"person:{who.id}"
        self.db.run(
            "INSERT INTO audit (at, actor, act, object, detail) VALUES (:at, :actor, :act, :object, :detail)",
            at=ms(self.now),
            actor=actor,
            act=act,
            object=object_,
            detail=json.dumps(detail, ensure_ascii=False, default=str),
        )

    def seal(self, words: str, about: str) -> bytes:
        """Words as sealed bytes. `about` names the column, e.g. "subject.name"."""
        return self.ground.keys.seal(words.encode(), about)

    def unseal(self, blob: bytes | memoryview, about: str) -> str:
        """The words of sealed bytes."""
        return self.ground.keys.unseal(bytes(blob), about).decode()
