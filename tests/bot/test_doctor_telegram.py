"""`caiboshi doctor` and Telegram: the token, the way there, and the updates on their way here."""

import asyncio
import contextlib
import json
import re
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.checks.finding import Check, Finding
from bot.config import load
from bot.doctor import examine
from kernel.clock import SystemClock
from tests.bot.patient import Patient, healthy_file
from tests.bot.proxies import PASSWORD, proxying

FIELDS = ("id", "username", "status", "url", "pending_update_count", "allowed_updates", "last_error_message")


@pytest.fixture
async def patient(tmp_path: Path, sqlite_template: Path) -> AsyncIterator[Patient]:
    """A healthy installation."""
    async with healthy_file(tmp_path, sqlite_template) as made:
        yield made


@pytest.mark.parametrize(
    ("name", "value", "check", "said", "cure"),
    [
        ("TELEGRAM__TOKEN", "", "token", "no bot token is set", "ask @BotFather for a bot"),
        ("TELEGRAM__TOKEN", "123:wrong", "token", "refuses the bot token (Unauthorized)", "copy the token"),
        (
            "TELEGRAM__BASE_URL",
            "http://127.0.0.1:9/bot",
            "telegram",
            "http://127.0.0.1:9 refuses connections",
            "check telegram.base_url",
        ),
    ],
)
async def test_a_wrong_setting_is_found(
    patient: Patient, name: str, value: str, check: str, said: str, cure: str
) -> None:
    patient.env[f"CAIBOSHI__{name}"] = value

    faults = await patient.faults()

    assert [*faults] == [check]
    assert said in faults[check][0]
    assert faults[check][1].startswith(cure)


@pytest.mark.parametrize(
    ("name", "value", "check", "said"),
    [
        ("TELEGRAM__TOKEN", "'123:abc'", "token", "the bot token is not one"),
        (
            "TELEGRAM__BASE_URL",
            "https://caiboshi.invalid/bot",
            "telegram",
            "the name of https://caiboshi.invalid",
        ),
        ("TELEGRAM__BASE_URL", "https:///bot", "telegram", "https:// is no address"),
        ("TELEGRAM__BASE_URL", "https://[::1/bot", "telegram", "https://[::1 is no address"),
        ("WEB__HOST", "192.0.2.1", "port", "192.0.2.1:1024 cannot be listened on"),
    ],
)
async def test_a_setting_that_makes_no_sense_is_found(
    patient: Patient, name: str, value: str, check: str, said: str
) -> None:
    patient.env |= {"CAIBOSHI__WEB__PORT": "1024" if check == "port" else "0", f"CAIBOSHI__{name}": value}

    faults = await patient.faults_here()

    assert [*faults] == [check]
    assert said in faults[check][0]


async def test_a_server_that_is_no_bot_api_is_found(patient: Patient) -> None:
    patient.sandbox.fault("status", method="getMe", status=502)

    faults = await patient.faults_here()

    assert [*faults] == ["telegram"]
    assert "answers, but not as a Bot API server (HTTP status 502)" in faults["telegram"][0]
    assert "with status 5xx wait a few minutes" in faults["telegram"][1]


@pytest.mark.parametrize(
    ("method", "check", "silent"),
    [
        ("getMe", "telegram", {"token", "webhook", "fetching", "privacy"}),
        ("getWebhookInfo", "webhook", {"kinds", "backlog", "fetching"}),
        ("getChatMember", "privacy", {"rights"}),
        ("getUpdates", "fetching", set()),
    ],
)
async def test_what_telegram_does_not_tell_now_is_not_called_well(
    patient: Patient, method: str, check: str, silent: set[str]
) -> None:
    patient.sandbox.fault("flood", method=method, retry_after=7)

    found = await patient.verdicts_here()

    wrong = {name: line for name, line in found.items() if line["verdict"] == "wrong"}
    assert [*wrong] == [check]
    assert wrong[check]["said"] == ("Telegram does not tell now (429 Too Many Requests: retry after 7)")
    assert wrong[check]["cure"].startswith("wait a minute and run doctor again")
    assert silent <= {name for name, line in found.items() if line["verdict"] == "skipped"}


