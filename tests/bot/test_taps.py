"""A tap is answered with the words of its unit, or blank when that takes long; the words are not lost."""

import asyncio
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import make_url

from tests.world import World, open_world


async def answers(world: World, count: int) -> list[dict[str, object]]:
    """Wait for so many answered taps and return what they showed."""
    async with asyncio.timeout(10):
        while True:
            shown = [c["params"] for c in world.sandbox.calls() if c["method"] == "answerCallbackQuery"]
            if len(shown) >= count:
                return shown[-count:]
            await world.sandbox.changed()


async def test_a_tap_shows_the_words_of_its_unit(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'a.db'}") as world:
        await world.opens_group()
        member = await world.member()
        await world.says(member, "设置")

        await world.taps(member, "打开优惠消息")

        assert [shown.get("text") for shown in await answers(world, 1)] == [world.toasts(member)[-1]]


@pytest.mark.parametrize("db_url", ["postgresql"], indirect=True)
async def test_a_tap_whose_unit_takes_long_is_answered_blank_and_its_words_are_said(db_url: str) -> None:
    async with open_world(db_url) as world:
        await world.opens_group()
        member = await world.member()
        await world.says(member, "设置")
        before = len([c for c in world.sandbox.calls() if c["method"] == "answerCallbackQuery"])
        message = world.message_with(member, "打开优惠消息", member)

        url = make_url(db_url)
        with psycopg.connect(host=str(url.query["host"]), user=url.username, dbname=url.database) as other:
            other.execute("SELECT id FROM member FOR UPDATE")
            world.sandbox.act(member, "tap", chat=member, message=message, button="打开优惠消息")
            shown = await answers(world, before + 1)
        await world.settle()

        assert "text" not in shown[-1]
        assert len(await answers(world, before + 1)) == before + 1
        assert world.last_to(member) == "优惠消息：开"
        assert world.rows("SELECT count(*) FROM member WHERE marketing_consent_at IS NOT NULL") == [(1,)]


async def test_a_tap_that_telegram_holds_back_shows_its_words_a_little_later(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'a.db'}") as world:
        await world.opens_group()
        member = await world.member()
        await world.says(member, "设置")
        world.sandbox.fault("flood", method="answerCallbackQuery", retry_after=1)

        await world.taps(member, "打开优惠消息")
        async with asyncio.timeout(10):
            while world.toasts(member)[-1:] != ["优惠消息：开"]:
                await world.sandbox.changed()
