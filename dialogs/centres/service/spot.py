"""From where somebody looks and what for: read from their words, a shared location, or what is still known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from typing import Any, Literal

from bot import homes
from bot.capability import Claim
from bot.homes import Home
from bot.lookups import LookUps
from bot.messages import Button
from bot.serving import Looked
from bot.turn import Turn
from dialogs.centres.rules import looking as rules
from dialogs.centres.rules.looking import Find
from dialogs.centres.service import reported
from knowledge import atlas, intents, regions
from knowledge.city import City
from knowledge.geo import Point
from knowledge.landmarks import Landmarks, Spot, says_home
from knowledge.normalise import normalise
from knowledge.places import Place
from knowledge.suiting import asks_which
from knowledge.wanted import Wanted, for_an_elder, read

LOOK_UPS = LookUps("centres.narrow", timedelta(hours=2))
"""How long a look-up can be narrowed by its buttons, whose rows are all that is kept of it."""
CARDS = LookUps("centres.card", timedelta(hours=2))
"""The place of the card that was shown last, in the button by which others near it are shown."""
WORDS_LIFE = timedelta(minutes=30)
"""How long by words alone."""
STATIONS = "stations"
BUTTONS: dict[str, dict[str, Any]] = {"centres": {}, STATIONS: {"words": "养老驿站"}}
"""What a button begins a look-up with: nothing, or stations for old people."""
AT_HOME, HERE, OTHER = "home:", "here_after_all", "another"
"""What is chosen instead of a landmark: somebody's home (its subject follows), the spot itself, another one."""


class Ground:
    """The pack as look-ups need it, made once."""

    def __init__(self, city: City) -> None:
        self.city = city
        self.directory = city.directory
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
        return code is not None and not reported.in_region(code, read(text, today).wanted)

    def begins_a_name(self, text: str) -> bool:
        """Whether a message is nothing but how landmarks' names begin: 柳荫."""
        said = normalise(text)
        return len(said) > 1 and any(normalise(name).startswith(said) for name, _ in self.landmark_names)

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
    if text in BUTTONS:
        return Claim(flow="centres", known=BUTTONS[text])
    if rules.asks_for_elders_home(text):
        return Claim(call=no_homes)
    if turn.form == "centres" or asks_which(text) or ground.knows_nothing_of(text, turn.today):
        return None
    if any(hit.intent == "centres" and hit.kind == "start" for hit in intents.match(text)):
        return Claim(flow="centres", known={"words": text})
    if turn.busy:
        return None
    if ground.begins_a_name(text):
        return Claim(flow="centres", known={"words": text})
    _, rest = ground.spot_in(text)
    # where the corpus has no answer
    kind = (
        Claim(flow="centres", known={"words": text}, last=True)
        if rules.asks_for_a_kind(text, turn.today)
        else None
    )
    if not rules.nothing_else(rest, turn.today):
        return kind
    spot, _ = ground.spot_in(text)
    wanted = read(rest, turn.today).wanted
    near = rules.NEARBY.search(normalise(text)) is not None
    if spot is not None or wanted.minutes is not None or (near and wanted != Wanted()):
        return Claim(flow="centres", known={"words": text})
    if says_home(text) and homes.known(turn):
        return Claim(flow="centres", known={"words": text})
    if wanted != Wanted() and remembered(turn) is not None:
        # 助餐点周末营业吗 is first asked of the corpus, 周六开吗 of what was just found.
        return Claim(flow="centres", known={"words": text}, last=rules.of_all(text, wanted))
    return kind


def no_homes(turn: Turn) -> None:
    """Homes for old people stand in no list: said so, with what there is near by."""
    stations = Button(turn.label("centres.button.stations"), id=f"go:{STATIONS}")
    turn.say("centres.no_homes", [stations], [Button(turn.label("common.button.person"), id="w:person")])


def look(turn: Turn, ground: Ground) -> Literal["known", "ask", "which", "elsewhere"]:
    """Read what was said or shared; what was looked for in the last half hour goes on where only filters are said."""
    data = turn.data
    data["city"] = ground.city.name
    old = remembered(turn)
    if "spot" in data:
        _keep(turn, Find(spot=Point(*data.pop("spot")), slow=old is not None and old.slow))
        return "known"
    if "words" not in data:
        _keep(turn, Find() if old is None else Find(old.wanted, slow=old.slow))
        if (
            data.pop("anew", False) or old is not None or latest(turn, LOOK_UPS.life) is not None
        ):  # 换个地方找: the filters stay
            return "ask"
        return _at_home(turn, homes.known(turn)) or "ask"
    words = str(data.pop("words"))
    found, mine = _read(turn, ground, words, old, fuzzy=ground.begins_a_name(words)), homes.known(turn)
    from_home = found == "known" and says_home(words) and ground.spot_in(words)[0] is None
    if from_home or (found is None and not rules.named_elsewhere(words, turn.today)):
        found = _at_home(turn, mine, words) or found
    if found is None and (said := rules.named_elsewhere(words, turn.today)):
        turn.say("centres.spot_unknown", said=said)
    return found or "ask"


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
    mine = homes.known(turn) if says_home(said) else []
    found = _read(turn, ground, said, None, fuzzy=True) or _at_home(turn, mine, said)
    if found is None:
        turn.say("centres.spot_unknown", said=said)
        return "again"
    return found