async def test_telegram_falling_silent_halfway_is_told_once(patient: Patient) -> None:
    patient.sandbox.fault("drop", method="getWebhookInfo")

    found = await patient.verdicts_here()

    assert found["webhook"]["said"] == "Telegram does not tell now (ServerDisconnectedError)"
    assert found["fetching"]["verdict"] == "skipped"
    assert found["rights"]["verdict"] == "good"


@pytest.mark.parametrize(("seconds", "way"), [(-95, "ahead of"), (95, "behind")])
async def test_a_wrong_clock_is_found(patient: Patient, seconds: int, way: str) -> None:
    patient.sandbox.fault("skew", seconds=seconds)

    faults = await patient.faults()

    assert [*faults] == ["clock"]
    assert re.fullmatch(rf"this machine's clock is 9[4-6] s {way} Telegram's", faults["clock"][0])
    assert faults["clock"][1].startswith("let it be set by NTP: timedatectl set-ntp true")


async def test_a_clock_a_little_off_is_well(patient: Patient) -> None:
    patient.sandbox.fault("skew", seconds=25)

    found = await patient.verdicts_here()

    assert found["clock"]["said"] == "less than 30 s off Telegram's"


async def test_a_webhook_that_keeps_us_from_polling_is_found(patient: Patient) -> None:
    await patient.api("setWebhook", url="http://127.0.0.1:9/somewhere/secret-path")

    faults = await patient.faults()

    assert [*faults] == ["webhook"]
    assert faults["webhook"][0] == "a webhook to http://127.0.0.1:9 is set, but telegram.mode is polling"
    assert faults["webhook"][1].startswith("start (or restart) caiboshi, it removes the webhook")


async def test_a_webhook_taken_over_is_found(patient: Patient) -> None:
    ours, other = "http://127.0.0.1:9/ours", "http://127.0.0.1:9/theirs"
    patient.env |= {"CAIBOSHI__TELEGRAM__MODE": "webhook", "CAIBOSHI__TELEGRAM__WEBHOOK_URL": ours}
    await patient.api("setWebhook", url=other)

    faults = await patient.faults_here()

    assert [*faults] == ["webhook"]
    assert faults["webhook"][0].startswith("it leads to another address than telegram.webhook_url")
    assert faults["webhook"][1].startswith("start caiboshi, it sets its own")


async def test_a_webhook_that_leads_nowhere_is_found(patient: Patient) -> None:
    ours = "http://127.0.0.1:9/ours"
    patient.env |= {"CAIBOSHI__TELEGRAM__MODE": "webhook", "CAIBOSHI__TELEGRAM__WEBHOOK_URL": ours}
    unset = await patient.verdicts_here()
    await patient.api("setWebhook", url=ours)
    async with asyncio.timeout(20):
        while "last_error_message" not in (await patient.api("getWebhookInfo"))["result"]:
            pass  # the sandbox tries, and fails, by itself

    faults = await patient.faults_here()

    assert unset["webhook"]["said"] == "none yet; caiboshi sets it at the start"
    assert [*faults] == ["webhook"]
    assert faults["webhook"][0].startswith("Telegram cannot bring the updates to http://127.0.0.1:9 (")
    assert "leads to web.port" in faults["webhook"][1]


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_is_gone_through_and_its_password_never_told(patient: Patient, scheme: str) -> None:
    async with proxying(scheme) as proxy:
        patient.env["CAIBOSHI__TELEGRAM__PROXY"] = proxy.url()
        well = await patient.verdicts_here()
        patient.env["CAIBOSHI__TELEGRAM__PROXY"] = proxy.url("wr0ng-one")
        refused = await patient.faults()
        patient.env["CAIBOSHI__TELEGRAM__PROXY"] = proxy.url()
        patient.env["CAIBOSHI__TELEGRAM__BASE_URL"] = "http://127.0.0.1:9/bot"
        behind = await patient.faults_here()

    assert well["proxy"]["said"] == f"{scheme}://127.0.0.1:{proxy.port} lets through"
    assert [*refused] == ["proxy"]
    assert refused["proxy"][0].startswith(f"{scheme}://127.0.0.1:{proxy.port} refuses (")
    assert refused["proxy"][1].startswith("put user and password in telegram.proxy right")
    assert [*behind] == ["telegram"]
    assert behind["telegram"][0].startswith("http://127.0.0.1:9 cannot be reached from the proxy")
    assert PASSWORD not in f"{well} {behind}"
    assert "wr0ng-one" not in f"{refused}"


