"""Activities: parent-child mornings, picture books, talks, doctors, dancing, craft, volunteers' shifts; and their seats."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from bot.capability import Capability, Claim, Command, Job, TimerAct
from bot.turn import Turn
from dialogs.events import flow, tables
from dialogs.events.service import (
    calling_off,
    claiming,
    finding,
    kept,
    leaving,
    organising,
    seats,
    signing,
    volunteering,
    waiting,
    walkins,
)
from dialogs.events.service.ground import Ground
from knowledge.city import City

__all__ = ["capability", "tables"]


def capability(city: City) -> Capability:
    """The activities of one home pack."""
    ground = Ground(city)

    def claims(text: str, turn: Turn) -> Claim | None:
        return claiming.claims(text, turn, ground)

    def my_things(turn: Turn) -> int:
        return kept.my_things(turn, ground) + waiting.my_things(turn, ground) + volunteering.my_hours(turn)

    return Capability(
        name="events",
        folder=Path(__file__).parent,
        flows=flow.FLOWS,
        does={
            "events.look": partial(finding.look, ground=ground),
            "events.where": partial(finding.where, ground=ground),
            "events.chosen": partial(finding.chosen, ground=ground),
            "event_seat.look": partial(signing.look, ground=ground),
            "event_seat.take": partial(signing.take, ground=ground),
            "event_seat.switch": signing.switch,
            "event_seat.wait": partial(signing.wait, ground=ground),
            "event_off.look": partial(calling_off.look, ground=ground),
            "event_off.off": partial(calling_off.off, ground=ground),
            "event_certificate.look": volunteering.look,
            "event_certificate.issue": volunteering.issue,
        },
        actions={
            finding.LOOK_UPS.kind: partial(finding.narrow, ground=ground),
            "events.cancel": partial(kept.cancelled, ground=ground),
            "events.comes": partial(kept.comes, ground=ground),
            "events.walk_in": partial(walkins.comes, ground=ground),
            "events.walk_in_undo": partial(walkins.undone, ground=ground),
            "events.cancel_undo": partial(kept.cancel_undone, ground=ground),
            "events.offer_accept": partial(waiting.accept, ground=ground),
            "events.offer_decline": waiting.decline,
            "events.wait_leave": waiting.leave,
            "events.passed": partial(volunteering.passed, ground=ground),
            "events.list": partial(organising.listed, ground=ground),
            "events.came": partial(organising.came, ground=ground),
            "events.gone": partial(organising.gone, ground=ground),
            "events.was_there": partial(organising.was_there, ground=ground),
            "events.off_ask": calling_off.ask,
            calling_off.KIND: calling_off.reviewed,
        },
        timers=_timers(ground),
        jobs=_jobs(ground),
        claims=claims,
        staff_words=organising.staff_words,
        commands=(Command("events"),),
        my_things=my_things,
        join=leaving.join,
        export=leaving.export,
        erase=leaving.erase,
        starts=calling_off.sweep,
        told_ages=seats.told_ages,
        stands_at=seats.stands_at,
        engaged=partial(kept.engaged, ground=ground),
        self_checks=seats.recounted,
    )


def _timers(ground: Ground) -> dict[str, TimerAct]:
    return {
        seats.LEAVES: kept.left,
        seats.FREED: partial(waiting.freed, ground=ground),
        seats.OFFER: partial(waiting.silent, ground=ground),
        seats.ENDS: partial(waiting.ends, ground=ground),
        finding.LOOK_UPS.over: finding.LOOK_UPS.ended,
        calling_off.OVERDUE: calling_off.overdue,
        calling_off.SWEEP: partial(calling_off.swept, ground=ground),
        seats.REMINDERS["evening"]: partial(kept.remind, ground=ground, key="events.evening"),
        seats.REMINDERS["soon"]: partial(kept.remind, ground=ground, key="events.soon"),
    }


def _jobs(ground: Ground) -> tuple[Job, ...]:
    return (
        Job("events.swept", "20 7,12,17 * * *", calling_off.sweep),
        Job("events.again", "35 7 * * *", partial(waiting.again, ground=ground)),
        Job("events.morning", "30 7 * * *", partial(organising.morning, ground=ground)),
        Job("events.evening_list", "10 21 * * *", partial(organising.evening, ground=ground)),
    )
