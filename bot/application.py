"""python-telegram-bot's part: types, parsing and routing. It neither fetches nor sends by itself."""

from telegram.ext import Application, ContextTypes, ExtBot

from bot.wire import Wire
from handlers import growth, home, members
from handlers.context import BotApplication, Context
from handlers.errors import on_error
from texts.catalog import Catalog

_GUARDS, _FEATURES = -1, 0
_SENDING_CONNECTIONS, _POLLING_CONNECTIONS = 16, 2


def build_bot(*, token: str, base_url: str) -> tuple[ExtBot[None], Wire]:
    """Return the bot, and the wire kept for polling alone."""
    polling = Wire(_POLLING_CONNECTIONS)
    bot: ExtBot[None] = ExtBot(
        token, base_url=base_url, request=Wire(_SENDING_CONNECTIONS), get_updates_request=polling
    )
    return bot, polling


def build_application(bot: ExtBot[None], catalog: Catalog) -> BotApplication:
    """Return the application with every feature's routes, in order."""
    application: BotApplication = (
        Application.builder()
        .bot(bot)
        .context_types(ContextTypes(context=Context))
        .updater(None)
        .job_queue(None)
        .build()
    )
    application.add_handlers(list(home.guards()), group=_GUARDS)
    for routes in (members.routes(catalog), growth.routes(catalog), home.routes(catalog)):
        application.add_handlers(list(routes), group=_FEATURES)
    application.add_error_handler(on_error)
    return application
