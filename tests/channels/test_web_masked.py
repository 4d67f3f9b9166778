"""The one-time page for a document number: good once, for ten minutes, for the question it was made for."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from bot.clock import VirtualClock
from bot.masked import Masked, masked_token, read_masked_token
from tests.channels.web_world import (
    NUMBER,
    World,
    at,
    button_of,
    heard,
    in_database,
    running,
    say,
    text_of,
    until,
)

START = at("2026-12-01T04:00")


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path, clock=VirtualClock(START)) as world:
        yield world


def _asked(world: World, client: httpx.Client) -> str:
    """Bring somebody to the question for the document; the page's address for it."""
    say(client, "garden-1", text="菜地")
    say(client, "garden-2", button=button_of(until(lambda: heard(client))[0], "绿色"))
    until(lambda: len(heard(client)) == 2)
    row = world.rows("SELECT address_id, question, expects FROM conversation")[0]
    assert row["expects"] == "document"
    token = masked_token(
        world.house.ground.keys, row["address_id"], row["question"], START + timedelta(minutes=10)
    )
    return f"/id/{token}"


def test_a_good_number_goes_to_the_chat_without_being_kept(world: World) -> None:
    with world.client() as client:
        page = _asked(world, client)
        shown = client.get(page)
        assert 'autocomplete="off"' in shown.text
        assert shown.headers["cache-control"] == "no-store"
        with httpx.Client(
            base_url=world.url, headers={"Origin": world.url}
        ) as elsewhere:  # without any session
            done = elsewhere.post(page, data={"number": f" {NUMBER[:6]} {NUMBER[6:14]} {NUMBER[14:]} "})
        assert done.status_code == 200
        assert "已收到，回到聊天里继续" in done.text
        assert "办好了" in text_of(until(lambda: len(found := heard(client)) == 3 and found[2]))
        assert client.get(page).status_code == 410
        assert "已经用过" in client.post(page, data={"number": NUMBER}).text
        assert len(heard(client)) == 3
    assert not in_database(world.folder, NUMBER)


def test_two_posts_at_once_are_one_number(world: World) -> None:
    with world.client() as client:
        page = _asked(world, client)
        # The turn is held back, so that the second post still finds the question open.
        held = world.live._serve
        world.call(lambda: setattr(world.live, "_serve", lambda place: None))
        assert client.post(page, data={"number": NUMBER}).status_code == 200
        assert client.post(page, data={"number": NUMBER}).status_code == 410
        world.call(lambda: setattr(world.live, "_serve", held))
    assert len(world.rows("SELECT id FROM inbox WHERE update_id LIKE 'masked:%'")) == 1


@pytest.mark.parametrize(("number", "words"), [
    (NUMBER[:-1] + "2", "有一位对不上"), (NUMBER[:-2], "位数不对"), ("hello", "没有认出"), ("", "没有认出"),
    (NUMBER[:10] + "13" + NUMBER[12:], "出生日期不对"),
])  # fmt: skip
def test_a_mistyped_number_is_asked_again_on_the_page(world: World, number: str, words: str) -> None:
    with world.client() as client:
        page = _asked(world, client)
        again = client.post(page, data={"number": number})
        assert again.status_code == 422
        assert words in again.text
        assert 'aria-invalid="true"' in again.text
        assert not number or number not in again.text
        assert client.post(page, data={"number": NUMBER}).status_code == 200
    assert len(world.rows("SELECT id FROM inbox")) == 3


def test_after_ten_minutes_the_page_is_late(world: World) -> None:
    with world.client() as client:
        page = _asked(world, client)
        clock = world.house.ground.clock
        assert isinstance(clock, VirtualClock)
        clock.move_to(START + timedelta(minutes=10))
        for answer in (client.get(page), client.post(page, data={"number": NUMBER})):
            assert answer.status_code == 410
            assert "过了 10 分钟" in answer.text
    assert len(world.rows("SELECT id FROM inbox")) == 2


def test_once_the_chat_has_moved_on_the_page_is_used(world: World) -> None:
    with world.client() as client:
        page = _asked(world, client)
        say(client, "garden-3", button="w:cancel")
        until(lambda: len(heard(client)) == 3)
        assert client.get(page).status_code == 410
        assert client.post(page, data={"number": NUMBER}).status_code == 410


def test_a_made_up_address_is_unknown(world: World) -> None:
    with world.client() as client:
        page = _asked(world, client)
        for wrong in (page[:-1] + "!", page.replace("/id/", "/id/9"), "/id/1", "/id/----", "/id/１-1-1-x"):
            assert client.get(wrong).status_code == 404
            assert client.post(wrong, data={"number": NUMBER}).status_code == 404


def test_a_token_says_what_it_was_made_of(world: World) -> None:
    keys = world.house.ground.keys
    token = masked_token(keys, 12, 3, START)
    assert read_masked_token(keys, token) == Masked(12, 3, START)
    assert read_masked_token(keys, token.replace("12-3", "12-4")) is None
