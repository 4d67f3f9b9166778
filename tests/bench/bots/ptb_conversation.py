"""A python-telegram-bot dialogue of two states with PicklePersistence, everything at its defaults.

By default the pickle is written once a minute: a crash loses up to that much. Arguments: port, Bot API root, token,
secret, file.
"""

from __future__ import annotations

import sys
from typing import Any

from telegram import Update
from telegram.ext import ApplicationBuilder, ConversationHandler, MessageHandler, PicklePersistence, filters

FIRST, SECOND = range(2)


async def first(update: Update, context: Any) -> int:
    """Count, and go on to the second state."""
    context.user_data["turns"] = context.user_data.get("turns", 0) + 1
    if update.message is not None:
        await update.message.reply_text(update.message.text or "")
    return SECOND


async def second(update: Update, context: Any) -> int:
    """Count, and go back to the first state."""
    await first(update, context)
    return FIRST


port, root, token, secret, file = sys.argv[1:]
application = (
    ApplicationBuilder()
    .token(token)
    .base_url(f"{root}/bot")
    .persistence(PicklePersistence(filepath=file))
    .build()
)
application.add_handler(
    ConversationHandler(
        entry_points=[MessageHandler(filters.TEXT, first)],
        states={FIRST: [MessageHandler(filters.TEXT, first)], SECOND: [MessageHandler(filters.TEXT, second)]},
        fallbacks=[],
        name="bench",
        persistent=True,
    )
)
application.run_webhook(
    listen="127.0.0.1",
    port=int(port),
    url_path="telegram",
    secret_token=secret,
    webhook_url=f"http://127.0.0.1:{port}/telegram",
)
