"""An answer that has become another in the matter: those who were told it otherwise are told, once two admins agree.

The head of an entry says `change: material`. Where its words differ from what people were told within given.DAYS, a draft
appears to the admins; one of them asks for it, another confirms, and everybody concerned hears of it once. What only
changes words reaches nobody, and rides along in a draft that waits already.
"""

from __future__ import annotations

from typing import Any

from bot import approvals, two
from bot.capability import Claim, NotDone
from bot.clock import instant, local_date, ms
from bot.messages import Button, Outgoing
from bot.store.people import reachable
from bot.store.session import Row
from bot.timers import Due
from bot.turn import Turn
from bot.words import fold
from dialogs.questions import rules
from dialogs.questions.service import given, kept, speaking
from knowledge.current import Current
from knowledge.entries import Entry
from knowledge.saying import said

KIND, SENDING, COMPOSER = "questions.correct", "questions.correcting", "questions.corrected"
"""The approval and its button; the timer that tells people, in chunks; what makes the words as they leave."""
WORDS = ("更正", "corrections", "/corrections")
CHUNK = 100
SHOWN = 5
_CONCERNED = (
    "FROM answer_given g JOIN person p ON p.id = g.person_id WHERE g.entry = :entry AND g.digest <> :digest"
    " AND g.forgotten > :today AND p.erased IS NULL"
)
_LANGUAGES = {"zh": ("zh", "zh-Hant"), "en": ("en",)}
"""Both scripts are made from the same words."""


