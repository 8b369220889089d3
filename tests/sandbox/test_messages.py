"""Messages as they are kept and shown: text, entities, replies, keyboards, edits, deletions."""

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sandbox.entities import as_text, parsed, utf16_length, utf16_slice
from sandbox.errors import ApiError, ControlError
from tests.sandbox.town import keyboard, town


def _found(text: str) -> list[tuple[str, str]]:
    shown = as_text(parsed(text))
    return [
        (entity["type"], utf16_slice(shown.text, entity["offset"], entity["length"]))
        for entity in shown.entities
    ]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("/start now", [("bot_command", "/start")]),
        ("/start@some_bot now", [("bot_command", "/start@some_bot")]),
        ("\U0001f389 /go", [("bot_command", "/go")]),
        ("<b>x</b>", []),
        ("/go> </go", []),
        ("a/b and/or", []),
        ("see https://example.com/x?y=1.", [("url", "https://example.com/x?y=1")]),
        ("ask @alice_chen, please", [("mention", "@alice_chen")]),
        ("mail me@example.com", [("email", "me@example.com")]),
        ("#\u83dc\u535a\u58eb today", [("hashtag", "#\u83dc\u535a\u58eb")]),
        ("https://t.me/x#frag", [("url", "https://t.me/x#frag")]),
    ],
)
def test_entities_are_found_by_themselves(text: str, found: list[tuple[str, str]]) -> None:
    assert _found(text) == found


def test_offsets_count_utf16_units() -> None:
    shown = parsed("\U0001f389<b>\u4e2d\U0001f389</b>", parse_mode="HTML")

    assert shown.entities == [{"type": "bold", "offset": 2, "length": 3}]


def test_html_is_counted_after_parsing() -> None:
    shown = parsed(f"<b>{'x' * 4096}</b>", parse_mode="html")

    assert utf16_length(shown.text) == 4096
    with pytest.raises(ApiError, match="message is too long"):
        as_text(parsed("\U0001f389" * 2049))


def test_code_in_pre_keeps_its_language() -> None:
    shown = parsed('<pre><code class="language-py">x</code></pre>', parse_mode="HTML")

    assert shown.entities == [{"type": "pre", "offset": 0, "length": 1, "language": "py"}]


def test_space_around_a_text_goes_and_entities_move_with_it() -> None:
    shown = parsed("  <b>x</b> y \n", parse_mode="HTML")

    assert (shown.text, shown.entities) == ("x y", [{"type": "bold", "offset": 0, "length": 1}])


@given(st.text(max_size=200))
@settings(max_examples=300)
def test_escaped_html_comes_back_as_it_was(text: str) -> None:
    escaped = text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")

    shown = parsed(f"<i>.</i>{escaped}.", parse_mode="HTML").text

    assert shown == f".{text}.".replace("\r", "")


@given(st.text(alphabet="<>/&;ab\"'= #i\U0001f389", max_size=60))
@settings(max_examples=500)
def test_any_html_is_parsed_or_refused_and_entities_lie_inside(text: str) -> None:
    try:
        shown = parsed(text, parse_mode="HTML")
    except ApiError:
        return

    for entity in shown.entities:
        assert 0 <= entity["offset"] < entity["offset"] + entity["length"] <= utf16_length(shown.text)


async def test_a_reply_carries_what_it_answers() -> None:
    async with town() as place:
        said = place.sandbox.act(place.world.user, "send", chat=place.world.group, text="how much?")

        sent = await place.ok(
            "sendMessage",
            chat_id=place.world.group,
            text="8.80",
            reply_parameters={"message_id": said["message_id"], "quote": "much"},
        )
        free = await place.ok(
            "sendMessage",
            chat_id=place.world.group,
            text="nobody asked",
            reply_parameters={"message_id": 999, "allow_sending_without_reply": True},
        )

        assert sent["reply_to_message"]["text"] == "how much?"
        assert sent["quote"] == {"text": "much", "position": 4, "is_manual": True}
        assert "reply_to_message" not in free


