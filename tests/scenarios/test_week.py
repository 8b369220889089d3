"""A week of sales with the bot alone: from a sheet to a settlement that balances; and a deal that fails."""

from base64 import b64encode

import pytest

from features.groupbuy.model import DealState
from kernel.ids import DealId
from storage import checks
from tests.goods import captions, code_of
from tests.scenarios.test_coupons import kind
from tests.sheets.makers import a_book
from tests.shop import a_point, standing, state
from tests.world import World

HEADER = (
    *("商品", "别名", "单位", "价格", "起步", "小单位", "库存", "限购", "箱规"),
    *("供应商", "批次", "产地", "分类"),
)
PASTED = "#接龙\n1. 陈阿姨 番茄3斤 鸡蛋2板\n2. 卫老师 番茄1斤 草莓1盒"
EGGS_GIVEN = (
    "SELECT sum(coalesce(given_milli, qty_milli)) FROM order_line l "
    "JOIN deal_item i ON i.id = l.item_id WHERE i.name = '土鸡蛋'"
)
SHEET = a_book(
    HEADER,
    ("番茄", "西红柿", "斤", 3.8, 0.5, "", "", "", "", "青禾合作社", "T1", "本地", "蔬菜"),
    ("土鸡蛋", "鸡蛋", "板", 26.8, 1, "个 30", 24, 3, 6, "青禾合作社", "E1", "本地", "蛋类"),
    ("草莓", "", "盒", 29.9, 1, "", 12, 2, "", "青禾合作社", "S1", "本地", "水果"),
)
NAMES = (
    *("陈阿姨", "赵大爷", "王姐", "李叔", "孙伯", "周婶"),
    *("吴妈", "郑哥", "冯嫂", "褚奶奶", "卫老师", "蒋师傅"),
)
HELD = (
    "SELECT coalesce(nullif(o.recipient, ''), o.called), i.name, l.qty_milli FROM order_line l "
    "JOIN purchase_order o ON o.id = l.order_id JOIN deal_item i ON i.id = l.item_id "
    "WHERE l.qty_milli > 0 ORDER BY o.id, i.no"
)


async def opened(world: World, *, goal: str = "") -> None:
    """The leader imports a sheet and opens a deal of it, until 20:00."""
    leader = world.leader
    await world.does(leader, "document", file=b64encode(SHEET).decode(), name="商品.xlsx")
    await world.taps(leader, "导入")
    await world.taps(leader, "用这些开团")
    if goal:
        await world.taps(leader, "成团条件")
        await world.says(leader, goal)
    await world.taps(leader, "看一眼再发布")
    await world.taps(leader, "发布到群里")
    await world.advance(seconds=3)


async def neighbours(world: World) -> dict[str, int]:
    """Twelve neighbours; the first six talk to the bot, the others never pressed Start."""
    return {
        name: await (world.member(name) if at < 6 else world.neighbour(name)) for at, name in enumerate(NAMES)
    }


async def everybody_orders(world: World, people: dict[str, int]) -> None:
    """They type, tap and paste; one changes their mind, one cancels."""
    for name, said in (
        ("陈阿姨", "番茄3斤 鸡蛋2板"),
        ("赵大爷", "鸡蛋3板"),
        ("王姐", "要两份草莓，谢谢"),
        ("李叔", "西红柿两斤半"),
        ("孙伯", "鸡蛋1板 草莓1盒"),
        ("吴妈", "番茄＋２，鸡蛋＋１"),
        ("郑哥", "帮我妈带一份鸡蛋"),
        ("冯嫂", "雞蛋2板"),
    ):
        await world.says(people[name], said, chat=world.group)
    await world.taps(people["周婶"], "＋1板 土鸡蛋", chat=world.group, times=2)
    await world.taps(people["褚奶奶"], "＋1斤 番茄", chat=world.group)
    await world.says(people["卫老师"], PASTED, chat=world.group)
    await world.says(people["蒋师傅"], "草莓2盒", chat=world.group)
    await world.says(people["李叔"], "西红柿改成2斤", chat=world.group)
    await world.says(people["蒋师傅"], "我的全部取消，不好意思", chat=world.group)


async def broken(world: World) -> list[str]:
    """Return what does not hold in the database."""
    return [f"{each.check}: {each.what}" for each in checks.of_database(str(world.runtime.db.url))]