class Corrections:
    """What has to be set right. The corpus says what is right now."""

    def __init__(self, corpus: Current) -> None:
        self._corpus = corpus

    def claims(self, text: str, turn: Turn) -> Claim | None:
        """更正, typed by an admin; anybody else's words are not ours."""
        return Claim(call=self.listed) if turn.who.may(two.ROLE) and fold(text) in WORDS else None

    # -- drafts ------------------------------------------------------------------------------------------------------

    def daily(self, turn: Turn) -> None:
        """Every morning: forget what has had its days, then look what of the rest is not so any more."""
        kept.forget(turn)
        self.find(turn)

    def find(self, turn: Turn, tell: bool = True) -> None:
        """Every morning, and whenever an admin looks: make drafts, bring them up to the words of today, withdraw idle ones.

        `tell`: let the admins know of what is new.
        """
        drafts = {
            row["entry"]: row for row in turn.db.all("SELECT * FROM answer_correction WHERE state = 'draft'")
        }
        told: dict[str, set[str]] = {}
        for row in turn.db.all(
            "SELECT DISTINCT entry, digest FROM answer_given WHERE forgotten > :today",
            today=turn.today.isoformat(),
        ):
            told.setdefault(row["entry"], set()).add(row["digest"])
        if not told and not drafts:
            return
        entries = self._corpus.get().entries
        for name in sorted({*told, *drafts}):
            entry, draft = entries.get(name), drafts.get(name)
            if entry is None or told.get(name, set()) <= {given.version_of(entry)}:
                if draft is not None:  # the former words are back, or it was told long ago
                    _decide(turn, draft, "withdrawn")
            elif draft is not None:
                _bring_up(turn, draft, entry, tell)
            elif entry.head.change == "material":
                _draft(turn, entry, tell)

    def listed(self, turn: Turn) -> None:
        """Every draft with what it changes and for how many."""
        self.find(turn, tell=False)
        drafts = turn.db.all("SELECT * FROM answer_correction WHERE state = 'draft' ORDER BY id")
        if not drafts:
            turn.say("questions.corrections.none")
        for draft in drafts[:SHOWN]:
            if pending(turn, draft) is not None:
                waits = Button(turn.label("questions.corrections.approvals"), id="go:approvals")
                turn.say("questions.corrections.waiting", [waits], summary=self._summary(turn, draft))
                continue
            payload = {"correction": int(draft["id"]), "digest": draft["digest"]}
            buttons = [
                turn.action(f"questions.{act}", f"questions.button.{act}", payload)
                for act in ("propose", "dismiss")
            ]
            turn.say("questions.corrections.draft", buttons, summary=self._summary(turn, draft))

    def propose(self, turn: Turn, payload: dict[str, Any]) -> None:
        """One admin asks for it; it leaves when another confirms."""
        draft = self._of(turn, payload)
        if draft is None:
            return
        if pending(turn, draft) is not None:
            waits = Button(turn.label("questions.corrections.approvals"), id="go:approvals")
            turn.say("questions.corrections.asked_before", [waits])
            return
        plan = {**payload, "summary": self._summary(turn, draft)}
        two.ask(turn, KIND, self._entry(draft).head.question, plan)

    def dismiss(self, turn: Turn, payload: dict[str, Any]) -> None:
        """Nobody need be told of this change; one admin may say so, and take it back."""
        draft = self._of(turn, payload)
        if draft is None:
            return
        asked = pending(turn, draft)
        if asked is not None:
            approvals.refuse(turn, asked.id)
        _decide(turn, draft, "dismissed")
        undo = turn.action(
            "questions.dismiss_undo", "questions.button.dismiss_undo", payload, deadline=turn.in_(days=7)
        )
        turn.say("questions.corrections.dismissed", [undo], question=self._title(turn, draft))

    def dismiss_undo(self, turn: Turn, payload: dict[str, Any]) -> None:
        """It is a draft again, unless another of the same entry has taken its place."""
        _may(turn)
        turn.db.run(
            "UPDATE answer_correction SET state = 'draft', decided = NULL WHERE id = :id AND state = 'dismissed'"
            " AND NOT EXISTS (SELECT 1 FROM answer_correction c WHERE c.entry = answer_correction.entry"
            " AND c.id > answer_correction.id)",
            id=payload["correction"],
        )
        turn.audit("correction.restored", f"correction:{payload['correction']}")
        self.listed(turn)

    def _of(self, turn: Turn, payload: dict[str, Any]) -> Row | None:
        """The draft of a button, as it was shown; None when it is another by now, which is said."""
        _may(turn)
        self.find(turn)
        draft = _row(turn, int(payload["correction"]))
        if draft["state"] == "draft" and draft["digest"] == payload["digest"]:
            return draft
        turn.say("questions.corrections.over")
        if draft["state"] == "draft":
            self.listed(turn)
        return None

    # -- two agreed --------------------------------------------------------------------------------------------------

    def approved(self, turn: Turn, plan: dict[str, Any]) -> str:
        """Let it go. Returns why not where the answer is another by now, or it was decided otherwise."""
        self.find(turn)
        draft = _row(turn, int(plan["correction"]))
        if draft["state"] != "draft" or draft["digest"] != plan["digest"]:
            return turn.label("questions.corrections.changed")
        _decide(turn, draft, "sending")
        turn.timer(SENDING, str(draft["id"]), turn.now)
        return ""

    def on_sending(self, turn: Turn, due: Due) -> str | None:
        """Put it on its way to those who were told otherwise, in chunks; who cannot be reached is not called."""
        row = _row(turn, int(due.key))
        if row["state"] != "sending":
            return None
        if (entry := self._right(row)) is None:
            _decide(turn, row, "withdrawn")
            return None
        given.keep_words(turn, entry)
        people = turn.db.all(
            f"SELECT g.id, g.person_id {_CONCERNED} AND p.reminders = 1 AND g.id > :after ORDER BY g.id LIMIT :limit",
            **_about(turn, row),
            after=int(due.cursor or 0),
            limit=CHUNK,
        )
        posted = [
            turn.push_composed(
                int(one["person_id"]),
                COMPOSER,
                f"{row['id']}:{one['id']}",
                lane="broadcast",
                dedupe=f"correction:{row['id']}:{one['id']}",
            )
            for one in people
            if reachable(turn.db, int(one["person_id"])) is not None
        ]
        turn.db.run(
            "UPDATE answer_correction SET told = told + :more WHERE id = :id",
            more=sum(post is not None for post in posted),
            id=row["id"],
        )
        if len(people) == CHUNK:
            return str(people[-1]["id"])
        self._sent(turn, int(row["id"]))
        return None

    def _sent(self, turn: Turn, number: int) -> None:
        row = _row(turn, number)
        _decide(turn, row, "sent", told=int(row["told"]))
        turn.push_staff(
            (two.ROLE,),
            "questions.corrections.sent",
            question=self._title(turn, row),
            count=int(row["told"]),
            dedupe=f"corrected:{number}",
        )

    def words(self, turn: Turn, about: str) -> Outgoing | None:
        """The correction for one person, as it leaves; None where they have been told meanwhile, are gone or want none."""
        number, _, told = about.partition(":")
        row = _row(turn, int(number))
        entry = self._right(row)
        one = turn.db.one(
            f"SELECT g.person_id, g.at, p.lang {_CONCERNED} AND p.reminders = 1 AND g.id = :id",
            **_about(turn, row, entry),
            id=int(told),
        )
        if entry is None or one is None:
            return None
        lang, zone = str(one["lang"]), turn.ground.settings.zone
        given.told(turn, entry, int(one["person_id"]))
        texts = turn.ground.texts
        return turn.letter(
            lang,
            "questions.corrected",
            [
                Button(texts.label(lang, f"common.button.{word}"), id=f"w:{word}")
                for word in ("person", "menu")
            ],
            day=local_date(instant(int(one["at"])), zone).isoformat(),
            question=speaking.title(turn, entry, lang),
            text=texts.in_script(lang, said(entry, turn.today, lang == "en")),
        )

    # -- in words ----------------------------------------------------------------------------------------------------

    def _summary(self, turn: Turn, draft: Row) -> str:
        """What both admins read: how many, and for each language what was said and what is right."""
        about, entry = _about(turn, draft), self._entry(draft)
        counted = {
            row["lang"]: int(row["n"])
            for row in turn.db.all(
                f"SELECT p.lang, count(*) AS n {_CONCERNED} AND p.reminders = 1 GROUP BY p.lang", **about
            )
        }
        old = turn.db.one(
            f"SELECT t.zh, t.en, count(*) AS n FROM answer_text t JOIN (SELECT g.digest {_CONCERNED}) g ON"
            " g.digest = t.digest GROUP BY t.digest, t.zh, t.en ORDER BY n DESC, t.digest LIMIT 1",
            **about,
        )
        samples = []
        for lang, readers in _LANGUAGES.items():
            if number := sum(counted.get(reader, 0) for reader in readers):
                former = "" if old is None else str(old[lang])
                pair = rules.excerpts(former, entry.head.en if lang == "en" else entry.answer)
                before, now = (turn.ground.texts.in_script(turn.lang, words) for words in pair)
                samples.append((turn.label(f"questions.language.{lang}"), number, before, now))
        return turn.label(
            "questions.corrections.summary",
            question=self._title(turn, draft),
            count=sum(counted.values()),
            out=int(turn.db.value(f"SELECT count(*) {_CONCERNED} AND p.reminders <> 1", **about)),
            samples=samples,
        )

    def _title(self, turn: Turn, row: Row) -> str:
        entry = self._corpus.get().entries.get(row["entry"])
        return "" if entry is None else speaking.title(turn, entry, turn.lang)

    def _entry(self, row: Row) -> Entry:
        return self._corpus.get().entries[row["entry"]]

    def _right(self, row: Row) -> Entry | None:
        """The entry of what two agreed to, in the words of today; None where it has changed in the matter since."""
        entry = self._corpus.get().entries.get(row["entry"])
        if entry is None or (entry.head.change == "material" and given.version_of(entry) != row["digest"]):
            return None
        return entry


