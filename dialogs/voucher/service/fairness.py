"""怎么查公平: what makes the draw fair in two sentences, one's own ticket and place, and how to compute it again."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from functools import partial
from importlib.resources import files
from typing import Any

from bot.capability import Claim
from bot.clock import instant, ms
from bot.messages import Button, File
from bot.store.session import Row
from bot.turn import Turn
from dialogs.voucher.service import public, rounds
from dialogs.voucher.service.names import child_name
from knowledge.city import City
from knowledge.normalise import normalise

WORDS = frozenset(
    {
        *(
            "verify",
            "verify draw",
            "怎么查公平",
            "查公平",
            "公平吗",
            "公平",
            "公平性",
            "怎么验证",
            "怎么复算",
            "复算",
        ),
        *("is it fair", "is this fair", "is the draw fair", "check the draw", "how do i check the draw"),
    }
)
FILES = "verify_files"
"""The button's word for the file of the round and the script, sent into the chat."""
_DRAW = r"(?:抽签|摇号|抽奖|抽券|派券|抽取|开奖)"
_FAIR = r"(?:公平|公正|透明|作弊|黑幕|猫腻|暗箱|内定|造假|做假|做手脚|动手脚|靠谱|可信|真的?随机|随机的?吗|关系户)"
_ASKED = re.compile(
    rf"{_DRAW}[^,.?!]{{0,10}}{_FAIR}|{_FAIR}[^,.?!]{{0,6}}{_DRAW}"
    rf"|(?:怎么|怎样|如何|咋|咋个|哪里能?|能不能|可以)(?:自己)?(?:查|验|核|复|重)(?:证|对|实|算|查|一下)*{_DRAW}"
    rf"|(?:查|验证|核对|复核|复算|重算)(?:一下)?{_DRAW}(?:结果)?(?:是否|是不是)?{_FAIR}"
    r"|有(?:没有)?(?:黑幕|猫腻|内定|暗箱)|(?:draw|lottery)\b.{0,20}\b(?:fair|rigged|honest|random|verify)"
    r"|\b(?:verify|recompute)\b.{0,12}\b(?:draw|lottery)|\brigged\b"
)
_ONE = re.compile(r"(.+?) ?(\d{4}-[\w.-]+)")
"""The words for one round, with its name behind them."""
ROUNDS = 3
"""Of so many rounds in which somebody has tickets they are told, the latest first; of others by their name."""
LONGEST = 60
"""Characters of a question about the draw; a longer story is about something else."""
SENT_AT_MOST = 300_000
"""Bytes of a round's file that go into a chat; a larger one is got by its address or at the counter."""


def claims(text: str, city: City) -> Claim | None:
    """Somebody asks how fair the draw is, or how to check it; or presses the button for the files."""
    folded = normalise(text).strip(" /.?!,")
    if folded == FILES:
        return Claim(call=partial(send, city=city))
    if (of_one := _ONE.fullmatch(folded)) is not None:
        act = {FILES: send, **dict.fromkeys(WORDS, show)}.get(of_one[1])
        return None if act is None else Claim(call=partial(act, city=city, name=of_one[2]))
    if folded in WORDS or (len(folded) <= LONGEST and _ASKED.search(folded) is not None):
        return Claim(call=partial(show, city=city))
    return None


def show(turn: Turn, city: City, name: str = "") -> None:
    """Two sentences, one's own tickets and their places, where the file is, how to compute it again.

    Of the latest rounds in which they have a ticket; without any, of the latest round. `name` asks for one round.
    """
    own = [] if name else _own_rounds(turn)
    shown: list[Row | None]
    if own:
        shown = [rounds.round_row(turn.db, int(one["id"])) for one in own[:ROUNDS]]
    else:
        shown = [_named(turn, city, name) if name else _latest(turn, city)]
    found = [row for row in shown if row is not None and row["state"] != "announced"]
    if not found:
        turn.say("voucher.fair.none", telephone=turn.ground.telephone)
    for number, row in enumerate(found):
        _show(turn, row, older=number > 0)
    if more := [one["name"] for one in own[ROUNDS:]]:
        turn.say("voucher.fair.more", rounds=more)


def _own_rounds(turn: Turn) -> list[Row]:
    """Number and name of the rounds in which somebody has a ticket, the latest first; a whole row takes megabytes."""
    return turn.db.all(
        "SELECT id, name FROM voucher_round WHERE id IN (SELECT round_id FROM voucher_ticket WHERE person_id = :person"
        " OR guardian_id = :person) ORDER BY id DESC",
        person=turn.who.id,
    )


def _tickets(turn: Turn, row: Row) -> list[Row]:
    return turn.db.all(
        "SELECT * FROM voucher_ticket WHERE (person_id = :person OR guardian_id = :person) AND round_id = :round"
        " ORDER BY id",
        person=turn.who.id,
        round=row["id"],
    )


