"""Closed questions: one choice, several, yes or no; by button, label, number (1, 一, 第一个, ①) or sensible words."""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from typing import Any

from bot.flow.model import CHANGE, Look, Problem, Reader, Said
from bot.flow.numerals import in_figures
from bot.flow.readers.words import WORDS_PROBLEMS, plain, words

CHOICE_PROBLEMS = (*WORDS_PROBLEMS, "not_a_choice", "one_only", "stale")
YES_NO_PROBLEMS = (*WORDS_PROBLEMS, "not_yes_no", "stale")

Words = Mapping[str, Iterable[str]]

_COUNT = r"\d{1,2}|[一二三四五六七八九十两]{1,3}"
_NUMBER = re.compile(
    rf"(?:我|就|要|想|是|选择?|选项|按|no|第|号码|答案)*({_COUNT})(?:个|项|号|种|条|位)?(?:吧|的|啊|呀|哦|就行|就好|谢谢)*"
)
_LAST = re.compile(r"(?:我?[选要])?(?:最后|末尾|最末|倒数第一)(?:一?[个项种条])?(?:吧|的)?")
_APART = re.compile(r"[\s,，、;；/+&和与跟及或.。]+|以及|还有")
_SPAN = re.compile(r"([1-9])[-~—–到至]([1-9])")
_ALL = {
    "全部",
    "全选",
    "都选",
    "都要",
    "都有",
    "所有",
    "全都要",
    "全要",
    "都是",
    "全",
    "都",
    "都可以",
    "全部都要",
    "all",
    "everything",
}
_NONE = {"没有", "无", "都没有", "都不要", "都不选", "不要", "不选", "没", "none", "nothing", "no"}
_NOT = ("不", "没", "别", "非", "not", "no")


def one_of(*values: str, words_for: Words | None = None) -> Reader:
    """Return the reader of one choice, whose value it gives.

    The choices are those of `look.labels`, in that order (as the person sees them), cut down to `values` when any are
    given; without labels the values themselves. `words_for` adds words that mean a choice.
    Problems: "not_a_choice" (args count), "one_only" (several named), "stale" (a button of no such choice).
    """

    def read(said: Said, look: Look) -> Any:
        labels = _labels(values, look)
        if said.choice is not None:
            return said.choice if said.choice in labels else Problem("stale")
        text = words(said)
        if isinstance(text, Problem):
            return text
        found = _one(text, labels, words_for or {})
        if len(found) == 1:
            return found[0]
        return Problem("one_only") if found else Problem("not_a_choice", {"count": len(labels)})

    return read


def several_of(*values: str, words_for: Words | None = None, none: bool = False) -> Reader:
    """Return the reader of several choices: their values, each once, in the order they are shown.

    It takes "1 2", "1、3", "13" (below ten choices), 全部, labels. With `none` the words 没有, 都不要 give [].
    """

    def read(said: Said, look: Look) -> Any:
        labels = _labels(values, look)
        if said.choice is not None:
            return [said.choice] if said.choice in labels else Problem("stale")
        text = words(said)
        if isinstance(text, Problem):
            return text
        short = plain(text)
        whole = [value for value, label in labels.items() if plain(label) == short]
        if whole:
            return whole
        if short in _ALL:
            return list(labels)
        if none and short in _NONE:
            return []
        picked = _pick(text, labels, words_for or {})
        if picked is None:
            return Problem("not_a_choice", {"count": len(labels)})
        return [value for value in labels if value in picked]

    return read


def _pick(text: str, labels: Mapping[str, str], words_for: Words) -> set[str] | None:
    """The choices named part by part; None when any part names none."""
    half = "".join(_circled(character) for character in text)
    parts = [part for part in _APART.split(half) if plain(part)]
    if len(parts) == 1 and len(labels) < 10:
        if span := _SPAN.fullmatch(parts[0]):
            parts = [str(number) for number in range(int(span[1]), int(span[2]) + 1)]
        elif re.fullmatch(r"[1-9一二三四五六七八九]{2,9}", plain(parts[0])):
            parts = list(plain(parts[0]))
    found = [_one(part, labels, words_for) for part in parts]
    if found and all(found):
        return {value for values in found for value in values}
    # A label may hold a separator itself (衣服和鞋): then the text must be labels through and through.
    rest = plain(text)
    whole = {value for value, label in labels.items() if plain(label) in rest}
    for value in whole:
        rest = rest.replace(plain(labels[value]), "")
    return whole if whole and not plain(_APART.sub("", rest)) else None


def _circled(character: str) -> str:
    """①② stand for themselves: each its own part."""
    return f" {character} " if unicodedata.category(character) == "No" else character


def _labels(values: tuple[str, ...], look: Look) -> dict[str, str]:
    if not look.labels:
        return {value: value for value in values}
    return {value: label for value, label in look.labels.items() if not values or value in values}


