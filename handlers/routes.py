"""What an update is, for the routes: plain words, commands and taps lead to handlers."""

import re
from collections.abc import Collection
from typing import Any

from telegram import Message, Update
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters
from telegram.ext.filters import BaseFilter, MessageFilter

from handlers.context import Callback, Context

Routes = tuple[BaseHandler[Any, Context, None], ...]

FRESH = filters.UpdateType.MESSAGE  # no edits: an edited message asks for nothing anew
IN_PRIVATE = FRESH & filters.ChatType.PRIVATE
IN_GROUP = FRESH & filters.ChatType.GROUPS


class Says(MessageFilter):
    """The whole message is one of these words."""

    def __init__(self, words: Collection[str]) -> None:
        super().__init__()
        self._words = frozenset(words)

    def filter(self, message: Message) -> bool:
        """Tell whether `message` is one of the words, whatever its case and outer spaces."""
        return (message.text or "").strip().casefold() in self._words


def on_words(words: Collection[str], callback: Callback[Update]) -> MessageHandler[Context, None]:
    """Return a route for plain words that work as a command."""
    return MessageHandler(FRESH & Says(words), callback)


def on_command(
    name: str, callback: Callback[Update], where: BaseFilter = FRESH
) -> CommandHandler[Context, None]:
    """Return a route for a slash command."""
    return CommandHandler(name, callback, where)


def on_tap(act: str, callback: Callback[Update], args: str = "") -> CallbackQueryHandler[Context, None]:
    """Return a route for the buttons of `act`; `args` is a pattern for what follows it."""
    return CallbackQueryHandler(callback, rf"^v1:{re.escape(act)}{args}$")