def pending(turn: Turn, draft: Row) -> approvals.Approval | None:
    """What waits for a second admin's yes to a draft as it stands now."""
    found = approvals.pending(turn.db, turn.now, KIND)
    wanted = (int(draft["id"]), draft["digest"])
    return next((a for a in found if (a.payload["correction"], a.payload["digest"]) == wanted), None)


def staff_words(turn: Turn) -> list[tuple[str, str]]:
    """更正 for an admin."""
    if not turn.who.may(two.ROLE):
        return []
    return [(turn.label("questions.duty.corrections"), turn.label("questions.duty.corrects"))]


def self_check(turn: Turn) -> list[str]:
    """Corrections that two agreed to and that have not left in a day."""
    rows = turn.db.all(
        "SELECT id FROM answer_correction WHERE state = 'sending' AND decided < :day ORDER BY id",
        day=ms(turn.in_(days=-1)),
    )
    return [f"correction {row['id']}: on its way for more than a day" for row in rows]


def _draft(turn: Turn, entry: Entry, tell: bool) -> None:
    """A draft, unless the last one of the entry was about these very words."""
    digest = given.version_of(entry)
    last = turn.db.one(
        "SELECT digest, state FROM answer_correction WHERE entry = :entry ORDER BY id DESC LIMIT 1",
        entry=entry.id,
    )
    if last is not None and last["digest"] == digest and last["state"] != "withdrawn":
        return
    made = turn.db.one(
        "INSERT INTO answer_correction (entry, digest, state, told, found) VALUES (:entry, :digest, 'draft', 0, :now)"
        " ON CONFLICT DO NOTHING RETURNING id",
        entry=entry.id,
        digest=digest,
        now=ms(turn.now),
    )
    if made is None:
        return
    turn.audit("correction.found", f"correction:{made['id']}", entry=entry.id)
    if tell:
        _tell(turn, int(made["id"]), entry)


