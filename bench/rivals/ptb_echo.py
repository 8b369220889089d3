"""The echo bot of python-telegram-bot's manual: polling, sequential, no database."""

import sys

from telegram import Update
from telegram.ext import Application, ContextTypes, MessageHandler, filters

from bench.worker import READY, say


async def echo(update: Update, _context: ContextTypes.DEFAULT_TYPE) -> None:
    """Answer with the same words."""
    if update.message and update.message.text:
        await update.message.reply_text(update.message.text)


async def _started(_application: object) -> None:
    say(READY)


def main() -> None:
    """Run until killed. Arguments: token, base URL."""
    _, token, base_url = sys.argv
    application = Application.builder().token(token).base_url(base_url).post_init(_started).build()
    application.add_handler(MessageHandler(filters.TEXT, echo))
    application.run_polling()


if __name__ == "__main__":
    main()
