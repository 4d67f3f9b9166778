"""The words: TOML files beside the flows, rendered by Jinja2 in one neutral markup.

Simplified Chinese and English are written by hand; Traditional is made from the Simplified templates through OpenCC,
with overrides. A key is the path in the file (`flow.step.ask`). A missing key or value raises: it is a bug.
"""

from __future__ import annotations

import html
import re
import tomllib
from collections.abc import Iterable, Mapping
from datetime import date, datetime, time
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from jinja2 import Environment, StrictUndefined, Template, pass_context
from jinja2.runtime import Context
from opencc import OpenCC

from bot.flow import spoken

LANGUAGES = ("zh", "zh-Hant", "en")
_WEEKDAYS = "一二三四五六日"
_TRADITIONAL = "s2twp"
"""Taiwan's words and characters: 裡, 床, 週, 資訊 and 軟體 are read without a halt in Hong Kong as well, while Hong Kong's
own 裏, 牀, 枱 and 信息 look foreign in Taiwan. What both write alike, and OpenCC does not, stands in OVERRIDES."""
OVERRIDES = {
    "臺": "台", "檯": "台", "牀": "床", "羣": "群", "裏": "裡", "麪": "麵", "溼": "濕", "政策檔案": "政策文件",
    "社群": "社區", "面籤": "面簽", "籤之前": "簽之前", "髮結果": "發結果", "喂藥": "餵藥", "喂養": "餵養",
    "程式碼": "代碼", "報道里": "報道裡",
}  # fmt: skip
"""Applied to what OpenCC made: both places print 台 on counters, offices and phones, a 社區 is no group of a network, and a
paper is signed (簽), not drawn (籤)."""


class TextsError(Exception):
    """A texts file that cannot be used: which, and why."""


class Texts:
    """Every text of every folder. `zone` is the local time in which moments are written."""

    def __init__(self, folders: Iterable[Path], zone: ZoneInfo) -> None:
        self._zone = zone
        self._env = Environment(undefined=StrictUndefined, autoescape=True)
        self._source: dict[str, dict[str, str]] = {"zh": {}, "en": {}, "zh-Hant": {}}
        self._made: dict[tuple[str, str], Template] = {}
        self._labels: dict[tuple[str, str], str] = {}
        for folder in folders:
            for lang in self._source:
                path = folder / f"texts.{lang}.toml"
                if path.is_file():
                    self._load(path, lang)
        self._env.filters.update(
            money=_money,
            day=_day,
            month=_month,
            moment=self._moment,
            at=self._at,
            groups=groups,
            script=self._script,
            near=self._near,
            hours=self._hours,
            lasting=self._lasting,
        )

    def keys(self, lang: str = "zh") -> set[str]:
        """The keys that have words of their own in a language."""
        return set(self._source[lang])

    def has(self, key: str) -> bool:
        """Whether there are words for a key."""
        return key in self._source["zh"]

    def render(self, lang: str, key: str, values: Mapping[str, Any] | None = None) -> str:
        """The text of a key as neutral markup. Raises KeyError for a missing key, UndefinedError for a value."""
        made = self._made.get((lang, key))
        if made is None:
            made = self._made[lang, key] = self._env.from_string(self._words(lang, key))
            made.globals = dict(made.globals)  # a chain of maps is walked through at every rendering
        return made.render({**(values or {}), "lang": lang}).strip()

    def label(self, lang: str, key: str, values: Mapping[str, Any] | None = None) -> str:
        """The text of a key for a button: plain, without markup."""
        if values:
            return plain(self.render(lang, key, values))
        known = self._labels.get((lang, key))
        if known is None:
            known = self._labels[lang, key] = plain(self.render(lang, key))
        return known

    def in_script(self, lang: str, words: str) -> str:
        """Simplified words that come from elsewhere (a pack, a card) in the script of a language."""
        return self._traditional(words) if lang == "zh-Hant" else words

    def source(self, lang: str, key: str) -> str:
        """The template as it is written (for checks and diagrams)."""
        return self._words(lang, key)

    def _words(self, lang: str, key: str) -> str:
        if lang == "zh-Hant":
            own = self._source["zh-Hant"].get(key)
            return own if own is not None else self._traditional(self._source["zh"][key])
        return self._source["en" if lang == "en" else "zh"][key]

    @pass_context
    def _script(self, context: Context, words: Any) -> str:
        """`{{ name|script }}`: a name from a pack in the script of the text. Not for what people wrote themselves."""
        return self.in_script(str(context["lang"]), str(words))

    @pass_context
    def _near(self, context: Context, day: date | str, today: date | str) -> str:
        """`{{ day|near(today) }}`: 明天（11月26日 周四）, in the language of the text."""
        return self.in_script(context["lang"], spoken.day(day, today, context["lang"]))

    @pass_context
    def _hours(self, context: Context, starts: time | str, ends: time | str | None = None) -> str:
        """`{{ starts|hours(ends) }}`: 下午2:00–4:30."""
        return self.in_script(context["lang"], spoken.hours(starts, ends, context["lang"]))

    @pass_context
    def _lasting(self, context: Context, minutes: int) -> str:
        """`{{ minutes|lasting }}`: 2个半小时."""
        return self.in_script(context["lang"], spoken.lasting(minutes, context["lang"]))

    def _traditional(self, words: str) -> str:
        made: str = self._converter.convert(words)
        for made_by_opencc, wanted in OVERRIDES.items():
            made = made.replace(made_by_opencc, wanted)
        return made

    @cached_property
    def _converter(self) -> OpenCC:
        return OpenCC(_TRADITIONAL)

    def _load(self, path: Path, lang: str) -> None:
        seen = path.stat()
        for key, words in _read(path, seen.st_mtime_ns, seen.st_size):
            if key in self._source[lang]:
                raise TextsError(f"{path}: {key} has words already, in another file")
            self._source[lang][key] = words

    def _moment(self, at: datetime | str, lang: str = "zh") -> str:
        local = _instant(at).astimezone(self._zone)
        return f"{_day(local.date(), lang)} {local:%H:%M}"

    def _at(self, at: datetime | str) -> str:
        return f"{_instant(at).astimezone(self._zone):%H:%M}"


