"""Three foreign clients in forums and channels: their own objects, their own errors."""

from typing import Any

import pytest
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.exceptions import TelegramForbiddenError, TelegramMigrateToChat
from telebot.async_telebot import AsyncTeleBot
from telebot.asyncio_helper import ApiTelegramException
from telegram import Bot, ChatMemberAdministrator, ForumTopic, MessageOriginChannel, Update
from telegram.error import BadRequest, Forbidden

from tests.sandbox.town import Town, lead_telebot, town

KINDS = {"message", "edited_message", "channel_post", "edited_channel_post", "my_chat_member"}


def _bot(place: Town) -> Bot:
    return Bot(place.world.token, base_url=place.address.base)


def _busy(place: Town) -> tuple[int, int, int]:
    """Let people do all that this file is about; return a forum, the topic in it, and a group that moved."""
    box, world = place.sandbox, place.world
    owner = world.owner
    forum = box.add_group("Forum", owner, forum=True)["id"]
    channel = box.add_channel("Recipes", owner, linked=world.group)["id"]
    small = box.add_group("Small", owner, kind="group")["id"]
    for chat in (forum, channel, small):
        box.act(owner, "promote", chat=chat, user=world.bot)
    topic = box.act(owner, "topic", chat=forum, name="Figs")["topic"]
    for verb in ("close_topic", "reopen_topic"):
        box.act(owner, verb, chat=forum, topic=topic)
    box.act(owner, "rename_topic", chat=forum, topic=topic, name="Dates")
    box.act(owner, "photo", chat=forum, topic=topic)
    post = box.act(owner, "post", chat=channel, text="Soup")["message_id"]
    box.act(owner, "edit", chat=channel, message=post, text="Stew")
    box.act(owner, "anonymous", chat=world.group)
    hidden = box.act(owner, "send", chat=world.group, text="I hide")["message_id"]
    box.act(owner, "pin", chat=world.group, message=hidden)
    box.act(world.user, "send", chat=world.group, text="via", via=world.bot)
    box.act(owner, "migrate", chat=small, first="from")
    box.act(world.user, "deactivate")
    return forum, topic, small


async def test_a_forum_is_led_from_its_first_topic_to_its_last() -> None:
    async with town() as place, _bot(place) as bot:
        box, world = place.sandbox, place.world
        chat = box.add_group("Forum", world.owner, forum=True)["id"]
        box.act(world.owner, "promote", chat=chat, user=world.bot)
        box.act(world.user, "join", chat=chat)
        box.settle()

        topic = await bot.create_forum_topic(chat, "Figs", icon_color=16766590)
        box.act(world.user, "send", chat=chat, topic=topic.message_thread_id, text="Two")
        box.act(world.user, "send", chat=chat, text="Hello, all")
        created, said, general = [update.message for update in await bot.get_updates()]
        assert created is not None
        assert said is not None
        assert general is not None
        answer = await said.reply_text("Noted")
        aside = await general.reply_text("Hello", do_quote=False)
        thread = topic.message_thread_id
        assert await bot.close_forum_topic(chat, thread)
        assert await bot.reopen_forum_topic(chat, thread)
        assert await bot.edit_forum_topic(chat, thread, name="Dates")
        assert await bot.unpin_all_forum_topic_messages(chat, thread)
        assert await bot.hide_general_forum_topic(chat)
        assert await bot.delete_forum_topic(chat, thread)

        assert isinstance(topic, ForumTopic)
        assert created.forum_topic_created is not None
        assert created.chat.is_forum
        assert (said.is_topic_message, answer.is_topic_message, aside.is_topic_message) == (True, True, None)
        assert answer.message_thread_id == said.message_thread_id == thread
        with pytest.raises(BadRequest, match="Message thread not found"):
            await said.reply_text("Too late", do_quote=False)