def _bring_up(turn: Turn, draft: Row, entry: Entry, tell: bool) -> None:
    """The words changed again before two agreed: what waits for a yes no longer counts."""
    digest = given.version_of(entry)
    if draft["digest"] == digest:
        return
    turn.db.run("UPDATE answer_correction SET digest = :digest WHERE id = :id", digest=digest, id=draft["id"])
    turn.audit("correction.changed", f"correction:{draft['id']}", entry=entry.id)
    if tell:
        _tell(turn, int(draft["id"]), entry)


def _tell(turn: Turn, number: int, entry: Entry) -> None:
    """The admins hear of a draft."""
    look = Button(turn.label("questions.duty.corrections"), id="go:corrections")
    turn.push_staff(
        (two.ROLE,),
        "questions.corrections.found",
        [look],
        question=entry.head.question,
        dedupe=f"correction:{number}:{given.version_of(entry)[:12]}",
    )


def _decide(turn: Turn, row: Row, state: str, **detail: Any) -> None:
    turn.db.run(
        "UPDATE answer_correction SET state = :state, decided = :now WHERE id = :id",
        state=state,
        now=ms(turn.now),
        id=row["id"],
    )
    turn.audit(f"correction.{state}", f"correction:{row['id']}", entry=row["entry"], **detail)


def _may(turn: Turn) -> None:
    """Raises NotDone for whoever is no admin any more."""
    if not turn.who.may(two.ROLE) or turn.overheard:
        turn.say("common.not_yours")
        raise NotDone


def _row(turn: Turn, number: int) -> Row:
    lock = " FOR UPDATE" if turn.db.postgres else ""
    row = turn.db.one(f"SELECT * FROM answer_correction WHERE id = :id{lock}", id=number)
    if row is None:
        raise LookupError(f"no correction {number}")
    return row


def _about(turn: Turn, row: Row, entry: Entry | None = None) -> dict[str, Any]:
    digest = row["digest"] if entry is None else given.version_of(entry)
    return {"entry": row["entry"], "digest": digest, "today": turn.today.isoformat()}
