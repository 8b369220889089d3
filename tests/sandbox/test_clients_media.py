"""Three foreign clients send files, polls and invoices their own way, and must read every answer."""

from datetime import timedelta
from io import BytesIO
from typing import Any

import pytest
from aiogram import Bot as AiogramBot
from aiogram.client.session.aiohttp import AiohttpSession
from aiogram.client.telegram import TelegramAPIServer
from aiogram.types import BufferedInputFile, ReactionTypeEmoji
from aiogram.types import InputMediaPhoto as AiogramPhoto
from telebot.async_telebot import AsyncTeleBot
from telebot.types import InputFile as TelebotFile
from telebot.types import InputMediaPhoto as TelebotPhoto
from telebot.types import InputPollOption
from telegram import Bot, InputFile, InputMediaDocument, InputMediaPhoto, LabeledPrice, Update
from telegram.error import BadRequest

from tests.sandbox.pictures import png
from tests.sandbox.town import Town, lead_telebot, town

PRICE = ("Tea", 5)


def _ptb(place: Town) -> Bot:
    return Bot(place.world.token, base_url=place.address.base, base_file_url=f"{place.address.url}/file/bot")


async def test_python_telegram_bot_sends_and_fetches_files() -> None:
    async with town() as place, _ptb(place) as bot:
        group = place.world.group
        photo = await bot.send_photo(group, png(), caption="<b>tea</b>", parse_mode="HTML")
        again = await bot.send_photo(group, photo.photo[-1], has_spoiler=True)
        fetched = await (await photo.photo[-1].get_file()).download_as_bytearray()
        paper = await bot.send_document(group, b"price list", filename="prices.txt", thumbnail=png(90, 90))
        video = await bot.send_video(group, b"film", duration=timedelta(seconds=7), width=640, height=480)
        voice = await bot.send_voice(group, b"sound", duration=3)
        album = await bot.send_media_group(
            group, [InputMediaPhoto(png(), caption="one"), InputMediaPhoto(photo.photo[-1])]
        )
        edited = await bot.edit_message_media(
            InputMediaDocument(InputFile(b"new", filename="new.pdf", attach=True)),
            group,
            photo.message_id,
        )

        assert bytes(fetched) == png()
        assert photo.caption_html == "<b>tea</b>"
        assert again.has_media_spoiler
        assert again.photo[-1].file_unique_id == photo.photo[-1].file_unique_id
        assert paper.document is not None
        assert (paper.document.file_name, paper.document.file_size) == ("prices.txt", 10)
        assert paper.document.thumbnail is not None
        assert video.video is not None
        assert (video.video.width, video.video.height) == (640, 480)
        assert voice.voice is not None
        assert [message.media_group_id for message in album] == [album[0].media_group_id] * 2
        assert album[0].caption == "one"
        assert not isinstance(edited, bool)
        assert edited.document is not None
        assert edited.document.file_name == "new.pdf"
        assert not edited.photo


async def test_python_telegram_bot_asks_sells_reacts_and_copies() -> None:
    async with town() as place, _ptb(place) as bot:
        box, world = place.sandbox, place.world
        await bot.get_updates(allowed_updates=Update.ALL_TYPES)
        poll = await bot.send_poll(world.group, "When?", ["Mon", "Tue"], is_anonymous=False)
        box.act(world.user, "vote", chat=world.group, message=poll.message_id, options=[1])
        box.act(world.user, "react", chat=world.group, message=poll.message_id, emoji="👍")
        assert await bot.set_message_reaction(world.group, poll.message_id, "👍")
        bill = await bot.send_invoice(
            world.user, "Tea", "Green", "order-7", currency="XTR", prices=[LabeledPrice(*PRICE)]
        )
        box.act(world.user, "pay", message=bill.message_id)
        updates = await bot.get_updates(timeout=5)
        query = next(update.pre_checkout_query for update in updates if update.pre_checkout_query)
        assert await query.answer(ok=True)
        (paid,) = [
            update.message.successful_payment
            for update in await bot.get_updates(offset=updates[-1].update_id + 1)
            if update.message
        ]
        assert paid is not None
        assert await bot.refund_star_payment(world.user, paid.telegram_payment_charge_id)
        stopped = await bot.stop_poll(world.group, poll.message_id)
        copy = await bot.copy_message(world.user, world.group, poll.message_id)
        forward = await bot.forward_message(world.user, world.group, poll.message_id)

        answer = next(update.poll_answer for update in updates if update.poll_answer)
        assert (answer.option_ids, answer.user and answer.user.id) == ((1,), world.user)
        reaction = next(update.message_reaction for update in updates if update.message_reaction)
        assert [getattr(one, "emoji", "") for one in reaction.new_reaction] == ["👍"]
        assert (query.invoice_payload, query.total_amount, query.currency) == ("order-7", 5, "XTR")
        assert (paid.invoice_payload, paid.total_amount) == ("order-7", 5)
        assert stopped.is_closed
        assert [option.voter_count for option in stopped.options] == [0, 1]
        assert copy.message_id < forward.message_id
        assert forward.forward_origin is not None
        with pytest.raises(BadRequest, match="Poll has already been closed"):
            await bot.stop_poll(world.group, poll.message_id)


async def test_aiogram_sends_and_fetches_files() -> None:
    async with town() as place:
        api = TelegramAPIServer.from_base(place.address.url)
        async with AiogramBot(place.world.token, session=AiohttpSession(api=api)) as bot:
            group = place.world.group
            photo = await bot.send_photo(group, BufferedInputFile(png(), "tea.png"), caption="tea")
            assert photo.photo
            fetched = await bot.download(photo.photo[-1])
            album = await bot.send_media_group(
                group,
                [
                    AiogramPhoto(media=BufferedInputFile(png(), "a.png")),
                    AiogramPhoto(media=photo.photo[-1].file_id),
                ],
            )
            poll = await bot.send_poll(group, "When?", ["Mon", "Tue"])
            thumb = ReactionTypeEmoji(emoji="👍")
            reacted = await bot.set_message_reaction(group, poll.message_id, reaction=[thumb])

            assert fetched is not None
            assert fetched.read() == png()
            assert len({message.media_group_id for message in album}) == 1
            assert poll.poll is not None
            assert poll.poll.is_anonymous
            assert reacted


async def test_telebot_sends_and_fetches_files(monkeypatch: pytest.MonkeyPatch) -> None:
    async with town() as place:
        lead_telebot(monkeypatch, place.address)
        bot: Any = AsyncTeleBot(place.world.token)
        try:
            group = place.world.group
            photo = await bot.send_photo(group, png(), caption="tea")
            file = await bot.get_file(photo.photo[-1].file_id)
            fetched = await bot.download_file(file.file_path)
            album = await bot.send_media_group(
                group, [TelebotPhoto(TelebotFile(BytesIO(png()))), TelebotPhoto(photo.photo[-1].file_id)]
            )
            poll = await bot.send_poll(group, "When?", [InputPollOption("Mon"), InputPollOption("Tue")])

            assert fetched == png()
            assert photo.caption == "tea"
            assert len(album) == 2
            assert [option.text for option in poll.poll.options] == ["Mon", "Tue"]
        finally:
            await bot.close_session()
