"""The wire through real proxies on loopback, to the sandbox and to nowhere."""

import logging
import socket

import pytest
from telegram.error import NetworkError, TelegramError
from telegram.ext import ExtBot

from bot.application import build_bot
from bot.config import load
from bot.wire import NotSent, Wire
from bot.wiring import build
from kernel.clock import SystemClock
from sandbox.sandbox import Sandbox
from sandbox.server import serve
from tests.bot.proxies import PASSWORD, proxying

SCHEMES = ("http", "socks5")
pytestmark = pytest.mark.parametrize("scheme", SCHEMES)


async def _me(bot: ExtBot[None], wires: tuple[Wire, ...]) -> str:
    async with bot:
        username = bot.username
    for wire in wires:
        await wire.shutdown()
    return username


async def test_every_call_goes_through_the_proxy(scheme: str) -> None:
    sandbox = Sandbox()
    token = sandbox.add_bot("菜博士", "caiboshi_test_bot")["token"]
    async with proxying(scheme) as proxy, serve(sandbox) as address:
        named = address.base.replace("127.0.0.1", "localhost")

        username = await _me(*build_bot(token=token, base_url=named, proxy=proxy.url()))

    assert username == "caiboshi_test_bot"
    assert set(proxy.led_to) == {("localhost", address.port)}  # the proxy finds the name, not we


async def test_a_connection_through_the_proxy_is_used_again(scheme: str) -> None:
    sandbox = Sandbox()
    token = sandbox.add_bot("菜博士", "caiboshi_test_bot")["token"]
    async with proxying(scheme) as proxy, serve(sandbox) as address:
        wire = Wire(1, proxy.url())
        await wire.initialize()
        for _ in range(5):
            await wire.post(f"{address.base}{token}/getMe")
        await wire.shutdown()

    assert len(proxy.led_to) == 1


@pytest.mark.parametrize("port", ["dead target", "dead proxy", "wrong password", "talks something else"])
async def test_what_a_proxy_does_not_let_through_was_surely_not_sent(
    scheme: str, port: str, caplog: pytest.LogCaptureFixture
) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        dead = free.getsockname()[1]
    sandbox = Sandbox()
    sandbox.add_bot("菜博士", "caiboshi_test_bot")
    async with proxying(scheme) as proxy, serve(sandbox) as address:
        through = {
            "dead target": proxy.url(),
            "dead proxy": proxy.url().replace(str(proxy.port), str(dead)),
            "wrong password": proxy.url(password="wrong"),
            "talks something else": proxy.url().replace(str(proxy.port), str(address.port)),
        }[port]
        target = dead if port == "dead target" else address.port
        wire = Wire(1, through)
        await wire.initialize()
        with caplog.at_level(logging.DEBUG), pytest.raises(NotSent) as told:
            await wire.post(f"http://127.0.0.1:{target}/bot1:x/getMe", connect_timeout=5.0)
        await wire.shutdown()

    said = f"{told.value} {told.value.message} {caplog.text}"
    assert PASSWORD not in said
    assert "wrong" not in said
    assert "olga" not in said


async def test_a_fault_of_telegram_behind_the_proxy_is_still_telegrams(scheme: str) -> None:
    sandbox = Sandbox()
    token = sandbox.add_bot("菜博士", "caiboshi_test_bot")["token"]
    sandbox.fault("status", method="getMe", status=502)
    async with proxying(scheme) as proxy, serve(sandbox) as address:
        wire = Wire(1, proxy.url())
        await wire.initialize()
        with pytest.raises(TelegramError) as told:
            await wire.post(f"{address.base}{token}/getMe")
        await wire.shutdown()

    assert type(told.value) is NetworkError


async def test_the_whole_product_is_wired_through_the_proxy(scheme: str, tmp_path: object) -> None:
    async with proxying(scheme) as proxy:
        config = load(
            None,
            {
                "CAIBOSHI__TELEGRAM__TOKEN": "1:x",
                "CAIBOSHI__TELEGRAM__PROXY": proxy.url(),
                "CAIBOSHI__STORAGE__URL": f"sqlite:///{tmp_path}/proxied.db",
            },
        )
        runtime = build(config, SystemClock())
        runtime.db.close()

        assert [wire._proxy for wire in runtime.wires] == [proxy.url()] * 2
