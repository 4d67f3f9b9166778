"""How an entry is said in the chat: whole, short in plain mode, in English; and the buttons beneath it."""

from __future__ import annotations

from bot.messages import Button
from bot.turn import Turn
from knowledge.entries import Entry
from knowledge.saying import brief, said, sum_of


def say_entry(turn: Turn, entry: Entry, words: str, asked: int, *, english: bool, here: bool) -> None:
    """Say an entry as the answer to words, kept as the row `asked`. `here`: it holds at home."""
    payload = {"entry": entry.id, "asked": asked}
    verdicts = ("useless",) if turn.who.plain else ("useful", "useless")
    last = [turn.action(f"questions.{word}", f"questions.button.{word}", payload) for word in verdicts]
    rows = [_service(turn, entry, asked) if here and not turn.busy and not entry.ended(turn.today) else []]
    if _short(turn, entry, words, english):
        key = "questions.button.chinese" if english else "questions.button.whole"
        rows.append([turn.action("questions.whole", key, payload)])
    rows.append([*last, ways(turn)[0]])
    text = text_of(turn, entry, words, english=english)
    turn.say("questions.answer", *(row for row in rows if row), text=text)


def text_of(turn: Turn, entry: Entry, words: str, *, english: bool) -> str:
    """What is said: in English its English answer, in plain mode and beneath a figure the plain one, else the whole."""
    if _short(turn, entry, words, english):
        return _in_script(turn, brief(entry, turn.today, english, words))
    return whole(turn, entry, words)


def _short(turn: Turn, entry: Entry, words: str, english: bool) -> bool:
    """Whether the short answer is said. A figure that was computed stands first, and must not scroll away."""
    if english or turn.who.plain:
        return True
    computed = sum_of(entry)
    return computed is not None and computed.line(words, turn.today) != ""


def whole(turn: Turn, entry: Entry, words: str) -> str:
    """The whole answer in Chinese."""
    return _in_script(turn, said(entry, turn.today, False, words))


def title(turn: Turn, entry: Entry, lang: str) -> str:
    """An entry's question in somebody's language."""
    return entry.title(True) if lang == "en" else turn.ground.texts.in_script(lang, entry.title(False))


def ways(turn: Turn) -> list[Button]:
    """To a person, and to the menu."""
    return [Button(turn.label(f"common.button.{word}"), id=f"w:{word}") for word in ("person", "menu")]


def _service(turn: Turn, entry: Entry, asked: int) -> list[Button]:
    """The service that goes on from the entry, where it stands here; it begins with what the question told."""
    name = entry.head.dialog
    menu = dict(turn.everyone.menu(turn)) if turn.everyone is not None and name else {}
    if name not in menu:
        return []
    return [turn.action("questions.begin", f"command.{name}", {"dialog": name, "asked": asked})]


def _in_script(turn: Turn, text: str) -> str:
    return turn.ground.texts.in_script(turn.lang, text)
