"""The words of every flow and service: all there, in every language, fit for their values, and of the right kind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from jinja2 import Environment, meta

from bot.cli.words import CALLS, findings
from bot.flow.model import Ask, End
from bot.texts import LANGUAGES, Texts, plain
from tests.flow.samples import CAPABILITIES, FLOWS, MACHINE, SETTINGS, TEXTS
from tests.flow.values import BARE, OF_ONE_KEY, VALUES

FILTERS = ("money", "day", "month", "moment")
SYNTAX = Environment(autoescape=True)
SYNTAX.filters.update(dict.fromkeys((*FILTERS, "at", "groups", "script", "near", "hours", "lasting"), str))
KEYS = sorted(TEXTS.keys("zh"))
CHANNELS = sorted({path.parent for path in (MACHINE / "channels").rglob("texts.zh.toml")})
ALL_KEYS = [(TEXTS, key) for key in KEYS] + [
    (texts, key)
    for folder in CHANNELS
    for texts in [Texts([folder], SETTINGS.zone)]
    for key in sorted(texts.keys("zh"))
]

NEVER = {
    "a code from a text message": r"验证码|动态码|短信码|verification code|one-time (?:code|password)|\bOTP\b|\bPIN\b",
    "a payment": r"付款|支付|转账|汇款|打款|缴费|收费|银行卡|红包|\bpay(?:ments?)?\b|bank (?:card|account)|transfer money",
    "a password": r"密码|口令|password",
    "a dose": r"剂量|毫克|毫升|服用|吃.{0,3}片|一日.次|\bmg\b|\bml\b|dosage|\bdose",
    "a diagnosis": r"确诊|诊断为|您(?:可能)?患|you have a disease|diagnos",
    "false closeness": r"(?<![父母双])亲(?![自人属友戚子])|亲爱的|宝子|小主",
    "a promise": r"保证|包您|百分之百|guarantee(?!d to be)",
    "shouting": r"[!！]{2,}|[?？]{2,}",
}

DENIED = re.compile(r"从不|绝不|不会|不收|不要|不向|\bnever\b|\bno\b|\bnot\b", re.IGNORECASE)


def variables(texts: Texts, lang: str, key: str) -> set[str]:
    return meta.find_undeclared_variables(SYNTAX.parse(texts.source(lang, key))) - {"lang"}


def rendered(texts: Texts, lang: str, key: str) -> Iterator[str]:
    own = OF_ONE_KEY.get(key, {})
    for values in (VALUES, {**VALUES, **BARE}):
        yield texts.render(lang, key, {**values, **own})


# -- nothing missing, nothing idle -----------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("name", sorted(FLOWS))
def test_every_step_has_its_words(name: str, lang: str) -> None:
    wanted = []
    for step in FLOWS[name].steps:
        own = f"{name}.{step.name}"
        if isinstance(step, Ask):
            wanted += [
                (f"{own}.ask",),
                (f"{own}.name",),
                *((f"{own}.choice.{value}",) for value in step.choices),
            ]
            wanted += [(f"{own}.problem.{code}", f"common.problem.{code}") for code in step.problems]
            wanted += [(f"{name}.{changed}.name",) for changed in step.changes]
        elif isinstance(step, End) and not step.silent:
            wanted.append((f"{own}.said",))
    there = TEXTS.keys("en" if lang == "en" else "zh")
    assert [keys for keys in wanted if not there.intersection(keys)] == []


def test_every_key_in_the_code_has_words_and_every_word_is_used() -> None:
    assert findings(TEXTS, MACHINE, CAPABILITIES) == []


def test_both_languages_say_it_with_the_same_values() -> None:
    assert [
        (key, differ)
        for texts, key in ALL_KEYS
        if (differ := variables(texts, "zh", key) ^ variables(texts, "en", key))
    ] == []


# -- words and values fit --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_text_renders_with_values_and_without(lang: str) -> None:
    for key in KEYS:
        for text in rendered(TEXTS, lang, key):
            assert text, key
            assert not re.search(r"\{[{%]|[%}]\}|None|&lt;/?(?:b|i|code)", text), (key, text)


def test_no_sample_value_is_idle() -> None:
    used = {name for key in KEYS for name in variables(TEXTS, "zh", key)}
    assert set(BARE) <= set(VALUES)
    assert set(VALUES) <= used


def calls() -> Iterator[tuple[str, str, set[str]]]:
    """(place, key, values given) of every text that the code asks for by a written-out key and named values."""
    for folder in (MACHINE, *(capability.folder for capability in CAPABILITIES)):
        for path in sorted(folder.rglob("*.py")):
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if (found := written_out(node)) is not None:
                    yield f"{path.name}:{node.lineno}", *found  # type: ignore[attr-defined]


def written_out(node: ast.AST) -> tuple[str, set[str]] | None:
    if (
        not isinstance(node, ast.Call)
        or not isinstance(node.func, ast.Attribute)
        or node.func.attr not in CALLS
    ):
        return None
    place = CALLS[node.func.attr]
    key = node.args[place] if len(node.args) > place else None
    if not isinstance(key, ast.Constant) or not isinstance(key.value, str) or not TEXTS.has(key.value):
        return None
    given = [keyword.arg for keyword in node.keywords]
    return None if None in given else (key.value, {name for name in given if name})


def test_the_code_gives_every_text_the_values_it_wants() -> None:
    found = list(calls())
    assert len(found) > 60, "the search itself finds nothing any more"
    assert [
        (place, key, lacking)
        for place, key, given in found
        if (lacking := variables(TEXTS, "zh", key) - given)
    ] == []


def test_english_dates_and_money_are_written_in_english() -> None:
    lacks = re.compile(rf"\|\s*(?:{'|'.join(FILTERS)})\b(?!\(lang\))")
    assert [(key, found[0]) for key in KEYS if (found := lacks.search(TEXTS.source("en", key)))] == []


def test_labels_fit_on_a_button() -> None:
    for lang, key in product(LANGUAGES, KEYS):
        if re.search(r"\.button\.|\.choice\.|^command\.|\.name$", key):
            label = TEXTS.label(lang, key, {**VALUES, **OF_ONE_KEY.get(key, {})})
            most = 48 if lang == "en" else 24
            assert "\n" not in label, key
            assert len(label) <= most, (key, label)
            assert label == plain(TEXTS.render(lang, key, VALUES)), key


# -- what is said, and what is never said ----------------------------------------------------------------------------


def never_said(what: str, words: str) -> str | None:
    """The forbidden words, if they stand there otherwise than denied: 「我从不要验证码」 is a good thing to say."""
    for sentence in re.split(r"[。；;\n]|\.\s", words):
        found = re.search(NEVER[what], sentence, re.IGNORECASE)
        if found and not DENIED.search(sentence[: found.start()]):
            return found[0]
    return None


@pytest.mark.parametrize("what", sorted(NEVER))
def test_no_text_asks_for_or_promises(what: str) -> None:
    assert [
        (key, found)
        for texts, key in ALL_KEYS
        for lang in ("zh", "en")
        if (found := never_said(what, texts.source(lang, key)))
    ] == []


@pytest.mark.parametrize(
    ("what", "words"),
    [
        ("a code from a text message", "请把短信里的验证码发来"),
        ("a payment", "Please pay 3 yuan here"),
        ("a password", "您的密码是多少"),
        ("a dose", "每次服用两片"),
        ("false closeness", "亲，您好"),
        ("a promise", "我们保证抽中"),
        ("shouting", "快来！！"),
        ("a diagnosis", "诊断为肺炎"),
    ],
)
def test_the_search_for_what_is_never_said_finds_it(what: str, words: str) -> None:
    assert never_said(what, words)
    assert not never_said(what, "孩子的父亲、母亲或其他亲属请亲自来")


def test_what_is_denied_is_not_asked_for() -> None:
    assert not never_said("a payment", "我从不收钱，也绝不要您付款。")
    assert never_said("a payment", "我不收现金。请付款。")


def test_english_is_english() -> None:
    # The name a child gets when nobody gives one is the same in every language; a language is named in its own.
    own = re.compile("宝宝|简体中文|繁體中文|中文|繁體|简体|语言 / ")
    assert [
        key for texts, key in ALL_KEYS if re.search(r"[\u4e00-\u9fff]", own.sub("", texts.source("en", key)))
    ] == []


def test_traditional_is_made_from_the_simplified_words() -> None:
    assert "申請" in TEXTS.render("zh-Hant", "voucher.button.apply")
    assert "请" not in "".join(TEXTS.source("zh-Hant", key) for key in KEYS)


def test_a_key_without_words_is_loud() -> None:
    with pytest.raises(KeyError):
        TEXTS.render("zh", "voucher.no.such.key")


def test_there_are_texts_of_the_channels() -> None:
    assert {folder.name for folder in CHANNELS} >= {"web", "telegram"}
    assert all(isinstance(folder, Path) and folder.is_dir() for folder in CHANNELS)
