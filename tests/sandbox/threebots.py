"""One small bot, written three times as each library's users write it: by long polling or by webhook.

It greets who presses Start or joins, echoes texts with a button, marks what is tapped, sends a photo and a
poll when told to, and writes to who voted.
"""

import asyncio
import hmac
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

import pytest
import telebot.types
from aiogram import Bot as AiogramBot
from aiogram import Dispatcher, F
from aiogram import types as aiogram_types
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.filters import Command, CommandStart
from aiogram.webhook.aiohttp_server import SimpleRequestHandler
from aiohttp import web
from telebot.async_telebot import AsyncTeleBot
from telegram import InlineKeyboardButton, InlineKeyboardMarkup, ReplyParameters, Update
from telegram.ext import (
    Application,
    CallbackQueryHandler,
    CommandHandler,
    MessageHandler,
    PollAnswerHandler,
    filters,
)

from tests.sandbox.hook import receiving
from tests.sandbox.pictures import png
from tests.sandbox.town import Town, lead_telebot

telebot_types: Any = telebot.types
SECRET = "s-3_cret"
HEADER = "X-Telegram-Bot-Api-Secret-Token"
LABEL = "\U0001f44d"
Running = Callable[[Town, bool], AbstractAsyncContextManager[None]]
"""Runs the bot in a town while the block runs; True: by webhook."""


def _taking(take: Callable[[Any], Awaitable[Any]]) -> web.Application:
    """Return the program of a library without a webhook of its own: a secret, an update, 200."""

    async def answer(request: web.Request) -> web.Response:
        if not hmac.compare_digest(request.headers.get(HEADER, ""), SECRET):
            return web.Response(status=403)
        await take(await request.json())
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook", answer)
    return app


# -- python-telegram-bot


def _ptb_program(place: Town) -> Any:
    app: Any = Application.builder().token(place.world.token).base_url(place.address.base).build()

    async def start(update: Any, context: Any) -> None:
        await update.effective_chat.send_message(f"Welcome, {update.effective_user.first_name}")

    async def photo(update: Any, context: Any) -> None:
        await update.effective_chat.send_photo(png(), caption="<b>Greens</b> 8.80", parse_mode="HTML")

    async def poll(update: Any, context: Any) -> None:
        await update.effective_chat.send_poll("When?", ["Mon", "Tue"], is_anonymous=False)

    async def greet(update: Any, context: Any) -> None:
        names = ", ".join(user.first_name for user in update.message.new_chat_members)
        await update.effective_chat.send_message(f"Hello, {names}")

    async def echo(update: Any, context: Any) -> None:
        button = InlineKeyboardButton(LABEL, callback_data="like")
        await update.effective_chat.send_message(
            f"You said: {update.message.text}",
            reply_parameters=ReplyParameters(update.message.message_id),
            reply_markup=InlineKeyboardMarkup([[button]]),
        )

    async def tapped(update: Any, context: Any) -> None:
        await update.callback_query.answer("noted")
        await update.callback_query.edit_message_text(f"Liked by {update.effective_user.first_name}")

    async def voted(update: Any, context: Any) -> None:
        (chosen,) = update.poll_answer.option_ids
        await context.bot.send_message(update.poll_answer.user.id, f"You chose {chosen}")

    app.add_handler(CommandHandler("start", start))
    app.add_handler(CommandHandler("photo", photo))
    app.add_handler(CommandHandler("poll", poll))
    app.add_handler(MessageHandler(filters.StatusUpdate.NEW_CHAT_MEMBERS, greet))
    app.add_handler(MessageHandler(filters.TEXT, echo))
    app.add_handler(CallbackQueryHandler(tapped))
    app.add_handler(PollAnswerHandler(voted))
    return app


@asynccontextmanager
async def ptb(place: Town, by_webhook: bool) -> AsyncIterator[None]:
    """Run python-telegram-bot's."""
    app = _ptb_program(place)
    async with app:
        await app.start()
        if by_webhook:

            async def take(update: Any) -> None:
                await app.update_queue.put(Update.de_json(update, app.bot))

            async with receiving(_taking(take)) as url:
                await app.bot.set_webhook(url, secret_token=SECRET)
                yield
                await app.bot.delete_webhook()
        else:
            await app.updater.start_polling()
            yield
            await app.updater.stop()
        await app.stop()


# -- aiogram


