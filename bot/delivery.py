"""One message on its way: words and buttons, the Bot method, and what its answer means (storage.md §3.2)."""

import contextlib
import html
import logging
import re
from dataclasses import dataclass, replace
from typing import Any

from telegram.constants import MessageLimit, ParseMode
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
)
from telegram.ext import ExtBot

from bot.attachments import Attachments
from bot.fetching import fetched
from bot.wire import NotSent, Wire, seconds_of
from handlers.keyboards import markup
from handlers.outcome import Outcome, OutcomeKind
from kernel.ids import ChatId, MessageId, UserId, private_chat
from kernel.message import Call, Checkout, File, Invoice, Kind, Outgoing, Photo, QrCode, RemoteFile
from storage.dispatch import is_harmless_twice
from storage.outbox import Queued
from texts.catalog import Catalog

_log = logging.getLogger(__name__)
_ATTEMPTS = 8
_PAUSE_SECONDS = 2.0  # before the second attempt, doubled each time
_LONGEST_PAUSE = 60.0
_UNCHANGED = "message is not modified"
_NOT_EDITABLE = ("message to edit not found", "message can't be edited", "message_id_invalid")
_NO_TOPIC = ("message thread not found", "topic_deleted", "topic_closed")
_NO_CHAT = "chat not found"
_DECIDED = ("hide_requester_missing", "user_already_participant")  # by somebody else, or no wish any more
_DECISIONS = (Call.APPROVE, Call.DECLINE)
_UNASKED = (Call.REACT, Call.PIN, Call.UNPIN, Call.DELETE, Call.CHECKOUT)  # nobody waits for their answer
_NOT_PARSED = "can't parse entities"
_NO_PREVIEW = {"is_disabled": True}
_CUT = "\n…"
_TAG = re.compile(r"</?[a-z][^<>]*>")


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one message."""

    state: str  # a final state of the outbox, or "again"
    message: MessageId | None = None
    error: str | None = None
    moved_to: ChatId | None = None  # where the chat is now
    outcome: Outcome | None = None  # what the lanes have to know
    hold_seconds: float = 0.0  # nothing leaves for this chat so long
    flooded: bool = False  # Telegram asked to wait that long
    offline: bool = False  # nothing leaves for any chat for a while
    counts: bool = True  # an attempt; being told to wait is none
    anew: bool = False  # what was an edit leaves as a message of its own


@dataclass(frozen=True, slots=True)
class Shown:
    """A message as Telegram is given it."""

    words: str
    markup: dict[str, Any] | None
    mode: ParseMode | None = ParseMode.HTML


class Delivery:
    """Carries messages to Telegram, each once, and says what came of it. It keeps and decides nothing."""

    def __init__(self, bot: ExtBot[None], wire: Wire, catalog: Catalog, provider_token: str = "") -> None:
        self._bot, self._wire, self._catalog = bot, wire, catalog
        self._attachments = Attachments(bot, wire, catalog, provider_token)

    @property
    def bot_id(self) -> int:
        """The bot that speaks."""
        return self._bot.id

    def render(self, outgoing: Outgoing) -> Shown:
        """Put a message into words and buttons; whatever is wrong with it shows before anything leaves."""
        buttons = markup(
            outgoing.keyboard,
            language=outgoing.language,
            catalog=self._catalog,
            bot_name=self._bot.username,
            large=outgoing.large,
        )
        if outgoing.text is None:
            return Shown("", buttons)
        words = self._catalog.html(outgoing.text, outgoing.language, large=outgoing.large)
        most = MessageLimit.CAPTION_LENGTH if outgoing.file else MessageLimit.MAX_TEXT_LENGTH
        if units(words) <= most:
            return Shown(words, buttons)
        plain = without_markup(words)  # Telegram counts without the tags
        if units(plain) <= most:
            return Shown(words, buttons)
        _log.error("text too long, cut", extra={"text_key": outgoing.text.key})
        return Shown(cut(plain, most), buttons, mode=None)

    async def carry(self, row: Queued, shown: Shown) -> Result:
        """Ask Telegram for what `row` says."""
        try:
            return await self._ask(row.outgoing, shown)
        except RetryAfter as told:
            return Result("again", hold_seconds=seconds_of(told), flooded=True, counts=False)
        except (NotSent, InvalidToken) as fault:  # nothing has happened; only its expiry ends a message
            _log.warning("Telegram cannot be used", extra={"fault": fault.message})
            return Result("again", offline=True, counts=False)
        except ChatMigrated as moved:
            new = ChatId(moved.new_chat_id)
            # In the lane of who waits for the answer: that the group has moved must be known before it comes.
            report = Outcome(OutcomeKind.MIGRATED, row.outgoing.chat, row.outgoing.user, new)
            return Result("again", moved_to=new, outcome=report, counts=False)
        except Forbidden as fault:
            return _unreachable(row.outgoing, fault)
        except BadRequest as fault:
            return await self._refused(row, shown, fault)
        except NetworkError as fault:
            return _ambiguous(row, fault)
        except TelegramError as fault:
            return Result("failed", error=fault.message, outcome=_unanswered(row.outgoing))

    async def _refused(self, row: Queued, shown: Shown, fault: BadRequest) -> Result:
        outgoing, said = row.outgoing, fault.message.lower()
        if _UNCHANGED in said:
            return Result("sent", outgoing.message)
        if outgoing.kind is Kind.EDIT and any(gone in said for gone in _NOT_EDITABLE):
            # The message is gone or too old: it is said anew, once its row says so, lest it be said twice.
            return Result("again", error=fault.message, anew=True, counts=False)
        if mended := self._mended(outgoing, shown, said):
            return await self.carry(replace(row, outgoing=mended[0]), mended[1])
        if _NO_CHAT in said:
            return _unreachable(outgoing, fault)
        if outgoing.call in _DECISIONS and any(decided in said for decided in _DECIDED):
            return Result("sent", error=fault.message)
        if outgoing.call in (Call.MEMBER, Call.ROLL):  # an answer too: Telegram does not know such a member
            absent = Outcome(OutcomeKind(outgoing.call), outgoing.chat, outgoing.user, {})
            return Result("failed", error=fault.message, outcome=absent)
        return Result("failed", error=fault.message, outcome=_unanswered(outgoing))

    def _mended(self, outgoing: Outgoing, shown: Shown, said: str) -> tuple[Outgoing, Shown] | None:
        """Return what to ask for instead, each mending at most once; None when nothing helps."""
        if outgoing.topic is not None and any(gone in said for gone in _NO_TOPIC):
            return replace(outgoing, topic=None, message=None), shown
        if shown.mode and outgoing.text and _NOT_PARSED in said:
            _log.error("text is no valid HTML, sent plain", extra={"text_key": outgoing.text.key})
            return outgoing, replace(shown, words=without_markup(shown.words), mode=None)
        return None

    async def _ask(self, outgoing: Outgoing, shown: Shown) -> Result:
        match outgoing.kind:
            case Kind.SEND:
                sent = await self._speak("sendMessage", outgoing, shown)
                return Result("sent", MessageId(sent["message_id"]))
            case Kind.EDIT:
                await self._speak("editMessageText", outgoing, shown)
                return Result("sent", outgoing.message)
            case Kind.CALL:
                return Result("sent", outcome=await self._call(outgoing, shown))

    async def _speak(self, method: str, outgoing: Outgoing, shown: Shown) -> Any:
        """Send or edit. Of the Message that comes back only its number is read: parsing it costs a third."""
        about: dict[str, Any] = {}
        if outgoing.kind is Kind.EDIT:
            about["message_id"] = outgoing.message
        elif outgoing.message:
            about["reply_parameters"] = {"message_id": outgoing.message, "allow_sending_without_reply": True}
        if outgoing.kind is Kind.SEND and outgoing.topic:
            about["message_thread_id"] = outgoing.topic
        if shown.mode:
            about["parse_mode"] = shown.mode
        if shown.markup:
            about["reply_markup"] = shown.markup
        if isinstance(outgoing.file, File | Photo | QrCode | Invoice):
            return await self._attachments.send(outgoing, outgoing.file, shown.words, about)
        words = {"chat_id": outgoing.chat, "text": shown.words, "link_preview_options": _NO_PREVIEW}
        return await self._wire.ask(f"{self._bot.base_url}/{method}", words | about)

    async def _call(self, outgoing: Outgoing, shown: Shown) -> Outcome | None:
        match outgoing.call:
            case Call.ADMINISTRATORS:
                members = await self._bot.get_chat_administrators(outgoing.chat)
                result: Any = [member.to_dict() for member in members]
            case Call.MEMBER | Call.ROLL:
                member = await self._bot.get_chat_member(outgoing.chat, outgoing.user or 0)
                result = member.to_dict()
            case Call.APPROVE | Call.DECLINE:
                await self._decide(outgoing, shown)
                return None
            case Call.DOWNLOAD:
                file = outgoing.file
                result = await fetched(self._bot, self._wire, file) if isinstance(file, RemoteFile) else None
            case Call.STANDING:
                result = await self._standing(outgoing.chat)
            case Call.REACT | Call.PIN | Call.UNPIN | Call.DELETE | Call.CHECKOUT:
                await self._touch(outgoing, shown)
                return None
            case None:
                return None
        return Outcome(OutcomeKind(outgoing.call), outgoing.chat, outgoing.user, result)

    async def _touch(self, outgoing: Outgoing, shown: Shown) -> None:
        """Do something to a message that stands, or let a payment go on."""
        if isinstance(outgoing.file, Checkout):
            await self._attachments.check_out(outgoing.file, shown.words)
            return
        chat, message = outgoing.chat, outgoing.message or MessageId(0)
        match outgoing.call:
            case Call.REACT:
                await self._bot.set_message_reaction(chat, message, shown.words)
            case Call.PIN:
                await self._bot.pin_chat_message(chat, message, disable_notification=True)
            case Call.UNPIN:
                await self._bot.unpin_chat_message(chat, message)
            case _:
                await self._bot.delete_message(chat, message)

    async def _decide(self, outgoing: Outgoing, shown: Shown) -> None:
        """Let somebody in or turn them down, once the last words to them stand in their private chat."""
        user = outgoing.user or UserId(0)
        if outgoing.message and outgoing.text:
            last_words = replace(outgoing, kind=Kind.EDIT, chat=private_chat(user))
            with contextlib.suppress(BadRequest, Forbidden):  # they count for less than the decision
                await self._speak("editMessageText", last_words, shown)
        if outgoing.call is Call.APPROVE:
            await self._bot.approve_chat_join_request(outgoing.chat, user)
        else:
            await self._bot.decline_chat_join_request(outgoing.chat, user)

    async def _standing(self, chat: ChatId) -> dict[str, Any]:
        """Ask what the bot may do in a group, how many are there, and whether it hears everybody."""
        own = await self._bot.get_chat_member(chat, self._bot.id)
        count = await self._bot.get_chat_member_count(chat)
        me = await self._bot.get_me()
        hears = bool(me.can_read_all_group_messages)
        return {"member": own.to_dict(), "count": count, "hears_all": hears}


def units(text: str) -> int:
    """Return the length of a text as Telegram counts it: UTF-16 units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def without_markup(words: str) -> str:
    """Return the words of a text in Telegram's HTML, as somebody reads them."""
    return html.unescape(_TAG.sub("", words))


