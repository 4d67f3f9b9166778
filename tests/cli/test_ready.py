"""`doorstep run` says on /readyz what troubles it, by name."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import httpx

from tests.botapi import BotApi
from tests.crash.test_kill import free_port, wait


def test_a_refused_token_is_named_and_the_page_goes_on(tmp_path: Path) -> None:
    api, port = BotApi(), free_port()
    url = f"http://127.0.0.1:{port}"
    with api.serving_in_thread() as root, (tmp_path / "log").open("wb") as log:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("DOORSTEP_")}
        environment |= {
            "DOORSTEP_DATA_DIR": str(tmp_path / "data"), "DOORSTEP_KEYS": str(tmp_path / "keys"),
            "DOORSTEP_PORT": str(port), "DOORSTEP_TELEGRAM_API_URL": root, "DOORSTEP_TELEGRAM_TOKEN": "4242:WRONG",
        }  # fmt: skip
        process = subprocess.Popen(
            [sys.executable, "-m", "bot", "run"], env=environment, stdout=log, stderr=log
        )
        try:

            def named() -> bool:
                assert process.poll() is None, (tmp_path / "log").read_text()
                try:
                    answer = httpx.get(f"{url}/readyz", timeout=2)
                except httpx.HTTPError:
                    return False
                assert answer.status_code == 503, "it is not ready while Telegram is not"
                assert answer.json()["failing"] == "telegram"
                return bool(answer.json()["why"] == "the token is refused")

            wait(named, "nothing says that the token is refused")
            assert httpx.get(f"{url}/healthz").status_code == 200
            assert httpx.get(url).status_code == 200
        finally:
            process.terminate()
            process.wait(20)
    assert process.returncode == 0
