"""Groups: the bot is added, enabled, moved or removed; people come and go."""

from dataclasses import replace
from functools import partial

from telegram import ChatMember, ChatMemberUpdated, Update
from telegram.ext import ChatMemberHandler, CommandHandler, MessageHandler, filters

from features.members.model import CameBy, Joined
from handlers.answers import say
from handlers.context import Context, Place, nothing
from handlers.enabling import ENABLE, met, on_administrators, on_enable, on_start_as_group, start_button
from handlers.menu import TO_HOME
from handlers.outcome import Outcome, OutcomeHandler, OutcomeKind
from handlers.routes import IN_GROUP, ByGroup, Routes, is_person, on_tap
from kernel.ids import ChatId, UserId
from kernel.message import Answer, Open, Text

_PRESENT = (ChatMember.OWNER, ChatMember.ADMINISTRATOR, ChatMember.MEMBER)
_ADMINISTRATORS = (ChatMember.OWNER, ChatMember.ADMINISTRATOR)


async def on_bot_status(update: Update, context: Context) -> None:
    """The bot was added, promoted, removed; or a person blocked or unblocked it in private."""
    change = update.my_chat_member
    if change is None:
        return
    app, chat = context.app, ChatId(change.chat.id)
    present = is_present(change.new_chat_member)
    if change.chat.type == change.chat.PRIVATE:
        user = UserId(change.chat.id)
        context.plan(app.members.reachability, nothing, user=user, reachable=present)
    elif not present:
        context.plan(app.members.removed, nothing, chat=chat)
    elif is_present(change.old_chat_member):
        context.plan(app.members.administrators_changed, nothing, chat=chat)
    elif change.chat.type != change.chat.CHANNEL:
        answer = partial(met, context.place)
        context.plan(app.members.added, answer, chat=chat, title=context.title(change.chat))


async def on_member_status(update: Update, context: Context) -> None:
    """Somebody joined, left, was promoted or demoted in a group."""
    change = update.chat_member
    if change is None:
        return
    app, chat, user = context.app, ChatId(change.chat.id), change.new_chat_member.user
    if _is_administrator(change.old_chat_member) != _is_administrator(change.new_chat_member):
        context.plan(app.members.administrators_changed, nothing, chat=chat)
        if not _is_administrator(change.new_chat_member):
            context.plan(app.staff.demoted, nothing, chat=chat, user=UserId(user.id))
    if not is_person(user):
        return
    if is_present(change.new_chat_member):
        if not is_present(change.old_chat_member):
            answer = partial(welcome, context.place)
            context.plan(
                app.members.joined, answer, chat=chat, person=context.person(user), came_by=_came_by(change)
            )
    else:
        context.plan(app.members.left, nothing, chat=chat, user=UserId(user.id))
        context.plan(app.staff.left, nothing, chat=chat, user=UserId(user.id))


def welcome(place: Place, joined: Joined | None) -> Answer:
    """Greet a new neighbour in the group, once."""
    if joined is None:
        return None
    place = place.speaking(joined.group.language)
    names = {"name": joined.name, "group": joined.group.title}
    if joined.member.consented:
        to_menu = Open(Text("members.open_menu"), TO_HOME)
        text = Text("members.welcome_back" if joined.is_back else "members.welcome_known", names)
        return replace(say(place, text, ((to_menu,),)), about=joined.member.id)
    said = say(place, Text("members.welcome_group", names), start_button(joined.group))
    return replace(said, about=joined.member.id)


async def on_renamed(update: Update, context: Context) -> None:
    """The group has got another title."""
    if update.effective_chat:
        title = context.title(update.effective_chat)
        context.plan(context.app.members.renamed, nothing, chat=context.place.chat, title=title)


async def on_moved(update: Update, context: Context) -> None:
    """Telegram made a basic group a supergroup: both chats say so, in any order."""
    message = update.effective_message
    if message is None:
        return
    chat = ChatId(message.chat.id)
    if message.migrate_to_chat_id:
        _moved(context, chat, ChatId(message.migrate_to_chat_id))
    elif message.migrate_from_chat_id:
        _moved(context, ChatId(message.migrate_from_chat_id), chat)


async def on_moved_away(outcome: Outcome, context: Context) -> None:
    """A message to a group was refused because the group has moved."""
    _moved(context, outcome.chat, ChatId(outcome.result))


def _moved(context: Context, old: ChatId, new: ChatId) -> None:
    context.plan(context.app.standing.moved, nothing, old=old, new=new)


async def on_unreachable(outcome: Outcome, context: Context) -> None:
    """Telegram refused a message: the person blocked or never started the bot, or the group threw it out."""
    if outcome.chat > 0:
        context.plan(context.app.members.reachability, nothing, user=UserId(outcome.chat), reachable=False)
    else:
        context.plan(context.app.members.removed, nothing, chat=outcome.chat)


def guards() -> Routes:
    """Return what sees what the group itself says, before that is passed over."""
    return (CommandHandler("start", on_start_as_group, IN_GROUP & ByGroup()),)


def routes() -> Routes:
    """Return what groups' updates are routed to, in order."""
    return (
        ChatMemberHandler(on_bot_status, ChatMemberHandler.MY_CHAT_MEMBER),
        ChatMemberHandler(on_member_status, ChatMemberHandler.CHAT_MEMBER),
        MessageHandler(filters.StatusUpdate.NEW_CHAT_TITLE, on_renamed),
        MessageHandler(filters.StatusUpdate.MIGRATE, on_moved),
        OutcomeHandler(OutcomeKind.ADMINISTRATORS, on_administrators),
        OutcomeHandler(OutcomeKind.UNREACHABLE, on_unreachable),
        OutcomeHandler(OutcomeKind.MIGRATED, on_moved_away),
        on_tap(ENABLE, on_enable, in_group=True),
    )


def is_present(member: ChatMember) -> bool:
    """Tell whether a member, or a restricted one, is inside."""
    return member.status in _PRESENT or bool(getattr(member, "is_member", False))


def _came_by(change: ChatMemberUpdated) -> CameBy:
    if change.via_join_request:
        return CameBy.REQUEST
    return CameBy.LINK if change.invite_link else CameBy.PLAIN


def _is_administrator(member: ChatMember) -> bool:
    return member.status in _ADMINISTRATORS
