"""An aiogram echo bot that commits one row before each answer: polling, sequential, SQLite with FULL."""

import asyncio
import sqlite3
import sys

from aiogram import Bot, Dispatcher
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import Message

from bench.rivals.bare_sqlite import connect
from bench.worker import READY, say


async def main() -> None:
    """Run until killed. Arguments: token, base URL, database file."""
    _, token, base_url, path = sys.argv
    table = connect(path)
    table.execute("CREATE TABLE heard (id INTEGER PRIMARY KEY, chat INTEGER, message INTEGER, text TEXT)")
    server = TelegramAPIServer(base=f"{base_url}{{token}}/{{method}}", file=f"{base_url}{{token}}/{{path}}")
    dispatcher = Dispatcher()

    @dispatcher.message()
    async def echo(message: Message) -> None:
        keep(table, message)
        await message.answer(message.text or "")

    @dispatcher.startup()
    async def started() -> None:
        say(READY)

    bot = Bot(token, session=AiohttpSession(api=server))
    # Sequential is aiogram's cheaper way here (telegram.md §3.4): a task for each update costs more.
    await dispatcher.start_polling(bot, handle_as_tasks=False)


def keep(table: sqlite3.Connection, message: Message) -> None:
    """Commit one message."""
    table.execute("BEGIN IMMEDIATE")
    table.execute(
        "INSERT INTO heard (chat, message, text) VALUES (?, ?, ?)",
        (message.chat.id, message.message_id, message.text),
    )
    table.execute("COMMIT")


if __name__ == "__main__":
    asyncio.run(main())