def chosen(turn: Turn, ground: Ground) -> Literal["ok", "ask"]:
    """The landmark that was meant; or whose home, the spot itself that was shared, another one."""
    name = str(turn.data.pop("landmark"))
    turn.data.pop("whom", None)
    if name == OTHER:
        return "ask"
    if name == HERE:
        turn.data["here"] = True
        return "ok"
    if name.startswith(AT_HOME):
        mine = [one for one in homes.known(turn) if name == f"{AT_HOME}{one.whose.subject}"]
        return "ok" if _at_home(turn, mine) else "ask"
    one = next(one for one in ground.city.landmarks if one.id == name)
    begun = Find.of_json(turn.data["find"])
    _keep(turn, Find(begun.wanted, one.point, one.name))
    return "ok"


def choices(turn: Turn, mine: Sequence[Home], *more: str) -> list[dict[str, str]]:
    """Homes to be chosen from, and what else there is to say."""
    found = [{"value": f"{AT_HOME}{one.whose.subject}", "label": homes.label(turn, one)} for one in mine]
    return found + [{"value": name, "label": turn.label(f"centres.button.{name}")} for name in more]


def _at_home(turn: Turn, mine: Sequence[Home], words: str = "") -> Literal["known", "which"] | None:
    """Look from the home that is remembered; of several from an old person's where such a place is looked for, or a
    child's where care is; else it is asked from which. None: none is known."""
    find = Find.of_json(turn.data["find"])
    named = [one for one in mine if one.whose.name and one.whose.name in words]
    fitting = [
        one for one in mine if one.slow == (rules.for_elders(find.wanted) or rules.walks_slowly(words))
    ]
    left = named or fitting or list(mine)
    spots = {one.spot[:2] for one in left}
    if not left:
        return None
    if len(spots) > 1:
        turn.data.update(landmarks=choices(turn, left, OTHER), whom=True)
        return "which"
    home = left[0]
    at = Point(home.spot.lat, home.spot.lon)
    _keep(turn, Find(find.wanted, at, homes.said(turn, home), slow=find.slow or home.slow, home=True))
    return "known"


def _read(
    turn: Turn, ground: Ground, text: str, old: Find | None, fuzzy: bool = False
) -> Literal["known", "which", "elsewhere"] | None:
    """What words say: None where they do not say from where and nothing else does. Landmarks come before filters."""
    spot, rest = ground.spot_in(text)
    asked = read(rest, turn.today)
    if not asked.wanted.kinds and for_an_elder(text):
        asked = asked._replace(wanted=replace(asked.wanted, kinds=frozenset({"station"})))
    begun = Find.of_json(turn.data["find"]) if "find" in turn.data else Find()
    if old is not None and (asked.wanted.kinds or asked.wanted == Wanted()):  # something else is looked for
        old = replace(old, wanted=Wanted())
    find = (old or begun).narrowed(asked.wanted)
    slow = find.slow or rules.walks_slowly(text)
    if spot is not None:
        wanted = asked.wanted if old is not None else find.wanted
        _keep(turn, Find(wanted, spot.point, spot.landmark.name, slow=slow))
        return "known"
    if (code := ground.elsewhere(text)) is not None:
        turn.data["region"] = code
        reported.say_elsewhere(turn, code, asked.wanted, ground.city)
        return "elsewhere"
    if (told := atlas.shipped().spoken_of(text)) is not None:
        reported.show(turn, told[0], text)
        return "elsewhere"
    _keep(turn, replace(find, slow=slow))
    meant = ground.landmarks.find(asked.rest) if asked.rest else None
    if meant is not None and meant.sure:
        _keep(turn, Find(find.wanted, meant.spots[0].point, meant.spots[0].landmark.name, slow=slow))
        return "known"
    if meant is not None and meant.spots and fuzzy:
        turn.data["landmarks"] = [
            {"value": one.landmark.id, "label": one.landmark.name} for one in meant.spots
        ]
        return "which"
    return "known" if old is not None and old.spot is not None else None


def _keep(turn: Turn, find: Find) -> None:
    """Keep the look-up for the next step; who reads large print, or said so in this form, walks slowly."""
    slow = find.slow or turn.who.plain or bool(turn.data.get("find", {}).get("slow"))
    turn.data["find"] = replace(find, slow=slow).to_json()


# -- what is remembered ------------------------------------------------------------------------------------------


def remembered(turn: Turn) -> Find | None:
    """What the person looked for in the last half hour: it stands in the buttons of its answer."""
    return latest(turn, WORDS_LIFE)


def latest(turn: Turn, within: timedelta) -> Find | None:
    """What the person looked for last, if that was not longer ago."""
    kept = LOOK_UPS.last(turn, within)
    return None if kept is None else Find.of_json(kept)


def on_card(turn: Turn, ground: Ground) -> Place | None:
    """The place whose card was shown in the last half hour, where no look-up came after it."""
    if CARDS.newest(turn, WORDS_LIFE) <= LOOK_UPS.newest(turn, WORDS_LIFE):
        return None
    kept = CARDS.last(turn, WORDS_LIFE)
    return (
        None if kept is None else next((one for one in ground.city.places if one.id == kept["place"]), None)
    )


def revoked(turn: Turn, _subject: int | None, purpose: str) -> None:
    """Whoever has their home forgotten has what they looked for from it forgotten as well."""
    if purpose == homes.PURPOSE:
        LOOK_UPS.forget(turn)
        CARDS.forget(turn)


def looked(turn: Turn, ground: Ground) -> Looked | None:
    """What the person looked for in the last half hour, for other services: the place on the card, and from where."""
    place, find = on_card(turn, ground), remembered(turn)
    if place is None and find is None:
        return None
    spot = None if find is None or find.spot is None or find.home else (find.spot.lat, find.spot.lon)
    return Looked("" if place is None else place.id, spot, "" if find is None else find.name)
