"""What the account does: shows one's things, opens them elsewhere, joins addresses, keeps consents and reminders."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, Literal

from bot import limits, outbox
from bot.capability import Claim, NotDone
from bot.clock import ms
from bot.desk import open_case
from bot.flow.readers import RECOVERY
from bot.limits import Rule
from bot.messages import COUNTER, Button, Outgoing
from bot.store import people
from bot.turn import Turn
from dialogs.account import rules
from dialogs.account.flow import JOIN_DIGITS
from dialogs.account.service import consents, erasing, export, homes, switching
from knowledge.privacy import PrivacyNote

RNG = secrets.SystemRandom()
RECOVERING = Rule("recover", rules.GUESSES, rules.GUESS_WINDOW, rules.GUESS_WINDOW)
JOINING = Rule("join", rules.GUESSES, rules.GUESS_WINDOW, rules.GUESS_WINDOW)
JOINING_OF_ALL = Rule("join.all", rules.JOIN_GUESSES_OF_ALL, rules.GUESS_WINDOW, rules.GUESS_WINDOW)


def claims(text: str, turn: Turn, note: PrivacyNote) -> Claim | None:
    """The words that are the account's."""
    if (home := homes.claims(text, turn)) is not None:
        return home
    meant = rules.understood(text)
    if meant is None:
        digits = rules.bare_code(text)
        if len(digits) == JOIN_DIGITS and not turn.overheard and _codes_about(turn):
            return Claim(flow="join", known={"code": digits}, last=True)
        return None
    wish, digits = meant
    if wish == "recover":
        return Claim(flow="recover", known={"code": digits} if RECOVERY.good(digits) else {})
    if wish == "join":
        return Claim(flow="join", known={"code": digits} if len(digits) == JOIN_DIGITS else {})
    calls: dict[str, Callable[[Turn], None]] = {
        "things": things,
        "join_code": join_code,
        "privacy": partial(consents.privacy, note=note),
        "settings": settings,
        "my_code": my_code,
        "erase": erasing.wanted,
        "export": export.wanted,
        "switch": switching.wanted,
        "reminders_off": reminders_off,
        "reminders_on": reminders_on,
    }
    return Claim(call=calls[wish])


# -- my things ---------------------------------------------------------------------------------------------------


def things(turn: Turn) -> None:
    """Everything the person has with any service. In a group only the way to see it alone."""
    if turn.overheard:
        turn.say("account.overheard")
        return
    if turn.everyone is None or turn.everyone.my_things(turn) == 0:
        turn.say("account.nothing", [_word(turn, "menu"), _word(turn, "person")])


def my_things(turn: Turn) -> int:
    """The person's matters that staff have in hand."""
    cases = turn.db.all(
        "SELECT id, state, opened FROM desk_case WHERE person_id = :person AND state <> 'closed'"
        " ORDER BY id DESC LIMIT 3",
        person=turn.who.id,
    )
    for case in reversed(cases):
        turn.say("account.case", case=int(case["id"]), taken=case["state"] == "taken")
    return len(cases)


# -- recovery codes ----------------------------------------------------------------------------------------------


def recover_place(turn: Turn) -> Literal["ok", "overheard"]:
    """Codes are for a conversation of one's own."""
    return "overheard" if turn.overheard else "ok"


def recover_look(turn: Turn) -> Literal["found", "mixed", "own", "wrong", "limited"]:
    """Do code and telephone belong together? Wrong ones are counted, by address and by code."""
    code = str(turn.data["code"])
    target = turn.ground.keys.sign("recover", code)
    counted = [(RECOVERING, f"address:{turn.address_id}"), (RECOVERING, f"code:{target}")]
    turn.data["telephone"] = turn.ground.telephone
    if not limits.guess(turn, counted):
        return "limited"
    person = people.find_by_recovery(turn.db, turn.ground.keys, code)
    if person is None or not people.phone_ends(turn.db, turn.ground.keys, person, str(turn.data["tail"])):
        del turn.data["code"], turn.data["tail"]
        left = limits.wrong(turn, counted)
        if left <= 0:
            return "limited"
        turn.say("recover.wrong", left=left)
        return "wrong"
    limits.right(turn, counted)
    turn.data["person"] = person
    if person == turn.who.id:
        return "own"
    return "mixed" if people.has_things(turn.db, turn.who.id) else "found"


