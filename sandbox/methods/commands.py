"""Methods that set what clients show about a bot: commands, names, the menu button."""

import re

from sandbox.entities import utf16_length
from sandbox.errors import bad_request
from sandbox.markup import check_url
from sandbox.methods.common import find_chat, too_long
from sandbox.model import Json
from sandbox.world import Bot, World

MAX_COMMANDS = 100
MAX_DESCRIPTION = 256
_NAME = re.compile(r"[a-z0-9_]{1,32}")
_LANGUAGE = re.compile(r"[a-z]{2}")


def set_my_commands(world: World, bot: Bot, params: Json) -> bool:
    """Set the commands of a scope and language."""
    commands = params["commands"]
    if len(commands) > MAX_COMMANDS:
        raise bad_request("BOT_COMMANDS_TOO_MUCH")
    cleaned = [_checked(command) for command in commands]
    key = _key(world, bot, params)
    if cleaned:
        bot.commands[key] = cleaned
    else:
        bot.commands.pop(key, None)
    world.touch()
    return True


def _checked(command: Json) -> Json:
    name = command["command"].removeprefix("/")
    if not _NAME.fullmatch(name):
        raise bad_request("BOT_COMMAND_INVALID")
    description = command["description"].strip()
    if not 1 <= utf16_length(description) <= MAX_DESCRIPTION:
        raise bad_request("BOT_COMMAND_DESCRIPTION_INVALID")
    return {"command": name, "description": description}


def get_my_commands(world: World, bot: Bot, params: Json) -> list[Json]:
    """Return the commands of exactly this scope and language."""
    return bot.commands.get(_key(world, bot, params), [])


def delete_my_commands(world: World, bot: Bot, params: Json) -> bool:
    """Delete the commands of a scope and language."""
    bot.commands.pop(_key(world, bot, params), None)
    world.touch()
    return True


def _key(world: World, bot: Bot, params: Json) -> tuple[str, str]:
    scope = params.get("scope", {"type": "default"})
    parts = [scope["type"]]
    if "chat_id" in scope:
        chat = find_chat(world, bot, scope["chat_id"])
        if chat.is_private and scope["type"] != "chat":
            raise bad_request("BOT_COMMAND_SCOPE_INVALID")
        parts.append(str(chat.id))
    if "user_id" in scope:
        if scope["user_id"] not in world.users:
            raise bad_request("user not found")
        parts.append(str(scope["user_id"]))
    return ":".join(parts), _language(params)


def _language(params: Json) -> str:
    language: str = params.get("language_code", "")
    if language and not _LANGUAGE.fullmatch(language):
        raise bad_request('invalid "language_code" specified')
    return language


def set_my_name(world: World, bot: Bot, params: Json) -> bool:
    """Set the bot's name; the one without a language is its first name."""
    _set_text(world, bot, params, "name", 64)
    if params.get("name") and not _language(params):
        bot.user.first_name = params["name"]
    return True


def set_my_description(world: World, bot: Bot, params: Json) -> bool:
    """Set the text of the empty private chat."""
    _set_text(world, bot, params, "description", 512)
    return True


def set_my_short_description(world: World, bot: Bot, params: Json) -> bool:
    """Set the text of the bot's profile page."""
    _set_text(world, bot, params, "short_description", 120)
    return True


def _set_text(world: World, bot: Bot, params: Json, name: str, limit: int) -> None:
    text = params.get(name, "")
    if utf16_length(text) > limit:
        raise too_long(name, limit)
    key = (name, _language(params))
    if text:
        bot.texts[key] = text
    else:
        bot.texts.pop(key, None)
    world.touch()


def set_chat_menu_button(world: World, bot: Bot, params: Json) -> bool:
    """Set the menu button of one private chat, or of all that have none of their own."""
    button = params.get("menu_button", {"type": "default"})
    if button["type"] == "web_app":
        check_url(button["web_app"]["url"], schemes=("https",))
        if not button["text"].strip():
            raise bad_request("BUTTON_INVALID: menu button text is empty")
    chat_id = params.get("chat_id", 0)
    if chat_id and not find_chat(world, bot, chat_id).is_private:
        raise bad_request("menu button can be set only in private chats")
    bot.menus[chat_id] = button
    world.touch()
    return True