async def test_a_channel_its_discussion_and_who_writes_as_one() -> None:
    async with town() as place, _bot(place) as bot:
        box, world = place.sandbox, place.world
        channel = box.add_channel("Recipes", world.owner, linked=world.group)["id"]
        box.act(world.owner, "promote", chat=channel, user=world.bot)
        box.act(world.owner, "anonymous", chat=world.group)
        await bot.get_updates(offset=-1, allowed_updates=Update.ALL_TYPES)
        box.settle()

        box.act(world.owner, "post", chat=channel, text="Soup")
        box.act(world.owner, "send", chat=world.group, as_channel=channel, text="We write")
        box.act(world.owner, "send", chat=world.group, text="I hide")
        post, forwarded, written, hidden = await bot.get_updates()

        assert post.channel_post is not None
        assert post.effective_user is None
        assert forwarded.message is not None
        assert forwarded.message.is_automatic_forward
        assert isinstance(forwarded.message.forward_origin, MessageOriginChannel)
        for update, user, sender in (
            (forwarded, 777000, channel),
            (written, 136817688, channel),
            (hidden, 1087968824, world.group),
        ):
            assert update.effective_user is not None
            assert update.effective_user.id == user
            assert update.effective_sender is not None
            assert update.effective_sender.id == sender
        me = await bot.get_chat_member(channel, world.bot)
        assert isinstance(me, ChatMemberAdministrator)
        assert me.can_post_messages
        assert (await bot.get_chat(channel)).linked_chat_id == world.group


async def test_who_is_gone_is_forbidden() -> None:
    async with town() as place, _bot(place) as bot:
        box, world = place.sandbox, place.world
        box.act(world.user, "deactivate")
        with pytest.raises(Forbidden, match="user is deactivated"):
            await bot.send_message(world.user, "x")
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        with pytest.raises(Forbidden, match="bot was kicked from the supergroup chat"):
            await bot.send_message(world.group, "x")
        box.act(world.owner, "delete_group", chat=world.group)
        with pytest.raises(Forbidden, match="the group chat was deleted"):
            await bot.send_message(world.group, "x")


async def test_aiogram_reads_all_of_it() -> None:
    async with town() as place:
        forum, topic, small = _busy(place)
        api = TelegramAPIServer.from_base(place.address.url)
        async with AiogramBot(place.world.token, session=AiohttpSession(api=api)) as bot:
            updates = await bot.get_updates()
            made = await bot.create_forum_topic(forum, "Nuts", icon_color=9367192)
            sent = await bot.send_message(forum, "x", message_thread_id=made.message_thread_id)
            assert await bot.edit_forum_topic(forum, topic, name="Figs")
            assert await bot.hide_general_forum_topic(forum)
            assert await bot.set_chat_description(forum, "By topic")
            admins = await bot.get_chat_administrators(place.world.group)
            with pytest.raises(TelegramForbiddenError, match="user is deactivated"):
                await bot.send_message(place.world.user, "x")
            with pytest.raises(TelegramMigrateToChat) as moved:
                await bot.send_message(small, "x")

        kinds = [update.event_type for update in updates]
        assert set(kinds) == KINDS
        assert sent.is_topic_message
        assert getattr(admins[0], "is_anonymous", None) is True
        assert moved.value.migrate_to_chat_id < -1_000_000_000_000


async def test_telebot_reads_all_of_it(monkeypatch: pytest.MonkeyPatch) -> None:
    async with town() as place:
        lead_telebot(monkeypatch, place.address)
        forum, topic, _ = _busy(place)
        bot: Any = AsyncTeleBot(place.world.token)
        try:
            updates = await bot.get_updates()
            made = await bot.create_forum_topic(forum, "Nuts")
            sent = await bot.send_message(forum, "x", message_thread_id=made.message_thread_id)
            assert await bot.close_forum_topic(forum, topic)
            assert await bot.unpin_all_general_forum_topic_messages(forum)
            known = await bot.get_chat(place.world.group)
            with pytest.raises(ApiTelegramException, match="user is deactivated"):
                await bot.send_message(place.world.user, "x")
        finally:
            await bot.close_session()

        messages = [update.message for update in updates if update.message]
        assert sum(1 for message in messages if message.is_automatic_forward) == 1
        assert any(message.forum_topic_created for message in messages)
        assert any(message.migrate_from_chat_id for message in messages)
        assert any(message.via_bot for message in messages)
        assert sent.message_thread_id == made.message_thread_id
        (post,) = [update.channel_post for update in updates if update.channel_post]
        assert known.linked_chat_id == post.chat.id