async def test_a_link_to_a_person_becomes_a_mention() -> None:
    async with town() as place:
        text = f'<a href="tg://user?id={place.world.user}">you</a> <a href="tg://user?id=1">nobody</a>'

        sent = await place.ok("sendMessage", chat_id=place.world.group, text=text, parse_mode="HTML")

        (mention,) = sent["entities"]
        assert (mention["type"], mention["user"]["id"]) == ("text_mention", place.world.user)


async def test_an_edit_changes_text_and_drops_the_keyboard_not_given_again() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group}
        sent = await place.ok("sendMessage", **here, text="one", reply_markup=keyboard("A"))
        place.sandbox.advance(5)

        edited = await place.ok("editMessageText", **here, message_id=sent["message_id"], text="two")

        assert (edited["text"], edited["date"], edited["edit_date"]) == (
            "two",
            sent["date"],
            sent["date"] + 5,
        )
        assert "reply_markup" not in edited
        assert place.sandbox.pending() == 0


async def test_a_person_edits_and_deletes_and_the_bot_hears_of_the_edit_only() -> None:
    async with town() as place:
        box, group = place.sandbox, place.world.group
        said = box.act(place.world.user, "send", chat=group, text="2 boxes")
        box.act(place.world.user, "edit", chat=group, message=said["message_id"], text="3 boxes")
        box.act(place.world.user, "edit", chat=group, message=said["message_id"], text="3 boxes")
        box.act(place.world.user, "delete", chat=group, message=said["message_id"])

        first, second = await place.updates()

        assert first["message"]["text"] == "2 boxes"
        assert second["edited_message"]["text"] == "3 boxes"
        assert box.messages(place.world.user, group)[-1]["message_id"] < said["message_id"]


async def test_many_messages_are_deleted_at_once_and_missing_ones_skipped() -> None:
    async with town() as place:
        here = {"chat_id": place.world.group}
        ids = [(await place.ok("sendMessage", **here, text=str(i)))["message_id"] for i in range(3)]

        assert await place.ok("deleteMessages", **here, message_ids=[*ids, 999]) is True

        shown = {
            message["message_id"] for message in place.sandbox.messages(place.world.user, place.world.group)
        }
        assert not shown & set(ids)


async def test_a_tap_brings_the_message_and_its_answer_pops_up() -> None:
    async with town() as place:
        here = {"chat": place.world.group}
        sent = await place.ok("sendMessage", chat_id=here["chat"], text="deal", reply_markup=keyboard("+1"))

        place.sandbox.act(place.world.user, "tap", **here, message=sent["message_id"], button="+1")
        (update,) = await place.updates()
        tap = update["callback_query"]
        await place.ok("answerCallbackQuery", callback_query_id=tap["id"], text="2 left", show_alert=True)

        assert (tap["data"], tap["message"]["text"], tap["from"]["id"]) == ("+1", "deal", place.world.user)
        assert place.sandbox.toasts(place.world.user) == [
            {"text": "2 left", "alert": True, "chat": here["chat"], "message": sent["message_id"], "url": ""}
        ]


async def test_only_forged_taps_send_what_no_button_says() -> None:
    async with town() as place:
        sent = await place.ok("sendMessage", chat_id=place.world.group, text="x", reply_markup=keyboard("A"))
        where = {"chat": place.world.group, "message": sent["message_id"]}
        with pytest.raises(ControlError, match="has no button B"):
            place.sandbox.act(place.world.user, "tap", **where, button="B")
        place.sandbox.act(place.world.user, "tap", **where, data="B", forge=True)
        await place.ok("deleteMessage", chat_id=where["chat"], message_id=where["message"])
        place.sandbox.act(place.world.user, "tap", **where, data="C", forge=True)

        first, second = await place.updates()

        assert first["callback_query"]["data"] == "B"
        assert second["callback_query"]["message"]["date"] == 0


