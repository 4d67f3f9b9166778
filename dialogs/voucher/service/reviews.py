"""人工复核, decided: rejected with a reason, or upheld by two (the ticket is put back and drawn anew, or gets a voucher).

The person hears in time what came of it; duty hears of what is due tomorrow or late.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from bot import desk, two
from bot.capability import NotDone
from bot.clock import instant, local_date, ms
from bot.messages import Button
from bot.store.session import Row
from bot.turn import Turn
from bot.workdays import workdays_after
from dialogs.voucher import rules
from dialogs.voucher.service import first_come, public, redraw, reserve, results, reviewing, rounds
from dialogs.voucher.service.names import child_name

KIND, ROLES = reviewing.KIND, ("duty", "admin")
LIFE = timedelta(days=30)
NOT_LISTED = {"withdrawn": "withdrawn", "unheard": "unheard", "refused": "unheard", "unseen": "unseen"}
"""Why a ticket in this state is not on the list; any other has not met the round's conditions."""


def buttons(turn: Turn, case: int) -> list[Button]:
    """What stands under such a case beside the general buttons."""
    return [
        turn.action(
            "voucher.review_look", "voucher.button.review_look", {"case": case}, deadline=turn.now + LIFE
        )
    ]


def look(turn: Turn, payload: dict[str, Any]) -> None:
    """The facts of the ticket, and each verdict as a button; this one stays good."""
    case, ticket, row = _behind(turn, payload)
    listed, undrawn = f"\t{ticket['number']}\n" in row["list"], first_come.is_so(row)
    reason = "drawn_right" if listed else NOT_LISTED.get(ticket["state"], "conditions")
    if undrawn and ticket["rank"] is not None:
        reason = "in_turn"
    acts = [("voucher.review_reject", {"case": case["id"], "reason": reason}, f"reject_{reason}")]
    if not listed and not undrawn:
        acts.append(("voucher.review_uphold", {"case": case["id"], "how": "redraw"}, "uphold_redraw"))
    if turn.db.value("SELECT 1 FROM voucher WHERE ticket_id = :id", id=ticket["id"]) is None:
        acts.append(("voucher.review_uphold", {"case": case["id"], "how": "award"}, "uphold_award"))
    turn.say(
        "voucher.reviewed.facts",
        *(
            [turn.action(kind, f"voucher.button.{label}", given, deadline=turn.now + LIFE)]
            for kind, given, label in acts
        ),
        case=int(case["id"]),
        ticket=ticket["number"],
        round=row["name"],
        state=ticket["state"],
        listed=listed,
        undrawn=undrawn,
        rank=ticket["rank"],
        quota=rounds.programme_of(row).band(ticket["band"]).quota,
        count=row["list"].count(f"{ticket['band']}\t"),
    )
    raise NotDone


def reject(turn: Turn, payload: dict[str, Any]) -> None:
    """The result stands; the person is told why, and where else to turn."""
    case, ticket, row = _behind(turn, payload)
    if not desk.close_case(turn, int(case["id"])):
        turn.say("voucher.reviewed.over", case=int(case["id"]))
        return
    turn.audit("review.rejected", f"ticket:{ticket['id']}", reason=payload["reason"])
    turn.say("voucher.reviewed.told", case=int(case["id"]))
    lang = results.language(turn, int(case["person_id"]))
    turn.push(
        int(case["person_id"]),
        "voucher.reviewed.rejected",
        lane="result",
        dedupe=f"case:{case['id']}:verdict",
        case=int(case["id"]),
        name=child_name(turn, ticket),
        ticket=ticket["number"],
        round=row["name"],
        reason=turn.ground.texts.label(
            lang, f"voucher.reviewed.reason.{payload['reason']}", {"rank": ticket["rank"] or 0}
        ),
        telephone=turn.ground.telephone,
    )


