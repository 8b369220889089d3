"""All routes behind one door: an update tries those that its word, command or act can lead to."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import Any

from telegram import Message, MessageEntity, Update
from telegram.ext import Application, BaseHandler, CommandHandler

from handlers.context import Context
from handlers.routes import Route, Routes, TapHandler, WordHandler, act_of, word_of

Key = tuple[str, str]  # what kind of thing leads there, and which


class Switchboard(BaseHandler[Update, Context, None]):
    """Routes in their order. python-telegram-bot asks each handler in turn; there are hundreds of ours."""

    def __init__(self, routes: Routes) -> None:
        super().__init__(_nobody)
        self.routes = routes
        ways: defaultdict[Key, list[int]] = defaultdict(list)
        self._always = [place for place, route in enumerate(routes) if not _keys(route)]
        for place, route in enumerate(routes):
            for key in _keys(route):
                ways[key].append(place)
        self._ways = {key: sorted({*places, *self._always}) for key, places in ways.items()}

    def check_update(self, update: object) -> Any:
        """Return the first route that takes the update, with what it found there, or None."""
        for place in self._places(update):
            found = self.routes[place].check_update(update)
            if found is not None and found is not False:
                return self.routes[place], found
        return None

    async def handle_update(
        self,
        update: Update,
        application: Application[Any, Any, Any, Any, Any, Any],
        found: Any,
        context: Context,
    ) -> None:
        """Let the route that was found handle the update."""
        route, check = found
        await route.handle_update(update, application, check, context)

    def _places(self, update: object) -> Iterable[int]:
        if not isinstance(update, Update):  # what comes back from sending
            return self._always
        ways = [self._ways[key] for key in _led_by(update) if key in self._ways]
        if not ways:
            return self._always
        return ways[0] if len(ways) == 1 else sorted({place for way in ways for place in way})


def _keys(route: Route) -> tuple[Key, ...]:
    """Return what can lead to a route; nothing where any update may."""
    match route:
        case CommandHandler():
            return tuple(("command", name) for name in route.commands)
        case WordHandler():
            return tuple(("word", word) for word in route.words)
        case TapHandler():
            return (("act", route.act),)
    return ()


def _led_by(update: Update) -> Iterator[Key]:
    """Return what an update can be led by."""
    query, message = update.callback_query, update.effective_message
    if query is not None:
        yield "act", act_of(query.data or "")
    elif message is not None and message.text:
        if (command := _command(message)) is not None:
            yield "command", command
        yield "word", word_of(message)


def _command(message: Message) -> str | None:
    """Return the command that a message begins with, as `CommandHandler` reads it."""
    first = message.entities[0] if message.entities else None
    if first is None or first.type != MessageEntity.BOT_COMMAND or first.offset != 0:
        return None
    return (message.text or "")[1 : first.length].partition("@")[0].lower()


async def _nobody(_update: Update, _context: Context) -> None:
    """The routes have callbacks of their own."""
