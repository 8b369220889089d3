"""The 37 calls and 16 refusals by which foreign sandboxes were measured, made by python-telegram-bot."""

import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from telegram import (
    Bot,
    BotCommand,
    BotCommandScopeAllChatAdministrators,
    BotCommandScopeAllGroupChats,
    ChatFullInfo,
    ChatInviteLink,
    ChatMember,
    ChatPermissions,
    ForumTopic,
    InlineKeyboardButton,
    InlineKeyboardMarkup,
    InputMediaPhoto,
    LabeledPrice,
    MenuButtonCommands,
    Message,
    Poll,
    Update,
    User,
    WebAppInfo,
    WebhookInfo,
)
from telegram.error import BadRequest, Conflict, EndPointNotFound, InvalidToken, TelegramError
from telegram.request import HTTPXRequest

from tests.sandbox.hook import hook
from tests.sandbox.pictures import png
from tests.sandbox.town import Town, forum, topic_in, town

CARD = InlineKeyboardMarkup([[InlineKeyboardButton("+1", callback_data="v1:buy:7")]])
SHOP = InlineKeyboardMarkup([[InlineKeyboardButton("Shop", web_app=WebAppInfo("https://example.org/shop"))]])


class Wire(HTTPXRequest):
    """The client's own transport, which keeps every answer as it came."""

    def __init__(self, answers: list[tuple[int, bytes]]) -> None:
        # There is no TLS on loopback, and reading the machine's certificates takes long.
        super().__init__(httpx_kwargs={"verify": False})
        self._answers = answers

    async def do_request(self, *given: Any, **named: Any) -> tuple[int, bytes]:
        self._answers.append(await super().do_request(*given, **named))
        return self._answers[-1]


@dataclass
class Probe:
    """A town, the client in it with the answers it got, a forum with a topic, and who asks to join."""

    place: Town
    bot: Bot
    answers: list[tuple[int, bytes]]
    hook: str
    forum: int
    topic: int
    new: int

    @property
    def group(self) -> int:
        return self.place.world.group

    @property
    def user(self) -> int:
        return self.place.world.user

    async def card(self) -> Message:
        """Return a fresh message of the bot's."""
        return await self.bot.send_message(self.group, "Greens", reply_markup=CARD)


@asynccontextmanager
async def _probing() -> AsyncIterator[Probe]:
    answers: list[tuple[int, bytes]] = []
    async with hook() as target, town() as place, _client(place, place.world.token, answers) as bot:
        home = forum(place, "can_manage_topics")
        new = place.sandbox.add_user("New")["id"]
        place.sandbox.act(new, "request", chat=place.world.group)
        yield Probe(place, bot, answers, target.url, home, topic_in(place, home), new)


def _client(place: Town, token: str, answers: list[tuple[int, bytes]]) -> Bot:
    return Bot(
        token,
        base_url=place.address.base,
        request=Wire(answers),
        get_updates_request=Wire(answers),
    )


async def _polled(probe: Probe) -> Any:
    probe.place.sandbox.act(probe.user, "send", chat=probe.group, text="+1")
    return (await probe.bot.get_updates())[-1]


async def _stopped(probe: Probe) -> Any:
    poll = await probe.bot.send_poll(probe.group, "When?", ["Mon", "Tue"])
    return await probe.bot.stop_poll(probe.group, poll.message_id)


async def _revoked(probe: Probe) -> Any:
    link = await probe.bot.create_chat_invite_link(probe.group)
    return await probe.bot.revoke_chat_invite_link(probe.group, link)


async def _first(found: Awaitable[tuple[Any, ...]]) -> Any:
    return (await found)[0]


async def _commands(probe: Probe) -> Any:
    await probe.bot.set_my_commands([BotCommand("deals", "what is on")])
    return await _first(probe.bot.get_my_commands())


