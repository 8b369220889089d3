"""The transcript: all that happened in a sandbox, as Markdown for a bug report."""

import json
import platform
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from importlib.metadata import version
from itertools import islice

from sandbox.calls import CallLog
from sandbox.faults import Faults
from sandbox.model import Chat, Json
from sandbox.objects import message_object
from sandbox.world import World

PACKAGES = ("caiboshi", "starlette", "uvicorn")
MOST_CALLS = 2_000
MOST_MESSAGES = 500  # of each chat
LONGEST_VALUE = 1_000
SECRET = frozenset({"secret_token", "provider_token", "certificate"})
PLAIN = ("message_id", "from", "chat", "date", "text", "caption", "sender_chat")
"""What a line of a chat says by itself, or its heading does."""

_BACKTICKS = re.compile("`+")


def transcript(world: World, faults: Faults, traffic: Json, log: CallLog) -> str:
    """Return what a maintainer needs to see: versions, clock, world, faults, limits, calls, chats."""
    parts = (_head(world), _people(world), _faults(faults), _limits(traffic), _calls(log), _chats(world))
    told = "\n".join(line for part in parts for line in part) + "\n"
    for bot in world.bots.values():
        told = told.replace(bot.token, "(token)")  # some put it into the address of their webhook
    return told


def _head(world: World) -> Iterator[str]:
    yield "# Sandbox transcript"
    yield ""
    for name in PACKAGES:
        yield f"- {name} {version(name)}"
    yield f"- Python {platform.python_version()} on {platform.system()}"
    yield f"- clock: {_instant(world.clock.now())}"
    yield f"- updates that no bot has confirmed: {world.pending()}"


def _people(world: World) -> Iterator[str]:
    yield from ("", "## World", "")
    for user in world.users.values():
        names = " ".join(filter(None, (user.first_name, user.last_name)))
        known = [user.username and f"@{user.username}", user.language_code]
        yield f"- {'bot' if user.is_bot else 'user'} {user.id}: {_line([_code(names), *known])}"


def _faults(faults: Faults) -> Iterator[str]:
    yield from ("", "## Faults", "")
    standing = [f"- standing: {_code(_json(fault.object()))}" for fault in faults.standing]
    met = [f"- met: {kind}, {count} times" for kind, count in sorted(faults.met.items())]
    yield from [*standing, *met] or ["None were put up."]


def _limits(traffic: Json) -> Iterator[str]:
    yield from ("", "## Limits and peaks", "")
    yield from (f"- {name}: {_code(_json(value))}" for name, value in traffic.items())


def _calls(log: CallLog) -> Iterator[str]:
    calls = log.after(0)
    shown = calls[-MOST_CALLS:]
    yield from ("", "## Bot API calls", "")
    if len(calls) > len(shown):
        yield f"The last {len(shown)} of {len(calls)}."
        yield ""
    yield from _fenced(map(_call, shown))


def _call(call: Json) -> str:
    outcome = "ok" if call["ok"] else _line([call["error_code"] or "no answer", call["description"]])
    fault = call.get("fault") and f"fault: {call['fault']}"
    # The outcome stands before the parameters: they are long.
    return _line(
        [f"#{call['seq']}", call["at"], call["method"], outcome, fault, _json(_shown(call["params"]))]
    )


def _shown(params: Mapping[str, object]) -> Json:
    return {name: "(not shown)" if name in SECRET else _short(value) for name, value in params.items()}


def _short(value: object) -> object:
    if not isinstance(value, str) or len(value) <= LONGEST_VALUE:
        return value
    return f"{value[:LONGEST_VALUE]}… ({len(value)} characters)"


def _chats(world: World) -> Iterator[str]:
    for chat in world.groups.values():
        yield from _chat(world, chat, f"{chat.kind} {chat.id}: {_code(chat.title)}")
    for (bot, user), chat in world.privates.items():
        if chat.messages:
            state = ", blocked" if chat.blocked else ""
            yield from _chat(world, chat, f"private chat of user {user} with bot {bot}{state}")


def _chat(world: World, chat: Chat, title: str) -> Iterator[str]:
    left_out = max(0, len(chat.messages) - MOST_MESSAGES)
    yield from ("", f"## Chat: {title}", "")
    if left_out:
        yield f"The last {MOST_MESSAGES} of {len(chat.messages)} messages."
        yield ""
    shown = islice(chat.messages.values(), left_out, None)
    yield from _fenced(_message(message_object(world, chat, message)) for message in shown)


def _message(message: Json) -> str:
    sender = message.get("sender_chat") or message.get("from") or message["chat"]
    at = _instant(datetime.fromtimestamp(message["date"], UTC))
    text = message.get("text", message.get("caption"))
    rest = {name: value for name, value in message.items() if name not in PLAIN}
    answered = rest.get("reply_to_message")
    if answered:
        rest["reply_to_message"] = answered["message_id"]
    return _line(
        [
            f"#{message['message_id']}",
            at,
            f"{sender['id']}:",
            None if text is None else _json(text),
            _json(rest) if rest else None,
        ]
    )


def _fenced(lines: Iterable[str]) -> Sequence[str]:
    """Return a code block that nothing inside can end: its fence is longer than all runs of backticks."""
    inside = list(lines)
    longest = max((len(run) for line in inside for run in _BACKTICKS.findall(line)), default=0)
    fence = "`" * max(3, longest + 1)
    return [f"{fence}text", *inside, fence] if inside else ["Nothing."]


def _code(text: str) -> str:
    """Return text as inline code on one line, whatever is in it."""
    flat = " ".join(text.split())
    longest = max(map(len, _BACKTICKS.findall(flat)), default=0)
    if not longest:
        return f"`{flat}`"
    return f"{'`' * (longest + 1)} {flat} {'`' * (longest + 1)}"


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)


def _line(words: Iterable[object]) -> str:
    return " ".join(str(word) for word in words if word not in (None, ""))


def _instant(at: datetime) -> str:
    return at.isoformat(timespec="seconds")
