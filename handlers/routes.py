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


class _TapHandler(CallbackQueryHandler[Context, None]):
    """Routes taps of one kind of chat: a private page's button, forged in a group, must not open there."""

    def __init__(self, callback: Callback[Update], pattern: str, *, in_group: bool) -> None:
        super().__init__(callback, pattern)
        self._in_group = in_group

    def check_update(self, update: object) -> Any:
        """Match as a callback query does, in the right kind of chat only."""
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None or (chat.type == chat.PRIVATE) == self._in_group:
            return None
        return super().check_update(update)


def on_tap(act: str, callback: Callback[Update], args: str = "", *, in_group: bool = False) -> _TapHandler:
    """Return a route for the buttons of `act` in private (or in groups); `args` is a pattern behind it."""
    return _TapHandler(callback, rf"^v1:{re.escape(act)}{args}\Z", in_group=in_group)
