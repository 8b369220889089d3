"""The refusals a bot must see, in Telegram's words."""

from typing import Any

import pytest

from tests.sandbox.town import Town, keyboard, town

NOT_MODIFIED = (
    "400 Bad Request: message is not modified: specified new message content and reply markup are exactly "
    "the same as a current content and reply markup of the message"
)
TOO_OLD = "400 Bad Request: query is too old and response timeout expired or query ID is invalid"


@pytest.mark.parametrize(
    ("method", "params", "said"),
    [
        ("sendMessage", {"chat_id": -100999, "text": "x"}, "400 Bad Request: chat not found"),
        ("sendMessage", {"chat_id": "@nobody_here", "text": "x"}, "400 Bad Request: chat not found"),
        ("sendMessage", {"chat_id": "GROUP", "text": "x" * 4097}, "400 Bad Request: message is too long"),
        ("sendMessage", {"chat_id": "GROUP", "text": ""}, "400 Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": "GROUP", "text": " \n "}, "400 Bad Request: message text is empty"),
        ("sendMessage", {"chat_id": "GROUP"}, "400 Bad Request: message text is empty"),
        ("sendMessage", {"text": "x"}, "400 Bad Request: chat_id is empty"),
        (
            "editMessageText",
            {"chat_id": "GROUP", "message_id": 999, "text": "x"},
            "400 Bad Request: message to edit not found",
        ),
        (
            "deleteMessage",
            {"chat_id": "GROUP", "message_id": 999},
            "400 Bad Request: message to delete not found",
        ),
        (
            "deleteMessage",
            {"chat_id": "GROUP", "message_id": "abc"},
            "400 Bad Request: message identifier is not specified: message_id must be an integer",
        ),
        ("answerCallbackQuery", {"callback_query_id": "1"}, TOO_OLD),
        (
            "setMyCommands",
            {"commands": [{"command": "Bad Name", "description": "x"}]},
            "400 Bad Request: BOT_COMMAND_INVALID",
        ),
        ("noSuchMethod", {}, "404 Not Found"),
        (
            "sendMessage",
            {"chat_id": "GROUP", "text": "x", "colour": "red"},
            '400 Bad Request: parameter "colour" is unknown to sendMessage',
        ),
        (
            "sendMessage",
            {"chat_id": "GROUP", "text": "x", "reply_parameters": {"message_id": 999}},
            "400 Bad Request: message to be replied not found",
        ),
        (
            "sendMessage",
            {"chat_id": "GROUP", "text": "x", "message_thread_id": 5},
            "400 Bad Request: message thread not found",
        ),
        ("getChatMember", {"chat_id": "GROUP", "user_id": 17}, "400 Bad Request: invalid user_id specified"),
        ("logOut", {}, "400 Bad Request: the sandbox is the only server"),
        ("close", {}, "429 Too Many Requests: retry after 600"),
        (
            "sendChatAction",
            {"chat_id": "GROUP", "action": "dance"},
            '400 Bad Request: wrong parameter "action"',
        ),
    ],
)
async def test_a_bad_call_is_refused_in_telegrams_words(
    method: str, params: dict[str, Any], said: str
) -> None:
    async with town() as place:
        given = {name: place.world.group if value == "GROUP" else value for name, value in params.items()}

        answer = await place.refused(method, **given)

        assert answer.startswith(said)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<b>x", 'Can\'t find end tag corresponding to start tag "b"'),
        ("<b><i>x</b></i>", "Unmatched end tag at byte offset 7"),
        ("x</b>", "Unexpected end tag at byte offset 1"),
        ("<br>", 'Unsupported start tag "br" at byte offset 0'),
        ("1 < 2", "Unclosed start tag at byte offset 2"),
    ],
)
async def test_html_that_does_not_parse_is_refused(text: str, said: str) -> None:
    async with town() as place:
        answer = await place.refused("sendMessage", chat_id=place.world.group, text=text, parse_mode="HTML")

        assert answer.startswith(f"400 Bad Request: can't parse entities: {said}")


@pytest.mark.parametrize(
    ("button", "said"),
    [
        ({"callback_data": "x" * 65}, "BUTTON_DATA_INVALID"),
        ({"callback_data": "\u4e2d" * 22}, "BUTTON_DATA_INVALID"),
        ({"callback_data": ""}, "BUTTON_DATA_INVALID"),
        ({"web_app": {"url": "https://example.com"}}, "BUTTON_TYPE_INVALID"),
        ({"pay": True}, "BUTTON_TYPE_INVALID"),
        ({"url": "no address"}, "BUTTON_URL_INVALID"),
        ({"url": "ftp://example.com"}, "BUTTON_URL_INVALID"),
        ({}, "can't parse inline keyboard button: text buttons are unallowed in the inline keyboard"),
        (
            {"url": "https://a.b", "callback_data": "x"},
            "can't parse inline keyboard button: exactly one kind",
        ),
    ],
)
async def test_a_bad_button_is_refused_in_a_group(button: dict[str, Any], said: str) -> None:
    async with town() as place:
        markup = {"inline_keyboard": [[{"text": "x", **button}]]}

        answer = await place.refused("sendMessage", chat_id=place.world.group, text="x", reply_markup=markup)

        assert answer.startswith(f"400 Bad Request: {said}")


async def test_callback_data_of_exactly_64_bytes_is_taken() -> None:
    async with town() as place:
        markup = keyboard("x", callback_data="\u4e2d" * 21 + "x")

        assert await place.ok("sendMessage", chat_id=place.world.group, text="x", reply_markup=markup)


