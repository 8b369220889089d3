"""How updates come: the webhook at Telegram's side, polls beside another program, a token taken back."""

import asyncio
import logging
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot.config import Mode, load
from bot.intake import ALLOWED_UPDATES
from bot.webhook import Webhook, secret_of
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from storage.inbox import TELEGRAM, NewRow
from tests.faults.runs import Bot
from tests.world import IMPATIENT, World, free_port, open_world, webhook_env

ELSEWHERE = "http://127.0.0.1:9/elsewhere"


def calls(world: World, method: str) -> list[dict[str, Any]]:
    """Return the parameters of every call of a method."""
    return [call["params"] for call in world.sandbox.calls() if call["method"] == method]


async def tell_telegram(world: World, method: str, **params: Any) -> Any:
    """Call the Bot API as another program with the same token would, as often as it asks to wait."""
    telegram = world.runtime.config.telegram
    async with httpx.AsyncClient() as client:
        while True:
            answer = (await client.post(f"{telegram.base_url}{telegram.token}/{method}", json=params)).json()
            if answer.get("error_code") != 429:
                return answer
            await asyncio.sleep(answer["parameters"]["retry_after"])


def said(caplog: pytest.LogCaptureFixture, level: int) -> str:
    """Return the events logged at a level."""
    return "\n".join(record.getMessage() for record in caplog.records if record.levelno == level)


async def test_the_webhook_is_set_with_everything_named(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}", mode=Mode.WEBHOOK) as world:
        await world.opens_group()
        telegram = world.runtime.config.telegram

        (params,) = calls(world, "setWebhook")

        assert params == {
            "url": telegram.webhook_url,
            "secret_token": secret_of(telegram),
            "max_connections": 40,
            "allowed_updates": list(ALLOWED_UPDATES),
            "drop_pending_updates": False,
        }


async def test_a_webhook_taken_over_is_set_again(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}", mode=Mode.WEBHOOK) as world:
        await world.opens_group()
        member = await world.member()
        assert (await tell_telegram(world, "setWebhook", url=ELSEWHERE))["ok"]
        world.sandbox.act(member, "send", text="积分")
        receiver = world.runtime.receiver
        assert isinstance(receiver, Webhook)

        await receiver.check()
        await world.settle()

        assert world.last_to(member).startswith("我的成长值")
        assert "the webhook was taken over or removed and is set again" in said(caplog, logging.WARNING)
        seen = len(calls(world, "setWebhook"))
        await receiver.check()
        assert len(calls(world, "setWebhook")) == seen


async def test_failed_deliveries_are_told_once(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}", mode=Mode.WEBHOOK) as world:
        await world.opens_group()
        member = await world.member()
        world.runtime.intake.close()
        world.sandbox.act(member, "send", text="积分")
        receiver = world.runtime.receiver
        assert isinstance(receiver, Webhook)
        while not (await tell_telegram(world, "getWebhookInfo"))["result"].get("last_error_date"):
            await asyncio.sleep(0.01)

        await receiver.check()
        await receiver.check()
        await world.runtime.intake.open(world.bot)
        await world.settle()

        told = [r for r in caplog.records if r.getMessage().startswith("Telegram could not bring an update")]
        assert [vars(record)["said"] for record in told] == [
            "Wrong response from the webhook: 503 Service Unavailable"
        ]
        assert world.last_to(member).startswith("我的成长值")


async def test_polling_removes_a_webhook_and_loses_nothing(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    database = f"sqlite:///{tmp_path / 'one.db'}"
    async with open_world(database) as world:
        await world.opens_group()
        member = await world.member()
        assert calls(world, "deleteWebhook") == []  # there was none: nothing to remove
        assert (await tell_telegram(world, "setWebhook", url=ELSEWHERE))["ok"]
        world.sandbox.act(member, "send", text="积分")
        receiving = asyncio.get_running_loop().create_task(world.runtime.receiver.run())
        await world.settle()
        receiving.cancel()
        await asyncio.gather(receiving, return_exceptions=True)

        assert world.last_to(member).startswith("我的成长值")
        assert calls(world, "deleteWebhook") == [{"drop_pending_updates": False}]
        assert "a webhook was set and is removed" in said(caplog, logging.WARNING)


async def test_a_second_program_on_the_token_is_told_and_polling_goes_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}") as world:
        await world.opens_group()
        member = await world.member()
        await tell_telegram(world, "getUpdates", timeout=0)
        async with asyncio.timeout(10):
            while "another program takes this bot's updates" not in said(caplog, logging.ERROR):
                await asyncio.sleep(0.01)

        await world.says(member, "积分")

        assert world.last_to(member).startswith("我的成长值")
        assert world.runtime.contact.is_fresh