@lru_cache(maxsize=64)
def _read(path: Path, _written: int, _size: int) -> tuple[tuple[str, str], ...]:
    """The keys and words of a file; read once for as long as it is not written again."""
    try:
        return tuple(_flat(tomllib.loads(path.read_text(encoding="utf-8"))))
    except tomllib.TOMLDecodeError as why:
        raise TextsError(f"{path}: {why}") from why


@lru_cache(maxsize=1)
def _to_simplified() -> OpenCC:
    return OpenCC("t2s")


def simplified(words: str) -> str:
    """Words in Simplified script, for comparing; as many characters as before."""
    made: str = _to_simplified().convert(words)
    return made.replace("著", "着")  # Taiwan's 接著, which OpenCC leaves for the sake of 著名


def plain(markup: str) -> str:
    """Neutral markup without its tags and escapes."""
    return html.unescape(re.sub(r"</?(?:b|i|code|a)(?:\s[^>]*)?>", "", markup))


def groups(digits: str, size: int = 4) -> str:
    """Digits in groups: 1234 5678 9012."""
    return " ".join(digits[i : i + size] for i in range(0, len(digits), size))


def _flat(tree: Mapping[str, Any], above: str = "") -> Iterable[tuple[str, str]]:
    for name, value in tree.items():
        key = f"{above}.{name}" if above else name
        if isinstance(value, Mapping):
            yield from _flat(value, key)
        else:
            yield key, str(value).strip()


def _instant(at: datetime | str) -> datetime:
    return datetime.fromisoformat(at) if isinstance(at, str) else at


def _money(fen: int, lang: str = "zh") -> str:
    yuan = f"{fen // 100:,}" if fen % 100 == 0 else f"{fen / 100:,.2f}"
    return f"{yuan} yuan" if lang == "en" else f"{yuan} 元"


def _day(day: date | str, lang: str = "zh") -> str:
    when = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    if lang == "en":
        return f"{when:%a} {when.day} {when:%b %Y}"
    return f"{when.year}年{when.month}月{when.day}日（周{_WEEKDAYS[when.weekday()]}）"


def _month(day: date | str, lang: str = "zh") -> str:
    when = date.fromisoformat(day[:10]) if isinstance(day, str) else day
    return f"{when:%b %Y}" if lang == "en" else f"{when.year}年{when.month}月"
