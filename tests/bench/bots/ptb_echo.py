"""A default python-telegram-bot echo bot behind the library's own webhook server. It stores nothing.

Arguments: port, Bot API root, token, secret.
"""

from __future__ import annotations

import sys
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, MessageHandler, filters


async def echo(update: Update, _context: Any) -> None:
    """Say it back."""
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")


port, root, token, secret = sys.argv[1:]
application = ApplicationBuilder().token(token).base_url(f"{root}/bot").build()
application.add_handler(MessageHandler(filters.TEXT, echo))
application.run_webhook(
    listen="127.0.0.1",
    port=int(port),
    url_path="telegram",
    secret_token=secret,
    webhook_url=f"http://127.0.0.1:{port}/telegram",
)