def uphold(turn: Turn, payload: dict[str, Any]) -> None:
    """The person was right: what follows is asked for here, and a second one confirms it."""
    case, ticket, row = _behind(turn, payload)
    if case["state"] == "closed":
        turn.say("voucher.reviewed.over", case=int(case["id"]))
    elif payload["how"] == "redraw":
        reason = turn.label("voucher.reviewed.left_out")
        redraw.propose(turn, row, [ticket["number"]], reason, int(case["id"]))
    elif row["state"] != "published":
        turn.say("voucher.redraw.not_published", round=row["name"])
    else:
        plan = {
            "ticket": ticket["number"],
            "reason": turn.label("voucher.reviewed.upheld"),
            "case": int(case["id"]),
            "summary": turn.label(
                "voucher.reviewed.award",
                case=int(case["id"]),
                ticket=ticket["number"],
                round=row["name"],
                amount=int(ticket["amount"]),
            ),
        }
        two.ask(turn, public.AWARD, f"{row['name']}/{ticket['number']}", plan)


def redrawn(turn: Turn, plan: dict[str, Any]) -> str:
    """Two agreed to draw anew; where a review led to it, its person is told that they were right."""
    why = redraw.announce(turn, plan)
    if not why and plan["case"] is not None and desk.close_case(turn, int(plan["case"])):
        turn.audit("review.upheld", f"case:{plan['case']}", how="redraw")
    return why


def award(turn: Turn, plan: dict[str, Any]) -> str:
    """Two agreed to give the ticket a voucher outside the draw: issued with all its days, named in ROUND.json."""
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE number = :number", number=plan["ticket"])
    if ticket is None or turn.db.value("SELECT 1 FROM voucher WHERE ticket_id = :id", id=ticket["id"]):
        return turn.label("voucher.reviewed.has_one")
    row = rounds.round_row(turn.db, int(ticket["round_id"]))
    programme, zone = rounds.programme_of(row), turn.ground.settings.zone
    last = rules.last_day(local_date(turn.now, zone), programme.valid_days)
    turn.db.run("UPDATE voucher_ticket SET state = 'won' WHERE id = :id", id=ticket["id"])
    reserve.leave_list(turn, ticket)
    redraw.widen(turn, row, ticket["band"])
    won = {**dict(ticket), "state": "won"}
    results.later(turn, row, won, f":a{plan['approval']}", last)
    turn.audit("review.upheld", f"ticket:{ticket['id']}", how="award")
    desk.close_case(turn, int(plan["case"]))
    return ""


def overdue(turn: Turn) -> None:
    """Every morning: what is due by the end of the next working day, and what is late; the people of these are told once."""
    soon = workdays_after(turn.today, 1)
    late: list[int] = []
    due: list[int] = []
    for case in turn.db.all(
        "SELECT id, person_id, due FROM desk_case WHERE kind = :kind AND state <> 'closed' AND due IS NOT NULL ORDER BY id",
        kind=KIND,
    ):
        if int(case["due"]) <= ms(turn.now):
            late.append(int(case["id"]))
            turn.push(
                int(case["person_id"]),
                "voucher.reviewed.late",
                lane="result",
                dedupe=f"case:{case['id']}:late",
                case=int(case["id"]),
                telephone=turn.ground.telephone,
            )
        elif local_date(instant(int(case["due"]) - 1), turn.ground.settings.zone) <= soon:
            due.append(int(case["id"]))
    if late or due:
        turn.push_staff(
            ROLES, "voucher.reviewed.waiting", overdue=late, soon=due, dedupe=f"reviews:{turn.today}"
        )


def _behind(turn: Turn, payload: dict[str, Any]) -> tuple[Row, Row, Row]:
    """Case, ticket and round of a button; it is for those who hold cases, alone."""
    if not turn.who.may(*ROLES) or turn.overheard:
        turn.say("common.not_yours")
        raise NotDone
    case = turn.db.one("SELECT * FROM desk_case WHERE id = :id", id=payload["case"])
    if case is None:
        raise LookupError(f"no case {payload['case']}")
    number = int(str(case["about"]).partition(":")[2])
    ticket = turn.db.one("SELECT * FROM voucher_ticket WHERE id = :id", id=number)
    if ticket is None:
        raise LookupError(f"case {case['id']} has no ticket")
    return case, ticket, rounds.round_row(turn.db, int(ticket["round_id"]))
