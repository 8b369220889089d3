"""Photos, albums, files, polls and reactions on the page, as neighbours use them."""

import base64
import zlib
from pathlib import Path
from urllib.parse import urljoin

import pytest
from playwright.async_api import Locator, Page, expect

from tests.pages.visitor import CHEN, GROUP, MARKS, NEIGHBOURS, NEWCOMER, Open, say

pytestmark = MARKS

HERE = f"#as={CHEN}&chat={GROUP}"
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


def newest(page: Page) -> Locator:
    """The newest row of the chat."""
    return page.locator("#thread .row").last


async def is_drawn(picture: Locator) -> bool:
    """Whether the browser could read the picture."""
    await picture.scroll_into_view_if_needed()
    await expect(picture).to_have_js_property("complete", value=True)
    return bool(await picture.evaluate("(image) => image.naturalWidth > 0"))


async def test_neighbours_photos_and_albums_are_seen_and_enlarged(opened: Open) -> None:
    page = await opened(HERE, width=390, height=844)
    album = page.locator(".album")
    await expect(album.locator("img")).to_have_count(3)
    assert [await is_drawn(album.locator("img").nth(at)) for at in range(3)] == [True] * 3
    await expect(page.locator(".row", has=album)).to_contain_text("番茄、青菜、南瓜")

    await album.get_by_role("button").first.click()

    await expect(page.get_by_test_id("dialog").locator("img")).to_be_visible()
    await page.get_by_test_id("picture-close").click()
    await expect(page.get_by_test_id("dialog")).to_have_count(0)
    assert await page.evaluate("document.documentElement.scrollWidth") <= 390


async def test_a_sample_picture_goes_out_with_what_was_written(opened: Open) -> None:
    page = await opened(HERE)
    await page.get_by_test_id("composer").fill("今天的青菜")

    await page.get_by_test_id("attach").click()
    await page.get_by_test_id("attach-greens").click()

    await expect(newest(page)).to_contain_text("今天的青菜")
    assert await is_drawn(newest(page).locator("img"))
    await expect(page.get_by_test_id("composer")).to_have_value("")
    await expect(page.get_by_test_id(f"chat-{GROUP}")).to_contain_text("[照片] 今天的青菜")


async def test_own_pictures_become_an_album_and_a_broken_one_is_refused(opened: Open, tmp_path: Path) -> None:
    page = await opened(HERE)
    for name in ("one.png", "two.png"):
        (tmp_path / name).write_bytes(PNG)
    (tmp_path / "broken.png").write_bytes(zlib.compress(b"no picture"))
    rows = page.locator("#thread .row")
    before = await rows.count()

    async def choose(*names: str) -> None:
        async with page.expect_file_chooser() as chooser:
            await page.get_by_test_id("attach").click()
            await page.get_by_test_id("attach-photo").click()
        await (await chooser.value).set_files([tmp_path / name for name in names])

    await choose("one.png", "two.png")
    await expect(newest(page).locator(".album img")).to_have_count(2)
    await choose("broken.png")

    await expect(page.get_by_test_id("toast").last).to_contain_text("打不开")
    await expect(rows).to_have_count(before + 1)


async def test_a_file_is_sent_and_can_be_saved(opened: Open, tmp_path: Path) -> None:
    page = await opened(HERE)
    sent = tmp_path / "清单.txt"
    sent.write_text("番茄", "utf-8")

    async with page.expect_file_chooser() as chooser:
        await page.get_by_test_id("attach").click()
        await page.get_by_test_id("attach-file").click()
    await (await chooser.value).set_files(sent)

    await expect(newest(page)).to_contain_text("清单.txt")
    async with page.expect_download() as started:
        await newest(page).get_by_test_id("file").click()
    saved = tmp_path / "saved"
    await (await started.value).save_as(saved)
    assert saved.read_text("utf-8") == "番茄"


