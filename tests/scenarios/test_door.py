"""An order that is brought to the door for a fee: asked for by its member, with an address, once."""

import shutil
from pathlib import Path

from tests.goods import code_of, formed
from tests.world import open_world


async def test_an_order_is_brought_to_the_door_for_a_fee(sqlite_template: Path, tmp_path: Path) -> None:
    shutil.copyfile(sqlite_template, tmp_path / "own.db")
    url = f"sqlite:///{tmp_path / 'own.db'}"
    async with open_world(url, CAIBOSHI__COLLECTION__DOOR_FEE_FEN="300") as world:
        await world.opens_group()
        auntie = await world.member("陈阿姨")
        await formed(world, (auntie, "番茄", 2000))
        await world.says(world.leader, "到货")
        await world.taps(world.leader, "🚚 周三蔬果团")
        await world.taps(world.leader, "✅ 到货了")
        await world.advance(seconds=2)

        await world.taps(auntie, "送到门口")
        assert world.last_to(auntie).startswith("送到门口，运费 ¥3.00。")
        await world.says(auntie, "……")
        assert world.last_to(auntie).startswith("地址没看懂")
        await world.says(auntie, "3号楼2单元502")
        assert world.last_to(auntie) == "好了，送到 3号楼2单元502，运费 ¥3.00 加在这一单里。"
        await world.says(world.leader, code_of(world, auntie))
        assert "🚪 送到门口（运费 ¥3.00）\n3号楼2单元502" in world.last_to(world.leader)
        assert "还要付 ¥10.60" in world.last_to(world.leader)
        await world.taps(auntie, "送到门口")
        assert world.toasts(auntie)[-1].startswith("这里现在不送到门口，或者")
        assert world.rows("SELECT fee_fen, address FROM purchase_order") == [(300, "3号楼2单元502")]
