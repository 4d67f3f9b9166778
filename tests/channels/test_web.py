"""The web chat over HTTP: sessions, origins, headers, one message per id, replay, withheld messages."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from bot.clock import VirtualClock
from tests.channels.web_world import (
    NUMBER,
    World,
    at,
    button_of,
    heard,
    in_database,
    next_pushed,
    running,
    say,
    text_of,
    until,
)


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with running(tmp_path) as world:
        yield world


@pytest.fixture(scope="module")
def quiet(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """One world for the tests in which nothing is ever said; each of them leaves its inbox empty."""
    with running(tmp_path_factory.mktemp("quiet")) as world:
        yield world


# ---- sessions and origins


def test_a_visitor_gets_a_signed_cookie_that_no_script_reads(quiet: World) -> None:
    with quiet.client() as client:
        cookie = client.get("/").headers.get("set-cookie")
        assert cookie is None  # the second visit keeps the session of the first
        client.cookies.clear()
        cookie = client.get("/").headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Secure" not in cookie


def test_behind_https_the_cookie_is_secure(tmp_path: Path) -> None:
    with running(tmp_path, public_url="https://door.example") as world, world.client() as client:
        client.cookies.clear()
        assert "Secure" in client.get("/").headers["set-cookie"]


def test_a_forged_session_is_nobody(quiet: World) -> None:
    with quiet.client() as client:
        good = client.cookies["doorstep"]
        client.cookies.clear()
        client.cookies.set("doorstep", good[:-3] + "AAA")
        assert client.get("/events").status_code == 401
        assert say(client, "forged-1", text="菜地").status_code == 401
    assert quiet.rows("SELECT * FROM inbox") == []


@pytest.mark.parametrize("origin", ["", "null", "https://elsewhere.example", "http://rebound.example:{port}"])
def test_only_our_own_page_may_post(quiet: World, origin: str) -> None:
    port = quiet.url.rsplit(":", 1)[1]
    headers = {"Origin": origin.format(port=port), "Host": f"rebound.example:{port}"}
    with quiet.client() as client:
        if not origin:
            del client.headers["Origin"]
            headers = {}
        posted = {"id": "update-origin", "text": "菜地"}
        for path in ("/say", "/seen", "/id/1-1-1-x"):
            assert client.post(path, json=posted, headers=headers).status_code == 403
    assert quiet.rows("SELECT * FROM inbox") == []


def test_the_public_address_is_the_origin_where_there_is_one(tmp_path: Path) -> None:
    with running(tmp_path, public_url="https://door.example/") as world, world.client() as client:
        cookie = {"Cookie": f"doorstep={client.cookies['doorstep']}"}
        posted = {"id": "update-public", "text": "菜地"}
        assert client.post(
            "/say", json=posted, headers={**cookie, "Origin": "https://door.example"}
        ).is_success
        assert client.post("/say", json=posted, headers={**cookie, "Origin": world.url}).status_code == 403


# ---- what every answer carries


def test_the_page_runs_nothing_that_is_written_into_it(quiet: World) -> None:
    with quiet.client() as client:
        page = client.get("/")
    policy = page.headers["content-security-policy"]
    assert "unsafe" not in policy
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["cache-control"] == "no-store"
    assert not re.search(r"<script(?![^>]*\bsrc=)|<style|\sstyle=|\son\w+=", page.text)
    assert not re.search(r"(?:src|href)=\"(?:https?:)?//", page.text), "nothing comes from elsewhere"


def test_errors_carry_the_headers_too_and_repeat_nothing(quiet: World) -> None:
    with quiet.client() as client:
        lost = client.get("/nowhere/<b>")
    assert lost.status_code == 404
    assert "default-src 'none'" in lost.headers["content-security-policy"]
    assert "<b>" not in lost.text


@pytest.mark.parametrize(("asked", "header", "lang"), [
    ("", "", "zh-Hans"), ("", "en-GB,en;q=0.9", "en"), ("", "zh-TW,zh;q=0.9", "zh-Hant"), ("", "fr,en;q=0.5", "en"),
    ("", "en;q=0.3, zh-HK;q=0.8", "zh-Hant"), ("en", "zh-CN", "en"), ("zh-Hant", "en", "zh-Hant"), ("tlh", "de", "zh-Hans"),
])  # fmt: skip
def test_the_page_speaks_the_language_that_is_asked_for(
    quiet: World, asked: str, header: str, lang: str
) -> None:
    with quiet.client() as client:
        page = client.get("/", params={"lang": asked}, headers={"Accept-Language": header})
    assert f'<html lang="{lang}">' in page.text
    assert {"zh-Hans": "发送", "zh-Hant": "傳送", "en": "Send"}[lang] in page.text


@pytest.mark.parametrize(("lang", "tag"), [("zh", "zh-Hans"), ("zh-Hant", "zh-Hant"), ("en", "en")])
def test_a_sheet_of_words_is_for_everybody_in_their_language(quiet: World, lang: str, tag: str) -> None:
    with httpx.Client(base_url=quiet.url) as anybody:
        found = anybody.get("/rules", params={"lang": lang})
        assert "set-cookie" not in found.headers
        assert f'<html lang="{tag}">' in found.text
        assert f"<b>轻声</b>\n{lang} &lt;1&gt;" in found.text
        assert f'<html lang="{tag}">' in anybody.get("/", params={"lang": lang}).text


def test_the_first_word_decides_the_language_of_the_chat(world: World) -> None:
    with world.client(**{"Accept-Language": "en"}) as client:
        say(client, "garden-1", text="garden")
        asked = until(lambda: heard(client))[0]
        assert button_of(asked, "Red") == "q:1:red"
        assert '<html lang="en">' in client.get("/", headers={"Accept-Language": "zh"}).text


# ---- what is said


def test_the_same_id_twice_is_one_message(world: World) -> None:
    with world.client() as client, world.client() as other:
        first = say(client, "double-1", text="note 一")
        second = say(client, "double-1", text="note 一")
        third = say(other, "double-1", text="note 一")
        assert (first.json()["new"], second.json()["new"], third.json()["new"]) == (True, False, True)
        until(lambda: heard(client))
        assert [text_of(event) for event in heard(client)] == ["「一」记下了。"]
    assert len(world.rows("SELECT id FROM inbox")) == 2


def test_a_document_number_is_gone_before_anything_is_kept(world: World) -> None:
    with world.client() as client:
        kept = say(client, "number-1", text=f"note 我的号码 {NUMBER}").json()["text"]
        assert kept == "note 我的号码 [证件号]"
        until(lambda: heard(client))
    assert not in_database(world.folder, NUMBER)


@pytest.mark.parametrize(("length", "kept"), [(5_000, 5_000), (5_001, 5_001), (9_000, 5_001)])
def test_a_very_long_text_is_taken_and_cut(world: World, length: int, kept: int) -> None:
    with world.client() as client:
        assert len(say(client, f"long-{length}", text="长" * length).json()["text"]) == kept
        assert until(lambda: heard(client))


@pytest.mark.parametrize("what", [
    {}, {"text": 5}, {"text": None}, {"button": "q" * 65}, {"start": "a b"}, {"location": [91, 0]},
    {"location": "here"}, {"location": [True, False]}, {"media": "application"}, {"text": "x", "as": 3},
])  # fmt: skip
def test_what_is_no_message_is_refused(quiet: World, what: dict[str, object]) -> None:
    with quiet.client() as client:
        assert say(client, "garbage-1", **what).status_code == 422
        assert (
            client.post("/say", content=b"[1]", headers={"Content-Type": "application/json"}).status_code
            == 422
        )
        assert (
            client.post("/say", content=b"{", headers={"Content-Type": "application/json"}).status_code == 422
        )
        assert client.post("/say", json={"id": "short", "text": "x"}).status_code == 422
    assert quiet.rows("SELECT * FROM inbox") == []


def test_a_body_that_is_too_large_is_not_read(quiet: World) -> None:
    with quiet.client() as client:
        assert say(client, "large-1", text="长" * 300_000).status_code == 413


def test_a_photo_is_answered_kindly_and_leaves_nothing(world: World) -> None:
    with world.client() as client:
        say(client, "photo-1", media="photo")
        said = until(lambda: heard(client))[0]
    assert "打字" in text_of(said)


def test_a_link_with_a_payload_begins_what_it_names(world: World) -> None:
    with world.client() as client:
        say(client, "start-1", start="garden")
        assert "借一块菜地" in text_of(until(lambda: heard(client))[0])


# ---- the stream


def test_the_stream_goes_on_after_the_last_event(world: World) -> None:
    with world.client() as client:
        for number in ("1", "2", "3"):
            say(client, f"note-{number}", text=f"note {number}")
        said = until(lambda: len(found := heard(client)) == 3 and found)
        assert [text_of(event) for event in said] == ["「1」记下了。", "「2」记下了。", "「3」记下了。"]
        ids = [event["id"] for event in said]
        world.house.store.write(lambda db: db.run("UPDATE outbox SET since = id"))
        assert [event["id"] for event in heard(client, ids[0])] == ids[1:]
        assert [event["id"] for event in heard(client, ids[1], header=False)] == ids[2:]
        assert heard(client, ids[2]) == []
        # The oldest was withheld at first and went out last: a page that broke off before it still gets it.
        world.house.store.write(
            lambda db: db.run("UPDATE outbox SET since = 1 << 50 WHERE id = :id", id=ids[0])
        )
        assert [event["id"] for event in heard(client, ids[2])] == ids[:1]


def test_nobody_reads_another_visitors_log_or_files(world: World) -> None:
    with world.client() as client, world.client() as other:
        say(client, "garden-1", text="菜地")
        say(client, "garden-2", button=button_of(until(lambda: heard(client))[0], "红色"))
        until(lambda: len(heard(client)) == 2)
        say(client, "garden-3", text=NUMBER)
        done = until(lambda: len(found := heard(client)) == 3 and found[2])
        picture = done["files"][0]
        assert client.get(picture["url"]).content.startswith(b"\x89PNG")
        assert client.get(f"{picture['url']}?save").headers["content-disposition"].startswith("attachment")
        assert other.get(picture["url"]).status_code == 404
        assert heard(other) == []
        assert client.get(f"/file/{done['id']}/7").status_code == 404
        assert client.get(f"/file/{'9' * 30}/0").status_code == 404
    assert not in_database(world.folder, NUMBER)


def test_edits_and_withdrawals_reach_an_open_page_and_a_later_one(world: World) -> None:
    with world.client() as client:
        say(client, "note-1", text="note 一")
        first = until(lambda: heard(client))[0]
        rows = world.rows("SELECT id, payload, address_id FROM outbox")

        def alter(kind: str) -> None:
            world.house.store.write(
                lambda db: db.run(
                    "INSERT INTO outbox (address_id, kind, of, lane, state, payload, created, due, since, tries, note)"
                    " VALUES (:address, :kind, :of, 'reply', 'queued', :payload, 0, 0, 0, 0, '')",
                    address=rows[0]["address_id"],
                    kind=kind,
                    of=first["id"],
                    payload=rows[0]["payload"],
                )
            )

        open_page = next_pushed(client)
        assert next(open_page)["id"] == first["id"]
        alter("edit")
        assert (changed := next(open_page))["kind"] == "edit"
        assert changed["of"] == first["id"]
        open_page.close()
        alter("delete")
        until(lambda: [event["kind"] for event in heard(client)] == ["send", "edit", "delete"])


def _result(world: World) -> dict[str, object]:
    return world.rows("SELECT state, note FROM outbox WHERE lane = 'result'")[0]


def test_a_closed_page_withholds_what_the_bot_sends_of_its_own_accord(tmp_path: Path) -> None:
    with running(tmp_path, clock=VirtualClock(at("2026-12-01T04:00"))) as world, world.client() as client:
        say(client, "note-1", text="note 一")
        until(lambda: heard(client))
        person = world.rows("SELECT id FROM person")[0]["id"]
        world.house.store.write(
            lambda db: db.run(
                "INSERT INTO timer (kind, key, due, payload, cursor, state, tries) VALUES ('garden.tell', '1', 0,"
                " :payload, '', 'waiting', 0)",
                payload=f'{{"person": {person}}}',
            )
        )
        until(lambda: world.rows("SELECT 1 FROM outbox WHERE lane = 'result' AND state = 'withheld'"))
        stream = next_pushed(client)
        assert text_of(next(stream)) == "「一」记下了。"
        result = next(stream)
        assert text_of(result) == "您的菜地是 东边第三块。"
        assert result["ack"]
        assert client.post("/seen", json={"as": "", "id": result["id"]}).status_code == 204
        until(lambda: _result(world)["state"] == "sent")
        stream.close()
        assert not heard(client)[1]["ack"], "what is replayed wants no word"


def test_a_page_that_sleeps_with_its_stream_open_has_seen_nothing(tmp_path: Path) -> None:
    with (
        running(tmp_path, clock=VirtualClock(at("2026-12-01T04:00")), ack_s=0.2) as world,
        world.client() as client,
    ):
        say(client, "note-1", text="note 一")
        stream = next_pushed(client)
        next(stream)
        person = world.rows("SELECT id FROM person")[0]["id"]
        world.house.store.write(
            lambda db: db.run(
                "INSERT INTO timer (kind, key, due, payload, cursor, state, tries) VALUES ('garden.tell', '1', 0,"
                " :payload, '', 'waiting', 0)",
                payload=f'{{"person": {person}}}',
            )
        )
        result = next(stream)
        until(lambda: _result(world) == {"state": "withheld", "note": "withheld: the page is asleep"})
        client.post(
            "/seen", json={"as": "", "id": result["id"]}
        )  # it wakes, late: the message comes once more
        again = next(stream)
        assert again["id"] == result["id"]
        client.post("/seen", json={"as": "", "id": result["id"]})
        until(lambda: _result(world)["state"] == "sent")
