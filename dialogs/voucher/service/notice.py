"""公示: a round's result as a notice for print (A4) and at /draws/ROUND.html. Ticket numbers only, never a name."""

from __future__ import annotations

import json
from importlib.resources import files
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from bot.clock import instant, local_date
from bot.store.session import Db, Row
from bot.turn import Ground
from bot.workdays import workdays_after
from dialogs.voucher import codes
from dialogs.voucher.service.rounds import programme_of
from knowledge.city import City
from knowledge.programme import Programme

OBJECTION_DAYS = 5
"""Working days after the publication on which anybody may object."""
RESERVES = 200
"""So many places of a reserve list are printed; all of it stands in ROUND.json."""
LANG = "zh"


def html(ground: Ground, db: Db, name: str, city: City) -> str | None:
    """The notice of a published round as one self-contained HTML page, or None where there is nothing to print."""
    row = db.one("SELECT * FROM voucher_round WHERE name = :name AND state = 'published'", name=name)
    if row is None or not row["list_hash"]:
        return None
    programme = programme_of(row)
    published = db.value(
        "SELECT min(at) FROM audit WHERE act = 'round.published' AND object = :round", round=f"round:{name}"
    )
    day = local_date(instant(int(published or row["publish"])), ground.settings.zone)
    values: dict[str, Any] = {
        "title": programme.name,
        "round": name,
        "count": row["list"].count("\n"),
        "draw": instant(int(row["draw"])),
        "value": programme.public_value or "",
        "entered": row["public_value"] or "",
        "day": day.isoformat(),
        "until": workdays_after(day, OBJECTION_DAYS).isoformat(),
        "days": OBJECTION_DAYS,
        "telephone": ground.telephone,
        "hash": row["programme_hash"],
        "list_hash": row["list_hash"],
        "link": f"{ground.settings.page}/draws/{name}.json" if ground.settings.public_url else "",
        "name": city.name,
        "demo": ground.demo,
        "reserves": RESERVES,
    }

    def say(key: str, **more: Any) -> Markup:
        return Markup(ground.texts.render(LANG, f"voucher.notice.{key}", {**values, **more}))

    template = files("dialogs.voucher").joinpath("service", "notice.html").read_text(encoding="utf-8")
    return (
        Environment(autoescape=True)
        .from_string(template)
        .render(
            say=say,
            telephone=ground.telephone,
            bands=_bands(row, programme),
            events=_events(db, row),
            lang=LANG,
        )
    )


def _bands(row: Row, programme: Programme) -> list[dict[str, Any]]:
    """Each band with its quota, how many were drawn, the winners and the head of the reserve list, in drawn order."""
    found = []
    result = json.loads(row["result"])
    for band in programme.bands:
        order, quota = result[band.id]["order"], result[band.id]["quota"]
        found.append(
            {
                "band": band.name,
                "quota": quota,
                "count": len(order),
                "amount": band.amount_fen,
                "won": [codes.show(ticket) for ticket in order[:quota]],
                "reserve": [codes.show(ticket) for ticket in order[quota : quota + RESERVES]],
                "more": max(0, len(order) - quota - RESERVES),
            }
        )
    return found


def _events(db: Db, row: Row) -> list[dict[str, Any]]:
    """The further draws of the round, each with its reason."""
    return [
        {"event": int(event["number"]), "reason": event["reason"], "at": instant(int(event["drawn"]))}
        for event in db.all(
            "SELECT number, reason, drawn FROM voucher_event WHERE round_id = :id AND number > 1"
            " AND drawn IS NOT NULL ORDER BY number",
            id=row["id"],
        )
    ]


def page(ground: Ground, db: Db, name: str, city: City) -> bytes | None:
    """/draws/ROUND.html: the notice; of a round that is open or drawn and not published yet, when it will stand there."""
    made = html(ground, db, name, city) or _waiting(ground, db, name)
    return None if made is None else made.encode()


def _waiting(ground: Ground, db: Db, name: str) -> str | None:
    row = db.one(
        "SELECT * FROM voucher_round WHERE name = :name AND state IN ('open', 'frozen', 'drawn')", name=name
    )
    if row is None or programme_of(row).allocation == "first_come":
        return None
    values: dict[str, Any] = {
        "title": programme_of(row).name,
        "round": name,
        "demo": ground.demo,
        "telephone": ground.telephone,
        **{at: instant(int(row[at])) for at in ("closes", "draw", "publish")},
    }

    def say(key: str) -> Markup:
        return Markup(ground.texts.render(LANG, f"voucher.notice.{key}", values))

    template = files("dialogs.voucher").joinpath("service", "notice_waiting.html").read_text(encoding="utf-8")
    made = Environment(autoescape=True).from_string(template)
    return made.render(say=say, telephone=ground.telephone, round=name, lang=LANG)