async def test_a_line_too_slow_for_many_updates_is_asked_for_fewer(tmp_path: Path) -> None:
    database = f"sqlite:///{tmp_path / 'one.db'}"
    async with open_world(database, patience=IMPATIENT, CAIBOSHI__TELEGRAM__POLL_SECONDS="1") as world:
        await world.opens_group()
        member = await world.member()
        for times in (2, 1):
            world.sandbox.fault("hang", method="getUpdates", seconds=60, times=times)
            for _ in range(3):
                await world.says(member, "积分")

        hung = [call["limit"] for call in calls(world, "getUpdates")]  # no others are noted
        assert world.last_to(member).startswith("我的成长值")
        assert hung == [100, 50, 100]


async def test_a_broken_row_of_the_inbox_is_parked_and_holds_up_nobody(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}") as world:
        runtime, broken = world.runtime, NewRow(TELEGRAM, 1, 7, {})
        await runtime.db.run(lambda uow: uow.inbox.take_in(runtime.bot.id, [broken]))
        await runtime.db.run(lambda uow: uow.connection.exec_driver_sql("UPDATE inbox SET body = '{oops'"))
        await runtime.intake.open(runtime.bot.id)
        await world.settle()

        assert world.rows("SELECT state, attempts, body FROM inbox") == [("parked", 3, "{oops")]
        assert "update parked" in said(caplog, logging.ERROR)


async def test_a_token_taken_back_ends_the_process_with_the_cure(tmp_path: Path) -> None:
    sandbox = Sandbox()
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    person, log = int(sandbox.add_user("小林")["id"]), tmp_path / "bot.log"
    async with serve(sandbox) as address:
        bot = Bot(address.base, str(bot_user["token"]), f"sqlite:///{tmp_path / 'one.db'}", log)
        await bot.start()
        sandbox._world.tokens.clear()
        sandbox.act(person, "start")  # ends the poll that waits
        async with asyncio.timeout(20):
            code = await bot.ended()

    assert code == 2
    assert log.read_text().splitlines()[-1] == (
        "caiboshi: Telegram does not accept the bot token: copy it again from @BotFather"
    )


async def test_an_address_that_telegram_does_not_take_ends_the_process_with_its_words(tmp_path: Path) -> None:
    sandbox = Sandbox()
    bot_user = sandbox.add_bot("菜博士", "caiboshi_test_bot")
    log = tmp_path / "bot.log"
    async with serve(sandbox) as address:
        env = webhook_env(free_port()) | {"CAIBOSHI__TELEGRAM__WEBHOOK_URL": "https://example.org/telegram"}
        bot = Bot(address.base, str(bot_user["token"]), f"sqlite:///{tmp_path / 'one.db'}", log, **env)
        await bot.start()
        async with asyncio.timeout(20):
            code = await bot.ended()

    assert code == 2
    last = log.read_text().splitlines()[-1]
    assert last.startswith(
        "caiboshi: Telegram does not take the address of telegram.webhook_url: Bad webhook: "
    )


def test_the_secret_needs_no_setting_and_is_another_for_every_token() -> None:
    one = load(None, {"CAIBOSHI__TELEGRAM__TOKEN": "1:one"}).telegram
    other = load(None, {"CAIBOSHI__TELEGRAM__TOKEN": "1:other"}).telegram
    chosen = load(None, {"CAIBOSHI__TELEGRAM__WEBHOOK_SECRET": "s-3_cret"}).telegram

    assert secret_of(one) == secret_of(one)
    assert secret_of(one) != secret_of(other)
    assert len(secret_of(one)) == 64
    assert secret_of(chosen) == "s-3_cret"


async def test_updates_brought_out_of_sequence_are_kept_in_theirs(tmp_path: Path) -> None:
    async with open_world(f"sqlite:///{tmp_path / 'one.db'}") as world:
        await world.runtime.intake.take_in([{"update_id": number} for number in (903, 901, 902)])
        await world.settle()

        assert world.rows("SELECT source_id FROM inbox ORDER BY id") == [(901,), (902,), (903,)]