async def test_a_web_app_button_is_taken_in_a_private_chat() -> None:
    async with town() as place:
        markup = keyboard("x", web_app={"url": "https://example.com/app"})

        assert await place.ok("sendMessage", chat_id=place.world.user, text="x", reply_markup=markup)


async def test_an_unknown_token_is_unauthorized() -> None:
    async with town() as place:
        response = await place.post("getMe", {}, token="1:nobody")

        assert (response.status_code, response.json()["description"]) == (401, "Unauthorized")


async def test_an_edit_without_a_change_is_refused() -> None:
    async with town() as place:
        sent = await _sent(place, reply_markup=keyboard("A"))

        again = await place.refused("editMessageText", **sent, text="hello", reply_markup=keyboard("A"))
        markup = await place.refused("editMessageReplyMarkup", **sent, reply_markup=keyboard("A"))

        assert again == markup == NOT_MODIFIED


async def test_an_edit_of_somebody_elses_message_is_refused() -> None:
    async with town() as place:
        said = place.sandbox.act(place.world.user, "send", chat=place.world.group, text="mine")

        answer = await place.refused(
            "editMessageText", chat_id=place.world.group, message_id=said["message_id"], text="yours"
        )

        assert answer == "400 Bad Request: message can't be edited"


async def test_a_message_older_than_48_hours_cannot_be_deleted() -> None:
    async with town() as place:
        sent = await _sent(place)
        place.sandbox.advance(48 * 3600)

        assert await place.refused("deleteMessage", **sent) == "400 Bad Request: message can't be deleted"


async def test_deleting_for_others_needs_the_right() -> None:
    async with town() as place:
        said = place.sandbox.act(place.world.user, "send", chat=place.world.group, text="mine")
        place.sandbox.act(place.world.owner, "demote", chat=place.world.group, user=place.world.bot)

        answer = await place.refused(
            "deleteMessage", chat_id=place.world.group, message_id=said["message_id"]
        )

        assert answer == "400 Bad Request: message can't be deleted"


async def test_a_tap_is_answered_once() -> None:
    async with town() as place:
        tap = await _tapped(place)
        await place.ok("answerCallbackQuery", callback_query_id=tap["id"], text="yes")

        assert await place.refused("answerCallbackQuery", callback_query_id=tap["id"]) == TOO_OLD


async def test_a_tap_is_answered_within_150_seconds() -> None:
    async with town() as place:
        tap = await _tapped(place)
        place.sandbox.advance(150)

        assert await place.refused("answerCallbackQuery", callback_query_id=tap["id"]) == TOO_OLD


async def test_a_toast_has_at_most_200_characters() -> None:
    async with town() as place:
        tap = await _tapped(place)

        answer = await place.refused("answerCallbackQuery", callback_query_id=tap["id"], text="x" * 201)

        assert answer == "400 Bad Request: MESSAGE_TOO_LONG"


async def test_a_bot_cannot_write_first_after_a_block_or_after_it_was_sent_away() -> None:
    async with town() as place:
        world, box = place.world, place.sandbox
        first = await place.refused("sendMessage", chat_id=world.members[1], text="hello")
        box.act(world.user, "block")
        blocked = await place.refused("sendMessage", chat_id=world.user, text="hello")
        box.act(world.owner, "kick", chat=world.group, user=world.bot)
        kicked = await place.refused("sendMessage", chat_id=world.group, text="hello")
        box.act(world.owner, "add", chat=world.group, user=world.bot)
        await place.ok("leaveChat", chat_id=world.group)
        left = await place.refused("sendMessage", chat_id=world.group, text="hello")

        assert first == "403 Forbidden: bot can't initiate conversation with a user"
        assert blocked == "403 Forbidden: bot was blocked by the user"
        assert kicked == "403 Forbidden: bot was kicked from the supergroup chat"
        assert left == "403 Forbidden: bot is not a member of the supergroup chat"


async def test_acting_without_rights_is_refused() -> None:
    async with town() as place:
        world, box = place.world, place.sandbox
        mine = box.act(world.user, "send", chat=world.group, text="mine")["message_id"]
        box.act(world.owner, "demote", chat=world.group, user=world.bot)
        here = {"chat_id": world.group}
        calls: list[tuple[str, dict[str, Any]]] = [
            ("pinChatMessage", here | {"message_id": mine}),
            ("banChatMember", here | {"user_id": world.user}),
            ("restrictChatMember", here | {"user_id": world.user, "permissions": {}}),
            ("promoteChatMember", here | {"user_id": world.user, "can_pin_messages": True}),
            ("createChatInviteLink", here),
            ("approveChatJoinRequest", here | {"user_id": world.user}),
            ("setChatTitle", here | {"title": "x"}),
        ]

        answers = [await place.refused(method, **params) for method, params in calls]

        assert all(answer.startswith("400 Bad Request: not enough rights to ") for answer in answers), answers


async def _sent(place: Town, **params: Any) -> dict[str, Any]:
    sent = await place.ok("sendMessage", chat_id=place.world.group, text="hello", **params)
    return {"chat_id": place.world.group, "message_id": sent["message_id"]}


async def _tapped(place: Town) -> dict[str, Any]:
    sent = await _sent(place, reply_markup=keyboard("A"))
    place.sandbox.act(place.world.user, "tap", chat=sent["chat_id"], message=sent["message_id"], button="A")
    tap: dict[str, Any] = (await place.updates())[-1]["callback_query"]
    return tap
