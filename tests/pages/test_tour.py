"""The guided tour, from its invitation to its end, as somebody takes it who has never been here."""

import pytest
from playwright.async_api import Locator, Page, expect

from tests.pages.visitor import GROUP, LEADER, MARKS, NEWCOMER, Open, be

pytestmark = MARKS


def lit(page: Page) -> Locator:
    """What the tour asks to press."""
    return page.locator("[aria-describedby='tour-say']:not(#tour)")


async def at(page: Page, step: int, says: str) -> None:
    """The tour stands at this step and says so."""
    await expect(page.locator("#tour-title")).to_contain_text(str(step))
    await expect(page.get_by_test_id("tour-say")).to_contain_text(says)
    await expect(lit(page)).to_be_in_viewport(ratio=1)


@pytest.mark.parametrize(("width", "height"), [(360, 640), (1280, 800)])
async def test_a_newcomer_is_led_through_six_steps(opened: Open, width: int, height: int) -> None:
    page = await opened(width=width, height=height)
    await page.get_by_test_id("tour-begin").click()

    await at(page, 1, "按「加入这个群」")
    await lit(page).click()
    await at(page, 2, "按「开始」")
    await lit(page).click()
    await at(page, 3, "按「同意，开始用」")
    await lit(page).click()
    await at(page, 4, "按「我的成长值」")
    await lit(page).click()
    await expect(page.locator("#thread")).to_contain_text("10 积分可以用到")
    await page.get_by_test_id("tour-next").click()
    await at(page, 5, "按「15 天后」")
    await lit(page).click()
    await expect(page.get_by_test_id("happened")).to_contain_text("陈阿姨：积分快到期了")
    await page.get_by_test_id("tour-next").click()
    await at(page, 6, "按「发件箱」")
    await lit(page).click()

    await expect(page.locator("#tour-title")).to_have_text("走完了")
    await page.get_by_test_id("tour-end").click()
    await expect(page.get_by_test_id("tour")).to_be_hidden()
    assert await page.evaluate("document.documentElement.scrollWidth") <= width


async def test_the_tour_can_be_taken_by_keyboard_alone(opened: Open) -> None:
    page = await opened("?lang=en")
    await page.get_by_test_id("tour-begin").focus()
    await page.keyboard.press("Enter")
    card = page.get_by_test_id("tour")
    await expect(card).to_be_focused()
    await expect(card).to_have_attribute("role", "dialog")
    await at(page, 1, "Join the group")
    await page.get_by_test_id("tour-focus").focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Enter")
    for step, label in ((2, "开始"), (3, "同意，开始用"), (4, "我的成长值")):
        await at(page, step, f'press "{label}"')
        await expect(lit(page)).to_be_focused()
        await page.keyboard.press("Enter")
    await expect(page.get_by_test_id("tour-next")).to_be_visible()
    await page.get_by_test_id("tour-next").focus()
    await page.keyboard.press("Enter")
    await at(page, 5, "in 15 days")

    await page.keyboard.press("Escape")

    await expect(card).to_be_hidden()
    await expect(page.locator("#help")).to_be_focused()


async def test_a_step_is_skipped_and_one_who_strays_is_led_back(opened: Open) -> None:
    page = await opened(f"#as={LEADER}&chat={GROUP}")
    await page.locator("#help").click()
    await at(page, 1, "你是新邻居小林")
    await be(page, LEADER)
    await expect(lit(page)).to_have_count(0)

    await page.get_by_test_id("tour-back").click()

    await at(page, 1, "按「加入这个群」")
    await expect(page.locator("#chat-sub")).to_contain_text("你是 小林")
    for step in (2, 3, 4, 5, 6):
        await page.get_by_test_id("tour-skip").click()
        await expect(page.locator("#tour-title")).to_contain_text(f"第 {step} 步")
    await page.get_by_test_id("tour-skip").click()
    await expect(page.locator("#tour-title")).to_have_text("走完了")


async def test_the_tour_is_taken_again_and_says_what_is_done_already(opened: Open) -> None:
    page = await opened(f"#as={NEWCOMER}&chat={GROUP}")
    await page.get_by_test_id("welcome-close").click()
    await page.get_by_test_id("join").click()
    await page.reload()
    await expect(page.locator("#welcome")).to_be_hidden()

    await page.locator("#help").click()

    await expect(page.get_by_test_id("tour-say")).to_contain_text("已经做过了")
    await page.get_by_test_id("tour-next").click()
    await at(page, 2, "按「开始」")
    await page.get_by_test_id("tour-close").click()
    await page.locator("#help").click()
    await expect(page.locator("#tour-title")).to_contain_text("第 1 步")


async def test_start_pressed_twice_does_not_lead_the_tour_to_the_second_note(opened: Open) -> None:
    page = await opened()
    await page.get_by_test_id("tour-begin").click()
    await at(page, 1, "按「加入这个群」")
    await lit(page).click()
    await at(page, 2, "按「开始」")
    await lit(page).evaluate("button => { button.click(); button.click(); }")
    await expect(page.get_by_test_id("btn").filter(has_text="同意，开始用")).to_have_count(2)
    await at(page, 3, "按「同意，开始用」")

    await page.get_by_test_id("btn").filter(has_text="同意，开始用").first.click()

    await at(page, 4, "按「我的成长值」")
