"""What every method that sends has in common: where to, in answer to what, with which keyboard."""

from sandbox.delivery import next_message
from sandbox.entities import parsed, utf16_length
from sandbox.errors import bad_request
from sandbox.markup import checked_markup
from sandbox.methods.common import check_can_write, check_not_modelled, find_chat, find_topic
from sandbox.model import Chat, Json, Message
from sandbox.world import Bot, World


def draft(
    world: World, bot: Bot, params: Json, *, permission: str = "can_send_messages", pays: bool = False
) -> tuple[Chat, Message]:
    """Return the chat a bot writes to and a message without content; raises ApiError where it may not.

    `permission` is what a plain member needs for the content; only an invoice `pays` by a button.
    """
    chat = find_chat(world, bot, params["chat_id"])
    check_not_modelled(params)
    check_can_write(world, bot, chat, permission)
    if "message_effect_id" in params and not chat.is_private:
        raise bad_request("message effects can be used only in private chats")
    markup = checked_markup(params.get("reply_markup"), private=chat.is_private, pays=pays)
    answered, quote = _reply(chat, params.get("reply_parameters"))
    topic = find_topic(world, bot, chat, params, answered=answered)
    message = next_message(world, chat, bot.id, topic=topic)
    message.markup, message.reply_to, message.quote = markup, answered, quote
    message.protected = params.get("protect_content", False)
    message.effect = params.get("message_effect_id", "")
    _set_keyboard(chat, params.get("reply_markup"))
    return chat, message


def _reply(chat: Chat, reply: Json | None) -> tuple[int, Json | None]:
    if reply is None:
        return 0, None
    elsewhere = reply.get("chat_id", chat.id) not in (chat.id, f"@{chat.username}")
    answered = None if elsewhere else chat.messages.get(reply["message_id"])
    if answered is None:
        if reply.get("allow_sending_without_reply"):
            return 0, None
        raise bad_request("message to be replied not found")
    return answered.id, _quote(answered, reply)


def _quote(answered: Message, reply: Json) -> Json | None:
    if not reply.get("quote"):
        return None
    text = parsed(
        reply["quote"], parse_mode=reply.get("quote_parse_mode", ""), entities=reply.get("quote_entities")
    ).text
    place = answered.text.find(text)
    if place < 0:
        raise bad_request("QUOTE_TEXT_INVALID")
    return {"text": text, "position": utf16_length(answered.text[:place]), "is_manual": True}


def _set_keyboard(chat: Chat, markup: Json | None) -> None:
    if markup and "keyboard" in markup:
        chat.keyboard = markup
    elif markup and "remove_keyboard" in markup:
        chat.keyboard = None
