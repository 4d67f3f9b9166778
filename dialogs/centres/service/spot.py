"""From where somebody looks and what for: read from their words, a shared location, or what is still known."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from bot.capability import Claim
from bot.clock import ms
from bot.messages import Button
from bot.store.sealed import Unreadable
from bot.turn import Turn
from dialogs.centres import rules
from dialogs.centres.rules import Find
from knowledge import atlas, intents, regions
from knowledge.city import City
from knowledge.directory import Directory
from knowledge.geo import Point
from knowledge.landmarks import Landmarks, Spot
from knowledge.normalise import normalise
from knowledge.places import CARE
from knowledge.suiting import asks_which
from knowledge.wanted import Wanted, read

LIFE = timedelta(hours=2)
"""How long a look-up can be narrowed by its buttons."""
WORDS_LIFE = timedelta(minutes=30)
"""How long by words alone."""
NARROW = "centres.narrow"
"""The kind of the buttons that change a look-up: their rows are all that is kept of it."""
_ABOUT = "action.payload"


class Ground:
    """The pack as look-ups need it, made once."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.directory = Directory(city.places)
        self.landmarks = Landmarks(city.landmarks)
        self.regions = tuple({place.region for place in atlas.shipped().places})
        self.landmark_names = [
            (name, one.id) for one in city.landmarks for name in (one.name, *one.other_names)
        ]
        self.place_names = [(place.name, place.id) for place in city.places]

    def elsewhere(self, text: str) -> str | None:
        """The code of the region that words name, where the district does not lie in it."""
        said = normalise(text)
        codes = [code for code in regions.mentioned(said, self.regions) if code != regions.NATION]
        home = self.city.code
        if not codes or any(regions.within(one, home) or regions.within(home, one) for one in codes):
            return None
        return codes[0]

    def knows_nothing_of(self, text: str, today: date) -> bool:
        """Whether words name a region elsewhere of which no report has named a place: the corpus may know more."""
        code = self.elsewhere(text)
        return code is not None and not reported(code, read(text, today).wanted)

    def spot_in(self, text: str) -> tuple[Spot | None, str]:
        """The landmark that a sentence surely names, and what else it says."""
        id_, rest = rules.names_in(text, self.landmark_names)
        if id_:
            named = next(one for one in self.landmarks.landmarks if one.id == id_)
            own = self.landmarks.find(text)
            sure = own.spots[0] if own.sure and own.spots[0].landmark.id == id_ else None
            return sure or Spot(named, named.point, ""), rest
        return None, rest


def claims(text: str, turn: Turn, ground: Ground) -> Claim | None:
    """Words that look for a place, name one of the pack's, narrow what was just looked for, or say where somebody is."""
    if turn.overheard:
        return None
    if text == "centres":
        return Claim(flow="centres")
    if turn.form == "centres" or asks_which(text) or ground.knows_nothing_of(text, turn.today):
        return None
    if any(hit.intent == "centres" and hit.kind == "start" for hit in intents.match(text)):
        return Claim(flow="centres", known={"words": text})
    if turn.busy:
        return None
    _, rest = ground.spot_in(text)
    if not rules.nothing_else(rest, turn.today):
        return None
    spot, _ = ground.spot_in(text)
    wanted = read(rest, turn.today).wanted
    near = rules.NEARBY.search(normalise(text)) is not None
    if spot is not None or wanted.minutes is not None or (near and wanted != Wanted()):
        return Claim(flow="centres", known={"words": text})
    if wanted != Wanted() and remembered(turn) is not None:
        return Claim(flow="centres", known={"words": text})
    return None


def look(turn: Turn, ground: Ground) -> Literal["known", "ask", "which", "elsewhere"]:
    """Read what was said or shared; what was looked for in the last half hour goes on where only filters are said."""
    data = turn.data
    data["city"] = ground.city.name
    if "spot" in data:
        _keep(turn, Find(spot=Point(*data.pop("spot"))))
        return "known"
    old = remembered(turn)
    if "words" not in data:  # 换个地方找: the filters stay
        _keep(turn, Find() if old is None else Find(old.wanted))
        return "ask"
    return _read(turn, ground, str(data.pop("words")), old) or "ask"


def where(turn: Turn, ground: Ground) -> Literal["known", "which", "again", "elsewhere"]:
    """The answer to the question from where."""
    said = turn.data.pop("spot")
    begun = Find.of_json(turn.data["find"]) if "find" in turn.data else Find()
    if said == "anywhere":
        _keep(turn, Find(replace(begun.wanted, minutes=None)))
        return "known"
    if isinstance(said, list):
        _keep(turn, Find(begun.wanted, Point(*said)))
        return "known"
    found = _read(turn, ground, said, None, fuzzy=True)
    if found is None:
        turn.say("centres.spot_unknown", said=said)
        return "again"
    return found