@pytest.mark.parametrize(
    ("url", "result"),
    [
        ("https://example.com/x", {"url": "https://example.com/x"}),
        ("https://t.me/another_bot?start=x", {"url": "https://t.me/another_bot?start=x"}),
    ],
)
async def test_a_url_button_comes_back_as_its_url(url: str, result: dict[str, Any]) -> None:
    async with town() as place:
        sent = await place.ok(
            "sendMessage", chat_id=place.world.group, text="x", reply_markup=keyboard("A", url=url)
        )

        made = place.sandbox.act(
            place.world.user, "tap", chat=place.world.group, message=sent["message_id"], button="A"
        )

        assert made == result


async def test_a_start_link_presses_start() -> None:
    async with town() as place:
        markup = keyboard("A", url="https://t.me/caiboshi_demo_bot?start=abc")
        sent = await place.ok("sendMessage", chat_id=place.world.group, text="x", reply_markup=markup)
        place.sandbox.act(
            place.world.members[1], "tap", chat=place.world.group, message=sent["message_id"], button="A"
        )

        (update,) = await place.updates()

        assert update["message"]["text"] == "/start abc"
        assert update["message"]["chat"]["type"] == "private"


async def test_commands_are_offered_by_the_narrowest_scope() -> None:
    async with town() as place:
        world = place.world
        scopes: list[dict[str, Any]] = [
            {"type": "default"},
            {"type": "all_group_chats"},
            {"type": "chat_administrators", "chat_id": world.group},
            {"type": "chat", "chat_id": world.user},
        ]
        for scope in scopes:
            command = {"command": scope["type"], "description": "x"}
            await place.ok("setMyCommands", commands=[command], scope=scope)
        english = [{"command": "english", "description": "x"}]
        await place.ok("setMyCommands", commands=english, scope=scopes[1], language_code="en")

        def offered(user: int, chat: int) -> str:
            shown = next(shown for shown in place.sandbox.view(user)["chats"] if shown["id"] == chat)
            command: str = shown["commands"][0]["command"]
            return command

        assert offered(world.user, world.group) == "all_group_chats"
        assert offered(world.owner, world.group) == "chat_administrators"
        assert offered(world.members[2], world.group) == "english"
        assert offered(world.user, world.user) == "chat"
        assert offered(world.owner, world.owner) == "default"
        assert (await place.ok("getMyCommands", scope=scopes[1]))[0]["command"] == "all_group_chats"
        await place.ok("deleteMyCommands", scope=scopes[1])
        assert await place.ok("getMyCommands", scope=scopes[1]) == []


@pytest.mark.parametrize(
    "commands",
    [
        [{"command": "x", "description": ""}],
        [{"command": "x", "description": "y" * 257}],
        [{"command": "x" * 33, "description": "y"}],
        [{"command": "Upper", "description": "y"}],
        [{"command": "x", "description": "y"}] * 101,
        [{"command": "x"}],
        {"command": "x"},
    ],
)
async def test_bad_commands_are_refused(commands: Any) -> None:
    async with town() as place:
        assert (await place.refused("setMyCommands", commands=commands)).startswith("400 Bad Request: ")


async def test_names_descriptions_and_menu_buttons_are_taken() -> None:
    async with town() as place:
        await place.ok("setMyName", name="Greens")
        await place.ok("setMyDescription", description="x" * 512)
        await place.ok("setMyShortDescription", short_description="x" * 120)
        button = {"type": "web_app", "text": "Shop", "web_app": {"url": "https://example.com"}}
        await place.ok("setChatMenuButton", chat_id=place.world.user, menu_button=button)

        assert (await place.ok("getMe"))["first_name"] == "Greens"
        assert place.sandbox.view(place.world.user)["chats"][-1]["menu_button"] == button
        assert (await place.refused("setMyName", name="x" * 65)).startswith("400 Bad Request: ")


async def test_the_same_seed_gives_the_same_tokens_and_ids() -> None:
    async with town() as first, town() as second:
        assert first.world.token == second.world.token
        assert first.sandbox.world() == second.sandbox.world()