@pytest.mark.timeout(240)
async def test_a_week_from_a_sheet_to_a_settlement_that_balances(world: World) -> None:
    await a_point(world)
    people = await neighbours(world)
    await opened(world)
    await kind(world)
    await everybody_orders(world, people)
    await world.advance(seconds=10)
    assert world.rows(HELD) == [
        ("陈阿姨", "番茄", 3000),
        ("陈阿姨", "土鸡蛋", 2000),
        ("赵大爷", "土鸡蛋", 3000),
        ("王姐", "草莓", 2000),
        ("李叔", "番茄", 2000),
        ("孙伯", "土鸡蛋", 1000),
        ("孙伯", "草莓", 1000),
        ("吴妈", "番茄", 2000),
        ("吴妈", "土鸡蛋", 1000),
        ("我妈", "土鸡蛋", 1000),
        ("冯嫂", "土鸡蛋", 2000),
        ("周婶", "土鸡蛋", 2000),
        ("褚奶奶", "番茄", 1000),
        ("卫老师", "番茄", 1000),
        ("卫老师", "草莓", 1000),
    ]
    assert "已有 11 户" in standing(world)

    auntie = people["陈阿姨"]
    await world.says(auntie, "领券")
    await world.taps(auntie, "领：满 ¥39.00 减 ¥5.00")
    await world.says(auntie, "接龙")
    await world.taps(auntie, "🎫 用券，减 ¥5.00")
    await world.advance(hours=12)
    assert await state(world, DealId(1)) is DealState.FORMED
    assert "合计 ¥60.00" in next(t for t in reversed(world.said_to(auntie)) if "成团了" in t)

    # A day later a case of eggs is missing: six of twelve trays.
    await world.advance(hours=20)
    await world.says(world.leader, "到货")
    await world.taps(world.leader, "🚚 周一团")
    await world.taps(world.leader, "有少的")
    for _ in range(6):
        await world.taps(world.leader, "少 1板")
    await world.taps(world.leader, "看看怎么分")
    await world.taps(world.leader, "✅ 就这样，到货了", times=2)
    await world.advance(seconds=5)
    assert world.rows(EGGS_GIVEN) == [(6000,)]
    assert "这次分到" in captions(world, people["赵大爷"])[-1]

    for name in ("陈阿姨", "赵大爷", "王姐", "李叔", "孙伯", "周婶"):
        if not captions(world, people[name]):
            continue
        await world.says(world.leader, code_of(world, people[name]))
        await world.taps(world.leader, "✅ 全部取走")
    assert await broken(world) == []

    await world.says(auntie, "鸡蛋碎了2个")
    await world.taps(auntie, "对")
    await world.does(auntie, "photo")
    await world.taps(auntie, "退 ¥1.80", times=2)
    assert world.rows("SELECT amount_fen FROM refund WHERE key LIKE 'case:%'") == [(180,)]

    await world.advance(hours=14)  # over 22:00
    daily = [text for text in world.said_to(world.leader) if text.startswith("📋 每日对账")]
    assert daily != []
    assert world.rows("SELECT count(*) FROM settlement_run WHERE sound = 0") == [(0,)]
    assert await broken(world) == []


@pytest.mark.timeout(240)
async def test_a_deal_that_fails_leaves_nobody_owing_anything(world: World) -> None:
    await a_point(world)
    people = await neighbours(world)
    await opened(world, goal="20户")
    await kind(world)
    await everybody_orders(world, people)
    auntie = people["陈阿姨"]
    await world.says(auntie, "领券")
    await world.taps(auntie, "领：满 ¥39.00 减 ¥5.00")
    await world.says(auntie, "接龙")
    await world.taps(auntie, "🎫 用券，减 ¥5.00")

    await world.advance(hours=12)

    assert await state(world, DealId(1)) is DealState.FAILED
    assert world.rows(HELD) == []
    assert world.rows("SELECT sum(taken_milli) FROM deal_item") == [(0,)]
    assert world.rows("SELECT DISTINCT state FROM purchase_order") == [("void",)]
    assert world.rows("SELECT state FROM coupon") == [("available",)]
    assert "😔 这次没成团" in standing(world)
    for name in ("陈阿姨", "赵大爷", "王姐"):
        assert len([text for text in world.said_to(people[name]) if "没成团" in text]) == 1
    assert await broken(world) == []