def recover_open(turn: Turn) -> Literal["ok", "gone"]:
    """Let this address belong to the person whose code it was, and show what there is."""
    keep = int(turn.data["person"])
    if not _known(turn, keep):
        return "gone"
    _tell_others(turn, keep)
    _join(turn, keep, turn.who.id, "person.recovered")
    turn.say("recover.opened")
    things(turn)
    return "ok"


def _tell_others(turn: Turn, keep: int) -> None:
    """Tell every address a person has that their things were opened at this one, with a button that closes it again."""
    lang = str(turn.db.value("SELECT lang FROM person WHERE id = :id", id=keep) or "zh")
    told = turn.db.all(
        "SELECT id FROM address WHERE person_id = :id AND state = 'active' AND channel <> :counter ORDER BY id",
        id=keep,
        counter=COUNTER,
    )
    for row in told:
        button = turn.action(
            "account.close_address",
            "recover.button.not_me",
            {"address": turn.address_id},
            person=keep,
            deadline=turn.now + rules.CLOSING,
            lang=lang,
        )
        text = turn.ground.texts.render(lang, "recover.told", {"at": turn.now})
        turn.post(outbox.Post(int(row["id"]), Outgoing(text, ((button,),), keys=("recover.told",)), "reply"))
    if not told and not turn.attended:  # at the counter they stand there themselves, and it is in the audit
        turn.push(keep, "recover.told", lang=lang, at=turn.now)


def close_address(turn: Turn, payload: dict[str, Any]) -> None:
    """Not me: the address at which one's things were opened is nobody's again, and the recovery code is another.

    What was seen there cannot be taken back; a case is left for what else there is to do.
    """
    address, me = int(payload["address"]), turn.who.id
    if address == turn.address_id:
        turn.say("common.not_yours")
        raise NotDone
    if people.leave(turn.db, me, address, turn.now):
        people.forget_recovery(turn.db, me)
        turn.audit("person.closed_address", f"address:{address}")
    case = open_case(turn, "account_misused", f"address:{address}")
    code = people.recovery_code(turn.db, turn.ground.keys, me, RNG)
    turn.say("recover.closed", case=case, recovery=RECOVERY.show(code), telephone=turn.ground.telephone)


# -- joining a second address ------------------------------------------------------------------------------------


def join_code(turn: Turn) -> None:
    """Show a code, to be typed at the other address within ten minutes; an earlier one no longer counts."""
    if turn.overheard:
        turn.say("account.overheard")
        return
    now = ms(turn.now)
    turn.db.run(
        "UPDATE account_join_code SET expires = :now WHERE person_id = :person AND used IS NULL"
        " AND expires > :now",
        now=now,
        person=turn.who.id,
    )
    while True:
        code = f"{RNG.randrange(10**JOIN_DIGITS):0{JOIN_DIGITS}d}"
        hashed = turn.ground.keys.sign("join", code)
        if (
            turn.db.value(
                "SELECT id FROM account_join_code WHERE code_hash = :hash AND used IS NULL"
                " AND expires > :now",
                hash=hashed,
                now=now,
            )
            is None
        ):
            break
    until = turn.now + rules.JOIN_CODE_LIFE
    turn.db.run(
        "INSERT INTO account_join_code (code_hash, person_id, expires) VALUES (:hash, :person, :until)",
        hash=hashed,
        person=turn.who.id,
        until=ms(until),
    )
    turn.say("join.shown", code=code, until=until)


def join_look(turn: Turn) -> Literal["found", "own", "wrong", "limited"]:
    """Whose code is it? Wrong ones are counted."""
    counted = [(JOINING, f"address:{turn.address_id}"), (JOINING_OF_ALL, "all")]
    turn.data["telephone"] = turn.ground.telephone
    if not limits.guess(turn, counted):
        return "limited"
    owner = _owner(turn)
    if owner is None:
        del turn.data["code"]
        left = limits.wrong(turn, counted)
        if left <= 0:
            return "limited"
        turn.say("join.wrong", left=left)
        return "wrong"
    limits.right(turn, counted)
    return "own" if owner == turn.who.id else "found"


