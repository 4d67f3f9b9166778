"""Lengths of time: 三小时, 两个半钟头, 半天, 90 minutes; and lengths that count from now: 半小时后, in two hours."""

from __future__ import annotations

import re
from dataclasses import dataclass

from bot.flow.when.text import CN, LENGTH, SEP, WORD, N, Sheet, form, number

HALF_DAY = 240
"""Minutes of 半天 where nobody says more."""

_HOUR = r"(?:小时|钟头|点钟头)"
_FIG = rf"(?:\d{{1,3}}(?:\.\d{{1,2}})?|{N})"
_AWAY = r"(?P<before>再?过|再等)?"
_AFTER = r"(?P<after>(?:以|之|过)?后|之?内)?"
_TAIL = r"(?:左右|上下)?"
_CHINESE = form(
    rf"{_AWAY}(?:"
    rf"(?P<low>[一两二三四五六七八])(?P<high>[两二三四五六七八九])个?(?:{_HOUR}|钟(?![点表]))"
    rf"|(?P<from>\d{{1,2}}(?:\.5)?){SEP}(?P<to>\d{{1,2}})个?(?:{_HOUR}|h\b|hours?)"
    rf"|(?P<hb>{_FIG})个半(?:{_HOUR}|钟)|(?P<hb2>[{CN}])半{_HOUR}"
    rf"|(?<!点)半个?(?P<half>{_HOUR}|钟(?!点))"
    rf"|(?P<h>{_FIG})(?:个?[多来]?{_HOUR}|个(?:钟(?!点)|h))(?P<hh>半|零?(?:(?P<hm>{N})分钟?|(?P<hq>[一二两三])刻钟?))?"
    rf"|(?P<m>\d{{1,3}}|[一二三四五六七八九十百两零]{{1,5}})分钟"
    rf"|(?P<q>[一二两三1-3])刻钟"
    rf"){_AFTER}{_TAIL}"
)
_HALF_DAY = form(r"(?<![上下前后老大夜])(?:小?半天|半日|半个白天)|\bhalf[ -](?:a )?day\b")
_UNIT = r"(?P<unit>hours?|hrs?|h|minutes?|mins?)"
_ENGLISH = form(
    rf"\b(?P<before>in\s+|after\s+|for\s+)?(?:(?:about|around)\s+)?(?:"
    rf"(?P<from>\d{{1,2}})(?:{SEP}|\s+or\s+)(?P<to>\d{{1,2}})\s*(?:hours?|hrs?|h)"
    rf"|(?P<halfhour>half an hour|half hour|half-hour)|(?P<quarter>a quarter of an hour)"
    rf"|(?P<n>\d{{1,3}}(?:\.\d{{1,2}})?|an?|a couple of|a few|{WORD})(?P<and1>\s+and a half)?\s*-?{_UNIT}(?P<and2>\s+and a half)?"
    r"(?:\s+(?:and\s+)?(?P<more>\d{1,2})\s*(?:minutes?|mins?|m))?"
    rf")\b(?P<after>\s+(?:later|from now))?(?!\s*old)"
)


@dataclass(frozen=True)
class Length:
    """A length at one place of a sentence. `low` of two when two were named (两三个小时), and then doubtful."""

    start: int
    end: int
    minutes: int
    doubtful: bool = False
    from_now: bool = False  # 半小时后, in two hours
    half_day: bool = False


def read_lengths(sheet: Sheet) -> list[Length]:
    """Every length said in a sheet, in the order of the sentence."""
    found: list[Length] = []

    def chinese(match: re.Match[str]) -> bool | None:
        if match["after"] and match["after"].endswith("内"):
            return False  # within ten minutes: a distance or a notice
        minutes = _chinese_minutes(match)
        away = bool(match["before"] or match["after"])
        doubtful = bool(match["low"] or match["from"])
        if match["low"] and number(match["high"]) != number(match["low"]) + 1:
            return False
        found.append(Length(match.start(), match.end(), minutes, doubtful, away))
        return None

    def english(match: re.Match[str]) -> bool | None:
        if match["n"] == "a few":
            return False
        before = (match["before"] or "").strip()
        away = before == "in" or bool(match["after"])
        if before == "after" and not away:
            return False
        found.append(
            Length(match.start(), match.end(), _english_minutes(match), bool(match["from"]), from_now=away)
        )
        return None

    def half_day(match: re.Match[str]) -> None:
        found.append(Length(match.start(), match.end(), HALF_DAY, half_day=True))

    sheet.each(_CHINESE, chinese, LENGTH)
    sheet.each(_HALF_DAY, half_day, LENGTH)
    if sheet.latin:
        sheet.each(_ENGLISH, english, LENGTH)
    return sorted(found, key=lambda one: one.start)


def _chinese_minutes(match: re.Match[str]) -> int:
    if match["low"]:
        return number(match["low"]) * 60
    if match["from"]:
        return round(float(match["from"]) * 60)
    if half := match["hb"] or match["hb2"]:
        return round(_figure(half) * 60) + 30
    if match["half"]:
        return 30
    if match["h"]:
        more = 30 if match["hh"] == "半" else 0
        if match["hm"]:
            more = number(match["hm"])
        elif match["hq"]:
            more = number(match["hq"]) * 15
        return round(_figure(match["h"]) * 60) + more
    if match["m"]:
        return round(_figure(match["m"]))
    return number(match["q"]) * 15


def _english_minutes(match: re.Match[str]) -> int:
    if match["halfhour"]:
        return 30
    if match["quarter"]:
        return 15
    if match["from"]:
        return int(match["from"]) * 60
    many = 2.0 if "couple" in match["n"] else _figure(match["n"])
    many += 0.5 * bool(match["and1"] or match["and2"])
    return round(many * (60 if match["unit"].startswith("h") else 1)) + int(match["more"] or 0)


def _figure(written: str) -> float:
    try:
        return float(written)
    except ValueError:
        pass
    try:
        return number(written)
    except ValueError:
        return 0  # 十十 hours: none
