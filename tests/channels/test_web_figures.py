"""/readyz names every trouble with what to do; /metrics speaks Prometheus' language, to this machine or a token."""

from __future__ import annotations

from pathlib import Path

from prometheus_client.parser import text_string_to_metric_families
from pydantic import SecretStr

from bot.clock import ms
from tests.channels.web_world import running


def test_troubles_that_keep_nobody_from_working_are_named_all_the_same(tmp_path: Path) -> None:
    with running(tmp_path) as world, world.client() as client:
        world.house.watch.sources["far"] = lambda: ""
        late = ms(world.house.ground.clock.now()) - 45_000
        world.house.store.write(
            lambda db: db.run(
                "INSERT INTO inbox (channel, update_id, place, state, received, note) VALUES ('x', '1', 'x', 'waiting',"
                " :late, '')",
                late=late,
            )
        )
        named = client.get("/readyz")
        assert named.status_code == 200
        (trouble,) = named.json()["troubles"]
        assert (trouble["name"], trouble["why"][:20]) == ("replies", "the oldest waits for")
        assert "ring those who cannot wait" in trouble["remedy"]
        world.house.watch.sources["far"] = lambda: "no answer"
        hard = client.get("/readyz")
        assert hard.status_code == 503
        assert {one["name"] for one in hard.json()["troubles"]} == {"replies", "far"}
        assert hard.json()["failing"] == "far"


def test_the_figures_are_for_this_machine_or_a_token(tmp_path: Path) -> None:
    with running(tmp_path) as world, world.client() as client:
        text = client.get("/metrics").text
        families = {family.name: family for family in text_string_to_metric_families(text)}
        assert {
            "doorstep_queue_age_seconds", "doorstep_queue_messages", "doorstep_unconfirmed_messages",
            "doorstep_timer_lag_seconds", "doorstep_failed_turns_kept", "doorstep_call_list_open", "doorstep_turns",
            "doorstep_inbox_age_seconds", "doorstep_sends", "doorstep_store_write_seconds",
            "process_resident_memory_bytes",
        } <= families.keys()  # fmt: skip
        lanes = {sample.labels["lane"] for sample in families["doorstep_queue_age_seconds"].samples}
        assert lanes == {"urgent", "reply", "result", "reminder", "broadcast"}
        assert all("worker" in sample.labels for sample in families["process_resident_memory_bytes"].samples)
        assert not any("worker" in sample.labels for sample in families["doorstep_queue_messages"].samples)
        through = client.get("/metrics", headers={"X-Forwarded-For": "203.0.113.9"})
        assert through.status_code == 403, "a proxy on this machine lets nobody in"
        world.house.ground.settings.metrics_token = SecretStr("long-and-secret")
        assert client.get("/metrics").status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer other"}).status_code == 403
        assert client.get("/metrics", headers={"Authorization": "Bearer long-and-secret"}).status_code == 200