async def test_a_vote_is_cast_counted_and_taken_back(opened: Open) -> None:
    page = await opened(f"#as={NEWCOMER}&chat={GROUP}", width=390, height=844)
    await page.get_by_test_id("join").click()
    poll = page.get_by_test_id("poll")
    await expect(poll.get_by_test_id("poll-total")).to_have_text("3 人投了票")

    await poll.get_by_test_id("poll-option").filter(has_text="中午").click()

    await expect(poll.get_by_test_id("poll-result").filter(has_text="中午")).to_contain_text("25%")
    await expect(poll.get_by_role("img", name="你选的")).to_have_count(1)
    await expect(poll.get_by_test_id("poll-total")).to_have_text("4 人投了票")
    await poll.get_by_test_id("poll-retract").click()
    await expect(poll.get_by_test_id("poll-option")).to_have_count(3)
    await expect(poll.get_by_test_id("poll-total")).to_have_text("3 人投了票")


async def test_several_answers_are_ticked_before_they_are_sent(opened: Open) -> None:
    page = await opened(HERE)
    asked = {"question": "要哪些？", "options": ["葱", "姜", "蒜"], "multiple": True}
    await page.request.post(
        urljoin(page.url, "/control/act"), data={"as": CHEN, "do": "poll", "chat": GROUP, **asked}
    )
    poll = page.get_by_test_id("poll").last
    await expect(poll).to_contain_text("可选多项")
    await expect(poll.get_by_test_id("poll-vote")).to_be_disabled()

    for spice in ("葱", "蒜"):
        await poll.get_by_role("checkbox", name=spice).click()
    await poll.get_by_test_id("poll-vote").click()

    await expect(poll.locator(".is-mine")).to_have_count(2)
    await expect(poll.get_by_test_id("poll-total")).to_have_text("1 人投了票")


async def test_a_quiz_tells_right_from_wrong_and_why(opened: Open) -> None:
    page = await opened(f"#as={CHEN}&chat={NEIGHBOURS}")
    quiz = page.get_by_test_id("poll")
    await expect(quiz).not_to_contain_text("别放冰箱")

    await quiz.get_by_test_id("poll-option").filter(has_text="冰箱里").click()

    await expect(quiz.locator(".is-wrong")).to_contain_text("冰箱里")
    await expect(quiz.locator(".is-right")).to_contain_text("阳台通风处")
    await expect(quiz).to_contain_text("通风、避光，别放冰箱")
    await expect(quiz.get_by_test_id("poll-retract")).to_have_count(0)


async def test_a_reaction_is_picked_counted_and_taken_back(opened: Open) -> None:
    page = await opened(HERE)
    await say(page, "大家辛苦了")
    row = newest(page)
    await expect(row).to_contain_text("大家辛苦了")

    await row.focus()
    await page.keyboard.press("Enter")
    await page.get_by_test_id("pick").get_by_text("👏").click()

    mine = row.get_by_test_id("reaction")
    await expect(mine).to_have_attribute("aria-pressed", "true")
    await expect(mine).to_have_attribute("aria-label", "👏 1")
    await mine.click()
    await expect(row.get_by_test_id("reaction")).to_have_count(0)
    pumpkin = page.locator(".row").filter(has_text="刚蒸了南瓜").get_by_test_id("reaction")
    await pumpkin.filter(has_text="👍").click()
    await expect(pumpkin.filter(has_text="👍")).to_have_attribute("aria-label", "👍 2")


@pytest.mark.parametrize("width", [360, 1280])
async def test_the_menu_of_a_message_stays_on_the_page(opened: Open, width: int) -> None:
    page = await opened(HERE, width=width, height=640)

    await newest(page).click(button="right")

    await expect(page.get_by_test_id("menu")).to_be_in_viewport(ratio=1)
    await page.keyboard.press("ArrowRight")
    await expect(page.get_by_test_id("pick").nth(1)).to_be_focused()
