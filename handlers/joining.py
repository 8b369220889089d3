"""The question at the door, and who is still there."""

from datetime import timedelta
from functools import partial

from telegram import ChatMember, ChatMemberUpdated, Update
from telegram.ext import ChatJoinRequestHandler, ChatMemberHandler

from features.joining.model import Asked, Asker, Decided
from features.members.model import Group
from features.members.rules import group_payload
from handlers.answers import say, show, toast
from handlers.context import Context, Place, nothing
from handlers.groups import is_present
from handlers.keyboards import tapped_args
from handlers.outcome import Outcome, OutcomeHandler, OutcomeKind
from handlers.routes import Routes, is_person, on_tap
from kernel.ids import ChatId, UserId, private_chat
from kernel.message import Answer, Call, Keyboard, Kind, Language, MessageClass, Open, Outgoing, Tap, Text

_ANSWER = "joining.answer"
_WINDOW = timedelta(minutes=5)  # in which Telegram lets a bot write to who asks, unless somebody decides
_MARGIN = timedelta(seconds=5)  # so that what leaves at the end still arrives


async def on_request(update: Update, context: Context) -> None:
    """Somebody asks to join."""
    asked = update.chat_join_request
    if asked is None or not is_person(asked.from_user):
        return
    user = asked.from_user
    asker = Asker(
        UserId(user.id),
        ChatId(asked.user_chat_id),
        Language.of(user.language_code),
        asked.date + _WINDOW - _MARGIN,
    )
    context.turn.place = Place.unasked(asker.chat, asker.language)
    context.plan(context.app.joining.requested, asked_now, chat=ChatId(asked.chat.id), asker=asker)


def asked_now(asked: Asked | None) -> Answer:
    """Ask the question in private; where there is none, people decide."""
    if asked is None:
        return None
    text = Text("joining.question", {"group": asked.group.title, "sum": _sum(asked)})
    return Outgoing(
        Kind.SEND,
        asked.asker.chat,
        MessageClass.ANSWER,
        text=text,
        keyboard=_choices(asked),
        language=asked.asker.language,
        expires_at=asked.asker.until,
    )


async def on_answer(update: Update, context: Context) -> None:
    """A tap on one of the numbers."""
    user, args = update.effective_user, tapped_args(update)
    if user is None:
        return
    request, attempt, choice = map(int, args)
    context.plan(
        context.app.joining.answered,
        partial(answered, context.place),
        user=UserId(user.id),
        request=request,
        attempt=attempt,
        choice=choice,
    )


def answered(place: Place, done: Asked | Decided) -> Answer:
    """Tell what an answer comes to, in the card of the question."""
    place = place.speaking(done.asker.language)
    if isinstance(done, Asked):
        text = Text("joining.question_again", {"group": done.group.title, "sum": _sum(done)})
        return show(place, text, _choices(done)), toast(place, "joining.wrong_toast")
    names = {"group": done.group.title}
    if done.is_let_in:
        start: Keyboard = ((Open(Text("members.open_start"), group_payload(done.group.id)),),)
        letting = _decision(place, done, Call.APPROVE, Text("joining.let_in", names), start)
        return letting, toast(place, "joining.right_toast")
    return _decision(place, done, Call.DECLINE, Text("joining.turned_down", names))


def _decision(place: Place, done: Decided, call: Call, text: Text, keyboard: Keyboard = ()) -> Outgoing:
    """Decide in one row with the last words: after the decision nothing may be written to the person."""
    return Outgoing(
        Kind.CALL,
        done.group.chat,
        MessageClass.UPKEEP,
        text=text,
        keyboard=keyboard,
        language=done.asker.language,
        message=place.message,
        call=call,
        user=done.asker.user,
    )


async def on_decided(outcome: Outcome, context: Context) -> None:
    """Telegram decided as it was asked to, or did not let the bot: then administrators have to."""
    if outcome.user is None or outcome.result is not None:
        return
    context.plan(
        context.app.joining.told_undecided,
        partial(undecided, private_chat(outcome.user)),
        chat=outcome.chat,
    )


def undecided(chat: ChatId, group: Group | None) -> Answer:
    """Tell the person who decides now."""
    if group is None:
        return None
    place = Place.unasked(chat, group.language)
    return say(place, Text("joining.undecided", {"group": group.title}))


async def on_heard_again(update: Update, context: Context) -> None:
    """The bot was made an administrator: it hears again who comes and goes."""
    change = update.my_chat_member
    if change and change.chat.type != change.chat.PRIVATE and _begins_to_hear(change):
        context.plan(context.app.joining.heard_again, nothing, chat=ChatId(change.chat.id))


def _begins_to_hear(change: ChatMemberUpdated) -> bool:
    hears = change.new_chat_member.status == ChatMember.ADMINISTRATOR
    return hears and change.old_chat_member.status != ChatMember.ADMINISTRATOR


async def on_rolled(outcome: Outcome, context: Context) -> None:
    """Telegram told whether somebody is still in a group."""
    if outcome.user is None or outcome.result is None:
        return
    told = ChatMember.de_json(outcome.result, None) if outcome.result else None
    if told is None or not is_present(told):
        context.plan(context.app.joining.told_absent, nothing, chat=outcome.chat, user=outcome.user)


def beside() -> Routes:
    """Return what sees the bot's own promotion too, whatever the groups make of it."""
    return (ChatMemberHandler(on_heard_again, ChatMemberHandler.MY_CHAT_MEMBER),)


def routes() -> Routes:
    """Return what wishes to join are routed to, in order."""
    return (
        ChatJoinRequestHandler(on_request),
        on_tap(_ANSWER, on_answer, r":\d{1,18}:\d{1,2}:\d{1,3}"),
        OutcomeHandler(OutcomeKind.APPROVE, on_decided),
        OutcomeHandler(OutcomeKind.DECLINE, on_decided),
        OutcomeHandler(OutcomeKind.ROLL, on_rolled),
    )


def _sum(asked: Asked) -> Text:
    return Text("joining.sum", {"left": asked.question.left, "right": asked.question.right})


def _choices(asked: Asked) -> Keyboard:
    row = tuple(
        Tap(Text("joining.choice", {"number": number}), _ANSWER, (asked.request, asked.attempts, number))
        for number in asked.question.choices
    )
    return (row,)
