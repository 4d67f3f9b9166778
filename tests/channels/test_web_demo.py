"""The demonstration's personas and clock, which exist nowhere else, and the addresses that anybody may fetch."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from bot.clock import VirtualClock
from tests.channels.web_world import NUMBER, at, heard, running, say, text_of, until

# ---- the demonstration


@pytest.mark.parametrize(
    "how", [{}, {"demo": True, "public_url": "http://127.0.0.1:1"}, {"demo": True, "token": "1:x"}]
)
def test_off_the_demonstration_there_are_no_personas_and_no_clock(
    tmp_path: Path, how: dict[str, object]
) -> None:
    with running(tmp_path, **how) as world, world.client() as client:  # type: ignore[arg-type]
        origin = {"Origin": str(how.get("public_url", world.url))}
        assert "tablist" not in client.get("/").text
        assert 'id="clock"' not in client.get("/").text
        assert client.post("/demo/clock", json={"by": "day"}, headers=origin).status_code == 404
        posted = {"id": "update-staff", "text": "x", "as": "staff"}
        assert client.post("/say", json=posted, headers=origin).status_code == 404
    assert world.rows("SELECT * FROM staff") == []


def test_a_persona_is_a_conversation_of_its_own_and_staff_is_staff(tmp_path: Path) -> None:
    with running(tmp_path, demo=True) as world, world.client() as client:
        say(client, "as-parent", text="note 家", **{"as": "parent"})
        say(client, "as-elder", text="note 老", **{"as": "elder"})
        said = until(lambda: len(found := heard(client)) == 2 and found)
        assert {(event["as"], text_of(event)) for event in said} == {
            ("parent", "「家」记下了。"),
            ("elder", "「老」记下了。"),
        }
        say(client, "as-staff", text="note 员", **{"as": "staff"})
        roles = world.rows(
            "SELECT s.role, s.place, a.chat FROM staff s JOIN address a ON a.person_id = s.person_id"
        )
        assert sorted((row["role"], row["place"]) for row in roles) == [("admin", ""), ("centre", "")]
        assert all(row["chat"].endswith(".staff") for row in roles)
        assert say(client, "as-mayor", text="x", **{"as": "mayor"}).status_code == 404


def test_the_clock_moves_and_what_is_due_happens_on_the_way(tmp_path: Path) -> None:
    clock = VirtualClock(at("2026-12-01T02:00"))
    with running(tmp_path, demo=True, clock=clock, ack_s=0.2) as world, world.client() as client:
        say(client, "garden-1", text="菜地", **{"as": "parent"})
        say(client, "garden-2", text="1", **{"as": "parent"})
        until(lambda: len(heard(client)) == 2)
        say(client, "garden-3", text=NUMBER, **{"as": "parent"})
        until(lambda: len(heard(client)) == 3)
        moved = client.post("/demo/clock", json={"by": "next"}).json()
        assert moved == {"now": "2026-12-01T10:10:00", "moved": True}
        until(lambda: world.rows("SELECT 1 FROM outbox WHERE lane = 'result'"))
        assert client.post("/demo/clock", json={"by": "day"}).json()["now"] == "2026-12-02T10:10:00"
        assert (
            client.post("/demo/clock", json={"to": "2026-12-05T09:00"}).json()["now"] == "2026-12-05T09:00:00"
        )
        for bad in (
            {"to": "2026-12-04T09:00"},
            {"to": "2031-01-01T09:00"},
            {"to": "soon"},
            {"by": "year"},
            {},
        ):
            assert client.post("/demo/clock", json=bad).status_code == 422
        assert client.post("/demo/clock", json={"by": "hour"}, headers={"Origin": "null"}).status_code == 403
    assert clock.now() == at("2026-12-05T01:00")


# ---- public addresses


def test_a_capabilitys_page_is_public_and_knows_when_nothing_changed(tmp_path: Path) -> None:
    with running(tmp_path) as world, world.client() as client:
        first = client.get("/plots/2026-12.json")
        assert first.json() == {"plots": 12}
        assert first.headers["access-control-allow-origin"] == "*"
        assert first.headers["content-type"] == "application/json"
        known = {"If-None-Match": first.headers["etag"]}
        assert client.get("/plots/2026-12.json", headers=known).status_code == 304
        assert client.get("/plots/2026-11.json", headers=known).status_code == 404
        assert client.get("/plots/2026-11.json").json() == {"error": "not found"}
        read = client.get("/plots/2026-11.json", headers={"Accept": "text/html,*/*;q=0.8"})
        assert read.status_code == 404
        assert "这里还没有内容" in read.text


def test_health_names_what_does_not_keep_up(tmp_path: Path) -> None:
    clock = VirtualClock(at("2026-12-01T04:00"))
    with running(tmp_path, clock=clock) as world, world.client() as client:
        assert client.get("/healthz").json() == {"ok": True}
        assert client.get("/readyz").json() == {"ok": True}
        world.call(world.live._scheduler.pause)
        due = clock.now() - timedelta(seconds=61)
        world.house.store.write(
            lambda db: db.run(
                "INSERT INTO timer (kind, key, due, payload, cursor, state, tries) VALUES ('garden.tell', '1', :due, '{}', '',"
                " 'waiting', 0)",
                due=int(due.timestamp() * 1000),
            )
        )
        late = client.get("/readyz")
        assert (late.status_code, late.json()["failing"]) == (503, "timers")
        world.house.store.write(lambda db: db.run("DROP TABLE timer"))
        lost = client.get("/readyz")
        assert (lost.status_code, lost.json()["failing"]) == (503, "database")
        assert client.get("/healthz").status_code == 200


def test_a_page_for_print_may_have_its_own_style_and_nothing_that_runs(tmp_path: Path) -> None:
    with running(tmp_path) as world, world.client() as client:
        page = client.get("/plots/2026-12.html")
        assert page.headers["content-type"] == "text/html; charset=utf-8"
        assert "12 块菜地" in page.text
        policy = page.headers["content-security-policy"]
        assert "style-src 'unsafe-inline'" in policy
        assert "script-src" not in policy
        assert "default-src 'none'" in policy
        assert client.get("/plots/2026-11.html").status_code == 404
