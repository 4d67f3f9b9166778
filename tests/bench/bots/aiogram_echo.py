"""aiogram's echo bot behind its own webhook handler, at its defaults. It stores nothing.

Arguments: port, Bot API root, token, secret.
"""

from __future__ import annotations

import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message
from aiogram.webhook.aiohttp_server import SimpleRequestHandler, setup_application
from aiohttp import web

port, root, token, secret = sys.argv[1:]
dispatcher = Dispatcher()


@dispatcher.message()
async def echo(message: Message) -> None:
    """Say it back."""
    await message.answer(message.text or "")


async def start(bot: Bot) -> None:
    """Tell the Bot API server where updates go."""
    await bot.set_webhook(f"http://127.0.0.1:{port}/telegram", secret_token=secret)


dispatcher.startup.register(start)
bot = Bot(token, session=AiohttpSession(api=TelegramAPIServer.from_base(root)))
application = web.Application()
SimpleRequestHandler(dispatcher, bot, secret_token=secret).register(application, path="/telegram")
setup_application(application, dispatcher, bot=bot)
web.run_app(application, host="127.0.0.1", port=int(port), access_log=None, print=None)
