"""Files of products: shown first, imported once, whatever comes; and the catalogue as a file."""

import json
from base64 import b64encode
from collections.abc import Sequence
from typing import Any

import pytest

from bot.fetching import MOST_BYTES
from sheets import read_rows
from tests.sheets.makers import a_book, a_long_book, changed
from tests.world import World, open_world

HEADER = ("商品", "单位", "价格", "库存", "供应商", "备注")
SQLITE = pytest.mark.parametrize("db_url", ["sqlite"], indirect=True)  # where nothing is the database's
GOODS = "SELECT sku, name, price_fen FROM product ORDER BY sku"
BATCHES = "SELECT state, lines, stocked FROM import_batch ORDER BY id"
READ = "看过了\n"


async def sends(world: World, person: int, content: bytes, name: str = "商品.xlsx") -> None:
    await world.does(person, "document", file=b64encode(content).decode(), name=name)


def a_sheet(*rows: Sequence[Any]) -> bytes:
    return a_book(HEADER, *rows)


TWO = a_sheet(("番茄", "斤", 5.9, 200, "示例农场", "甜"), ("鸡蛋", "板", "25", "", "", ""))


def _without_result(xml: str) -> str:
    return xml.replace("</f><v>0</v>", "</f><v></v>")


def file_to(world: World, person: int) -> tuple[str, bytes]:
    """Return name and content of the newest file somebody got."""
    message = next(
        m
        for m in reversed(world.sandbox.messages(person))
        if "document" in m and m["from"]["id"] == world.bot
    )
    stored = world.sandbox.file(message["document"]["file_id"])
    return stored.name, stored.body


async def test_a_sheet_is_shown_first_and_imported_when_wanted(world: World) -> None:
    leader = world.leader

    await sends(world, leader, TWO)

    assert "收到了，正在看……" in world.said_to(leader)
    assert world.last_to(leader) == (
        "看过了\n2 行：2 新，0 改，0 有问题\n没认出的列，没有用上：\n· 备注\n"
        "现在什么都还没改。一个小时里点下面的按钮才算。"
    )
    assert world.rows(GOODS) == []
    await world.taps(leader, "导入", times=2)
    assert world.last_to(leader) == "导入好了\n新加 2 个，改了 0 个。"
    assert world.rows(GOODS) == [("P001", "番茄", 590), ("P002", "鸡蛋", 2500)]
    assert world.toasts(leader)[-2:] == [
        "导入好了。",
        "这张表已经处理过了，或者放太久了。要导入，请再发一次。",
    ]
    ((state, lines, stocked),) = world.rows(BATCHES)
    assert (state, lines, json.loads(stocked)) == ("done", "[]", [[1, 200000], [2, None]])
    audit = world.rows("SELECT act, subject_id, after FROM audit WHERE act LIKE 'product%'")
    assert [(act, subject, json.loads(after)) for act, subject, after in audit] == [
        ("products_imported", 1, {"added": 2, "changed": 0})
    ]


async def test_the_answer_leads_to_a_sale_of_just_these(world: World) -> None:
    leader = world.leader
    await sends(world, leader, TWO)
    await world.taps(leader, "导入")

    rows = world.sandbox.messages(leader)[-1]["reply_markup"]["inline_keyboard"]

    assert {"text": "用这些开团", "callback_data": "v1:deal.from_import:1"} in rows[0]


