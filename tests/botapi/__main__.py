"""The local Bot API server as a process: `python -m tests.botapi --port 8081`.

Prints its root URL in one line when it is ready, and runs until it is interrupted.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import sys

from tests.botapi.driver import BotApi


async def main() -> None:
    """Serve until interrupted."""
    parser = argparse.ArgumentParser(prog="python -m tests.botapi")
    parser.add_argument("--port", type=int, default=0, help="0 = any free one")
    parser.add_argument("--token", default="4242:LOCAL")
    parser.add_argument("--username", default="doorstep_test_bot")
    given = parser.parse_args()
    api = BotApi(given.token, given.username)
    async with api.serving(given.port) as root:
        sys.stdout.write(root + "\n")
        sys.stdout.flush()
        await asyncio.Event().wait()


if __name__ == "__main__":
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(main())
