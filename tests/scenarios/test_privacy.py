"""What is known of somebody: shown, exported, erased, forgotten; and nothing brings it back."""

import asyncio
import json
import logging
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import insert

from kernel.ids import ChatId, MemberId
from kernel.message import Kind, MessageClass, Outgoing, Text
from storage.db import SqliteDb
from storage.inbox import TELEGRAM, NewRow, Taken
from storage.joining import join_request
from storage.schema import metadata
from storage.setup import prompt
from storage.staff import staff_role
from storage.uow import SqlUow
from tests.architecture.product import PACKAGES as ALL
from tests.world import World, open_world

SQLITE = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)
PACKAGES = frozenset(ALL)
NAME, WORDS = "欧阳翠花", "我家门牌是九栋"
ERASE = "注销，删掉我的信息"
TOTALS = "SELECT (SELECT sum(amount) FROM growth_ledger), (SELECT count(*) FROM growth_ledger)"


async def erases(world: World, person: int, *, times: int = 1) -> None:
    """Say the word, see what is lost, confirm."""
    await world.says(person, "注销")
    await world.taps(person, ERASE, times=times)


def traces(world: World, *words: str) -> dict[str, list[str]]:
    """Return where any of the words stands: every column of every table, and every file of the database."""
    found: dict[str, list[str]] = {}
    for table in metadata.tables.values():
        for row in world.rows(f'SELECT * FROM "{table.name}"'):
            for column, value in zip(table.columns, row, strict=True):
                for word in words:
                    if word in str(value):
                        found.setdefault(word, []).append(f"{table.name}.{column.name}: {value}")
    return found


async def in_files(world: World, *words: str) -> list[str]:
    """Return which words the database's own files hold once it is tidied up (SQLite)."""
    url = world.runtime.db.url
    if url.get_backend_name() != "sqlite":
        return []
    assert isinstance(world.runtime.health._db, SqliteDb)
    with world.runtime.health._db._engine.connect() as connection:
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    path = Path(url.database or "")
    files = [each for each in path.parent.iterdir() if each.name.startswith(path.name)]
    return [word for word in words for file in files if word.encode() in file.read_bytes()]


def _park(row: Taken, uow: SqlUow) -> bool:
    return uow.inbox.park(row.id)


async def a_life(world: World) -> int:
    """Somebody who has been through everything."""
    person = await world.member(NAME)
    await world.says(person, WORDS, chat=world.group)
    await world.says(person, WORDS)
    await world.says(person, "设置")
    await world.taps(person, "打开优惠消息")
    await world.taps(person, "收哪几类")
    await world.taps(person, "✗ 优惠" if "✗ 优惠" in world.buttons(person) else "✓ 优惠")
    await world.says(person, "静音")
    await world.says(person, "我的信息")
    await world.taps(person, "导出全部（发文件给我）")
    update = {
        "message": {"from": {"id": person, "first_name": NAME}, "text": WORDS, "chat": {"id": world.group}}
    }
    parked = NewRow(TELEGRAM, 10**9, world.group, update)
    own = NewRow(TELEGRAM, 10**9 + 1, person, {"message": {"text": WORDS}})
    taken = await world.runtime.db.run(lambda uow: uow.inbox.take_in(world.bot, (parked, own)))
    for row in taken:
        await world.runtime.db.run(partial(_park, row))
    (member,) = world.rows("SELECT id FROM member WHERE user_id = ?", person)[0]

    def more(uow: SqlUow) -> None:
        connection, now = uow.connection, uow.now
        connection.execute(
            insert(staff_role).values(member_id=member, role="packer", group_id=1, given_at=now)
        )
        connection.execute(
            insert(prompt).values(
                member_id=member, group_id=1, asks="name", given={"said": WORDS}, message=7, expires_at=now
            )
        )
        connection.execute(
            insert(join_request).values(
                group_id=1,
                user_id=person,
                chat=person,
                language="en",
                answer=1,
                attempts=0,
                asked_at=now,
                expires_at=now,
            )
        )

    await world.runtime.db.run(more)
    await world.does(world.leader, "promote", chat=world.group, user=person)
    return person