async def test_what_a_sheet_says_of_known_goods_changes_them_and_leaves_the_rest(world: World) -> None:
    leader = world.leader
    await sends(world, leader, TWO)
    await world.taps(leader, "导入")

    await sends(world, leader, a_book(("货号", "价格"), ("p001", 4.9)), "改价.xlsx")
    assert world.last_to(leader).startswith("看过了\n1 行：0 新，1 改，0 有问题")
    await world.taps(leader, "导入")
    await sends(world, leader, a_book(("商品", "价格"), ("番茄", 4.9), ("鸡蛋", 25)))

    assert world.last_to(leader).startswith("看过了\n2 行：0 新，0 改，0 有问题\n2 行和现在一样")
    assert world.rows(GOODS) == [("P001", "番茄", 490), ("P002", "鸡蛋", 2500)]
    assert world.rows("SELECT price_fen FROM product_price WHERE product_id = 1 ORDER BY id") == [
        (590,),
        (490,),
    ]
    assert world.rows("SELECT s.name FROM product p JOIN supplier s ON s.id = p.supplier_id") == [
        ("示例农场",)
    ]


async def test_a_csv_of_a_chinese_windows_is_read(world: World) -> None:
    leader = world.leader

    await sends(world, leader, "商品,单位,价格\r\n番茄,斤,5.9\r\n".encode("gb18030"), "商品.csv")
    await world.taps(leader, "导入")

    assert world.rows(GOODS) == [("P001", "番茄", 590)]


async def test_rows_with_a_problem_say_where_and_what_and_the_rest_can_be_imported(world: World) -> None:
    leader = world.leader
    sheet = a_book(
        ("阳光花园商品表",),
        ("商品", "单位", "价格", "阶梯价", "成本", "绿色认证", "库存"),
        ("番茄", "斤", "5.9"),
        ("白菜", "斤", "面议"),
        ("鸡蛋", "", 25),
        ("土豆", "斤", 3, "20 斤 4"),
        ("番茄", "斤", 6),
        ("草莓", "盒", 10, "", 12),
        ("菠菜", "斤", 4, "", "", "是"),
        ("大米", "袋", 60, "", "", "", "很多"),
    )

    await sends(world, leader, sheet)

    assert world.last_to(leader).splitlines()[1:-1] == [
        "8 行：1 新，0 改，7 有问题",
        "· 第 4 行「价格」：写的是「面议」。价格只要数字，小数不超过两位，比如：5.9。",
        "· 第 5 行「单位」：单位里不要数字，比如：斤、盒、板。",
        "· 第 6 行「阶梯价」：写的是「20 斤 4」。阶梯价要越买越便宜：数量从小到大，价格一档比一档低，"
        "也要比单价低，比如：20 斤 5.5，50 斤 5。",
        "· 第 7 行「商品」：写的是「番茄」。一个商品写一行就好，和第 3 行重复了。",
        "· 第 8 行「价格」：写的是「10」。价格比成本 ¥12.00 低，"
        "要在「低于成本的原因」一列写：鲜活、季节、积压或临期。",
        "· 第 9 行「绿色认证」：写的是「是」。光写「是」不行，要写证书名和编号。没有就写「无」。",
        "· 第 10 行「库存」：写的是「很多」。要写库存的数量，比如：200。",
    ]
    await world.taps(leader, "只导入没问题的")
    assert world.rows(GOODS) == [("P001", "番茄", 590)]


async def test_many_problems_come_as_a_file(world: World) -> None:
    leader = world.leader

    await sends(world, leader, a_sheet(*[(f"菜{n}", "斤", "=1+1" if n == 3 else "贵") for n in range(40)]))

    assert sum(line.startswith("· 第") for line in "".join(world.said_to(leader)[-1:]).splitlines()) == 10
    assert world.buttons(leader) == []  # the file is the newest message
    name, content = file_to(world, leader)
    read = read_rows(content, name)
    assert (name, read.header, len(read.rows)) == ("问题.xlsx", ("行", "列", "应该怎么写", "现在写的"), 40)


async def test_a_formula_without_a_result_is_a_problem_of_its_cell(world: World) -> None:
    leader = world.leader
    book = changed(a_sheet(("番茄", "斤", "=1+1")), _without_result)

    await sends(world, leader, book)

    assert "· 第 2 行「价格」：这一格是公式，表里没有算好的结果。" in world.last_to(leader)


