"""The turn: what one update asks for. Handlers plan it, the lane commits it (rulings.md 31, 32)."""

from collections import OrderedDict
from collections.abc import Callable, Coroutine
from contextvars import ContextVar
from dataclasses import dataclass, field, replace
from typing import Any, Concatenate, ParamSpec, TypeVar

from telegram import Chat, Update, User
from telegram.ext import Application, CallbackContext, ExtBot

from features.app import App, Uow
from features.app.hearing import Known
from features.members.model import Member, Person
from features.members.rules import clean_name
from kernel.ids import ChatId, MessageId, UserId
from kernel.message import Answer, Language, Text
from texts.catalog import Catalog

P = ParamSpec("P")
R = TypeVar("R")
U = TypeVar("U")
_REMEMBERED = 256  # groups
Callback = Callable[[U, "Context"], Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Place:
    """Where an answer goes: a chat, the message it concerns, and the language spoken there."""

    chat: ChatId
    message: MessageId | None
    topic: int | None
    language: Language
    private: bool
    tap_id: str | None  # the callback query to answer, for a tap
    large: bool = False  # few words, and one button a row

    @classmethod
    def of(cls, update: Update) -> "Place | None":
        """Return the place of an update, or None for one without a chat.

        A tap whose message Telegram does not tell belongs to its person: only a toast can answer it.
        """
        chat, user, message = update.effective_chat, update.effective_user, update.effective_message
        tap, language = update.callback_query, Language.of(user.language_code if user else None)
        if chat is None:
            return replace(cls.unasked(ChatId(tap.from_user.id), language), tap_id=tap.id) if tap else None
        return cls(
            chat=ChatId(chat.id),
            message=MessageId(message.message_id) if message else None,
            topic=message.message_thread_id if message and message.is_topic_message else None,
            language=language,
            private=chat.type == chat.PRIVATE,
            tap_id=tap.id if tap else None,
        )

    @classmethod
    def unasked(cls, chat: ChatId, language: Language) -> "Place":
        """Return a chat in which nobody has just said or tapped what is answered there."""
        return cls(chat, None, None, language, private=chat > 0, tap_id=None)

    def speaking(self, language: Language) -> "Place":
        """Return the same place with another language, such as the group's."""
        return replace(self, language=language)

    def to(self, member: Member) -> "Place":
        """Return the same place as `member` wants to be spoken to: in their language, large or not."""
        return replace(self, language=member.language, large=member.large)

    def apart(self) -> "Place":
        """Return the place for a message of its own, under nobody's."""
        return replace(self, message=None, tap_id=None)


@dataclass(frozen=True, slots=True)
class Plan:
    """A use case to run in the turn's one transaction, and how to word its result."""

    run: Callable[[Uow], Any]
    answer: Callable[[Any], Answer]


class Ear:
    """What groups can order, as the process remembers it: it holds while its stamp does."""

    def __init__(self) -> None:
        self._known: OrderedDict[ChatId, Known] = OrderedDict()

    def of(self, chat: ChatId) -> Known | None:
        """Return what is remembered of a group."""
        return self._known.get(chat)

    def remember(self, chat: ChatId, known: Known) -> None:
        """Remember what a group can order; the group longest unheard makes room."""
        self._known[chat] = known
        self._known.move_to_end(chat)
        if len(self._known) > _REMEMBERED:
            self._known.popitem(last=False)


@dataclass(slots=True)
class Turn:
    """What one update asks for, collected while its handlers run."""

    app: App
    catalog: Catalog
    ear: Ear
    place: Place | None = None
    plans: list[Plan] = field(default_factory=list)
    fault: Exception | None = None


current_turn: ContextVar[Turn] = ContextVar("current_turn")


class Context(CallbackContext[ExtBot[None], dict[Any, Any], dict[Any, Any], dict[Any, Any]]):
    """What a handler is given: the app, and `plan` to ask for use cases."""

    def __init__(
        self, application: "BotApplication", chat_id: int | None = None, user_id: int | None = None
    ) -> None:
        super().__init__(application, chat_id, user_id)
        self.turn = current_turn.get()

    @property
    def app(self) -> App:
        """Every use case."""
        return self.turn.app

    @property
    def catalog(self) -> Catalog:
        """Every text."""
        return self.turn.catalog

    @property
    def ear(self) -> Ear:
        """What groups can order, as the process remembers it."""
        return self.turn.ear

    @property
    def place(self) -> Place:
        """Where the answer goes. Raises RuntimeError for an update without a chat."""
        if self.turn.place is None:
            raise RuntimeError("this update has no chat to answer in")
        return self.turn.place

    def plan(
        self,
        use_case: Callable[Concatenate[Uow, P], R],
        answer: Callable[[R], Answer],
        *args: P.args,
        **values: P.kwargs,
    ) -> None:
        """Ask for `use_case(uow, **values)` in this update's transaction, worded by `answer`.

        Both may be run again after a fault, so they do nothing but what the unit of work undoes.
        """
        self.turn.plans.append(Plan(lambda uow: use_case(uow, *args, **values), answer))

    def say(self, answer: Callable[[], Answer]) -> None:
        """Answer without a use case."""
        self.turn.plans.append(Plan(lambda _uow: None, lambda _none: answer()))

    def title(self, chat: Chat) -> str:
        """Return a group's title, safe to show."""
        return self._shown(chat.title or "", None, Text("members.untitled"), Language.ZH_CN)

    def person(self, user: User) -> Person:
        """Return a Telegram user as our features know people."""
        language = Language.of(user.language_code) if user.language_code else None
        spoken = language or Language.of(None)
        name = self._shown(user.first_name, user.last_name, Text("members.nameless"), spoken)
        return Person(UserId(user.id), name, language)

    def _shown(self, first: str, last: str | None, fallback: Text, language: Language) -> str:
        columns = self.app.members.policy.name_columns
        return clean_name(first, last, columns=columns, fallback=self.catalog.plain(fallback, language))


BotApplication = Application[ExtBot[None], Context, dict[Any, Any], dict[Any, Any], dict[Any, Any], None]


def nothing(_result: object) -> None:
    """Answer nothing: the effect is enough."""
