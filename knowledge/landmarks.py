"""Landmarks of a city pack, and which of them somebody means by what was typed.

An estate, a street, a crossing, a market, by its name, an old name, mistyped, by its sound, in Traditional, in pinyin or
with a house number. The surest way is tried first; what is only like a name is offered and never taken for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import cos, radians
from typing import Annotated, Literal, NamedTuple, TypeVar

from pydantic import BeforeValidator, Field
from rapidfuzz.distance import Indel

from knowledge.figures_in import number
from knowledge.geo import EARTH, Datum, Point, metres, to_wgs84
from knowledge.normalise import normalise
from knowledge.opening import Row
from knowledge.programme import Identifier
from knowledge.wording import syllables

COLUMNS = ("id", "name", "other_names", "kind", "lat", "lon", "datum")

K = TypeVar("K")
_HOME = re.compile(
    r"(?:从|离)(?:我们?|咱们?|俺|孩子|娃|宝宝)?家(?!长|庭|托)|(?:我们?|咱们?|俺)?家里?(?:附近|周边|周围|门口|旁边|跟前|这边|这儿)"
    r"|^(?:我们?|咱们?|俺)?家里?$|\b(?:from|near) home\b|\bnear (?:my|our) home\b|^(?:my |our )?home$"
)
LandmarkKind = Literal["estate", "street", "community", "market", "school", "crossing", "station", "park"]
NEXT_TO = 400
"""Metres to a landmark by which a point is named after it."""
Note = Literal["", "about", "corner"]
CHOICES = 3
CORNER = 40
"""Metres from the middle of a crossing to its corner, about."""
# What is typed is like a name from here on; from there on, and that far ahead of the next one, it is that name.
_LIKE, _SURE, _AHEAD = 0.55, 0.8, 0.15
_OTHER_KIND = 0.85


def _names(value: object) -> object:
    return (
        tuple(part.strip() for part in value.split(";") if part.strip()) if isinstance(value, str) else value
    )


class Landmark(Row):
    """One of them. `other_names`: old names and what people call it; `lat`, `lon` in degrees of `datum`."""

    id: Identifier
    name: str = Field(min_length=1)
    other_names: Annotated[tuple[str, ...], BeforeValidator(_names)] = ()
    kind: LandmarkKind
    lat: float = Field(ge=-90, le=90)
    lon: float = Field(ge=-180, le=180)
    datum: Datum

    @property
    def point(self) -> Point:
        """Where it is, in WGS-84; of a street or an estate about its middle."""
        return to_wgs84(Point(self.lat, self.lon), self.datum)


def says_home(text: str) -> bool:
    """Whether words say that it is from home: 从我家, 家里, near home."""
    return _HOME.search(normalise(text)) is not None


def next_to(landmarks: Iterable[Landmark], point: Point) -> str:
    """The name of the nearest landmark within NEXT_TO of a point, "" where there is none."""
    found = min(((metres(point, one.point), one.name) for one in landmarks), default=(NEXT_TO + 1, ""))
    return found[1] if found[0] <= NEXT_TO else ""


class Spot(NamedTuple):
    """A landmark that may be meant, and the WGS-84 point meant by it. `about`: a house, a building or a gate of it was
    named, and nobody knows where in it that is; `corner`: the corner of a crossing."""

    landmark: Landmark
    point: Point
    note: Note


@dataclass(frozen=True)
class Meant:
    """What was found: one spot and `sure`, or one to three to choose from, or none."""

    spots: tuple[Spot, ...] = ()
    sure: bool = False


class _Name(NamedTuple):
    """A name as it is compared: plain, in one word for its kind, as syllables; `core` is the name without that word."""

    landmark: int
    plain: str
    same: str
    sound: tuple[str, ...]
    core: str
    core_sound: tuple[str, ...]
    word: str


_BRACKETS = re.compile(r"[(\[<][^)\]>]*[)\]>]")
_NUMERALS = re.compile(r"[〇零一二三四五六七八九十百]+(?!字)")
_SPACES = re.compile(r"[\s,.;:!?·~'\"-]+")
_ENGLISH = {
    "primary school": "小学", "middle school": "中学", "metro station": "地铁站", "subway station": "地铁站", "bus stop": "公交站",
    "road": "路", "rd": "路", "street": "街", "st": "街", "lane": "巷", "alley": "胡同", "estate": "小区", "compound": "小区",
    "community": "社区", "market": "市场", "crossing": "十字", "junction": "十字", "intersection": "十字", "park": "公园",
    "station": "站", "school": "学校", "north": "北", "south": "南", "east": "东", "west": "西", "corner": "角", "gate": "门",
}  # fmt: skip
_LATIN = re.compile(rf"\b(?:{'|'.join(sorted(_ENGLISH, key=len, reverse=True))})\b")
_HELLO = re.compile(
    r"^(?:i ?m|i am|we are|i|we|my home is|live|living|near|at|in|by|the|close to|next to)\b\s*"
)
_BEFORE = re.compile(
    r"^(?:(?:我|俺|咱)们?(?:家|人|这|这边)?|家|人)?(?:现在|就|目前)?(?:住在|住到|住|就在|是在|在|到了|到|离|从|靠近|靠)?"
)
_AFTER = re.compile(
    r"(?:附近|旁边|边上|边儿上|斜?对面|对过|门口|跟前|这边|那边|这儿|那儿|这里|那里|这块|那块|周围|周边|里头|里面|院里|背后|后面|前面|后头|前头"
    r"|左右|这|那|(?<![东南西北])边|里|的|啊|呢|吧|呀)$"
)
_CORNER = re.compile(
    r"(?P<way>东北|西北|东南|西南|北|南|东|西)(?:角|侧|边|面|头)$|(?P<two>东北|西北|东南|西南)$"
)
_GATE = re.compile(r"(?:[东南西北]{1,2}|正|大|后|侧)门$")
_HOUSE = re.compile(r"第?(?:\d+|[a-z])(?:号楼|号院|号|幢|栋|座|单元|层|楼|室|户|期)$|\d+$")
_AND = re.compile(r"(?<=[路街巷道同])[和与跟及]")
# One word for all that end a name of one kind alike, the longest first.
_KIND_WORDS = (
    (
        "十字",
        "crossing",
        ("十字路口", "丁字路口", "交叉路口", "交叉口", "十字口", "路口", "转盘", "红绿灯", "十字"),
    ),
    ("市场", "market", ("农贸市场", "菜市场", "集贸市场", "市场", "菜场", "早市", "集市", "大集")),
    ("站", "station", ("地铁站", "公交站", "车站", "地铁口", "站")),
    ("小学", "school", ("小学校", "小学")),
    ("中学", "school", ("中学",)),
    ("社区", "community", ("社区居委会", "居委会", "社区")),
    ("院", "estate", ("家属大院", "家属院", "家属区", "大院", "院")),
    ("小区", "estate", ("小区",)),
    ("公园", "park", ("公园",)),
    ("街", "street", ("大街", "街道", "街")),
    ("路", "street", ("大路", "路")),
    ("巷", "street", ("巷子", "巷")),
    ("胡同", "street", ("胡同",)),
)
_GENERIC = frozenset(word for one, _, words in _KIND_WORDS for word in (one, *words)) | frozenset(
    ("学校", "广场", "花园", "家园", "新村", "新城", "大道", "地铁", "公交", "宿舍", "楼", "苑", "区")
)
_NORTH = {"北": 1, "南": -1}
_EAST = {"东": 1, "西": -1}


class _Within(NamedTuple):
    """Landmarks named in a longer text; `whole`: what follows is not the rest of another name."""

    found: list[int]
    whole: bool


class Landmarks:
    """The landmarks of a pack, ready to be asked."""

    def __init__(self, landmarks: Iterable[Landmark]) -> None:
        self.landmarks = tuple(landmarks)
        self._names = [name for at, one in enumerate(self.landmarks) for name in _names_of(at, one)]
        self._plain = _grouped((name.plain, name.landmark) for name in self._names)
        self._same = _grouped((name.same, name.landmark) for name in self._names)
        self._same_sound = _grouped((_heard(name.same), name.landmark) for name in self._names)
        self._by_syllable: dict[str, list[int]] = {}
        for at, name in enumerate(self._names):
            for syllable in set(name.core_sound):
                self._by_syllable.setdefault(syllable, []).append(at)

    def find(self, text: str) -> Meant:
        """Which landmark somebody means; nothing for words that are like none."""
        said = _plain(text)
        for form, note, way in _forms(said):
            if (found := self._exactly(form)) is not None:
                return self._meant(found, note, way)
        *_, (form, note, way) = _forms(said)
        if len(form) < 2 or form in _GENERIC:
            return Meant()
        if begun := self._begun(form):
            return self._meant(begun, note, way)
        if (inside := self._named_within(form)).found:
            return self._meant(inside.found, note, way, inside.whole)
        return self._like(form, note, way)

    def _exactly(self, form: str) -> list[int] | None:
        """By its letters, then with one word for its kind, then by its sound."""
        if form in _GENERIC or len(form) < 2:
            return None
        same = _split(form)
        return self._plain.get(form) or self._same.get(same.whole) or self._same_sound.get(_heard(same.whole))

    def _begun(self, form: str) -> list[int]:
        """Names that begin with what was typed, or hold it: 松柏, 农机厂."""
        heard = _heard(form)
        begun = [name for name in self._names if name.plain.startswith(form) or name.same.startswith(form)]
        begun = begun or [name for name in self._names if name.sound[: len(heard)] == heard]
        # 松柏 is the road's and the park's own name, and only one of two in that of a crossing.
        begun.sort(key=lambda name: len(name.core))
        return _once(
            [name.landmark for name in begun]
            or [name.landmark for name in self._names if form in name.plain and len(form) > 2]
        )

    def _named_within(self, form: str) -> _Within:
        """The longest name in what was typed; two names that do not overlap are two. 柳荫路小学 is not 柳荫路."""
        inside = sorted(
            (
                (form.find(name.plain), name)
                for name in self._names
                if len(name.plain) > 2 and name.plain in form
            ),
            key=lambda pair: -len(pair[1].plain),
        )
        taken: list[tuple[int, int]] = []
        found = []
        for start, name in inside:
            span = start, start + len(name.plain)
            if all(span == other or span[1] <= other[0] or span[0] >= other[1] for other in taken):
                taken.append(span)
                found.append(name.landmark)
                found += self._longer(name.plain, form[start:])
        rest = form[max((end for _, end in taken), default=0) :]
        return _Within(_once(found), not any(word in rest for word in _GENERIC))

    def _longer(self, name: str, form: str) -> list[int]:
        """Names that go on where that one ends, as the form does: 锦澜湾北x may be 锦澜湾, or 锦澜湾北区 mistyped."""
        at = len(name)
        return [
            one.landmark
            for one in self._names
            if at < min(len(one.plain), len(form)) and one.plain.startswith(name)
            if one.plain[at] == form[at] or abs(len(one.plain) - len(form)) <= 1
        ]

    def _like(self, form: str, note: Note, way: str) -> Meant:
        """What was typed is like these names: by letters or sound, the name proper counting more than its kind."""
        asked = _split(form.replace("的", ""))  # 毛纺厂的老家属院
        core_sound, sound = _heard(asked.core), _heard(asked.whole)
        near = {at for syllable in set(core_sound) for at in self._by_syllable.get(syllable, ())}
        best: dict[int, float] = {}
        for at in near:
            name = self._names[at]
            core = max(_alike(asked.core, name.core), 0.95 * _alike(core_sound, name.core_sound))
            whole = max(_alike(asked.whole, name.same), 0.95 * _alike(sound, _heard(name.same)))
            score = 0.6 * core + 0.4 * whole
            if asked.word and name.word and asked.word != name.word:
                score *= _OTHER_KIND
            best[name.landmark] = max(best.get(name.landmark, 0), score)
        ranked = sorted(((score, -at) for at, score in best.items() if score >= _LIKE), reverse=True)
        if not ranked:
            return Meant()
        top = ranked[0][0]
        alike = [-at for score, at in ranked if score > top - _AHEAD]
        return self._meant(alike, note, way, sure=top >= _SURE)

    def _meant(self, found: Sequence[int], note: Note, way: str, sure: bool = True) -> Meant:
        spots = tuple(_spot(self.landmarks[at], note, way) for at in found[:CHOICES])
        return Meant(spots, sure and len(found) == 1)


class _Split(NamedTuple):
    """A name with one word for its kind: `whole`, without it: `core`, and that word ("" where it ends in none)."""

    whole: str
    core: str
    word: str


def _split(name: str) -> _Split:
    if name.endswith("站"):
        name = name.removeprefix("地铁").removeprefix("公交")
    elif name.startswith("地铁") and len(name) > 3:
        name = name.removeprefix("地铁") + "站"
    for one, _, words in _KIND_WORDS:
        for word in words:
            if name.endswith(word) and len(name) > len(word):
                core = name.removesuffix(word)
                core = _AND.sub("", core) if one == "十字" else core
                return _Split(core + one, core, one)
    return _Split(name, name, "")


def _names_of(at: int, landmark: Landmark) -> Iterator[_Name]:
    for written in (landmark.name, *landmark.other_names):
        plain = _plain(written)
        split = _split(plain)
        cores = [split.core]
        if landmark.kind == "crossing" and (
            streets := re.fullmatch(r"(.+?[路街巷道同])(.+[路街巷道同])", split.core)
        ):
            cores.append(streets[2] + streets[1])
        for core in cores:
            whole = plain if core == split.core else core + split.word
            yield _Name(at, whole, core + split.word, _heard(whole), core, _heard(core), split.word)


def _plain(text: str) -> str:
    """Normalised, without brackets and spaces, numerals as figures, English words for kinds in Chinese."""
    said = _BRACKETS.sub("", normalise(text))
    while (shorter := _HELLO.sub("", said, count=1)) != said:
        said = shorter
    said = _LATIN.sub(lambda found: _ENGLISH[found[0]], said)
    return _NUMERALS.sub(_figure, _SPACES.sub("", said))


def _figure(found: re.Match[str]) -> str:
    try:
        return str(number(found[0]))
    except ValueError:
        return found[0]


def _forms(said: str) -> Iterator[tuple[str, Note, str]]:
    """What was typed, ever shorter: as it is, without 我住 and 附近, without a corner, a gate, a house number."""
    yield said, "", ""
    bare = _BEFORE.sub("", said, count=1)
    yield bare, "", ""
    while (shorter := _AFTER.sub("", bare)) != bare:
        bare = shorter
        yield bare, "", ""
    note: Note = ""
    way = ""
    if corner := _CORNER.search(bare):
        note, way, bare = "corner", corner["way"] or corner["two"], bare[: corner.start()]
        yield bare, note, way
    for part in (_GATE, _HOUSE):
        while (shorter := part.sub("", bare)) != bare:
            note, bare = "about", shorter
            yield bare, note, ""
    yield bare, note, way if note == "corner" else ""


def _spot(landmark: Landmark, note: Note, way: str) -> Spot:
    point = landmark.point
    if note != "corner":
        return Spot(landmark, point, note)
    if landmark.kind != "crossing":
        return Spot(landmark, point, "about")
    north = sum(_NORTH.get(one, 0) for one in way) * CORNER / len(way) ** 0.5
    east = sum(_EAST.get(one, 0) for one in way) * CORNER / len(way) ** 0.5
    degree = radians(1) * EARTH
    return Spot(
        landmark, Point(point.lat + north / degree, point.lon + east / degree / cos(radians(point.lat))), note
    )


def _heard(name: str) -> tuple[str, ...]:
    return tuple(syllables(name))


def _alike(one: Sequence[str], other: Sequence[str]) -> float:
    return Indel.normalized_similarity(one, other)


def _grouped(pairs: Iterable[tuple[K, int]]) -> dict[K, list[int]]:
    found: dict[K, list[int]] = {}
    for key, at in pairs:
        if at not in found.setdefault(key, []):
            found[key].append(at)
    return found


def _once(found: Iterable[int]) -> list[int]:
    return list(dict.fromkeys(found))