def _show(turn: Turn, row: Row, older: bool) -> None:
    """One round; of an older one only what is its own."""
    tickets = _tickets(turn, row)
    if rounds.programme_of(row).allocation == "first_come":
        turn.say("voucher.fair.first_come", round=row["name"], telephone=turn.ground.telephone)
        return
    name, event = public.file_of(turn.db, row, tickets[0]["band"] if tickets else None)
    open_here = bool(turn.ground.settings.public_url) or (
        turn.place is not None and turn.place.channel == "web"
    )
    turn.say(
        "voucher.fair.older" if older else "voucher.fair.how",
        [Button(turn.label("voucher.button.verify_files"), id=f"go:{FILES} {row['name']}")],
        round=row["name"],
        state=_state(row, event),
        commitment=event["commitment"],
        list_hash=event["list_hash"],
        count=event["list"].count("\n"),
        name=name,
        event=int(event.get("number", 1)),
        reason=event.get("reason", ""),
        closes=instant(int(row["closes"])),
        draw=instant(int(event["draw"] or row["draw"])),
        publish=instant(int(row["publish"])),
        value=rounds.programme_of(row).public_value or "",
        entered=event["public_value"] or "",
        lines=[_own(turn, row, ticket) for ticket in tickets],
        link=f"{turn.ground.settings.page}/draws/{name}.json" if open_here else "",
        telephone=turn.ground.telephone,
    )


def _latest(turn: Turn, city: City) -> Row | None:
    """The round that somebody without a ticket means: the latest of this pack that has opened."""
    for row in turn.db.all(
        "SELECT * FROM voucher_round WHERE state <> 'announced' AND opens <= :now ORDER BY opens DESC, id DESC",
        now=ms(turn.now),
    ):
        if row["programme"] in city.programmes:
            return row
    return None


def _named(turn: Turn, city: City, name: str) -> Row | None:
    """A round of this pack by its name, as somebody typed it."""
    for row in turn.db.all("SELECT * FROM voucher_round WHERE lower(name) = :name", name=name):
        if row["programme"] in city.programmes:
            return row
    return None


def _state(row: Row, of: Mapping[str, Any]) -> str:
    """before (applications come in), sealed (the list stands), drawn (order and secret are public).

    `of` is where the band's draw stands: the round, or one of its draws, which may be announced and still to come.
    """
    if "drawn" in of:
        return "sealed" if of["drawn"] is None else "drawn"
    if row["state"] in ("drawn", "published"):
        return "drawn"
    return "sealed" if row["list_hash"] else "before"


def _own(turn: Turn, row: Row, ticket: Row) -> str:
    """One ticket in a line: its number, and its place where there is one."""
    of = public.file_of(turn.db, row, ticket["band"])[1]
    state, number = _state(row, of), ticket["number"]
    values: dict[str, Any] = {"name": child_name(turn, ticket), "ticket": number}
    if state == "drawn":
        band = json.loads(of["result"]).get(ticket["band"], {"order": [], "quota": 0})
        if number in band["order"]:
            rank, quota = band["order"].index(number) + 1, int(band["quota"])
            values.update(rank=rank, count=len(band["order"]), quota=quota, place=max(0, rank - quota))
            return turn.label("voucher.fair.drawn", **values)
    elif state == "sealed" and f"\t{number}\n" in of["list"]:
        return turn.label("voucher.fair.sealed", **values)
    elif state == "before" and ticket["state"] in ("applied", "unconfirmed"):
        return turn.label("voucher.fair.waiting", **values)
    return turn.label("voucher.fair.absent", **values)


def send(turn: Turn, city: City, name: str = "") -> None:
    """A round's files and the script, as documents; where they are too large, how else to get them."""
    if name:
        row = _named(turn, city, name)
    else:
        own = _own_rounds(turn)
        row = rounds.round_row(turn.db, int(own[0]["id"])) if own else _latest(turn, city)
    bands = [] if row is None else [ticket["band"] for ticket in _tickets(turn, row)]
    name = "" if row is None else public.file_of(turn.db, row, bands[0] if bands else None)[0]
    found = public.document(turn.ground.keys, turn.db, name)
    if found is None:
        turn.say("voucher.fair.none", telephone=turn.ground.telephone)
        return
    body, script = public.as_file(found), files("dialogs.voucher").joinpath("verifier.py").read_bytes()
    sent = [File("verifier.py", "text/x-python", script)]
    if fits := len(body) <= SENT_AT_MOST:
        sent.insert(0, File(f"{name}.json", "application/json", body))
    turn.say("voucher.fair.files", files=sent, name=name, fits=fits, telephone=turn.ground.telephone)