@SQLITE
@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (a_book(("姓名", "电话"), ("张三", "1")), "名单.xlsx", "没看懂这个表：要有一行写着列名"),
        (a_book(("番茄",)), "a.xlsx", "没看懂这个表：要有一行写着列名"),
        (a_book(), "a.xlsx", "这个表是空的。"),
        (a_long_book(100_000, ("商品", "价格")), "a.xlsx", "行太多了：一个表 2000 行以内。"),
        (b"\x89PNG\r\n\x1a\n\x00", "a.png", "这个文件我看不懂。"),
        (b"PK\x03\x04", "a.xlsx", "这个表坏了，打不开。"),
        (b"x" * 1_000_001, "a.csv", "这个文件太大了：1 MB 以内我才看得了。"),
    ],
)
async def test_a_file_that_cannot_be_read_says_why(
    world: World, content: bytes, name: str, said: str
) -> None:
    await sends(world, world.leader, content, name)

    assert world.last_to(world.leader).startswith(said)
    assert world.rows(BATCHES) == []


async def test_a_file_of_somebody_without_rights_is_not_even_fetched(world: World) -> None:
    member = await world.member()

    await sends(world, member, TWO)

    assert world.last_to(member).startswith("没看懂这句。")
    assert world.rows("SELECT count(*) FROM outbox WHERE call = 'download'") == [(0,)]


async def test_another_ones_file_is_not_theirs_to_import(world: World) -> None:
    leader = world.leader
    await sends(world, leader, TWO)
    rival = int(world.sandbox.add_user("周姐", language_code="zh")["id"])
    await world.does(rival, "join", chat=world.group)
    await world.says(leader, "分工")
    await world.taps(leader, "＋ 团长")
    link = world.last_to(leader).rpartition("start=")[2].split()[0]
    await world.does(rival, "start", payload=link)

    await world.forges(rival, "v1:catalogue.run:1")
    await world.forges(rival, "v1:catalogue.drop:1")

    assert set(world.toasts(rival)) == {"这张表已经处理过了，或者放太久了。要导入，请再发一次。"}
    assert world.rows(GOODS) == []
    await world.taps(leader, "导入")
    assert len(world.rows(GOODS)) == 2


async def test_what_is_not_wanted_is_dropped_and_so_is_what_waits_too_long(world: World) -> None:
    leader = world.leader
    await sends(world, leader, TWO)
    await world.taps(leader, "不导入")
    assert world.last_to(leader) == "好，没有导入，什么都没改。"
    await sends(world, leader, TWO)

    await world.advance(hours=1, minutes=1)
    await world.taps(leader, "导入")

    assert world.toasts(leader)[-1] == "这张表已经处理过了，或者放太久了。要导入，请再发一次。"
    assert world.rows(GOODS) == []


async def test_a_newer_file_takes_the_place_of_an_older_one(world: World) -> None:
    leader = world.leader
    await sends(world, leader, TWO)
    await sends(world, leader, a_sheet(("土豆", "斤", 3)))

    await world.forges(leader, "v1:catalogue.run:1")
    await world.taps(leader, "导入")

    assert world.rows(GOODS) == [("P001", "土豆", 300)]


async def test_what_telegram_brings_twice_is_done_once(world: World) -> None:
    leader = world.leader
    await sends(world, leader, TWO)
    await world.taps(leader, "导入")
    newest = max(update for (update,) in world.rows("SELECT source_id FROM inbox WHERE source = 'telegram'"))

    for update in (newest - 1, newest):
        world.sandbox.redeliver(update, new_id=True)
        await world.settle()

    assert world.rows(GOODS) == [("P001", "番茄", 590), ("P002", "鸡蛋", 2500)]
    assert world.rows("SELECT state FROM import_batch ORDER BY id") == [("done",), ("asked",)]


