"""One conversation reads the same however updates come and wherever they are kept."""

from pathlib import Path
from typing import Any

from bot.config import Mode
from sandbox.errors import ControlError
from tests import postgres
from tests.world import World, open_world

Transcript = dict[str, list[str]]


async def converse(world: World) -> list[int]:
    """Say and do a bit of everything; return who took part."""
    chat = await world.opens_group()
    member = await world.member()
    foreigner = await world.member("Ann", language="en")
    shy = await world.neighbour("<b>小林</b> & 🥬")
    await world.says(shy, "大家好", chat=chat)
    for word in ("积分", "明细", "设置", "帮助", "菜单", "什么都不是", "/points", "x" * 4096):
        await world.says(member, word)
    await world.taps(member, "我的成长值", times=3)
    await world.forges(member, "v1:members.agree")
    await world.forges(member, "no such thing")
    await world.says(foreigner, "points")
    await world.does(shy, "start")
    await world.does(member, "edit", chat=member, message=_last_own(world, member), text="积分")
    await world.does(shy, "leave", chat=chat)
    await world.does(foreigner, "block")
    await world.advance(days=340)
    await world.does(foreigner, "unblock")
    await world.does(foreigner, "start")
    await world.advance(days=40)
    return [world.leader, member, foreigner, shy]


def _last_own(world: World, person: int) -> int:
    own = [m["message_id"] for m in world.sandbox.messages(person) if m["from"]["id"] == person]
    return int(own[-1])


def transcript(world: World, people: list[int]) -> Transcript:
    """Return what everybody's client shows in the end, chat by chat, and what popped up for them."""
    shown = {}
    for number, person in enumerate(people):
        shown[f"{number} private"] = _lines(world.sandbox.messages(person))
        shown[f"{number} toasts"] = world.toasts(person)
        try:
            shown[f"{number} group"] = _lines(world.sandbox.messages(person, world.group))
        except ControlError:  # not inside any more
            shown[f"{number} group"] = []
    return shown


def _lines(messages: list[dict[str, Any]]) -> list[str]:
    return [repr({key: value for key, value in m.items() if key not in ("chat", "date")}) for m in messages]


async def test_polling_and_webhook_on_both_databases_give_the_same_transcript(
    tmp_path: Path, postgres_server: postgres.Server, postgres_template: str
) -> None:
    transcripts = {}
    for mode in Mode:
        transcripts[mode, "sqlite"] = await _told(f"sqlite:///{tmp_path / mode}.db", mode)
        with postgres_server.database(postgres_template) as url:
            transcripts[mode, "postgresql"] = await _told(url, mode)

    first = transcripts[Mode.POLLING, "sqlite"]
    assert len(first["1 private"]) > 20
    for told in transcripts.values():
        assert told == first


async def _told(url: str, mode: Mode) -> Transcript:
    async with open_world(url, mode=mode) as world:
        told = transcript(world, await converse(world))
        called = {call["method"] for call in world.sandbox.calls()}
        assert ("setWebhook" in called) is (mode is Mode.WEBHOOK)  # else one way was compared with itself
        return told
