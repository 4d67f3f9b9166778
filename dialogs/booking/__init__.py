"""Temporary care: some hours at a place near home, never more children than its carers may look after."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.capability import Act, Capability, Claim, Command, Job, TimerAct
from bot.turn import Turn
from dialogs.booking import flow, tables
from dialogs.booking.rules import wishes
from dialogs.booking.service import (
    changing,
    choosing,
    form,
    holding,
    kept,
    kids,
    leaving,
    moved,
    saying,
    series,
    start,
    terms,
    waiting,
)
from dialogs.booking.service.child import card
from dialogs.booking.service.child import offered as child
from dialogs.booking.service.child.sick import Corpus
from dialogs.booking.service.fetching import ladder, people
from dialogs.booking.service.fetching import offered as home
from dialogs.booking.service.place import (
    closing,
    day,
    moving,
    proof,
    reviewing,
    roster,
    sheet,
    stops,
    vacancy,
    walkins,
    words,
)
from knowledge.city import City
from knowledge.intents import match

__all__ = ["capability", "tables"]


def claims(text: str, turn: Turn, city: City, corpus: Corpus | None = None) -> Claim | None:
    """Words that ask for some hours of care, with what they tell already."""
    if turn.overheard:
        return None
    if (stopped := closing.claims(text, turn, city)) is not None:
        return stopped
    if (staff := words.claims(text, turn, city)) is not None:
        return staff
    said = child.claims(text, turn, city, corpus) or home.claims(text, turn, city)
    if said is not None:
        return said
    if turn.who.may(kept.ROLE) and terms.FORGIVES.fullmatch(text.strip()):
        return Claim(call=partial(terms.forgiven, words=text))
    if (moved := changing.claim(text, turn)) is not None:
        return moved
    if (said := saying.claim(text, turn, city)) is not None:
        return said
    wish = not wishes.narrows(text, turn.today) and (
        wishes.wishes(text, turn.today)
        or start.books_a_place(text, city)
        or any(hit.intent == "booking" and hit.kind == "start" for hit in match(text))
    )
    if turn.form == "booking":
        return _in_form(text, turn, wish, city)
    return Claim(flow="booking", known=wishes.first_words(text, turn.today)) if wish else None


def _in_form(text: str, turn: Turn, wish: bool, city: City) -> Claim | None:
    """What is told in the open form out of turn, or the wish for the form that is open."""
    told = (
        kids.one_more(turn, text)
        or wishes.said_anew(text, turn.today, wish=wish)
        or start.said_in_form(turn, city, text)
    )
    if told:  # where the card stands already, it shows what has become of it
        noted = {} if "offer" in turn.data else {"noted": True}
        return Claim(flow="booking", known={**told, **noted}, joins=True)
    return Claim(flow="booking") if wish and "when" not in wishes.first_words(text, turn.today) else None


def _staff_words(turn: Turn, city: City) -> list[tuple[str, str]]:
    own = ("stop", "stop_class", "stop_over") if turn.who.may(kept.ROLE) else ()
    on_duty = ("stop_one",) if turn.who.may("duty", "admin") else ()
    shown = words.offered(turn, city) + [
        (turn.label(f"booking.duty.{word}"), turn.label(f"booking.duty.{word}_does"))
        for word in (*own, *on_duty)
    ]
    return [*shown, *home.staff_words(turn)]


def _revoked(turn: Turn, subject: int | None, purpose: str) -> None:
    card.revoked(turn, subject, purpose)
    people.revoked(turn, subject, purpose)


def _my_things(turn: Turn, city: City) -> int:
    return waiting.my_things(turn, city) + moved.mine(turn, city)


def _promises(city: City) -> dict[str, Act]:
    """What staff and families tap when something cannot be kept."""
    return {
        "booking.moves": partial(moving.tell, city=city),
        "booking.move_take": partial(moved.take, city=city),
        "booking.move_none": partial(moved.none, city=city),
        "booking.stop": partial(closing.stop, city=city),
        "booking.stop_ask": partial(closing.ask, city=city),
        "booking.stop_no": closing.refuse,
        "booking.stop_lift": partial(closing.lift, city=city),
        reviewing.KIND: partial(reviewing.reviewed, city=city),
    }


def _later(city: City) -> dict[str, TimerAct]:
    """What happens when its time has come."""
    return {
        holding.TIMER: holding.lapse,
        holding.LEAVES: partial(kept.left, city=city),
        moving.SHORT: partial(moving.short, city=city),
        moving.MOVES: partial(moving.move_next, city=city),
        moved.MOVED: partial(moved.silent, city=city),
        closing.SWEEP: partial(closing.sweep, city=city),
        closing.RESTORE: partial(closing.restore, city=city),
        reviewing.REVIEW: partial(reviewing.due, city=city),
        walkins.TIMER: partial(walkins.over, city=city),
        ladder.TIMER: partial(ladder.climb, city=city),
        holding.FREED: partial(waiting.freed, city=city),
        waiting.OFFER: partial(waiting.silent, city=city),
        waiting.ENDS: partial(waiting.ends, city=city),
        holding.EVENING: partial(kept.remind, city=city, key="booking.evening"),
        holding.SOON: partial(kept.remind, city=city, key="booking.soon"),
    }


def _again(city: City) -> tuple[Job, ...]:
    """What happens every day."""
    return (
        Job("booking.morning", "30 7 * * *", partial(day.morning, city=city)),
        Job("booking.sheet", "0 18 * * *", partial(sheet.evening, city=city), stale_s=4 * 3600),
        Job("booking.cards", "40 3 * * *", card.old),
        Job("booking.fetchers", "40 3 * * *", people.old),
        Job("booking.evening", "0 21 * * *", partial(day.evening, city=city)),
        Job("booking.roster", "40 3 * * *", roster.forget),
    )


def capability(city: City, corpus: Corpus | None = None) -> Capability:
    """Temporary care in one home pack; the corpus says when a child that was ill may come back."""
    return Capability(
        name="booking",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        does={
            "booking.look": partial(form.look, city=city),
            "booking.suits": partial(form.suits, city=city),
            "booking.joined": kids.joined,
            "booking.clear": partial(form.clear, city=city),
            "booking.where": partial(start.where, city=city),
            "booking.chosen": partial(start.chosen, city=city),
            "booking.find": partial(choosing.find, city=city),
            "booking.switch": choosing.switch,
            "booking.wait": partial(waiting.wait, city=city),
            "booking.hold": partial(choosing.hold, city=city),
            "booking.book": partial(kept.book, city=city),
            **child.does(city, corpus),
            **changing.does(city),
        },
        actions={
            **_promises(city),
            **words.actions(city),
            **home.actions(city),
            "booking.was_there": partial(day.was_there, city=city),
            **child.actions(city),
            "booking.cancel": partial(kept.cancelled, city=city),
            "booking.cancel_undo": partial(kept.cancel_undone, city=city),
            "booking.change": changing.press,
            **series.actions(city),
            "booking.excused": terms.excused,
            "booking.flexible": partial(kept.flexible, yes=1),
            "booking.flexible_undo": partial(kept.flexible, yes=0),
            "booking.offer_accept": partial(waiting.accept, city=city),
            "booking.offer_decline": waiting.decline,
            "booking.wait_leave": waiting.leave,
        },
        timers=_later(city),
        jobs=_again(city),
        staff_words=partial(_staff_words, city=city),
        claims=partial(claims, city=city, corpus=corpus),
        commands=(Command("booking"),),
        operator=proof.commands(city),
        my_things=partial(_my_things, city=city),
        join=partial(leaving.join, city=city),
        export=leaving.export,
        erase=leaving.erase,
        revoked=_revoked,
        describes={"booking": partial(ladder.describe, city=city)},
        self_checks=holding.recounted,
        stands_at=holding.stands_at,
        free_places=partial(vacancy.free_places, city=city),
        fullness=partial(vacancy.fullness, city=city),
        told_ages=kids.told_ages,
        engaged=partial(kept.engaged, city=city),
        stopped=stops.stopped,
        telephones=partial(saying.telephones, city=city),
    )
