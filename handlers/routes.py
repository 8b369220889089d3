"""What an update is, for the routes: plain words, commands and taps lead to handlers."""

import re
from collections.abc import Collection
from typing import Any

from telegram import Message, Update, User
from telegram.ext import BaseHandler, CallbackQueryHandler, CommandHandler, MessageHandler, filters
from telegram.ext.filters import BaseFilter, MessageFilter

from handlers.context import Callback, Context
from handlers.keyboards import VERSION
from texts.catalog import heard

Route = BaseHandler[Any, Context, None]
Routes = tuple[Route, ...]

FRESH = filters.UpdateType.MESSAGE  # no edits
IN_PRIVATE = FRESH & filters.ChatType.PRIVATE
IN_GROUP = FRESH & filters.ChatType.GROUPS
# In private an edit that becomes a word or a command is a typing error mended; in groups it asks for nothing.
ASKING = FRESH | (filters.UpdateType.EDITED_MESSAGE & filters.ChatType.PRIVATE)
# What people say or show; for a text, the fifty kinds of what Telegram tells of a chat need not be tried.
SPEECH = filters.TEXT | ~filters.StatusUpdate.ALL
LONGEST_WORD = 32  # characters typed; no word is longer, whatever stands around it
_NO_PERSONS = (136817688, 777000, 1087968824)  # writing as a channel, Telegram itself, as the group


def is_person(user: User) -> bool:
    """Tell whether a Telegram user is somebody: no bot, and none of the numbers Telegram itself writes by."""
    return not user.is_bot and user.id not in _NO_PERSONS


def is_speech_of_nobody(update: Update) -> bool:
    """Tell whether a message was written by no person of its own: a channel, a bot, a group as such."""
    if update.channel_post or update.edited_channel_post:
        return True
    message = update.message or update.edited_message
    if message is None:
        return False
    sender = message.from_user
    if sender is not None and message.sender_chat is None and is_person(sender):
        return False
    # What Telegram tells of a group counts, whoever did it. Asked last: the filter tries fifty kinds.
    return not filters.StatusUpdate.ALL.check_update(update)


class ByGroup(MessageFilter):
    """Written by an administrator who hides: in the name of the group itself."""

    def filter(self, message: Message) -> bool:
        """Tell whether the group as such wrote `message`."""
        return message.sender_chat is not None and message.sender_chat.id == message.chat.id


class Says(MessageFilter):
    """The whole message is one of these words."""

    def __init__(self, words: Collection[str]) -> None:
        super().__init__()
        self._words = frozenset(words)

    def filter(self, message: Message) -> bool:
        """Tell whether `message` is one of the words.

        Punctuation and spacing mean nothing in private; in a group "begin!" is said to the neighbours.
        """
        return word_of(message) in self._words


def word_of(message: Message) -> str:
    """Return the word that the whole message is, as lists of words have it; empty where it is none."""
    typed = message.text or ""
    if len(typed) > LONGEST_WORD:
        return ""
    private = message.chat.type == message.chat.PRIVATE
    return heard(typed) if private else typed.strip().casefold()


class WordHandler(MessageHandler[Context, None]):
    """Routes plain words that work as a command."""

    def __init__(self, words: Collection[str], callback: Callback[Update], where: BaseFilter) -> None:
        super().__init__(where & Says(words), callback)
        self.words = frozenset(words)


def on_words(words: Collection[str], callback: Callback[Update], where: BaseFilter = ASKING) -> WordHandler:
    """Return a route for plain words that work as a command."""
    return WordHandler(words, callback, where)


def on_command(name: str, callback: Callback[Update]) -> CommandHandler[Context, None]:
    """Return a route for a slash command."""
    return CommandHandler(name, callback, ASKING)


def on_payload(pattern: str, callback: Callback[Update]) -> CommandHandler[Context, None]:
    """Return a route for Start in private with such a payload; it has to stand before every other Start."""
    started = filters.Regex(rf"^/start(@\w+)? +{pattern}$")
    return CommandHandler("start", callback, IN_PRIVATE & started)


class TapHandler(CallbackQueryHandler[Context, None]):
    """Routes taps of one kind of chat: a private page's button, forged in a group, must not open there."""

    def __init__(self, act: str, callback: Callback[Update], args: str, *, in_group: bool) -> None:
        if ":" in act or args.lstrip("(")[:1] not in ("", ":"):
            raise ValueError(f"an act, and arguments behind a colon, expected; got {act!r}, {args!r}")
        super().__init__(callback, rf"^{VERSION}:{re.escape(act)}{args}\Z")
        self.act, self._in_group = act, in_group

    def check_update(self, update: object) -> Any:
        """Match as a callback query does, in the right kind of chat only."""
        chat = update.effective_chat if isinstance(update, Update) else None
        if chat is None or (chat.type == chat.PRIVATE) == self._in_group:
            return None
        return super().check_update(update)


def on_tap(act: str, callback: Callback[Update], args: str = "", *, in_group: bool = False) -> TapHandler:
    """Return a route for the buttons of `act` in private (or in groups); `args` is a pattern behind it."""
    return TapHandler(act, callback, args, in_group=in_group)


def act_of(data: str) -> str:
    """Return the act that callback data names; empty where it is none of ours."""
    version, _, rest = data.partition(":")
    return rest.partition(":")[0] if version == VERSION else ""