Call = Callable[[Probe], Awaitable[Any]]
CALLS: dict[str, tuple[type, Call]] = {
    "getMe": (User, lambda p: p.bot.get_me()),
    "getUpdates": (Update, _polled),
    "sendMessage: plain": (Message, lambda p: p.bot.send_message(p.group, "Hello")),
    "sendMessage: inline keyboard": (Message, lambda p: p.card()),
    "sendMessage: HTML": (Message, lambda p: p.bot.send_message(p.group, "<b>8</b>", parse_mode="HTML")),
    "sendMessage: in a topic": (
        Message,
        lambda p: p.bot.send_message(p.forum, "Figs", message_thread_id=p.topic),
    ),
    "sendMessage: as reply": (Message, lambda p: _replied(p)),
    "sendMessage: private with web_app": (
        Message,
        lambda p: p.bot.send_message(p.user, "Shop", reply_markup=SHOP),
    ),
    "editMessageText": (Message, lambda p: _on_card(p, Message.edit_text, "Sold out")),
    "editMessageReplyMarkup": (Message, lambda p: _on_card(p, Message.edit_reply_markup, None)),
    "deleteMessage": (bool, lambda p: _on_card(p, Message.delete)),
    "sendPhoto": (Message, lambda p: p.bot.send_photo(p.group, png(), caption="Greens")),
    "sendMediaGroup": (
        Message,
        lambda p: _first(p.bot.send_media_group(p.group, [InputMediaPhoto(png()), InputMediaPhoto(png())])),
    ),
    "sendPoll": (Message, lambda p: p.bot.send_poll(p.group, "When?", ["Mon", "Tue"])),
    "stopPoll": (Poll, _stopped),
    "sendInvoice": (
        Message,
        lambda p: p.bot.send_invoice(p.user, "Tea", "Green", "7", "XTR", [LabeledPrice("Tea", 5)]),
    ),
    "getChat": (ChatFullInfo, lambda p: p.bot.get_chat(p.group)),
    "getChatMember": (ChatMember, lambda p: p.bot.get_chat_member(p.group, p.user)),
    "getChatAdministrators": (ChatMember, lambda p: _first(p.bot.get_chat_administrators(p.group))),
    "getChatMemberCount": (int, lambda p: p.bot.get_chat_member_count(p.group)),
    "restrictChatMember": (
        bool,
        lambda p: p.bot.restrict_chat_member(p.group, p.user, ChatPermissions.no_permissions()),
    ),
    "banChatMember": (bool, lambda p: p.bot.ban_chat_member(p.group, p.user)),
    "unbanChatMember": (bool, lambda p: p.bot.unban_chat_member(p.group, p.user)),
    "createChatInviteLink: member_limit": (
        ChatInviteLink,
        lambda p: p.bot.create_chat_invite_link(p.group, member_limit=9),
    ),
    "createChatInviteLink: join request": (
        ChatInviteLink,
        lambda p: p.bot.create_chat_invite_link(p.group, creates_join_request=True),
    ),
    "revokeChatInviteLink": (ChatInviteLink, _revoked),
    "approveChatJoinRequest": (bool, lambda p: p.bot.approve_chat_join_request(p.group, p.new)),
    "pinChatMessage": (bool, lambda p: _on_card(p, Message.pin)),
    "setMessageReaction": (bool, lambda p: _on_card(p, Message.set_reaction, "\U0001f44d")),
    "setMyCommands: groups": (
        bool,
        lambda p: p.bot.set_my_commands([BotCommand("deals", "what is on")], BotCommandScopeAllGroupChats()),
    ),
    "setMyCommands: administrators": (
        bool,
        lambda p: p.bot.set_my_commands(
            [BotCommand("close", "end a deal")], BotCommandScopeAllChatAdministrators()
        ),
    ),
    "getMyCommands": (
        BotCommand,
        lambda p: _commands(p),
    ),
    "setChatMenuButton": (bool, lambda p: p.bot.set_chat_menu_button(menu_button=MenuButtonCommands())),
    "createForumTopic": (ForumTopic, lambda p: p.bot.create_forum_topic(p.forum, "Tea")),
    "setWebhook: with a secret": (bool, lambda p: p.bot.set_webhook(p.hook, secret_token="s-3_cret")),
    "getWebhookInfo": (WebhookInfo, lambda p: p.bot.get_webhook_info()),
    "deleteWebhook": (bool, lambda p: p.bot.delete_webhook()),
}


async def _replied(probe: Probe) -> Any:
    said = probe.place.sandbox.act(probe.user, "send", chat=probe.group, text="+1")
    sent = await probe.bot.send_message(probe.group, "Noted", reply_to_message_id=said["message_id"])
    assert sent.reply_to_message is not None
    return sent


async def _on_card(probe: Probe, do: Callable[..., Awaitable[Any]], *given: Any, **named: Any) -> Any:
    return await do(await probe.card(), *given, **named)


