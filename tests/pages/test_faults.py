"""The switches that make Telegram misbehave, and the transcript, on the page."""

from pathlib import Path

import pytest
from playwright.async_api import expect

from tests.pages.visitor import CHEN, MARKS, Open, say

pytestmark = MARKS

PLACE = f"#as={CHEN}&chat={CHEN}&tab=faults"


async def test_a_flood_is_met_waited_for_and_over_by_itself(opened: Open) -> None:
    page = await opened(PLACE)
    switch = page.get_by_test_id("fault-flood")
    await expect(switch).to_have_attribute("aria-checked", "false")

    await switch.click()
    await expect(switch).to_have_attribute("aria-checked", "true")
    await say(page, "积分")

    await expect(page.get_by_test_id("met-flood")).to_contain_text("碰到 1 次 · 还剩 1 次")
    await expect(page.locator("#thread .row").last).to_contain_text("我的成长值", timeout=15_000)
    await expect(page.get_by_test_id("met-flood")).to_have_text("碰到 2 次")
    await expect(switch).to_have_attribute("aria-checked", "false")


@pytest.mark.parametrize(("kind", "arrives"), [("hang", False), ("drop_after", True)])
async def test_what_may_have_arrived_is_unknown_and_not_sent_twice(
    opened: Open, kind: str, *, arrives: bool
) -> None:
    page = await opened(PLACE)
    rows = page.locator("#thread .row")
    before = await rows.count()
    await page.get_by_test_id(f"fault-{kind}").click()
    await expect(page.get_by_test_id(f"fault-{kind}")).to_have_attribute("aria-checked", "true")

    await say(page, "积分")
    await expect(page.get_by_test_id(f"met-{kind}")).to_contain_text("碰到 1 次", timeout=15_000)
    await page.get_by_test_id(f"fault-{kind}").click()

    await expect(page.get_by_test_id(f"fault-{kind}")).to_have_attribute("aria-checked", "false")
    await page.get_by_test_id("tab-outbox").click()
    await expect(page.locator("#rows .entry").first).to_contain_text("不确定", timeout=15_000)
    await expect(rows).to_have_count(before + 1 + int(arrives))


async def test_who_blocks_the_bot_is_left_alone(opened: Open) -> None:
    page = await opened(PLACE)

    await page.get_by_test_id("fault-blocked").click()

    await expect(page.get_by_test_id("unblock")).to_be_visible()
    await expect(page.get_by_test_id("fault-blocked")).to_have_attribute("aria-checked", "true")
    await page.get_by_test_id("tab-clock").click()
    await page.get_by_test_id("jump-days:15").click()
    await page.get_by_test_id("happened").wait_for()
    await page.get_by_test_id("tab-journal").click()
    await expect(page.locator("#rows")).to_contain_text("不能私聊")
    await page.get_by_test_id("tab-faults").click()
    await page.get_by_test_id("fault-blocked").click()
    await expect(page.get_by_test_id("composer")).to_be_visible()


async def test_the_transcript_is_downloaded_from_the_inspector(opened: Open, tmp_path: Path) -> None:
    page = await opened(PLACE)
    await say(page, "记录里要有这句")
    await expect(page.locator("#thread .row").last).to_contain_text("没看懂")

    async with page.expect_download() as started:
        await page.get_by_test_id("transcript").click()

    download = await started.value
    assert download.suggested_filename == "sandbox-transcript.md"
    kept = tmp_path / "transcript.md"
    await download.save_as(kept)
    told = kept.read_text("utf-8")
    assert told.startswith("# Sandbox transcript")
    assert "记录里要有这句" in told
