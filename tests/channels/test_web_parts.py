"""The small parts of the web chat: markup as runs, and who counts as being there."""

from __future__ import annotations

import asyncio
from html import escape

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.web.channel import PAGES, WAITING, WebChannel
from bot.channels.web.markup import runs
from bot.messages import Kind, Lane, Outgoing, Place, Receipt, Sendable, SendFailed

HOME = Place("web", "somebody")


@pytest.mark.parametrize(("markup", "expected"), [
    ("a &lt;b&gt; &amp; c", [{"t": "a <b> & c"}]),
    ("<b>x<i>y</i></b>z", [{"t": "x", "b": True}, {"t": "y", "b": True, "i": True}, {"t": "z"}]),
    ('<a href="tel:12345">12345</a>', [{"t": "12345", "href": "tel:12345"}]),
    ('<a href="https://a.cn/?x=1&amp;y=2">q</a>', [{"t": "q", "href": "https://a.cn/?x=1&y=2"}]),
    ('<a href="javascript:alert(1)">q</a>', [{"t": '<a href="javascript:alert(1)">q'}]),
    ('<a href="tel:1" onclick="x()">1</a><code>2</code>', [{"t": '<a href="tel:1" onclick="x()">1'}, {"t": "2", "code": True}]),
    ("<script>alert(1)</script>", [{"t": "<script>alert(1)</script>"}]),
    ("<img src=x onerror=alert(1)>", [{"t": "<img src=x onerror=alert(1)>"}]),
    ("<b unclosed", [{"t": "<b unclosed"}]), ("</b>x", [{"t": "x"}]), ("", []),
])  # fmt: skip
def test_markup_becomes_runs_and_everything_else_stays_words(markup: str, expected: list[object]) -> None:
    assert runs(markup) == expected


@given(st.text(max_size=40))
def test_words_that_were_escaped_come_back_as_they_were(text: str) -> None:
    assert "".join(run["t"] for run in runs(escape(text, quote=False))) == text


@given(st.text(alphabet="ahref<>&;/\"'!-?[]=: \n", max_size=60))
def test_no_input_is_too_odd_and_none_makes_another_address(text: str) -> None:
    for run in runs(text):
        assert run.get("href", "https:").startswith(("http:", "https:", "tel:"))


def _message(lane: Lane, number: int = 1, kind: Kind = "send") -> Sendable:
    return Sendable(number, HOME, kind, lane, Outgoing("x"))


async def test_without_a_page_everything_waits_but_an_answer_to_fresh_words() -> None:
    channel = WebChannel()
    for lane in ("urgent", "reply", "result", "reminder"):
        with pytest.raises(SendFailed) as failed:
            await channel.send(_message(lane))
        assert failed.value.kind == "withheld"
    channel.wrote(HOME)
    assert await channel.send(_message("reply", 7)) == Receipt("7")
    assert await channel.send(_message("result", 8, "edit")) == Receipt("8")
    with pytest.raises(SendFailed):
        await channel.send(_message("result"))


async def test_a_result_counts_once_the_page_says_that_it_shows_it() -> None:
    channel = WebChannel(ack_s=5)
    visit = channel.connect([HOME, Place("web", "another")])
    sending = asyncio.create_task(channel.send(_message("result", 3)))
    shown = await visit.next()
    assert shown is not None
    assert not channel.shown(HOME, 4)
    assert not channel.shown(Place("web", "another"), 3)
    assert channel.shown(HOME, 3)
    assert await sending == Receipt("3")
    assert not channel.shown(HOME, 3)
    channel.disconnect(visit)
    channel.disconnect(visit)
    assert not channel.is_open(HOME)


async def test_a_page_that_takes_nothing_is_sent_away() -> None:
    channel = WebChannel()
    visit = channel.connect([HOME])
    for number in range(WAITING + 1):
        await channel.send(_message("reply", number))
    assert await visit.next() is None


async def test_one_page_too_many_closes_the_oldest() -> None:
    channel = WebChannel()
    visits = [channel.connect([HOME]) for _ in range(PAGES + 1)]
    assert await visits[0].next() is None
    await channel.send(_message("reply"))
    assert (await visits[1].next()) == _message("reply")