@pytest.mark.parametrize("name", CALLS)
async def test_a_call_is_served_as_the_type_telegram_promises(name: str) -> None:
    promised, call = CALLS[name]
    async with _probing() as probe:
        result = await call(probe)

        assert isinstance(result, promised)
        assert result is not False
        assert probe.answers[-1][0] == 200


async def _refused_poll(probe: Probe) -> Any:
    await probe.bot.set_webhook(probe.hook)
    await probe.bot.get_updates()


async def _unchanged(probe: Probe) -> Any:
    return await _on_card(probe, Message.edit_text, "Greens", reply_markup=CARD)


async def _stranger(probe: Probe) -> Any:
    stranger = _client(probe.place, "5200000001:wrong", probe.answers)
    try:
        await stranger.initialize()
    finally:
        await stranger.shutdown()


LONG_DATA = InlineKeyboardMarkup([[InlineKeyboardButton("A", callback_data="a" * 65)]])
NOT_MODIFIED = (
    "Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
REFUSALS: dict[str, tuple[type[TelegramError], int, str, Call]] = {
    "getUpdates while a webhook is set": (
        Conflict,
        409,
        "Conflict: can't use getUpdates method while webhook is active; "
        "use deleteWebhook to delete the webhook first",
        _refused_poll,
    ),
    "unknown chat": (
        BadRequest,
        400,
        "Bad Request: chat not found",
        lambda p: p.bot.send_message(-100999, "x"),
    ),
    "text of 4,097": (
        BadRequest,
        400,
        "Bad Request: message is too long",
        lambda p: p.bot.send_message(p.group, "x" * 4097),
    ),
    "empty text": (
        BadRequest,
        400,
        "Bad Request: message text is empty",
        lambda p: p.bot.send_message(p.group, ""),
    ),
    "HTML that does not parse": (
        BadRequest,
        400,
        "Bad Request: can't parse entities: Can't find end tag corresponding to start tag \"b\"",
        lambda p: p.bot.send_message(p.group, "<b>x", parse_mode="HTML"),
    ),
    "callback_data of 65 bytes": (
        BadRequest,
        400,
        "Bad Request: BUTTON_DATA_INVALID",
        lambda p: p.bot.send_message(p.group, "x", reply_markup=LONG_DATA),
    ),
    "edit without change": (BadRequest, 400, NOT_MODIFIED, _unchanged),
    "edit of a missing message": (
        BadRequest,
        400,
        "Bad Request: message to edit not found",
        lambda p: p.bot.edit_message_text("x", p.group, 999),
    ),
    "answer to an unknown callback": (
        BadRequest,
        400,
        "Bad Request: query is too old and response timeout expired or query ID is invalid",
        lambda p: p.bot.answer_callback_query("1"),
    ),
    "deletion of a missing message": (
        BadRequest,
        400,
        "Bad Request: message to delete not found",
        lambda p: p.bot.delete_message(p.group, 999),
    ),
    "malformed command name": (
        BadRequest,
        400,
        "Bad Request: BOT_COMMAND_INVALID",
        lambda p: p.bot.set_my_commands([("Bad Name", "x")]),
    ),
    "secret token with forbidden characters": (
        BadRequest,
        400,
        "Bad Request: secret token contains unallowed characters",
        lambda p: p.bot.set_webhook(p.hook, secret_token="a b"),
    ),
    "unknown method": (EndPointNotFound, 404, "Not Found", lambda p: p.bot.do_api_request("sendCake")),
    "missing chat_id": (
        BadRequest,
        400,
        "Bad Request: chat_id is empty",
        lambda p: p.bot.send_message(None, "x"),  # type: ignore[arg-type]
    ),
    "message_id that is no integer": (
        BadRequest,
        400,
        "Bad Request: message identifier is not specified: message_id must be an integer",
        lambda p: p.bot.delete_message(p.group, "abc"),  # type: ignore[arg-type]
    ),
    "wrong token": (InvalidToken, 401, "Unauthorized", _stranger),
}


@pytest.mark.parametrize("name", REFUSALS)
async def test_a_call_is_refused_with_telegrams_code_and_text(name: str) -> None:
    error, code, text, call = REFUSALS[name]
    async with _probing() as probe:
        with pytest.raises(error):
            await call(probe)

        status, body = probe.answers[-1]
        assert status == code
        assert json.loads(body) == {"ok": False, "error_code": code, "description": text}


def test_the_probe_is_whole() -> None:
    assert len(CALLS) == 37
    assert len(REFUSALS) == 16
