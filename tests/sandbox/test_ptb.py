"""A conversation led by python-telegram-bot, a client that knows nothing of the sandbox."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllGroupChats,
    CallbackQuery,
    ChatInviteLink,
    ChatMemberAdministrator,
    ChatMemberBanned,
    ChatMemberOwner,
    ChatMemberRestricted,
    ChatPermissions,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    LinkPreviewOptions,
    MenuButtonCommands,
    ReplyParameters,
    Update,
)
from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter
from telegram.ext import Defaults, ExtBot

from tests.sandbox.town import NOON, Town, town


@asynccontextmanager
async def _bot(place: Town) -> AsyncIterator[Bot]:
    defaults = Defaults(parse_mode="HTML", link_preview_options=LinkPreviewOptions(is_disabled=True))
    async with ExtBot(place.world.token, base_url=place.address.base, defaults=defaults) as bot:
        yield bot


async def test_a_deal_runs_from_start_to_pick_up() -> None:
    async with town() as place, _bot(place) as bot:
        box, world = place.sandbox, place.world
        await bot.get_updates(allowed_updates=Update.ALL_TYPES)
        markup = InlineKeyboardMarkup([[InlineKeyboardButton("+1", callback_data="v1:buy:7")]])
        card = await bot.send_message(world.group, "<b>Greens</b> 8.80", reply_markup=markup)
        assert await card.pin()

        box.act(world.user, "tap", chat=world.group, message=card.message_id, button="+1")
        pinned, tapped = await bot.get_updates(timeout=5)
        query = tapped.callback_query
        assert isinstance(query, CallbackQuery)
        assert await query.answer("noted")
        edited = await query.edit_message_text("<b>Greens</b> 8.80, 1 sold", reply_markup=markup)
        box.act(world.user, "send", chat=world.group, text="+2 please", reply_to=card.message_id)
        (line,) = await bot.get_updates(offset=tapped.update_id + 1)

        assert pinned.message is not None
        assert pinned.message.pinned_message is not None
        assert query.data == "v1:buy:7"
        assert card.date == NOON
        assert card.link_preview_options == LinkPreviewOptions(is_disabled=True)
        assert not isinstance(edited, bool)
        assert edited.text_html == "<b>Greens</b> 8.80, 1 sold"
        assert line.message is not None
        assert line.message.reply_to_message is not None
        assert line.message.reply_to_message.from_user == bot.bot
        with pytest.raises(BadRequest, match="Message is not modified"):
            await query.edit_message_text("<b>Greens</b> 8.80, 1 sold", reply_markup=markup)


async def test_every_read_parses_as_the_type_promised() -> None:
    async with town() as place, _bot(place) as bot:
        world, box = place.world, place.sandbox
        link = await bot.create_chat_invite_link(world.group, name="spring", member_limit=9)
        assert isinstance(link, ChatInviteLink)
        assert isinstance(await bot.edit_chat_invite_link(world.group, link, name="summer"), ChatInviteLink)
        assert (await bot.revoke_chat_invite_link(world.group, link)).is_revoked
        assert isinstance(await bot.export_chat_invite_link(world.group), str)
        assert (await bot.get_chat(world.group)).title == (await bot.get_chat(world.group)).effective_name
        assert (await bot.get_chat(world.user)).type == "private"
        owner, me = await bot.get_chat_administrators(world.group)
        assert isinstance(owner, ChatMemberOwner)
        assert isinstance(me, ChatMemberAdministrator)
        assert await bot.restrict_chat_member(world.group, world.user, ChatPermissions.no_permissions())
        assert isinstance(await bot.get_chat_member(world.group, world.user), ChatMemberRestricted)
        assert await bot.ban_chat_member(world.group, world.user)
        assert isinstance(await bot.get_chat_member(world.group, world.user), ChatMemberBanned)
        assert await bot.get_chat_member_count(world.group) == 4
        scope = BotCommandScopeAllGroupChats()
        assert await bot.set_my_commands([BotCommand("deals", "what is on")], scope=scope)
        assert (await bot.get_my_commands(scope=scope))[0].command == "deals"
        assert await bot.set_chat_menu_button(menu_button=MenuButtonCommands())
        assert await bot.send_chat_action(world.group, "typing")
        assert (await bot.get_webhook_info()).url == ""
        box.act(world.members[1], "leave", chat=world.group)
        box.act(world.members[1], "request", chat=world.group)
        assert await bot.approve_chat_join_request(world.group, world.members[1])


async def test_errors_arrive_as_the_classes_a_bot_catches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PTB_TIMEDELTA", "true")
    async with town() as place, _bot(place) as bot:
        world, box = place.world, place.sandbox
        with pytest.raises(BadRequest, match="Chat not found"):
            await bot.send_message(-100, "x")
        with pytest.raises(BadRequest, match="Message to be replied not found"):
            await bot.send_message(world.group, "x", reply_parameters=ReplyParameters(message_id=999))
        with pytest.raises(Forbidden, match="can't initiate conversation"):
            await bot.send_message(world.owner, "x")
        box.fault("flood", retry_after=3, method="sendMessage")
        with pytest.raises(RetryAfter):
            await bot.send_message(world.group, "x")
        stranger = Bot("1:wrong", base_url=place.address.base)
        with pytest.raises(InvalidToken):
            await stranger.initialize()
        await stranger.shutdown()


async def test_a_second_instance_ends_the_first_with_a_conflict() -> None:
    async with town() as place, _bot(place) as bot, asyncio.TaskGroup() as tasks:
        first = tasks.create_task(_polled(bot))
        await asyncio.sleep(0.1)

        await place.updates()

        assert await first == "Conflict"


async def _polled(bot: Bot) -> str:
    try:
        await bot.get_updates(timeout=20)
    except Conflict:
        return "Conflict"
    return "answered"
