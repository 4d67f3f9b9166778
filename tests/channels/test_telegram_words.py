"""Telegram's shapes without Telegram: texts cut and rendered, keyboards, updates read."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.telegram import keyboards, markup
from bot.channels.telegram.setup import EVERYWHERE
from bot.channels.telegram.updates import inbound_of, language_of
from bot.messages import Button, Inbound, SendFailed
from bot.redact import Redactor
from bot.router import everywhere, fold
from bot.texts import LANGUAGES, Texts, plain
from tests.botapi import BotApi, Json
from tests.botapi.entities import read_html, units

ME = "doorstep_test_bot"
A = 7_000_000_001
# Check digits of GB 11643 over invented people of a place that does not exist.
NUMBER = "999901202405010016"


def shown(parts: list[str]) -> str:
    return "".join("".join(read_html(part)[0].split()) for part in parts)


# -- texts


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "b", "i", "code"]),
            st.text(alphabet="家门口，。！a b\n\n<&>\"'👨‍👩‍👧🇨🇳é\u0301\u202eשלום", max_size=60),
        ),
        max_size=25,
    ),
    st.integers(40, 200),
)
def test_whatever_is_cut_nothing_is_lost_and_every_part_is_whole(
    runs: list[tuple[str, str]], most: int
) -> None:
    text = "".join(words for _, words in runs)
    source = "".join(f"<{tag}>{_escaped(words)}</{tag}>" if tag else _escaped(words) for tag, words in runs)
    parts = markup.parts(source, most)
    assert shown(parts) == "".join(text.split())
    assert all(0 < units(read_html(part)[0]) <= most for part in parts)


def _escaped(words: str) -> str:
    return words.replace("&", "&amp;").replace("<", "&lt;").replace('"', "&#34;").replace("'", "&#39;")


def test_a_cut_falls_between_paragraphs_then_sentences_and_tags_go_on() -> None:
    assert list(markup.parts("一二三四五六。\n\n七八九十", 10)) == ["一二三四五六。", "七八九十"]
    assert list(markup.parts("<b>一二三四五六。七八九十</b>", 10)) == [
        "<b>一二三四五六。</b>",
        "<b>七八九十</b>",
    ]
    assert list(markup.parts("好" * 25, 10)) == ["好" * 10, "好" * 10, "好" * 5]
    assert list(markup.parts(" \n ")) == []


def test_lengths_are_utf16_and_one_visible_character_is_not_cut() -> None:
    assert markup.length("<b>👍</b>&lt;好") == 4
    family = "👨‍👩‍👧"
    for part in markup.parts(family * 6, 20):
        assert len(part) % len(family) == 0, part


def test_only_the_four_tags_pass_and_addresses_that_telegram_refuses_become_words() -> None:
    assert list(markup.parts("<u>a</u> 1<2 &amp; <script>x</script>")) == [
        "&lt;u&gt;a&lt;/u&gt; 1&lt;2 &amp; &lt;script&gt;x&lt;/script&gt;"
    ]
    assert list(markup.parts('<a href="https://a.cn/?x=1&amp;y=2">看</a>')) == [
        '<a href="https://a.cn/?x=1&amp;y=2">看</a>'
    ]
    assert list(markup.parts('<a href="http://localhost:8080/">看</a><a href="javascript:x">x</a>')) == [
        "看x"
    ]


# -- keyboards


def test_an_id_over_64_bytes_is_a_bug_and_is_said_so() -> None:
    assert keyboards.inline([[Button("好", id="q:" + "x" * 62)]]) is not None
    with pytest.raises(SendFailed) as caught:
        keyboards.inline([[Button("好", id="q:" + "x" * 63)]])
    assert caught.value.kind == "rejected"


def test_links_that_telegram_refuses_are_left_out_of_the_keyboard() -> None:
    made = keyboards.inline(
        [[Button("本机", url="http://127.0.0.1:8080/x"), Button("网页", url="https://a.cn/x")]]
    )
    assert made is not None
    assert [button["text"] for row in made["inline_keyboard"] for button in row] == ["网页"]


def test_every_label_that_a_reply_keyboard_may_carry_works_as_a_word() -> None:
    texts = Texts([Path("bot")], ZoneInfo("Asia/Shanghai"))
    for lang in LANGUAGES:
        for word in ("back", "cancel", "person", "menu", "resume", "restart"):
            label = texts.label(lang, f"common.button.{word}")
            assert everywhere().get(fold(label)) == word, (lang, label)
        for word, key in EVERYWHERE:
            assert everywhere().get(word) == word, key


# -- updates


@pytest.fixture
def api() -> BotApi:
    return BotApi()


def read(raw: Json, expects: bool = False, redactor: Redactor | None = None) -> Inbound | None:
    return inbound_of(raw, ME, redactor or Redactor(b"k" * 32), expects)


def got(raw: Json, **more: Any) -> Inbound:
    inbound = read(raw, **more)
    assert inbound is not None
    return inbound


def test_words_commands_and_links(api: BotApi) -> None:
    parent = api.user(A)
    said = got(parent.says("你好"))
    assert (said.place.key, said.text, said.private, said.lang) == (f"telegram|{A}||", "你好", True, "zh")
    assert got(parent.says("/errand")).text == "errand"
    assert got(parent.says(f"/errand@{ME} 明天")).text == "errand 明天"
    started = got(parent.starts("open_12-a"))
    assert (started.start, started.text) == ("open_12-a", "start")
    assert got(parent.starts()).start is None
    assert got(parent.says("1/2 and /x y")).text == "1/2 and /x y"
    assert got(parent.forwards("/start open_12")).start is None


def test_things_that_are_shared(api: BotApi) -> None:
    parent = api.user(A)
    own, other = got(parent.shares_contact("8613800000000")), got(parent.shares_contact("123", own=False))
    assert (own.phone, own.phone_is_own, other.phone_is_own) == ("8613800000000", True, False)
    forwarded = parent.shares_contact("8613800000000")
    forwarded["message"]["forward_origin"] = {"type": "hidden_user", "sender_user_name": "x", "date": 1}
    assert got(forwarded).phone_is_own is False
    assert got(parent.shares_location(34.27, 108.95)).location == (34.27, 108.95)
    photo = got(parent.sends_photo(caption="看"))
    assert (photo.media, photo.text) == ("photo", "看")
    media = [got(raw).media for raw in (
        parent.sends_voice(), parent.sends_sticker(), parent.sends_document("a.pdf", b"x"))]  # fmt: skip
    assert media == ["voice", "sticker", "document"]


def test_an_album_is_one_message(api: BotApi) -> None:
    numbers = set()
    for _ in range(3):
        raw = api.user(A).sends_photo()
        raw["message"]["media_group_id"] = "77"
        numbers.add(got(raw).update_id)
    assert numbers == {"album:77"}


def test_edits_blocks_and_what_is_ignored(api: BotApi) -> None:
    parent = api.user(A)
    edited = got(parent.edits(parent.says("一")["message"], NUMBER))
    assert (edited.event, edited.text) == ("edited", "")
    assert (got(parent.blocks()).event, got(parent.unblocks()).event) == ("blocked", "joined")
    live = parent.shares_location(1, 2)
    live["edited_message"] = live.pop("message")
    assert read(live) is None
    pinned = parent.says("x")
    pinned["message"].pop("text")
    assert read(pinned) is None
    post = parent.says("x")
    post["channel_post"] = post.pop("message")
    assert read(post) is None
    assert read({"update_id": 1, "something_of_next_year": {}}) is None


def test_a_group_is_heard_only_when_it_speaks_to_the_bot(api: BotApi) -> None:
    parent, group = api.user(A), api.group(-100_5, supergroup=True)
    assert read(parent.says("今天天气不错", group)) is None
    assert read(parent.says("/errand@other_bot", group)) is None
    assert read(parent.sends_photo(in_=group)) is None
    assert read(group.adds_bot(parent)) is None
    command = got(parent.says("/errand", group, message_thread_id=5, is_topic_message=True))
    assert (command.place.key, command.private) == (f"telegram|-1005|5|{A}", False)
    raw = parent.says(f"@{ME} 你好", group)
    raw["message"]["entities"] = [{"type": "mention", "offset": 0, "length": len(ME) + 1}]
    assert got(raw).text == "你好"


def test_no_document_number_comes_through(api: BotApi) -> None:
    parent = api.user(A)
    number = _with_check_digit(NUMBER)
    seen = got(parent.says(f"是 {number}"))
    assert number not in repr(seen)
    assert [proof.kind for proof in seen.proofs] == ["id18"]
    assert number not in repr(got(parent.sends_photo(caption=number)))
    started = got(parent.starts(number))
    assert number not in repr(started)
    redactor = Redactor(b"k" * 32)
    first = got(parent.says(number[:10]), expects=True, redactor=redactor)
    rest = got(parent.says(number[10:]), expects=True, redactor=redactor)
    assert (first.flaw, len(rest.proofs)) == ("half", 1)
    assert not re.search(r"\d{6}", first.text + rest.text)


def _with_check_digit(number: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(number, weights, strict=False))
    return number[:17] + "10X98765432"[total % 11]


@pytest.mark.parametrize(
    ("code", "lang"),
    [("zh-hans", "zh"), ("zh", "zh"), ("zh_CN", "zh"), ("zh-hant", "zh-Hant"), ("zh-TW", "zh-Hant"),
     ("zh-hk", "zh-Hant"), ("en", "en"), ("en-GB", "en"), ("fr", ""), (None, "")],
)  # fmt: skip
def test_languages(code: str | None, lang: str) -> None:
    assert language_of(code) == lang


def test_the_bots_own_words_fit_telegram_and_stand_in_both_languages() -> None:
    texts = Texts([Path("bot/channels/telegram")], ZoneInfo("Asia/Shanghai"))
    assert texts.keys("zh") == texts.keys("en") == {"telegram.description", "telegram.short"}
    for lang in LANGUAGES:
        assert units(plain(texts.label(lang, "telegram.description"))) <= 512
        assert units(plain(texts.label(lang, "telegram.short"))) <= 120