async def test_the_template_reads_back_and_so_does_the_export(world: World) -> None:
    leader = world.leader
    await world.says(leader, "商品")
    await world.taps(leader, "模板")
    name, content = file_to(world, leader)
    assert name == "商品模板.xlsx"

    await sends(world, leader, content, name)
    assert "2 行：2 新，0 改，0 有问题" in world.last_to(leader)
    await world.taps(leader, "导入")
    await world.says(leader, "商品")
    await world.taps(leader, "导出")
    name, content = file_to(world, leader)
    await sends(world, leader, content, name)

    assert "2 行：0 新，0 改，0 有问题\n2 行和现在一样" in world.last_to(leader)
    assert "备注" not in world.last_to(leader)


async def test_a_file_is_asked_for_again_while_telegram_has_trouble(world: World) -> None:
    leader = world.leader
    world.sandbox.fault("status", method="getFile", status=502, times=2)

    await sends(world, leader, TWO)
    await world.advance(minutes=1)

    assert world.last_to(leader).startswith(READ)


async def test_a_file_telegram_does_not_give_is_told_and_can_be_sent_again(world: World) -> None:
    leader = world.leader
    world.sandbox.fault("status", method="getFile", status=502, times=8)

    await sends(world, leader, TWO)
    await world.advance(minutes=10)

    assert world.last_to(leader) == "没拿到这个文件。请再发一次。"
    await sends(world, leader, TWO)
    assert world.last_to(leader).startswith(READ)


@SQLITE
async def test_a_file_that_does_not_say_how_large_it_is_is_asked_for_and_left(world: World) -> None:
    leader = world.leader
    await sends(world, leader, b"x" * (MOST_BYTES + 1), "a.csv")
    assert "收到了，正在看……" not in world.said_to(leader)
    stored = world.sandbox.file(world.sandbox.messages(leader)[-2]["document"]["file_id"])
    file_id = world.sandbox._world.files.id_for(world.bot, stored)
    person = {"id": leader, "is_bot": False, "first_name": "林姐"}
    said = {"message_id": 998, "date": 1, "chat": {"id": leader, "type": "private"}, "from": person}

    await world.brings({"message": {**said, "document": {"file_id": file_id, "file_unique_id": "u"}}})

    assert "收到了，正在看……" in world.said_to(leader)
    assert world.last_to(leader).startswith("这个文件太大了")


async def test_a_file_that_is_gone_is_told(world: World) -> None:
    leader = world.leader
    await sends(world, leader, TWO)
    gone = {"file_id": "BQACgone", "file_unique_id": "gone", "file_name": "商品.xlsx", "file_size": 10}
    person = {"id": leader, "is_bot": False, "first_name": "林姐"}
    message = {"message_id": 999, "date": 1, "chat": {"id": leader, "type": "private"}, "from": person}

    await world.brings({"message": {**message, "document": gone}})

    assert world.last_to(leader) == "没拿到这个文件。请再发一次。"


async def test_what_waits_is_kept_over_a_restart(db_url: str) -> None:
    async with open_world(db_url) as world:
        await world.opens_group()
        leader = world.leader
        await sends(world, leader, TWO)
        await world.says(leader, "商品")
        await world.taps(leader, "加一个")
        await world.says(leader, "土豆")
    async with open_world(db_url) as later:
        assert later.sandbox.add_user("林姐", language_code="zh")["id"] == leader
        later.sandbox.act(leader, "start")
        person = {"id": leader, "is_bot": False, "first_name": "林姐"}
        said = {"message_id": 900, "date": 1, "chat": {"id": leader, "type": "private"}, "from": person}

        await later.brings({"message": {**said, "text": "斤"}})
        tap = {"id": "1", "from": person, "chat_instance": "1", "message": said, "data": "v1:catalogue.run:1"}
        await later.brings({"callback_query": tap})

        assert any("商品：土豆\n单位：斤" in text for text in later.said_to(leader))
        assert later.rows("SELECT name FROM product ORDER BY id") == [("番茄",), ("鸡蛋",)]