def _aiogram_program() -> Dispatcher:
    program = Dispatcher()

    @program.message(CommandStart())
    async def start(message: Any) -> None:
        await message.answer(f"Welcome, {message.from_user.first_name}")

    @program.message(Command("photo"))
    async def photo(message: Any) -> None:
        picture = aiogram_types.BufferedInputFile(png(), "greens.png")
        await message.answer_photo(picture, caption="<b>Greens</b> 8.80", parse_mode="HTML")

    @program.message(Command("poll"))
    async def poll(message: Any) -> None:
        await message.answer_poll("When?", ["Mon", "Tue"], is_anonymous=False)

    @program.message(F.new_chat_members)
    async def greet(message: Any) -> None:
        names = ", ".join(user.first_name for user in message.new_chat_members)
        await message.answer(f"Hello, {names}")

    @program.message(F.text)
    async def echo(message: Any) -> None:
        button = aiogram_types.InlineKeyboardButton(text=LABEL, callback_data="like")
        markup = aiogram_types.InlineKeyboardMarkup(inline_keyboard=[[button]])
        await message.reply(f"You said: {message.text}", reply_markup=markup)

    @program.callback_query()
    async def tapped(query: Any) -> None:
        await query.answer("noted")
        await query.message.edit_text(f"Liked by {query.from_user.first_name}")

    @program.poll_answer()
    async def voted(answer: Any, bot: AiogramBot) -> None:
        (chosen,) = answer.option_ids
        await bot.send_message(answer.user.id, f"You chose {chosen}")

    return program


@asynccontextmanager
async def aiogram(place: Town, by_webhook: bool) -> AsyncIterator[None]:
    """Run aiogram's, with its own webhook."""
    program = _aiogram_program()
    api = TelegramAPIServer.from_base(place.address.url)
    async with AiogramBot(place.world.token, session=AiohttpSession(api=api)) as bot:
        if by_webhook:
            app = web.Application()
            SimpleRequestHandler(program, bot, secret_token=SECRET).register(app, path="/hook")
            async with receiving(app) as url:
                await bot.set_webhook(url, secret_token=SECRET)
                yield
                await bot.delete_webhook()
        else:
            async with asyncio.TaskGroup() as tasks:
                tasks.create_task(program.start_polling(bot, handle_signals=False, close_bot_session=False))
                yield
                await program.stop_polling()


# -- telebot


def _telebot_program(place: Town) -> Any:
    bot: Any = AsyncTeleBot(place.world.token)

    async def start(message: Any) -> None:
        await bot.send_message(message.chat.id, f"Welcome, {message.from_user.first_name}")

    async def photo(message: Any) -> None:
        await bot.send_photo(message.chat.id, png(), caption="<b>Greens</b> 8.80", parse_mode="HTML")

    async def poll(message: Any) -> None:
        options = [telebot_types.InputPollOption(text) for text in ("Mon", "Tue")]
        await bot.send_poll(message.chat.id, "When?", options, is_anonymous=False)

    async def greet(message: Any) -> None:
        names = ", ".join(user.first_name for user in message.new_chat_members)
        await bot.send_message(message.chat.id, f"Hello, {names}")

    async def echo(message: Any) -> None:
        markup = telebot_types.InlineKeyboardMarkup()
        markup.add(telebot_types.InlineKeyboardButton(LABEL, callback_data="like"))
        await bot.reply_to(message, f"You said: {message.text}", reply_markup=markup)

    async def tapped(query: Any) -> None:
        await bot.answer_callback_query(query.id, "noted")
        text = f"Liked by {query.from_user.first_name}"
        await bot.edit_message_text(text, query.message.chat.id, query.message.message_id)

    async def voted(answer: Any) -> None:
        (chosen,) = answer.option_ids
        await bot.send_message(answer.user.id, f"You chose {chosen}")

    bot.register_message_handler(start, commands=["start"])
    bot.register_message_handler(photo, commands=["photo"])
    bot.register_message_handler(poll, commands=["poll"])
    bot.register_message_handler(greet, content_types=["new_chat_members"])
    bot.register_message_handler(echo, content_types=["text"])
    bot.register_callback_query_handler(tapped, func=lambda _query: True)
    bot.register_poll_answer_handler(voted, func=lambda _answer: True)
    return bot


@asynccontextmanager
async def pytelegrambotapi(place: Town, by_webhook: bool) -> AsyncIterator[None]:
    """Run pyTelegramBotAPI's, whose API address is one for the whole program."""
    with pytest.MonkeyPatch.context() as patch:
        lead_telebot(patch, place.address)
        bot = _telebot_program(place)
        try:
            if by_webhook:

                async def take(update: Any) -> None:
                    await bot.process_new_updates([telebot_types.Update.de_json(update)])

                async with receiving(_taking(take)) as url:
                    await bot.set_webhook(url, secret_token=SECRET)
                    yield
                    await bot.delete_webhook()
            else:
                async with asyncio.TaskGroup() as tasks:
                    polling = tasks.create_task(bot.polling(non_stop=True))
                    yield
                    polling.cancel()
        finally:
            await bot.close_session()


BOTS: dict[str, Running] = {
    "python-telegram-bot": ptb,
    "aiogram": aiogram,
    "pyTelegramBotAPI": pytelegrambotapi,
}
