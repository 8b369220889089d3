"""Methods that send and stop polls."""

from itertools import pairwise

from sandbox import polls
from sandbox.contents import poll_object
from sandbox.delivery import post
from sandbox.entities import Formatted, utf16_length
from sandbox.errors import bad_request
from sandbox.markup import checked_markup
from sandbox.methods.common import check_not_modelled, find_chat
from sandbox.methods.sending import draft
from sandbox.methods.texts import read_formatted
from sandbox.model import Json, Poll, PollOption
from sandbox.world import Bot, World

MAX_QUESTION, MAX_OPTION, MAX_EXPLANATION, MAX_DESCRIPTION = 300, 100, 200, 1024
MAX_OPTIONS = 12
OPEN_SECONDS = range(5, 2_628_001)
PERMISSION = "can_send_polls"


def send_poll(world: World, bot: Bot, params: Json) -> Json:
    """Send a poll; it is anonymous unless told otherwise."""
    _check_not_modelled(params)
    poll = new_poll(world, bot.id, params)
    if find_chat(world, bot, params["chat_id"]).is_channel and not poll.about["is_anonymous"]:
        raise bad_request("non-anonymous polls can't be sent to channel chats")
    chat, message = draft(world, bot, params, permission=PERMISSION)
    world.polls[poll.id] = message.poll = poll
    return post(world, chat, message)


def new_poll(world: World, author: int, params: Json) -> Poll:
    """Return a poll of a bot or a person, not yet sent. Raises ApiError for what sendPoll refuses."""
    about = _about(world, params)
    options = _options(world, params)
    correct = _correct(params, len(options))
    close_date = _close_date(world, params)
    return Poll(world.digits(), author, about, options, correct, close_date, params.get("is_closed", False))


def _check_not_modelled(params: Json) -> None:
    if any(name in params for name in ("media", "explanation_media")) or any(
        "media" in option for option in params["options"]
    ):
        raise bad_request("the sandbox keeps no media in polls")
    if params.get("members_only") or params.get("country_codes"):
        raise bad_request("members_only and country_codes are for channels only")


def _about(world: World, params: Json) -> Json:
    kind = params.get("type", "regular")
    if kind not in ("regular", "quiz"):
        raise bad_request("unsupported poll type specified")
    found = _text(world, params, "question", MAX_QUESTION, "poll question length must not exceed 300")
    if not found:
        raise bad_request("text must be non-empty")
    said = f"poll explanation length must not exceed {MAX_EXPLANATION}"
    explanation = _text(world, params, "explanation", MAX_EXPLANATION, said)
    if explanation and (kind != "quiz" or explanation["explanation"].count("\n") > 2):
        raise bad_request("an explanation has at most 2 line feeds and is for quizzes only")
    said = f"poll description length must not exceed {MAX_DESCRIPTION}"
    found |= explanation | _text(world, params, "description", MAX_DESCRIPTION, said)
    found |= {
        "type": kind,
        "is_anonymous": params.get("is_anonymous", True),
        "allows_multiple_answers": params.get("allows_multiple_answers", False),
        "allows_revoting": params.get("allows_revoting", kind == "regular"),
        "members_only": False,
    }
    return found | {name: params[name] for name in ("open_period",) if name in params}


def _text(world: World, params: Json, name: str, limit: int, said: str) -> Json:
    """Return a text of a poll and its entities by their Bot API names; nothing for an empty text."""
    text = read_formatted(world, params, name, entities=f"{name}_entities", parse_mode=f"{name}_parse_mode")
    if utf16_length(text.text) > limit:
        raise bad_request(said)
    marks = _custom_emoji(text) if name == "question" else text.entities
    found: Json = {name: text.text} if text.text else {}
    return found | ({f"{name}_entities": marks} if marks else {})


def _custom_emoji(text: Formatted) -> list[Json]:
    """Return the only entities a question or an option keeps."""
    return [entity for entity in text.entities if entity["type"] == "custom_emoji"]


def _options(world: World, params: Json) -> list[PollOption]:
    given = params["options"]
    if not given:
        raise bad_request("poll must have at least one answer option")
    if len(given) > MAX_OPTIONS:
        raise bad_request(f"poll can't have more than {MAX_OPTIONS} options")
    found = []
    for number, option in enumerate(given):
        text = read_formatted(world, option, "text", entities="text_entities", parse_mode="text_parse_mode")
        if not text.text:
            raise bad_request("text must be non-empty")
        if utf16_length(text.text) > MAX_OPTION:
            raise bad_request(f"poll options length must not exceed {MAX_OPTION}")
        found.append(PollOption(str(number), text.text, _custom_emoji(text)))
    return found


def _correct(params: Json, count: int) -> list[int]:
    if params.get("type") != "quiz":
        return []
    chosen: list[int] = params.get("correct_option_ids", [])
    rising = all(first < second for first, second in pairwise(chosen))
    several = len(chosen) > 1 and not params.get("allows_multiple_answers", False)
    if not chosen or not rising or several or not 0 <= chosen[0] <= chosen[-1] < count:
        raise bad_request("wrong correct option ID specified")
    return chosen


def _close_date(world: World, params: Json) -> int:
    now = world.clock.unix()
    if "open_period" in params and "close_date" in params:
        raise bad_request("open_period can't be used together with close_date")
    if "open_period" in params and params["open_period"] not in OPEN_SECONDS:
        raise bad_request("open_period must be 5-2628000 seconds")
    if "close_date" in params and params["close_date"] - now not in OPEN_SECONDS:
        raise bad_request("close_date must be 5-2628000 seconds in the future")
    end: int = now + params["open_period"] if "open_period" in params else params.get("close_date", 0)
    return end


def stop_poll(world: World, bot: Bot, params: Json) -> Json:
    """End an own poll; return the Poll."""
    check_not_modelled(params)
    chat = find_chat(world, bot, params["chat_id"])
    message = chat.messages.get(params["message_id"])
    if message is None:
        raise bad_request("message with poll to stop not found")
    if message.poll is None:
        raise bad_request("message is not a poll")
    if message.sender != bot.id or message.origin is not None:
        raise bad_request("poll can't be stopped")
    polls.close_due(world)
    if message.poll.closed:
        raise bad_request("poll has already been closed")
    message.markup = checked_markup(params.get("reply_markup"), private=chat.is_private)
    polls.close(world, message.poll)
    return poll_object(message.poll, viewer=bot.id)