def chosen(turn: Turn, ground: Ground) -> Literal["ok"]:
    """The landmark that was meant."""
    name = turn.data.pop("landmark")
    one = next(one for one in ground.city.landmarks if one.id == name)
    begun = Find.of_json(turn.data["find"])
    _keep(turn, Find(begun.wanted, one.point, one.name))
    return "ok"


def _read(
    turn: Turn, ground: Ground, text: str, old: Find | None, fuzzy: bool = False
) -> Literal["known", "which", "elsewhere"] | None:
    """What words say: None where they do not say from where and nothing else does. Landmarks come before filters."""
    spot, rest = ground.spot_in(text)
    asked = read(rest, turn.today)
    begun = Find.of_json(turn.data["find"]) if "find" in turn.data else Find()
    if old is not None and (asked.wanted.kinds or asked.wanted == Wanted()):  # something else is looked for
        old = replace(old, wanted=Wanted())
    find = (old or begun).narrowed(asked.wanted)
    if spot is not None:
        wanted = asked.wanted if old is not None else find.wanted
        _keep(turn, Find(wanted, spot.point, spot.landmark.name))
        return "known"
    if (code := ground.elsewhere(text)) is not None:
        turn.data["region"] = code
        _say_elsewhere(turn, code, asked.wanted, ground)
        return "elsewhere"
    _keep(turn, find)
    meant = ground.landmarks.find(asked.rest) if asked.rest else None
    if meant is not None and meant.sure:
        _keep(turn, Find(find.wanted, meant.spots[0].point, meant.spots[0].landmark.name))
        return "known"
    if meant is not None and meant.spots and fuzzy:
        turn.data["landmarks"] = [
            {"value": one.landmark.id, "label": one.landmark.name} for one in meant.spots
        ]
        return "which"
    return "known" if old is not None and old.spot is not None else None


def reported(code: str, wanted: Wanted) -> list[atlas.AtlasPlace]:
    """What reports have named in a region of the kind that is looked for, without what they say is closed."""
    kinds = {*(wanted.kinds or CARE), "complex"}
    found = atlas.shipped().in_region(code)
    return [place for place in found if place.kind in kinds and place.status != "closed"]


def _say_elsewhere(turn: Turn, code: str, wanted: Wanted, ground: Ground) -> None:
    """The places that reports have named there, with where that was read; none can be booked here."""
    found = reported(code, wanted)
    texts = turn.ground.texts
    buttons = [
        [turn.action("questions.choose", "centres.button.report", {"entry": place.entry}, name=place.name)]
        for place in found[: rules.SHOWN]
    ]
    turn.say(
        "centres.elsewhere_said",
        *buttons,
        [Button(turn.label(f"common.button.{way}"), id=f"w:{way}") for way in ("person", "menu")],
        region=texts.in_script(turn.lang, regions.full_name(code)),
        city=ground.city.name,
        reports=[
            {
                "name": place.name,
                "address": place.address,
                "note": place.note,
                "source": place.source,
                "source_date": place.source_date,
            }
            for place in found[: rules.SHOWN]
        ],
    )


def _keep(turn: Turn, find: Find) -> None:
    turn.data["find"] = find.to_json()


# -- what is remembered ------------------------------------------------------------------------------------------


def remembered(turn: Turn) -> Find | None:
    """What the person looked for in the last half hour: it stands in the buttons of its answer."""
    row = turn.db.one(
        "SELECT payload FROM action WHERE kind = :kind AND person_id = :person AND created >= :since"
        " ORDER BY id DESC LIMIT 1",
        kind=NARROW,
        person=turn.who.id,
        since=ms(turn.now - WORDS_LIFE),
    )
    return None if row is None else opened(turn, json.loads(row["payload"]))


def closed(turn: Turn, find: Find) -> str:
    """A look-up as it is kept in a button's row: sealed, for it says where somebody is."""
    return base64.b64encode(turn.seal(json.dumps(find.to_json()), _ABOUT)).decode()


def opened(turn: Turn, payload: dict[str, Any]) -> Find | None:
    """The look-up that a button changes; None where the key is gone."""
    try:
        return Find.of_json(json.loads(turn.unseal(base64.b64decode(payload["find"]), _ABOUT)))
    except Unreadable:
        return None


def forget(turn: Turn) -> None:
    """Empty the person's earlier look-up: only the last one can be narrowed."""
    turn.db.run(
        "DELETE FROM action WHERE kind = :kind AND person_id = :person", kind=NARROW, person=turn.who.id
    )


def forget_old(turn: Turn) -> None:
    """Empty what nobody can narrow any more."""
    turn.db.run("DELETE FROM action WHERE kind = :kind AND deadline < :now", kind=NARROW, now=ms(turn.now))
