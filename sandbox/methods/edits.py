"""Methods that change messages of the bot."""

from sandbox.delivery import change
from sandbox.errors import bad_request
from sandbox.markup import checked_markup
from sandbox.methods.common import check_can_write, check_not_modelled, find_chat
from sandbox.methods.media import fit_one_album, read_media, show
from sandbox.methods.texts import read_caption, read_text
from sandbox.model import Chat, Json, Message
from sandbox.world import Bot, World

NOT_MODIFIED = (
    "message is not modified: specified new message content and reply markup are exactly the same "
    "as a current content and reply markup of the message"
)


def edit_message_text(world: World, bot: Bot, params: Json) -> Json:
    """Change text and keyboard of an own message; a keyboard that is not given again goes away."""
    text = read_text(world, params)
    chat, message = editable(world, bot, params)
    if not message.text or message.media is not None:
        raise bad_request("there is no text in the message to edit")
    markup = checked_markup(params.get("reply_markup"), private=chat.is_private)
    preview = params.get("link_preview_options")
    new = (text.text, text.entities, markup, preview)
    if new == (message.text, message.entities, message.markup, message.preview):
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.markup, message.preview = new
    return edited(world, chat, message)


def edit_message_caption(world: World, bot: Bot, params: Json) -> Json:
    """Change caption and keyboard of own media; a keyboard that is not given again goes away."""
    caption = read_caption(world, params)
    chat, message = editable(world, bot, params)
    if message.media is None:
        raise bad_request("there is no caption in the message to edit")
    markup = checked_markup(params.get("reply_markup"), private=chat.is_private)
    new = (caption.text, caption.entities, markup, params.get("show_caption_above_media", False))
    if new == (message.text, message.entities, message.markup, message.caption_above):
        raise bad_request(NOT_MODIFIED)
    message.text, message.entities, message.markup, message.caption_above = new
    return edited(world, chat, message)


def edit_message_media(world: World, bot: Bot, params: Json) -> Json:
    """Put another file and caption into an own message, of any kind; in an album only a like one."""
    given = params["media"]
    caption = read_caption(world, given)
    chat, message = editable(world, bot, params)
    if message.poll is not None or message.invoice is not None:
        raise bad_request("message media can't be edited")
    media = read_media(world, bot, params, given)
    if message.album and message.media and not fit_one_album({message.media.kind, media.kind}):
        raise bad_request("message media can't be edited")
    markup = checked_markup(params.get("reply_markup"), private=chat.is_private)
    old = (message.media, message.text, message.entities, message.markup)
    if old == (media, caption.text, caption.entities, markup):
        raise bad_request(NOT_MODIFIED)
    show(message, media, caption, given)
    message.markup, message.preview = markup, None
    return edited(world, chat, message)


def edit_message_reply_markup(world: World, bot: Bot, params: Json) -> Json:
    """Change the keyboard of an own message, or take it away."""
    chat, message = editable(world, bot, params)
    markup = checked_markup(params.get("reply_markup"), private=chat.is_private)
    if markup == message.markup:
        raise bad_request(NOT_MODIFIED)
    message.markup = markup
    return edited(world, chat, message)


def editable(world: World, bot: Bot, params: Json) -> tuple[Chat, Message]:
    """Return an own message that can be changed, and its chat. Raises ApiError as Telegram does."""
    check_not_modelled(params)
    if "chat_id" not in params:
        raise bad_request("chat_id is empty")
    if "message_id" not in params:
        raise bad_request("message identifier is not specified: message_id is empty")
    chat = find_chat(world, bot, params["chat_id"])
    if chat.is_private:
        check_can_write(world, bot, chat)
    message = chat.messages.get(params["message_id"])
    if message is None:
        raise bad_request("message to edit not found")
    theirs = message.sender != bot.id and not (
        chat.is_channel and world.member(chat, bot.id).may("can_edit_messages")
    )
    if theirs or message.is_service or message.origin is not None:
        raise bad_request("message can't be edited")
    return chat, message


def edited(world: World, chat: Chat, message: Message) -> Json:
    """Date the change of a message; return the Message."""
    return change(world, chat, message)
