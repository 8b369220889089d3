"""The demo as a new user meets it: the real command, the real page, in Chromium."""

import re

from playwright.async_api import expect

from tests.pages.visitor import CHEN, GROUP, LEADER, MARKS, NEWCOMER, OWNER, Open, be, press, say

pytestmark = MARKS


async def test_a_newcomer_joins_agrees_and_sees_points_and_an_old_neighbour_is_reminded(
    opened: Open,
) -> None:
    page = await opened()
    thread = page.locator("#thread")
    await be(page, NEWCOMER)
    await page.get_by_test_id(f"chat-{GROUP}").click()
    await page.get_by_test_id("join").click()
    await expect(thread).to_contain_text("欢迎 小林 来到阳光花园团购群")

    await press(page, "开始")
    await expect(thread).to_contain_text("同意就点下面，送你 10 成长值和 10 积分")
    await press(page, "同意，开始用")
    await expect(page.get_by_test_id("toast").first).to_contain_text("到账 +10")
    await expect(thread).to_contain_text("现在成长值 10 · 积分 10")
    await press(page, "明细")
    await expect(thread).to_contain_text("注册见面礼")
    await press(page, "返回菜单")
    await expect(thread).to_contain_text("小林，你好")
    await say(page, "积分")
    await expect(thread).to_contain_text("我的成长值")

    await page.get_by_test_id("jump-days:30").click()
    await expect(page.get_by_test_id("clock")).to_contain_text("12月23日", timeout=60_000)
    happened = page.get_by_test_id("happening").filter(has_text="12月1日 10:00→ 陈阿姨：积分快到期了")
    await happened.click()
    await expect(page.locator("#chat-sub")).to_contain_text("你是 陈阿姨")
    reminder = thread.locator("article, .message, [data-testid^=msg-]").filter(has_text="积分快到期了").last
    await expect(reminder).to_contain_text("10:00")
    await say(page, "明细")
    await expect(thread).to_contain_text("积分到期")


async def test_the_owner_agrees_to_a_group_on_a_phone(opened: Open) -> None:
    page = await opened(f"#as={OWNER}&chat={OWNER}", width=390, height=844)

    await press(page, "同意")

    await expect(page.locator("#thread")).to_contain_text("东门小区邻居群已经启用")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_the_page_speaks_english_and_draws_in_the_dark(opened: Open) -> None:
    page = await opened(f"?lang=en&theme=dark#as={LEADER}&chat={GROUP}")

    await expect(page.locator("body")).to_contain_text("Outbox")
    assert await page.evaluate("document.documentElement.dataset.theme") == "dark"


async def test_a_first_visit_speaks_the_language_of_the_browser_and_remembers_another(
    opened: Open,
) -> None:
    page = await opened(locale="fr-FR")
    await expect(page).to_have_title("菜博士 · Demo")
    assert await page.evaluate("document.documentElement.lang") == "en"
    await page.locator("#language").click()
    await expect(page).to_have_title("菜博士 · 演示")

    await page.reload()
    await expect(page).to_have_title("菜博士 · 演示")

    assert await page.evaluate("document.documentElement.lang") == "zh-CN"


async def test_everybody_can_be_seen_at_once(opened: Open) -> None:
    page = await opened()

    for person in range(LEADER, OWNER + 1):
        await expect(page.get_by_test_id(f"person-{person}")).to_be_in_viewport(ratio=1)


async def test_a_push_on_which_nothing_happens_says_so_and_what_comes_next(opened: Open) -> None:
    page = await opened()

    await page.get_by_test_id("jump-+1h").click()

    await expect(page.locator("#clock-progress")).to_contain_text("路上没有发生什么")
    await expect(page.locator("#clock-progress")).to_contain_text("11月30日 10:00 林姐：再提醒一次")


async def test_what_is_said_of_people_follows_what_they_do(opened: Open) -> None:
    page = await opened(f"#as={NEWCOMER}&chat={GROUP}")
    row = page.get_by_test_id(f"person-{NEWCOMER}")
    await expect(row).to_contain_text("不在群里")

    await page.get_by_test_id("join").click()

    await expect(row).to_contain_text("在群里，没点过开始")


async def test_the_payload_of_a_start_button_is_not_shown(opened: Open) -> None:
    page = await opened(f"#as={NEWCOMER}&chat={GROUP}")
    await page.get_by_test_id("join").click()

    await press(page, "开始")

    own = page.locator("#thread .row.is-own .text")
    await expect(own).to_contain_text("/start")
    assert await own.locator("button").all_inner_texts() == ["/start"]
    assert re.search(r"/start\s*\w*g", await own.inner_text()) is None


async def test_the_list_of_commands_says_whether_it_is_open(opened: Open) -> None:
    page = await opened(f"#as={CHEN}&chat={CHEN}")
    composer = page.get_by_role("combobox")
    await expect(composer).to_have_attribute("aria-expanded", "false")

    await composer.fill("/")
    await expect(composer).to_have_attribute("aria-expanded", "true")
    await composer.press("Escape")

    await expect(composer).to_have_attribute("aria-expanded", "false")


async def test_a_second_alert_waits_for_the_first(opened: Open) -> None:
    page = await opened()
    await page.evaluate(
        """async () => {
            const { alert } = await import("/demo/static/js/dialogs.js");
            for (const text of ["one", "two"]) alert("bot", text);
        }"""
    )
    dialog = page.get_by_test_id("dialog")
    await expect(dialog).to_have_count(1)

    await page.get_by_test_id("alert-ok").click()

    await expect(dialog).to_contain_text("two")
    await expect(dialog).to_have_count(1)


async def test_an_edit_that_changes_nothing_is_no_fault(opened: Open) -> None:
    page = await opened()

    row = await page.evaluate(
        """async () => {
            const { lists } = await import("/demo/static/js/rows.js");
            const description = "Bad Request: message is not modified: nothing differs";
            const call = { seq: 1, at: "2026-11-23T09:00:00+08:00", method: "editMessageText", ok: false };
            const node = lists.calls.draw({ ...call, error_code: 400, description, params: {} });
            return [node.querySelector(".status").textContent, node.querySelector(".entry-error")];
        }"""
    )

    assert row == ["没有变化", None]


async def test_the_inspector_shows_what_the_bot_did(opened: Open) -> None:
    page = await opened()

    words = {"outbox": "你有 10 积分可以用到", "journal": "提醒积分快到期", "jobs": "积分到期：提醒和清零"}
    for tab, says in words.items():
        await page.get_by_test_id(f"tab-{tab}").click()
        await expect(page.locator("#tab-panel")).to_contain_text(says)


async def test_wild_text_neither_breaks_the_page_nor_the_bot(opened: Open) -> None:
    page = await opened(f"#as={CHEN}&chat={CHEN}")

    for text in ("<img src=x onerror=alert(1)>", "\u202eabc\u200b", "字" * 4096, "/nosuch"):
        await say(page, text)

    await expect(page.locator("#thread")).to_contain_text("没有 /nosuch 这个命令")
    assert await page.locator("#thread img").count() == 0