def _one(text: str, labels: Mapping[str, str], words_for: Words) -> list[str]:
    """The values a text names: by label, by word, by number, by a piece of a label or a sentence around one."""
    short = plain(text)
    for exact in (
        [value for value, label in labels.items() if plain(label) == short],
        [value for value in labels if short in {plain(word) for word in words_for.get(value, ())}],
    ):
        if exact:
            return exact
    number = _number(short)
    if number is not None:
        number = len(labels) if number == -1 else number
        return [list(labels)[number - 1]] if 1 <= number <= len(labels) else []
    named = {value: [plain(label), *map(plain, words_for.get(value, ()))] for value, label in labels.items()}
    inside = {
        value: max(lengths)
        for value, names in named.items()
        if (lengths := [len(name) for name in names if _says(short, name)])
    }
    if inside:
        # 外婆 says 婆 too: a name that lies within a longer one that was said does not count.
        said = [name for names in named.values() for name in names if _says(short, name)]
        return [
            value
            for value in inside
            if any(
                _says(short, name) and not any(name in longer for longer in said if len(longer) > len(name))
                for name in named[value]
            )
        ]
    if len(short) >= 2:
        return [value for value, names in named.items() if short in names[0]]
    return []


def _number(short: str) -> int | None:
    """The number of a choice that the whole text is, -1 for the last one."""
    if _LAST.fullmatch(short):
        return -1
    match = _NUMBER.fullmatch(short)
    if not match:
        return None
    written = match[1].replace("两", "二")
    try:
        return int(written) if written.isdigit() else in_figures(written)
    except ValueError:
        return 0


def _says(text: str, name: str) -> bool:
    """Whether a short text says a name without denying it."""
    if not name or (len(name) < 2 and name.isascii()) or len(text) > 40:
        return False
    at = text.find(name)
    return (
        at >= 0 and not text[:at].endswith(_NOT) and not text[:at].endswith(("不是", "没有", "不要", "不选"))
    )


_YES = {
    "是",
    "是的",
    "对",
    "对的",
    "好",
    "好的",
    "嗯",
    "恩",
    "可以",
    "行",
    "要",
    "要的",
    "有",
    "有的",
    "同意",
    "确认",
    "没问题",
    "没错",
    "正确",
    "愿意",
    "需要",
    "当然",
    "成",
    "中",
    "得",
    "ok",
    "okay",
    "okk",
    "yes",
    "y",
    "yeah",
    "yep",
    "sure",
    "right",
    "correct",
    "agree",
    "confirm",
    "shi",
    "hao",
    "会",
    "能",
    "在",
    "住这儿",
    "知道了",
    "明白",
    "就这样",
    "确定",
    "不错",
    "是这样",
    "对头",
}
_NO = {
    "不",
    "不是",
    "不对",
    "不要",
    "没有",
    "没",
    "否",
    "算了",
    "不用",
    "别",
    "不同意",
    "不行",
    "不可以",
    "不好",
    "不愿意",
    "不需要",
    "不了",
    "不能",
    "不会",
    "不确认",
    "错",
    "错了",
    "拒绝",
    "不想",
    "不在",
    "no",
    "n",
    "nope",
    "not",
    "disagree",
    "bu",
    "不得",
    "不成",
    "不必",
    "免了",
    "不确定",
}
_TAIL = re.compile(
    r"(?<=.)(?:的|了|吧|啊|呀|哦|喔|呢|哈|啦|嘛|滴|哒|谢谢|谢谢你|麻烦了|please|thanks|thankyou)$"
)
_POLITE = {"谢谢", "谢谢你", "谢谢您", "麻烦了", "您好", "你好", "thanks", "please", "thankyou"}
_CLAUSE = re.compile(r"[,，。.!！;；、\s~～]+")


def yes_no(said: Said, look: Look) -> Any:
    """Read "yes" or "no", or "change:<step>" where that is offered beside them.

    Numbers follow the labels shown (1 = the first); a clause each way is "not_yes_no".
    """
    labels = _labels((), look) or {"yes": "是", "no": "否"}
    offered = {"yes", "no", *(value for value in labels if value.startswith(CHANGE))}
    if said.choice is not None:
        return said.choice if said.choice in offered else Problem("stale")
    text = words(said)
    if isinstance(text, Problem):
        return text
    short = plain(text)
    for value, label in labels.items():
        if plain(label) == short and value in offered:
            return value
    number = _number(short)
    if number is not None:
        number = len(labels) if number == -1 else number
        value = list(labels)[number - 1] if 1 <= number <= len(labels) else ""
        return value if value in offered else Problem("not_yes_no")
    meant = {_meant(plain(clause)) for clause in _CLAUSE.split(text) if plain(clause)}
    meant.discard("polite")
    whole = _meant(short)
    if whole in ("yes", "no"):
        return whole
    return meant.pop() if meant in ({"yes"}, {"no"}) else Problem("not_yes_no")


def _meant(clause: str) -> str:
    forms = [clause, re.sub(r"^(.{1,2})\1+$", r"\1", clause)]
    for form in forms:
        if form in _YES:
            return "yes"
        if form in _NO:
            return "no"
        if (shorter := _TAIL.sub("", form)) != form:
            forms.append(shorter)  # one particle less each time: 算了吧, 算了
    return "polite" if clause in _POLITE else "unclear"
