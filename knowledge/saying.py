"""How an entry is said: its answer, whether its time is over, and who said it when."""

from __future__ import annotations

import re
from datetime import date

from knowledge.entries import Entry, Source
from knowledge.normalise import split_pinyin
from knowledge.sums import SUMS, Sum, takes

_HAN = re.compile("[\u3400-\u9fff]")
_WORD = re.compile(r"[A-Za-z]{2,}")


def in_english(text: str) -> bool:
    """Whether a question is asked in English: several Latin words that are no pinyin, hardly a Chinese character."""
    return len(_WORD.findall(text)) >= 3 and len(_HAN.findall(text)) <= 3 and _is_no_pinyin(text)


def _is_no_pinyin(text: str) -> bool:
    words = [word.lower() for word in _WORD.findall(text)]
    return sum(not split_pinyin(word) for word in words) * 3 >= len(words)


def said(entry: Entry, day: date, english: bool = False, asked: str = "") -> str:
    """The whole reply on a local day: what ended first, then the answer (computed, where it computes), then its basis."""
    parts = _notice(entry, day, english)
    ended = bool(parts)
    if english:
        parts.append(entry.head.en)
    computed = sum_of(entry)
    line = computed.line(asked, day) if computed else ""
    if line:
        parts.append(line)
    parts.append(("当时的规定：" if ended else "") + entry.answer)
    if computed and not line and not ended:
        parts.append(computed.missing(asked))
    if entry.head.sources:
        parts.append(basis_line(entry, english))
    return "\n".join(parts)


def brief(entry: Entry, day: date, english: bool = False, asked: str = "") -> str:
    """The short reply: what ended first, the figure where it computes, then the plain answer or the English one, and its basis."""
    parts = _notice(entry, day, english)
    ended = bool(parts)
    computed = None if english else sum_of(entry)
    line = computed.line(asked, day) if computed else ""
    if line:
        parts.append(line)
    then = "What held then: " if english else "当时的规定：\n"
    parts.append((then if ended else "") + (entry.head.en if english else entry.head.plain.strip()))
    if computed and not line and not ended:
        parts.append(computed.missing(asked))
    if entry.head.sources:
        parts.append(basis_line(entry, english))
    return "\n".join(parts)


def sum_of(entry: Entry) -> Sum | None:
    """What the entry computes, if it does."""
    head = entry.head
    if head.sum:
        return SUMS[head.sum]
    return takes(head.takes.from_, head.takes.below) if head.takes else None


def _notice(entry: Entry, day: date, english: bool) -> list[str]:
    """That it is over, or has not begun, in one line; [] where it holds on the day."""
    until, since = entry.head.valid.until, entry.head.valid.from_
    if entry.ended(day) and until is not None:
        over = entry.head.ended or f"这项到{_day(until)}为止，已经结束。"
        return [f"This ended on {until:%Y-%m-%d}." if english else over]
    if since is not None and day < since:
        return [f"This starts on {since:%Y-%m-%d}." if english else f"这项从{_day(since)}起才开始。"]
    return []


def basis_line(entry: Entry, english: bool = False) -> str:
    """Who said it and when, as the basis asks for it."""
    names = "；".join(_source(source) for source in entry.head.sources[:2])
    if english:
        return f"Source: {names}"
    return {
        "original": f"依据：{names}",
        "press": f"据{names}报道",
        "second_hand": f"转述（{names}），以当地答复为准",
    }[entry.head.basis]


def _source(source: Source) -> str:
    title = f"《{source.title}》" if source.title and "《" not in source.title else source.title
    number = f"（{source.doc_no}）" if source.doc_no else ""
    return f"{source.publisher}{title}{number}{_when(source.date)}"


def _when(written: str) -> str:
    if not written:
        return ""
    year, *rest = written.split("-")
    return f"{year}年" + "".join(f"{int(part)}{unit}" for part, unit in zip(rest, "月日", strict=False))


def _day(day: date) -> str:
    return f"{day.year}年{day.month}月{day.day}日"