def join_join(turn: Turn) -> Literal["ok", "gone"]:
    """Make one person of the two, and tell the other address. The code counts once."""
    keep = _owner(turn)
    if keep is None or keep == turn.who.id:
        return "gone"
    used = turn.db.run(
        "UPDATE account_join_code SET used = :now WHERE code_hash = :hash AND used IS NULL",
        now=ms(turn.now),
        hash=turn.ground.keys.sign("join", str(turn.data["code"])),
    )
    if used != 1:
        return "gone"
    turn.push(keep, "join.told", lane="reply")
    _join(turn, keep, turn.who.id, "person.joined")
    return "ok"


def _owner(turn: Turn) -> int | None:
    found = turn.db.value(
        "SELECT person_id FROM account_join_code WHERE code_hash = :hash AND used IS NULL AND expires > :now",
        hash=turn.ground.keys.sign("join", str(turn.data["code"])),
        now=ms(turn.now),
    )
    return None if found is None else int(found)


def _codes_about(turn: Turn) -> bool:
    """Whether anybody's join code is good just now: only then do six bare digits mean one."""
    found = turn.db.value(
        "SELECT 1 FROM account_join_code WHERE used IS NULL AND expires > :now LIMIT 1", now=ms(turn.now)
    )
    return found is not None


def _join(turn: Turn, keep: int, other: int, act: str) -> None:
    """Make the person `other` part of `keep`: every service moves its rows, then the machine its own."""
    if turn.everyone is None:
        raise RuntimeError("persons are joined in a conversation only")
    turn.audit(act, f"person:{keep}", joined=other)
    turn.everyone.join(turn, keep, other)
    people.join(turn.db, keep, other)
    turn.person = people.person_of(turn.db, keep)


def join_rows(turn: Turn, keep: int, other: int) -> None:
    """The account's own rows of a person who turned out to be another."""
    turn.db.run(
        "UPDATE account_join_code SET person_id = :keep WHERE person_id = :other", keep=keep, other=other
    )


def _known(turn: Turn, person: int) -> bool:
    return turn.db.value("SELECT id FROM person WHERE id = :id AND joined IS NULL", id=person) is not None


# -- settings ----------------------------------------------------------------------------------------------------


def settings(turn: Turn) -> None:
    """What can be set, each with the word that does it."""
    turn.say(
        "account.settings",
        [Button(turn.label("account.button.privacy"), id="go:privacy"), _word(turn, "language")],
        reminders=turn.who.reminders,
        tail="" if turn.overheard else people.phone_tail(turn.db, turn.ground.keys, turn.who.id),
    )


def my_code(turn: Turn) -> None:
    """The recovery code once more, for one's own eyes; without the phone's last digits it opens nothing."""
    if turn.overheard:
        turn.say("account.overheard")
        return
    if turn.db.value("SELECT recovery FROM person WHERE id = :id", id=turn.who.id) is None:
        turn.say("account.no_code", [_word(turn, "menu"), _word(turn, "person")])
        return
    code = people.recovery_code(turn.db, turn.ground.keys, turn.who.id, RNG)
    turn.audit("person.code_shown", f"person:{turn.who.id}")
    turn.say("account.my_code", recovery=RECOVERY.show(code))


def reminders_off(turn: Turn) -> None:
    """No reminders from now on; results still come."""
    _remind(turn, False)


def reminders_on(turn: Turn) -> None:
    """Reminders again."""
    _remind(turn, True)


def _remind(turn: Turn, wanted: bool) -> None:
    turn.db.run("UPDATE person SET reminders = :wanted WHERE id = :id", wanted=int(wanted), id=turn.who.id)
    turn.person = people.person_of(turn.db, turn.who.id)
    turn.say("account.reminders_on" if wanted else "account.reminders_off")


def _word(turn: Turn, word: str) -> Button:
    return Button(
        turn.label(f"account.button.{word}" if word == "language" else f"common.button.{word}"),
        id=f"w:{word}",
    )
