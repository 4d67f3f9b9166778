"""China's provinces, cities and counties by their GB/T 2260 codes, and which of them a question names.

regions.csv holds code and name; a code's parents follow from its digits (610104 < 610000's 610100 < 610000 < 000000).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable
from functools import lru_cache
from importlib.resources import files

NATION = "000000"
_KIND = re.compile(
    r"(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|(?:[\u4e00-\u9fff]{1,3}族)+自治[州县旗]|新区|地区|林区|省|市|盟|州|区|县|旗)$"
)
# Other names that people use; each may only mean this one place.
_ALSO = {
    "陕": "610000",
    "内蒙": "150000",
    "亦庄": "110000",
    "北京经开区": "110000",
    "魔都": "310000",
    "帝都": "110000",
}
# Provinces and cities whose short name is also a word of these questions.
_WORDS = frozenset({"海南", "保定", "通化", "和平", "东方", "临时", "中卫", "固原", "安康", "平安", "吉安"})


def parents(code: str) -> tuple[str, ...]:
    """The code itself, then what it lies in, up to the nation."""
    chain = [code, f"{code[:4]}00", f"{code[:2]}0000", NATION]
    return tuple(dict.fromkeys(chain))


def within(inner: str, outer: str) -> bool:
    """Whether a region is another one or lies in it."""
    return outer in parents(inner)


@lru_cache(maxsize=1)
def names() -> dict[str, str]:
    """Every region's own name by code (610104: 莲湖区)."""
    with files("knowledge").joinpath("regions.csv").open(encoding="utf-8") as source:
        return {row["code"]: row["name"] for row in csv.DictReader(source)}


def full_name(code: str) -> str:
    """A region as people write it: 西安市莲湖区; a city, a province and a county-level city by its own name.

    Raises KeyError for a code that regions.csv does not have.
    """
    own = names()[code]
    if code.endswith("00") or own.endswith("市"):
        return own
    # Districts of a directly governed city lie right below it.
    above = names().get(f"{code[:4]}00") or names()[f"{code[:2]}0000"]
    return above + own


def short(name: str) -> str:
    """A name without its kind: 西安, 莲湖, 内蒙古; one of two characters stays whole."""
    bare = _KIND.sub("", name)
    return bare if len(bare) >= 2 else name


def find(text: str) -> str | None:
    """The code of a region written as a code, as 莲湖区, 西安市莲湖区, 陕西省西安市 or 西安; None where it is no one region."""
    text = text.strip()
    if text in names():
        return text
    if text in _ALSO:
        return _ALSO[text]
    # The highest one of a name is meant: 西安 is the city, not 辽源's 西安区.
    return find_one(text) or _by_path(text)


def checked(written: str) -> str:
    """A region as it was written, which `find` knows. Raises ValueError for another."""
    if find(written) is None:
        raise ValueError(f"{written} is no province, city or county; write 西安市, 西安市莲湖区 or 610104")
    return written


def told_name(code: str | None) -> str | None:
    """`full_name`; None for an unknown place and for a code that a pack invented."""
    return full_name(code) if code in names() else None


def _by_path(text: str) -> str | None:
    """济宁市兖州区, 陕西省西安市莲湖区, 西安莲湖: from the left, each part within the one before."""
    for cut in range(len(text) - 1, 1, -1):
        if (outer := find_one(text[:cut])) is None:
            continue
        rest = text[cut:]
        inner = [code for code in _by_name().get(rest, ()) if within(code, outer) and code != outer]
        if inner:
            return min(inner, key=_depth)
        deeper = _by_path(rest) if len(rest) > 2 else None
        if deeper is not None and within(deeper, outer):
            return deeper
    return None


def find_one(name: str) -> str | None:
    """The tallest region of exactly this name, None where two of the same height have it."""
    tall = sorted(_by_name().get(name, ()), key=_depth)
    return tall[0] if tall and (len(tall) == 1 or _depth(tall[0]) < _depth(tall[1])) else None


def mentioned(text: str, counties: Iterable[str] = ()) -> tuple[str, ...]:
    """The codes of the regions a question names, the most exact ones only, in the order of their coming.

    Provinces and cities are known by their short names too, counties by their full names; those given in `counties`
    (the ones the corpus speaks of) by their short names as well.
    """
    short_ones = _short_names(tuple(counties))
    hits: dict[str, None] = {}
    at = 0
    while at < len(text) - 1:
        head = text[at : at + 2]
        for name, code in (*_by_head().get(head, ()), *short_ones.get(head, ())):
            if text.startswith(name, at):
                hits[code] = None
                at += len(name) - 1
                break
        at += 1
    return tuple(code for code in hits if not any(other != code and within(other, code) for other in hits))


@lru_cache(maxsize=8)
def _short_names(counties: tuple[str, ...]) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for code in counties:
        if code in names():
            name = short(names()[code])
            found.setdefault(name[:2], []).append((name, code))
    return found


def elsewhere(text: str, home: str) -> bool:
    """Whether a normalised text names regions, and none of them is home, lies in it or holds it."""
    named = mentioned(text)
    return bool(named) and not any(within(one, home) or within(home, one) for one in named)


@lru_cache(maxsize=1)
def _by_head() -> dict[str, list[tuple[str, str]]]:
    """What is looked for, by its first two characters, the longest first."""
    found: dict[str, list[tuple[str, str]]] = {}
    for name, code in sorted(_spoken_of().items(), key=lambda pair: (-len(pair[0]), pair[0])):
        found.setdefault(name[:2], []).append((name, code))
    return found


@lru_cache(maxsize=1)
def _spoken_of() -> dict[str, str]:
    """What is looked for in every question: names of provinces and cities, long and short, and unique county names."""
    wanted: dict[str, str] = dict(_ALSO)
    for name in _by_name():
        if (code := find_one(name)) in (None, NATION) or name in _WORDS:
            continue
        county = not code.endswith("00")
        if not county or (name == names()[code] and len(name) >= 3):
            wanted[name] = code
    return wanted


def _depth(code: str) -> int:
    return 0 if code == NATION else 1 if code.endswith("0000") else 2 if code.endswith("00") else 3


@lru_cache(maxsize=1)
def _by_name() -> dict[str, tuple[str, ...]]:
    found: dict[str, list[str]] = {}
    for code, name in names().items():
        for form in {name, short(name)}:
            found.setdefault(form, []).append(code)
    return {name: tuple(codes) for name, codes in found.items()}