def cut(text: str, most: int) -> str:
    """Return the first whole lines of `text`, at most `most` UTF-16 units with a sign of the cut."""
    room = most - units(_CUT)
    short = text.encode("utf-16-le", "surrogatepass")[: 2 * room].decode("utf-16-le", "ignore")
    head, _, _ = short.rpartition("\n")
    return f"{head or short}{_CUT}"


def _unreachable(outgoing: Outgoing, fault: TelegramError) -> Result:
    """Return the end of a message to a chat that is closed to us: blocked, thrown out, or unknown."""
    gone = Outcome(OutcomeKind.UNREACHABLE, outgoing.chat, None, None)
    return Result("failed", error=fault.message, outcome=_unanswered(outgoing) or gone)


def _unanswered(outgoing: Outgoing) -> Outcome | None:
    """Return the report that a question got no answer, for who waits for it; None for messages."""
    if outgoing.call is None or outgoing.call in _UNASKED:
        return None
    return Outcome(OutcomeKind(outgoing.call), outgoing.chat, outgoing.user, None)


def _ambiguous(row: Queued, fault: NetworkError) -> Result:
    """Decide on a message that may have arrived."""
    said = fault.message.partition(". Parsing the server response")[0]  # not the whole page of a proxy
    if not is_harmless_twice(row):
        return Result("unknown", error=said)
    attempt = row.attempts + 1
    if attempt >= _ATTEMPTS:
        return Result("failed", error=said, outcome=_unanswered(row.outgoing))
    pause = min(_PAUSE_SECONDS * 2 ** (attempt - 1), _LONGEST_PAUSE)
    return Result("again", error=said, hold_seconds=pause)


def lane_of(outcome: Outcome) -> ChatId:
    """Return the lane of the chat that the outcome concerns: a person's question goes on in their chat."""
    return outcome.chat if outcome.user is None else ChatId(outcome.user)
