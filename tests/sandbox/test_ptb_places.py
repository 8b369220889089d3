"""python-telegram-bot in forums and channels: its own objects, its own errors."""

import pytest
from telegram import Bot, ChatMemberAdministrator, ForumTopic, MessageOriginChannel, Update
from telegram.error import BadRequest, Forbidden

from tests.sandbox.town import Town, town


def _bot(place: Town) -> Bot:
    return Bot(place.world.token, base_url=place.address.base)


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