async def test_erasing_leaves_nothing_of_a_person_anywhere(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    other = await world.member("老王")
    person = await a_life(world)
    assert set(traces(world, NAME, WORDS, str(person))) == {NAME, WORDS, str(person)}
    before = world.rows(TOTALS)

    await erases(world, person)

    assert world.last_to(person).startswith("已经注销\n")
    assert traces(world, NAME, WORDS, str(person)) == {}
    assert not [word for word in (NAME, WORDS, str(person)) if word in _logged(caplog)]
    assert await in_files(world, NAME, WORDS, str(person)) == []
    assert world.rows(TOTALS) == before
    assert world.rows("SELECT role FROM staff_role WHERE ended_at IS NULL AND role = 'packer'") == []
    assert world.rows(
        "SELECT count(*) FROM points_due WHERE outcome IS NULL AND member_id NOT IN "
        "(SELECT id FROM member WHERE user_id IS NOT NULL)"
    ) == [(0,)]
    assert world.rows("SELECT erased_at IS NULL, user_id FROM member WHERE name = '老王'") in (
        [(1, other)],
        [(True, other)],
    )


def _logged(caplog: pytest.LogCaptureFixture) -> str:
    """Return what the product's own loggers said, with everything that came along."""
    said = [each for each in caplog.records if each.name.partition(".")[0] in PACKAGES - {"sandbox"}]
    return " ".join(str(vars(each)) for each in said)


async def test_talk_leaves_no_trace_and_start_is_a_return(world: World) -> None:
    person = await world.member(NAME)
    await erases(world, person)

    await world.says(person, WORDS, chat=world.group)
    await world.does(world.leader, "promote", chat=world.group, user=person)
    assert traces(world, NAME, WORDS, str(person)) == {}
    await world.says(person, "积分")
    assert world.last_to(person) == "你注销过，这里没有你的账户了。想回来，打「开始」。"
    await world.says(person, "菜单", chat=world.group)
    assert world.last_to(person, world.group).startswith("这里没有你的账户。")
    await world.taps(person, "私聊里看", chat=world.group)
    assert "欢迎回来" in world.last_to(person)
    await world.taps(person, "同意，开始用")

    assert world.toasts(person)[-1] == "欢迎回来。见面礼每人一次，以前送过了。"
    assert "成长值 0 · 积分 0" in world.last_to(person)
    await world.says(person, "积分")
    assert "注册见面礼：+10（每人一次，已得）" in world.last_to(person)
    assert world.rows("SELECT count(*) FROM member WHERE user_id = ?", person) == [(1,)]
    assert world.rows("SELECT count(*) FROM tombstone") == [(1,)]
    assert world.rows("SELECT count(*) FROM growth_ledger") == [(1,)]


async def test_after_its_time_the_tombstone_is_gone_and_the_person_is_new(world: World) -> None:
    person = await world.member(NAME)
    await erases(world, person)

    await world.advance(days=181)
    assert world.rows("SELECT count(*) FROM tombstone") == [(0,)]
    await world.does(person, "start")
    await world.taps(person, "同意，开始用")

    assert "到账 +10" in world.toasts(person)[-1]


async def test_two_taps_erase_once_and_an_old_button_erases_nobody(world: World) -> None:
    person = await world.member(NAME)
    await erases(world, person, times=2)
    assert world.rows("SELECT count(*) FROM journal WHERE action = 'member.erased'") == [(1,)]
    assert world.last_to(person).startswith("已经注销")
    await world.does(person, "start")
    await world.taps(person, "同意，开始用")

    await world.forges(person, "v1:privacy.erase:0123456789abcdef")

    assert world.toasts(person)[-1].startswith("这个按钮旧了")
    assert world.rows("SELECT count(*) FROM member WHERE user_id = ?", person) == [(1,)]


@SQLITE
async def test_the_numbers_shown_are_those_that_are_lost(world: World) -> None:
    person = await world.member(NAME)
    await world.says(person, "注销")
    assert "积分 10 清零" in world.last_to(person)
    await world.advance(days=367)  # they lapse meanwhile

    await world.taps(person, ERASE)

    assert world.toasts(person)[-1].startswith("这个按钮旧了")
    await erases(world, person)
    assert "0 积分已清零" in world.last_to(person)


async def test_the_owner_hands_over_first(world: World) -> None:
    person = world.owner

    await world.says(person, "注销")

    assert world.last_to(person).startswith("你是这个机器人的主人。")
    assert world.rows("SELECT count(*) FROM member WHERE user_id = ?", person) == [(1,)]


def _notice(person: int, reason: str) -> Outgoing:
    text = Text("home.greeting")
    return Outgoing(Kind.SEND, ChatId(person), MessageClass.NOTICE, text=text, reason=Text(reason))


def _member(world: World, person: int) -> MemberId:
    return MemberId(world.rows("SELECT id FROM member WHERE user_id = ?", person)[0][0])


@pytest.mark.parametrize("is_listed", [True, False])
async def test_an_erased_administrator_is_recorded_by_no_button_and_no_command(
    world: World, *, is_listed: bool
) -> None:
    person = await world.member(NAME)
    await world.does(world.leader, "promote", chat=world.group, user=person)
    other = int(world.sandbox.add_group("东门小区", person)["id"])
    world.sandbox.act(person, "add", chat=other, user=world.bot)
    world.sandbox.act(person, "promote", chat=other, user=world.bot)
    await world.settle()
    await erases(world, person)
    if not is_listed:
        await world.advance(minutes=11)  # an older list of administrators is asked for anew

    await world.taps(person, "启用本群", chat=other)
    for typed in ("/panic", "/setup", "/health", "/audit", "/who", "/role"):
        await world.says(person, typed, chat=world.group)

    assert world.toasts(person)[-1].startswith("你注销过，这里没有你的账户。")
    assert world.rows("SELECT count(*) FROM member WHERE user_id = ?", person) == [(0,)]
    assert world.rows("SELECT count(*) FROM group_administrator WHERE user_id = ?", person) == [(0,)]
    assert world.rows("SELECT count(*) FROM chat_group WHERE silent_since IS NOT NULL") == [(0,)]
    await world.does(person, "start")
    await world.advance(minutes=11)
    await world.taps(person, "启用本群", chat=other)
    assert world.rows("SELECT state FROM chat_group WHERE chat = ?", other) == [("asked",)]


async def test_who_is_away_or_never_agreed_can_be_erased_too(world: World) -> None:
    away, shy = await world.member(NAME), await world.neighbour("害羞")
    await world.does(away, "leave", chat=world.group)
    await world.does(shy, "start")

    await erases(world, away)
    await erases(world, shy)

    assert traces(world, NAME, "害羞", str(away), str(shy)) == {}


@SQLITE
@pytest.mark.parametrize("word", ["我的信息", "/mydata", "注销"])
async def test_a_stranger_is_told_that_nothing_is_kept(world: World, word: str) -> None:
    stranger = await world.person("路人")
    await world.does(stranger, "start")

    await world.says(stranger, word)

    assert world.last_to(stranger).startswith("我这里没有你的信息")


@SQLITE
@pytest.mark.parametrize(
    "data",
    ["v1:privacy.erase", "v1:privacy.erase:zz", "v1:privacy.erase:0123456789abcdef:1", "v1:privacy.export:2"],
)
async def test_forged_buttons_erase_and_export_nothing(world: World, data: str) -> None:
    person = await world.member(NAME)
    said = len(world.said_to(person))

    await world.forges(person, data)

    assert world.toasts(person)[-1].startswith("这个按钮不能用了")
    assert len(world.said_to(person)) == said


async def test_the_page_says_what_is_kept_and_the_file_holds_it(world: World) -> None:
    person = await a_life(world)
    await world.says(person, "我的信息")
    page = world.last_to(person)
    assert f"昵称：{NAME}" in page
    assert "阳光花园" in page

    await world.taps(person, "导出全部（发文件给我）")

    message = world.sandbox.messages(person)[-1]
    assert message["document"]["file_name"] == "caiboshi-mydata.json"
    written = world.sandbox.file(message["document"]["file_id"]).body.decode()
    assert "\\u" not in written
    found = json.loads(written)
    assert set(found["definitions"]) == set(found) - {"about", "definitions"}
    assert [each["user_id"] for each in found["person"]] == [person]
    assert [each["name"] for each in found["person"]] == [NAME]
    assert [each["title"] for each in found["groups"]] == ["阳光花园"]
    assert [each["role"] for each in found["roles"]] == ["packer"]
    assert [each["points"] for each in found["growth"] if each["kind"] == "line"] == [10]
    assert [each["topic"] for each in found["topics_off"]] == ["offers"]
    assert WORDS in str(found["written"])
    assert any("静音" in each["text"] for each in found["told"])
    assert "老王" not in written
    assert world.rows("SELECT count(*) FROM outbox WHERE file IS NOT NULL") == [(0,)]


async def test_a_notice_that_is_leaving_is_forgotten_when_it_lands(world: World) -> None:
    person = await world.member(NAME)
    await world.says(person, "注销")
    notice = _notice(person, "growth.debt")
    later = Outgoing(Kind.SEND, ChatId(person), MessageClass.NOTICE, text=Text("home.greeting"))
    world.sandbox.set_latency(1.0)
    await world.runtime.db.run(lambda uow: uow.outbox.put(notice))
    world.runtime.sender.wake()
    async with asyncio.timeout(5):  # the chat's gap passes in real time
        while world.rows("SELECT state FROM outbox WHERE reason IS NOT NULL") != [("sending",)]:
            await asyncio.sleep(0.05)
    await world.runtime.db.run(lambda uow: uow.outbox.put(later))

    await world.taps(person, ERASE)

    world.sandbox.set_latency(0)
    assert traces(world, NAME, str(person)) == {}
    assert world.rows("SELECT count(*) FROM outbox WHERE error = 'erased' AND state = 'skipped'") == [(1,)]


async def test_who_blocks_the_bot_while_being_erased_leaves_nothing_either(world: World) -> None:
    person = await world.member(NAME)
    await world.says(person, "注销")
    message = world.message_with(person, ERASE, person)
    world.sandbox.act(person, "tap", chat=person, message=message, button=ERASE)
    world.sandbox.act(person, "block")

    await world.settle()

    assert traces(world, NAME, str(person)) == {}


async def test_nothing_comes_back_with_a_restart(db_url: str) -> None:
    key = "the same for both"
    async with open_world(db_url, CAIBOSHI__PRIVACY__KEY=key) as first:
        await first.opens_group()
        person = await first.member(NAME)
        await erases(first, person)
        group, later = first.group, first.timeline.clock.now()
    async with open_world(db_url, start=later, CAIBOSHI__PRIVACY__KEY=key) as second:
        sender = {"id": person, "is_bot": False, "first_name": NAME}
        chat = {"id": group, "type": "supergroup", "title": "阳光花园"}
        said = {
            "message_id": 900,
            "date": int(later.timestamp()),
            "chat": chat,
            "from": sender,
            "text": WORDS,
        }

        await second.brings({"message": said | {"chat": chat, "from": sender}})

        assert second.rows("SELECT count(*) FROM inbox WHERE state <> 'done'") == [(0,)]
        assert traces(second, NAME, WORDS, str(person)) == {}


async def test_words_are_forgotten_after_their_days_and_keys_later(world: World) -> None:
    person = await world.member(NAME)
    await world.says(person, WORDS)
    once = replace(_notice(person, "growth.debt"), dedupe_key="once")
    await world.runtime.db.run(lambda uow: uow.outbox.put(once))
    await world.settle()

    await world.advance(days=3, hours=2)
    assert world.rows("SELECT count(*) FROM outbox WHERE text IS NOT NULL OR keyboard IS NOT NULL") == [(0,)]
    assert world.rows("SELECT count(*) FROM outbox WHERE reason IS NOT NULL") == [(1,)]
    assert world.rows("SELECT count(*) FROM inbox") == [(0,)]
    await world.says(person, "为什么")
    await world.advance(days=31)

    assert world.rows("SELECT dedupe_key, chat, reason FROM outbox") == [("once", 0, None)]
    assert world.rows("SELECT count(*) FROM claim WHERE key LIKE 'tap:%'") == [(0,)]
    assert not await world.runtime.db.run(lambda uow: uow.outbox.put(once))
