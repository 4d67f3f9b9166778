"""A local Bot API server that speaks Telegram's HTTP protocol, for the real python-telegram-bot to talk to.

In-process:

    api = BotApi()
    bot = api.bot()
    parent = api.user(1001, "小宇妈妈")
    parent.starts("voucher")

Over loopback: `async with api.serving() as root: api.bot(root, AiohttpRequest)`, or
`with api.serving_in_thread() as root`, or a process of its own: `python -m tests.botapi --port 8081`.
"""

from tests.botapi.driver import BotApi
from tests.botapi.faults import Fault
from tests.botapi.people import Group, User
from tests.botapi.serving import serve_app
from tests.botapi.shapes import Json

__all__ = ["BotApi", "Fault", "Group", "Json", "User", "serve_app"]
