"""A forum on the page: its topics as a strip, writing into them, closing and opening them."""

from playwright.async_api import Locator, Page, expect

from tests.pages.visitor import CHEN, LEADER, MARKS, NEIGHBOURS, Open, be, say

pytestmark = MARKS


def topic(page: Page, name: str) -> Locator:
    """The button of a topic."""
    return page.locator("#topics button").filter(has_text=name)


async def test_a_topic_shows_its_own_messages_and_takes_what_is_written(opened: Open) -> None:
    page = await opened(f"#as={CHEN}&chat={NEIGHBOURS}", width=390, height=844)
    thread = page.locator("#thread")
    await expect(page.get_by_test_id("topic-all")).to_have_attribute("aria-pressed", "true")
    await expect(thread).to_contain_text("# 闲置")

    await topic(page, "做菜").click()
    await expect(thread).to_contain_text("红薯放哪里最好")
    await expect(thread).not_to_contain_text("纸箱")
    await say(page, "放阳台。")
    await expect(thread).to_contain_text("放阳台。")

    await topic(page, "闲置").click()
    await expect(thread).to_contain_text("纸箱")
    await expect(thread).not_to_contain_text("放阳台。")
    await topic(page, "综合").click()
    await expect(thread).not_to_contain_text("放阳台。")
    await page.get_by_test_id("topic-all").click()
    await expect(thread).to_contain_text("放阳台。")
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_picture_goes_into_the_topic_that_is_open(opened: Open) -> None:
    page = await opened(f"#as={CHEN}&chat={NEIGHBOURS}")
    await topic(page, "闲置").click()

    await page.get_by_test_id("attach").click()
    await page.get_by_test_id("attach-pumpkin").click()

    await expect(page.locator("#thread img")).to_have_count(2)
    await topic(page, "做菜").click()
    await expect(page.locator("#thread img")).to_have_count(0)


async def test_a_closed_topic_takes_nothing_until_an_administrator_reopens_it(opened: Open) -> None:
    page = await opened(f"#as={CHEN}&chat={NEIGHBOURS}")
    shut = topic(page, "十月通知")
    await shut.click()
    await expect(page.locator("#bar")).to_contain_text("这个话题已经关闭")

    await be(page, LEADER)
    await shut.click()
    await page.locator("#chat-menu").click()
    await page.get_by_test_id("menu-topic-shut").click()
    await expect(page.locator("#thread")).to_contain_text("重开了话题「十月通知」")
    await be(page, CHEN)
    await say(page, "又能说话了。")

    await expect(page.locator("#thread")).to_contain_text("又能说话了。")


async def test_the_owner_opens_a_new_topic(opened: Open) -> None:
    page = await opened(f"#as={LEADER}&chat={NEIGHBOURS}")

    await page.locator("#chat-menu").click()
    await page.get_by_test_id("menu-topic-new").click()
    await page.get_by_test_id("ask").fill("养花")
    await page.keyboard.press("Enter")

    await topic(page, "养花").click()
    await expect(page.locator("#thread")).to_contain_text("你 开了话题「养花」")