@pytest.mark.parametrize("scheme", ["http", "socks5"])
async def test_a_proxy_that_is_away_is_found(patient: Patient, scheme: str) -> None:
    patient.env["CAIBOSHI__TELEGRAM__PROXY"] = f"{scheme}://olga:pass@127.0.0.1:9"

    faults = await patient.faults()

    assert [*faults] == ["proxy"]
    assert faults["proxy"][0].startswith(f"{scheme}://127.0.0.1:9 cannot be reached")
    assert faults["proxy"][1].startswith("start the proxy, or put telegram.proxy right")


async def test_update_kinds_another_program_chose_are_found(patient: Patient) -> None:
    await patient.api("getUpdates", allowed_updates=["message", "callback_query"])

    faults = await patient.faults()

    assert faults == {
        "kinds": (
            "Telegram does not keep these kinds of update for us: "
            "chat_join_request, chat_member, edited_message, my_chat_member, pre_checkout_query",
            "start (or restart) caiboshi, it asks for its own; if they go missing again, another program "
            "uses this token",
        )
    }


async def test_a_long_queue_is_found(patient: Patient) -> None:
    for _ in range(1001):
        patient.waiting_update()

    faults = await patient.faults_here()

    assert [*faults] == ["backlog"]
    assert faults["backlog"][0].startswith("1002 updates wait at Telegram")
    assert faults["backlog"][1].startswith("start caiboshi")


async def test_another_program_that_fetches_is_found_and_loses_nothing(patient: Patient) -> None:
    patient.sandbox.settle()
    got: list[int] = []
    async with asyncio.TaskGroup() as tasks:
        other = tasks.create_task(_poll(patient, got))

        faults = await patient.faults()
        patient.waiting_update()
        await patient.sandbox.drained()
        other.cancel()

    assert [*faults] == ["fetching"]
    assert faults["fetching"][0].startswith("another program fetches this bot's updates")
    assert "get a new token from @BotFather (/revoke)" in faults["fetching"][1]
    assert len(got) == 1


async def _poll(patient: Patient, got: list[int]) -> None:
    """Fetch as any bot does: at once again after a conflict."""
    offset = 0
    async with httpx.AsyncClient(timeout=60) as client:
        while True:
            url = f"{patient.address.base}{patient.token}/getUpdates"
            answer = (await client.post(url, json={"offset": offset, "timeout": 25})).json()
            for update in answer.get("result", ()):
                got.append(update["update_id"])
                offset = update["update_id"] + 1


async def test_looking_confirms_no_update(patient: Patient) -> None:
    await patient.doctor()

    assert patient.sandbox.pending() == 1


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from(FIELDS), inner, max_size=4),
    max_leaves=12,
)


@settings(max_examples=60)
@given(
    body=st.binary(max_size=30)
    | st.fixed_dictionaries(
        {}, optional={"ok": st.just(True) | json_values, "result": json_values, "error_code": json_values}
    ).map(lambda answer: json.dumps(answer).encode()),
    date=st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=20)
    | st.sampled_from(["Mon, 23 Nov 2026 01:00:00 GMT", "Mon, 23 Nov 2026 01:00:00 +9999999"]),
)
def test_whatever_answers_there_are_findings_and_no_trace(tmp_path: Path, body: bytes, date: str) -> None:
    async def answered() -> list[Finding]:
        async with _answering(body, date) as base:
            env = {"CAIBOSHI__TELEGRAM__BASE_URL": base, "CAIBOSHI__TELEGRAM__TOKEN": "1:x"}
            url = f"sqlite:///{tmp_path / 'absent.db'}"
            config = load(None, env | {"CAIBOSHI__STORAGE__URL": url, "CAIBOSHI__WEB__PORT": "0"})
            return await examine(config, SystemClock(), file=None)

    findings = asyncio.run(answered())

    assert {finding.check for finding in findings} == set(Check)


@contextlib.asynccontextmanager
async def _answering(body: bytes, date: str) -> AsyncIterator[str]:
    """Serve one answer to every request."""

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        head = f"HTTP/1.1 200 OK\r\nDate: {date}\r\nContent-Length: {len(body)}\r\nConnection: close\r\n\r\n"
        writer.write(head.encode() + body)
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    try:
        yield f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/bot"
    finally:
        server.close()
