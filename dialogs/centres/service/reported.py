"""Places that only reports have named: one by its name or address, those of a region elsewhere. None can be booked here."""

from __future__ import annotations

import re
from typing import Any

from bot.capability import Claim
from bot.messages import Button
from bot.turn import Turn
from dialogs.centres.rules import looking as rules
from knowledge import atlas, regions
from knowledge.atlas import AtlasPlace
from knowledge.city import City
from knowledge.normalise import normalise
from knowledge.places import CARE
from knowledge.wanted import Wanted

# What may be asked beside a name so that its card is the answer; prices, telephones and hours have entries of their own.
_ASKS_WHERE = re.compile(
    r"(?:请问|想问|问|一下|我|想|找|去|在|是|的|哪个|哪里|哪儿|哪|怎么走|咋走|怎么去|怎么样|咋样|地址|位置|地方|附近|这家|那家|介绍|说说|看看|什么|样|有没有|有|能|可以|收|送"
    r"|托班|托育|托儿|托|孩子|娃|宝宝|十字|路口|[东南西北]{1,2}角|[东南西北]边|门口|对面|旁边|这边|那边|吗|么|呢|呀|啊|吧|\b(?:where|is|the|what|about)\b|[ ,.?!;])*"
)


def claims(text: str, turn: Turn) -> Claim | None:
    """The name of a place that reports have told of, or two words of its address, and nothing but where or whether."""
    if turn.overheard or turn.busy:
        return None
    found = atlas.shipped().spoken_of(text)
    if found is None or not asks_where(found[1]):
        return None
    return Claim(call=lambda turn: show(turn, found[0], text))


def asks_where(rest: str) -> bool:
    """Whether what stands beside a name asks for no more than its card says."""
    return _ASKS_WHERE.fullmatch(rest) is not None


def show(turn: Turn, place: AtlasPlace, words: str) -> None:
    """What was reported of a place, what was not, and whom to ask."""
    texts = turn.ground.texts
    turn.say(
        "centres.report",
        [turn.action("questions.choose", "centres.button.told", {"entry": place.entry})],
        [Button(turn.label(f"common.button.{way}"), id=f"w:{way}") for way in ("person", "menu")],
        name=place.name,
        region=texts.in_script(turn.lang, regions.full_name(place.region)),
        elsewhere=[
            texts.in_script(turn.lang, regions.full_name(code)) for code in _other_regions(place, words)
        ],
        address=place.address,
        shut=place.status == "closed",
        from_months=place.months_from,
        to_months=place.months_to,
        licensed=place.licensed,
        has_services=[turn.label(f"centres.service.{one}") for one in place.services],
        report_note=place.note,
        source=place.source,
        source_date=place.source_date,
    )


def _other_regions(place: AtlasPlace, words: str) -> list[str]:
    """Regions that somebody named with the place, in which it does not lie."""
    said = regions.mentioned(normalise(words), [place.region])
    return [c for c in said if not regions.within(place.region, c) and not regions.within(c, place.region)][
        :1
    ]


def in_region(code: str, wanted: Wanted) -> list[AtlasPlace]:
    """What reports have named in a region of the kind that is looked for, without what they say is closed."""
    kinds = {*(wanted.kinds or CARE), "complex"}
    found = atlas.shipped().in_region(code)
    return [place for place in found if place.kind in kinds and place.status != "closed"]


def say_elsewhere(turn: Turn, code: str, wanted: Wanted, city: City) -> None:
    """The places that reports have named there, with where that was read."""
    found = in_region(code, wanted)
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
        city=city.name,
        reports=[_line(place) for place in found[: rules.SHOWN]],
    )


def _line(place: AtlasPlace) -> dict[str, Any]:
    return {
        "name": place.name,
        "address": place.address,
        "note": place.note,
        "source": place.source,
        "source_date": place.source_date,
    }
