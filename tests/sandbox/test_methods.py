"""Every method once, judged against the Bot API; then every mutation of a good call, refused."""

from typing import Any

import pytest

from sandbox.schema import METHODS
from tests.sandbox.town import Town, keyboard, town

WORD = "no such thing"


async def _prepared(place: Town) -> dict[str, dict[str, Any]]:
    """Return a good call of every method, in an order in which all of them succeed."""
    box, group, user = place.sandbox, place.world.group, place.world.user
    here = {"chat_id": group}
    card = await place.ok("sendMessage", **here, text="deal", reply_markup=keyboard("A"))
    message = here | {"message_id": card["message_id"]}
    tap = box.act(user, "tap", chat=group, message=card["message_id"], button="A")
    link = (await place.ok("createChatInviteLink", **here))["invite_link"]
    first, second = (box.add_user(name)["id"] for name in ("First", "Second"))
    for new in (first, second):
        box.act(new, "request", chat=group)
    channel = box.add_channel("Recipes", user)["id"]
    member = here | {"user_id": user}
    command = {"command": "deals", "description": "what is on"}
    return {
        "getMe": {},
        "getUpdates": {"limit": 5},
        "deleteWebhook": {},
        "getWebhookInfo": {},
        "sendMessage": here | {"text": "hello"},
        "editMessageText": message | {"text": "changed"},
        "editMessageReplyMarkup": message | {"reply_markup": keyboard("B")},
        "pinChatMessage": message,
        "unpinChatMessage": message,
        "unpinAllChatMessages": here,
        "answerCallbackQuery": {"callback_query_id": tap["id"]},
        "deleteMessage": message,
        "deleteMessages": here | {"message_ids": [1, 2]},
        "getChat": here,
        "getChatMember": member,
        "getChatAdministrators": here,
        "getChatMemberCount": here,
        "createChatInviteLink": here,
        "editChatInviteLink": here | {"invite_link": link, "name": "x"},
        "revokeChatInviteLink": here | {"invite_link": link},
        "exportChatInviteLink": here,
        "approveChatJoinRequest": here | {"user_id": first},
        "declineChatJoinRequest": here | {"user_id": second},
        "restrictChatMember": member | {"permissions": {}},
        "banChatMember": member,
        "unbanChatMember": member,
        "promoteChatMember": here | {"user_id": place.world.members[1], "can_pin_messages": True},
        "setMyCommands": {"commands": [command]},
        "getMyCommands": {},
        "deleteMyCommands": {},
        "setMyName": {"name": "Greens"},
        "setMyDescription": {"description": "x"},
        "setMyShortDescription": {"short_description": "x"},
        "setChatMenuButton": {"menu_button": {"type": "commands"}},
        "sendChatAction": here | {"action": "typing"},
        "setChatTitle": here | {"title": "Autumn"},
        **_forum_calls(place),
        "setChatDescription": here | {"description": "fresh greens"},
        "setChatPermissions": here | {"permissions": {"can_send_messages": True}},
        "setChatAdministratorCustomTitle": here | {"user_id": place.world.members[1], "custom_title": "Cook"},
        "banChatSenderChat": here | {"sender_chat_id": channel},
        "unbanChatSenderChat": here | {"sender_chat_id": channel},
        **await _media(place, here),
        "leaveChat": here,
    }


def _forum_calls(place: Town) -> dict[str, dict[str, Any]]:
    """Return a good call of every method about topics, in a forum of their own."""
    box, owner, bot = place.sandbox, place.world.owner, place.world.bot
    chat = box.add_group("Forum", owner, forum=True)["id"]
    box.act(owner, "promote", chat=chat, user=bot)
    there = {"chat_id": chat}
    topic = there | {"message_thread_id": box.act(owner, "topic", chat=chat, name="Fruit")["topic"]}
    return {
        "createForumTopic": there | {"name": "Tea"},
        "editForumTopic": topic | {"name": "Figs"},
        "closeForumTopic": topic,
        "reopenForumTopic": topic,
        "unpinAllForumTopicMessages": topic,
        "deleteForumTopic": topic,
        "editGeneralForumTopic": there | {"name": "Hall"},
        "hideGeneralForumTopic": there,
        "unhideGeneralForumTopic": there,
        "reopenGeneralForumTopic": there,
        "closeGeneralForumTopic": there,
        "unpinAllGeneralForumTopicMessages": there,
    }


