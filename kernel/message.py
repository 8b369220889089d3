"""What the bot says: a text key with parameters, buttons, and where it goes.

Nothing here holds wording. The outbox keeps these values and the sender renders them when they leave.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Self

from kernel.ids import ChatId, GroupId, MemberId, MessageId, UserId
from kernel.money import Fen, Milli


class Language(StrEnum):
    """The languages the catalogue speaks."""

    ZH_CN = "zh_CN"
    EN = "en"

    @classmethod
    def of(cls, code: str | None) -> Self:
        """Return the language for Telegram's `language_code`; Chinese unless it says English."""
        return cls(cls.EN if code and code.lower().startswith("en") else cls.ZH_CN)


@dataclass(frozen=True, slots=True)
class Moment:
    """An instant to be shown in the local time of `zone` (IANA name)."""

    at: datetime
    zone: str


@dataclass(frozen=True, slots=True)
class Text:
    """A key of the catalogue with its named parameters."""

    key: str
    params: Mapping[str, "Param"] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Money:
    """An amount to be shown as yuan, such as ¥12.30."""

    fen: Fen


@dataclass(frozen=True, slots=True)
class Quantity:
    """How much of something: shown without needless zeros, with its unit as people read it."""

    milli: Milli
    unit: str = ""


Param = int | str | date | Moment | Money | Quantity | Text | tuple[Text, ...]
"""What a text may be filled with; a tuple of texts becomes lines."""


@dataclass(frozen=True, slots=True)
class Tap:
    """A button that comes back to us: `act` names what it does, `args` are small and public."""

    label: Text
    act: str
    args: tuple[int | str, ...] = ()


@dataclass(frozen=True, slots=True)
class Open:
    """A button that opens the bot's private chat and presses Start with `payload` (A-Z a-z 0-9 _ -)."""

    label: Text
    payload: str


Button = Tap | Open
Keyboard = tuple[tuple[Button, ...], ...]


class Kind(StrEnum):
    """What is asked of Telegram."""

    SEND = "send"
    EDIT = "edit"
    CALL = "call"


class Call(StrEnum):
    """Questions to Telegram whose answers come back through the inbox."""

    ADMINISTRATORS = "administrators"
    MEMBER = "member"
    ROLL = "roll"  # whether somebody we think to be in a group still is
    STANDING = "standing"  # the bot's own rights in a group, how many are there, what it may read
    # A wish to join is decided once the text, if there is one, has taken the place of `message` in the
    # private chat of `user`: after the decision the bot may write there no more.
    APPROVE = "approve"
    DECLINE = "decline"
    CHECKOUT = "checkout"  # whether a payment may go on is told to Telegram; `text` says why not
    # Done to `message` of the chat; doing them twice is harmless and nobody waits for their answer.
    REACT = "react"  # with the emoji that `text` says
    PIN = "pin"
    UNPIN = "unpin"
    DELETE = "delete"
    DOWNLOAD = "download"  # what `file` names, for `user`; comes back whole or with a reason


class MessageClass(StrEnum):
    """How urgent a message is, and what becomes of it when nobody knows whether it arrived."""

    ANSWER = "answer"  # to something a person just did; worthless when late; never sent a second time
    RECEIPT = "receipt"  # an order, a refund, a code: bears a number, so a second copy is harmless
    NOTICE = "notice"  # spoken by the bot itself; never sent a second time
    UPKEEP = "upkeep"  # questions and tidying: doing it twice is harmless


@dataclass(frozen=True, slots=True)
class File:
    """A file to be sent: its name, and what it holds."""

    name: str
    content: str | bytes


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file that Telegram holds: its name, and the `file_id` under which this bot knows it."""

    name: str
    file_id: str


@dataclass(frozen=True, slots=True)
class Photo:
    """A photo that Telegram has, by the number under which this bot knows it."""

    file_id: str


@dataclass(frozen=True, slots=True)
class Invoice:
    """A bill that is paid inside Telegram; `amount` in the smallest unit of the currency."""

    title: Text
    payload: str
    currency: str
    amount: int


@dataclass(frozen=True, slots=True)
class Checkout:
    """A payment that Telegram asks about before it takes the money."""

    query: str


@dataclass(frozen=True, slots=True)
class QrCode:
    """A picture to be sent: scanned, it opens the bot's private chat and presses Start with `payload`."""

    payload: str


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One thing to be asked of Telegram, committed with the effect it belongs to."""

    kind: Kind
    chat: ChatId
    message_class: MessageClass
    text: Text | None = None
    keyboard: Keyboard = ()
    language: Language = Language.ZH_CN
    message: MessageId | None = None  # the message to edit, or to answer under
    topic: int | None = None
    call: Call | None = None
    user: UserId | None = None  # whom a call is about
    not_before: datetime | None = None
    expires_at: datetime | None = None  # later than this it stays unsent
    dedupe_key: str | None = None  # a key used once, ever
    large: bool = False  # for somebody who wants few words and one button a row
    # Goes with the text as its caption; of a call, what to fetch or which payment it is about.
    file: File | RemoteFile | Photo | QrCode | Invoice | Checkout | None = None
    reason: Text | None = None  # why somebody gets what nobody asked for, as /why tells it
    group: GroupId | None = None  # what the bot says by itself is said for a group, which can silence it
    about: MemberId | None = None  # whose name a message to others holds


@dataclass(frozen=True, slots=True)
class Fate:
    """What became of a message: whether it may still leave, and under which number it stands."""

    is_waiting: bool
    message: MessageId | None


@dataclass(frozen=True, slots=True)
class Toast:
    """The short answer to a tap; it has no outbox row. `alert` shows a box to close."""

    text: Text
    language: Language = Language.ZH_CN
    alert: bool = False


Answer = Outgoing | Toast | None | tuple[Outgoing | Toast, ...]
"""What a handler may say to a use case's result."""
