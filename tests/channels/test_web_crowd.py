"""Too many requests from one address: a kind page or a bare 429, and nobody else is kept waiting."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.channels.web.crowd import network
from tests.channels.web_world import running

HTML = {"Accept": "text/html"}


def test_one_address_is_slowed_and_the_others_are_not(tmp_path: Path) -> None:
    with running(tmp_path, per_minute=4) as world, world.client() as client:
        away = {"X-Forwarded-For": "203.0.113.9"}
        assert [client.get("/", headers=away | HTML).status_code for _ in range(4)] == [200] * 4
        page = client.get("/", headers=away | HTML)
        assert page.status_code == 429
        assert 1 <= int(page.headers["retry-after"]) <= 60
        assert "请稍等一分钟" in page.text
        assert "default-src 'none'" in page.headers["content-security-policy"]
        english = client.get("/?lang=en", headers=away | HTML)
        assert "One minute, please" in english.text
        said = client.post("/say", headers=away, json={})
        assert (said.status_code, said.json()) == (429, {"error": 429})
        assert client.get("/static/look.css", headers=away).status_code == 200
        assert client.get("/healthz", headers=away).status_code == 200
        assert client.get("/", headers={"X-Forwarded-For": "203.0.113.10"}).status_code == 200
        forged = {"X-Forwarded-For": "198.51.100.1, 203.0.113.9"}
        assert client.get("/", headers=forged).status_code == 429, "only what the proxy itself wrote counts"
        assert [client.get("/").status_code for _ in range(6)] == [200] * 6, "this machine is not limited"


@pytest.mark.parametrize(
    ("host", "counted"),
    [
        ("203.0.113.9", "203.0.113.9"),
        ("::ffff:203.0.113.9", "203.0.113.9"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("127.0.0.1", None),
        ("::1", None),
        ("::ffff:127.0.0.1", None),
        ("testclient", "testclient"),
        ("", None),
    ],
)
def test_what_counts_as_one_address(host: str, counted: str | None) -> None:
    assert network(host) == counted