async def _media(place: Town, here: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """Return a good call of every method about media, polls, reactions, copies and payments."""
    user = place.world.user
    seen = place.sandbox.act(user, "photo")["message_id"]
    photo = (await place.updates())[-1]["message"]["photo"][-1]["file_id"]
    kinds = ("document", "video", "voice")
    known = {kind: await place.uploaded(f"send{kind.capitalize()}", kind, b"x") for kind in kinds}
    shown = here | {"message_id": (await place.ok("sendPhoto", **here, photo=photo))["message_id"]}
    both = here | {"from_chat_id": user}
    poll = await place.ok("sendPoll", **here, question="?", options=[{"text": "A"}])
    price = {"currency": "XTR", "prices": [{"label": "Tea", "amount": 5}]}
    invoice = await place.ok("sendInvoice", chat_id=user, title="T", description="D", payload="p", **price)
    asked = [place.sandbox.act(user, "pay", message=invoice["message_id"])["query"] for _ in range(2)]
    await place.ok("answerPreCheckoutQuery", pre_checkout_query_id=asked[0], ok=True)
    (paid,) = [m["successful_payment"] for m in place.sandbox.messages(user) if "successful_payment" in m]
    charge = paid["telegram_payment_charge_id"]
    media = {"type": "photo", "media": photo}
    return {
        "sendPhoto": here | {"photo": photo},
        **{f"send{kind.capitalize()}": here | {kind: known[kind][kind]["file_id"]} for kind in kinds},
        "sendMediaGroup": here | {"media": [media, media]},
        "editMessageCaption": shown | {"caption": "x"},
        "editMessageMedia": shown | {"media": media | {"caption": "y"}},
        "getFile": {"file_id": photo},
        "getUserProfilePhotos": {"user_id": user},
        "forwardMessage": both | {"message_id": seen},
        "forwardMessages": both | {"message_ids": [seen]},
        "copyMessage": both | {"message_id": seen},
        "copyMessages": both | {"message_ids": [seen]},
        "sendPoll": here | {"question": "?", "options": [{"text": "A"}]},
        "stopPoll": here | {"message_id": poll["message_id"]},
        "setMessageReaction": shown | {"reaction": [{"type": "emoji", "emoji": "👍"}]},
        "sendInvoice": {"chat_id": user, "title": "T", "description": "D", "payload": "p", **price},
        "answerPreCheckoutQuery": {"pre_checkout_query_id": asked[1], "ok": True},
        "refundStarPayment": {"user_id": user, "telegram_payment_charge_id": charge},
    }


async def test_every_method_answers_what_telegram_promises() -> None:
    async with town() as place:
        good = await _prepared(place)

        for method, params in good.items():
            await place.ok(method, **params)

        assert set(METHODS) - set(good) == {"logOut", "close", "setWebhook"}


async def test_every_mutation_of_a_good_call_is_refused_by_name() -> None:
    async with town() as place:
        good = await _prepared(place)
        mutations = [
            (method, bad, named)
            for method, params in good.items()
            for bad, named in _mutations(method, params)
        ]
        before = place.sandbox.seq

        answers = [(await place.refused(method, **bad), named) for method, bad, named in mutations]

        assert len(answers) > 200
        assert all(answer.startswith("400 Bad Request: ") for answer, _ in answers)
        assert [(answer, named) for answer, named in answers if named not in answer] == []
        assert place.sandbox.seq == before


def _mutations(method: str, params: dict[str, Any]) -> list[tuple[dict[str, Any], str]]:
    found: list[tuple[dict[str, Any], str]] = [(params | {"colour": "red"}, "colour")]
    for name, field in METHODS[method].items():
        if field.required:
            rest = {key: value for key, value in params.items() if key != name}
            found.append((rest, "text" if name == "text" else name))
        if field.kind == "file":
            said = "wrong file identifier" if field.required else name
            found.append((params | {name: WORD if field.required else 5}, said))
        elif field.kind not in ("str", "chat"):
            found.append((params | {name: WORD}, name))
        if field.kind == "chat":
            found.append((params | {name: WORD}, "chat not found"))
        if field.kind == "str":
            found.append((params | {name: 5}, name))
    return found


@pytest.mark.parametrize("method", ["sendGame", "getme2", "GETCAKE"])
async def test_a_method_not_served_is_not_found(method: str) -> None:
    async with town() as place:
        assert await place.refused(method) == "404 Not Found"
