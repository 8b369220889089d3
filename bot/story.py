"""Plays the demo's seeded life through the real bot: people and acts from a TOML file, in order of time."""

import tomllib
from base64 import b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.timeline import Timeline
from features.catalogue.demo import seed
from sandbox import page
from sandbox.sandbox import Sandbox

PICTURES = page.STATIC / "pictures"
"""The pictures that people of a story show each other."""


@dataclass(frozen=True, slots=True)
class Story:
    """A demo world: who is there, and what they did when (local time of `zone`)."""

    zone: ZoneInfo
    start: datetime
    now: datetime
    bot: Mapping[str, str]
    people: tuple[Mapping[str, Any], ...]
    groups: tuple[Mapping[str, Any], ...]
    acts: tuple[Mapping[str, Any], ...]


@dataclass(frozen=True, slots=True)
class Cast:
    """Who the keys of a story mean in the sandbox."""

    token: str
    ids: Mapping[str, int]


def load(path: Path) -> Story:
    """Read a story."""
    plain = tomllib.loads(path.read_text("utf-8"))
    zone = ZoneInfo(plain["zone"])
    return Story(
        zone=zone,
        start=_instant(plain["start"], zone),
        now=_instant(plain["now"], zone),
        bot=plain["bot"],
        people=tuple(plain["person"]),
        groups=tuple(plain["group"]),
        acts=tuple(plain["life"]["acts"]),
    )


def enter(story: Story, sandbox: Sandbox) -> Cast:
    """Put the story's people and groups into the sandbox."""
    bot = sandbox.add_bot(story.bot["first_name"], story.bot["username"])
    ids = {"bot": int(bot["id"])}
    for person in story.people:
        ids[person["key"]] = person["id"]
        sandbox.add_user(
            person["first_name"],
            last_name=person.get("last_name", ""),
            username=person.get("username", ""),
            language_code=person.get("language_code", "zh"),
            user_id=person["id"],
        )
    for group in story.groups:
        ids[group["key"]] = group["id"]
        sandbox.add_group(
            group["title"],
            ids[group["creator"]],
            chat_id=group["id"],
            username=group.get("username", ""),
            forum=group.get("forum", False),
            join_by_request=group.get("join_by_request", False),
        )
    return Cast(str(bot["token"]), ids)


async def play(story: Story, cast: Cast, sandbox: Sandbox, timeline: Timeline) -> None:
    """Let everybody do what they did; everything due in between is done at its own instant."""
    link = ""
    for act in story.acts:
        await timeline.run_until(_instant(act["at"], story.zone))
        person = cast.ids[act["who"]]
        if act["do"] == "claim":
            await _claim(person, sandbox, timeline)
        elif act["do"] == "goods":
            await _goods(timeline)
        else:
            fields = _fields(act, person, cast, sandbox)
            if "text" in fields:
                fields["text"] = fields["text"].replace("{link}", link)
            link = sandbox.act(person, act["do"], **fields).get("link", link)
        await timeline.settle()
    await timeline.run_until(story.now)


async def _claim(person: int, sandbox: Sandbox, timeline: Timeline) -> None:
    """Let a person follow the link that the console of the running product shows to its first owner."""
    runtime = timeline.runtime
    code = await runtime.db.run(runtime.app.owner.console_code)
    sandbox.act(person, "start", payload=f"own-{code}")


async def _goods(timeline: Timeline) -> None:
    """Put the demo's goods into the catalogue, as a sheet would."""
    runtime = timeline.runtime
    await runtime.db.run(lambda uow: seed(uow, catalogue=runtime.app.catalogue))


def _fields(act: Mapping[str, Any], person: int, cast: Cast, sandbox: Sandbox) -> dict[str, Any]:
    """Return the verb's fields: keys of people, topics, pictures and messages become what they mean."""
    fields = {key: value for key, value in act.items() if key not in ("at", "who", "do", "to")}
    for key in ("chat", "user"):
        if key in fields:
            fields[key] = cast.ids[fields[key]]
    if act["do"] == "tap":
        fields["message"] = _message_with(sandbox, person, fields)
        fields.setdefault("chat", person)
    if "to" in act:
        fields["message"] = _message_saying(sandbox, person, fields["chat"], act["to"])
    if "topic" in fields:
        fields["topic"] = _topic(sandbox, person, fields)
    if "file" in fields:
        fields["file"] = _picture(fields["file"])
    if "files" in fields:
        fields["files"] = [_picture(name) for name in fields["files"]]
    return fields


def _picture(name: str) -> str:
    return b64encode((PICTURES / name).read_bytes()).decode()


def _topic(sandbox: Sandbox, person: int, fields: Mapping[str, Any]) -> int:
    """Return the id of the topic of that name."""
    for chat in sandbox.view(person)["chats"]:
        for topic in chat.get("topics", ()):
            if chat["id"] == fields["chat"] and topic["name"] == fields["topic"]:
                return int(topic["id"])
    raise LookupError(f"no topic {fields['topic']!r}")


def _message_saying(sandbox: Sandbox, person: int, chat: int, said: str) -> int:
    """Return the newest message of the chat with that text, caption or question."""
    for message in reversed(sandbox.messages(person, chat)):
        texts = (message.get("text"), message.get("caption"), message.get("poll", {}).get("question"))
        if said in texts:
            return int(message["message_id"])
    raise LookupError(f"no message says {said!r}")


def _message_with(sandbox: Sandbox, person: int, fields: Mapping[str, Any]) -> int:
    """Return the newest message of the chat that carries the button."""
    for message in reversed(sandbox.messages(person, fields.get("chat"))):
        rows = message.get("reply_markup", {}).get("inline_keyboard", ())
        if any(button["text"] == fields["button"] for row in rows for button in row):
            return int(message["message_id"])
    raise LookupError(f"no message with the button {fields['button']!r}")


def _instant(local: str, zone: ZoneInfo) -> datetime:
    return datetime.fromisoformat(local).replace(tzinfo=zone).astimezone(UTC)
