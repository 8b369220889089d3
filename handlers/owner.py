"""The owner: claims the bot, approves groups, hands the bot over."""

from dataclasses import replace
from functools import partial

from telegram import Update

from features.members.model import Group
from features.staff.invitations import hashed, link_key
from features.staff.model import Decided, OwnerDesk, TakenOver, Waiting
from handlers.answers import say, show, toast
from handlers.context import Context, Place
from handlers.enabling import APPROVE, ENABLE_BUTTON, REFUSE, announcement, decision
from handlers.keyboards import tapped_args
from handlers.routes import Routes, on_command, on_tap
from handlers.setup import first_lists
from kernel.ids import GroupId, UserId, private_chat
from kernel.message import (
    Answer,
    Button,
    Kind,
    MessageClass,
    Moment,
    Outgoing,
    Tap,
    Text,
)

DESK = "owner.desk"
_LOOK = "owner.look"
_HAND_OVER, _TAKE = "owner.hand_over", "owner.take"
_HASH = 32  # digits of the hash that a button carries
_NUMBER = r":\d{1,9}"
TO_DESK = Tap(Text("owner.to_desk"), DESK)


async def on_desk(update: Update, context: Context) -> None:
    """What the owner sees: which groups wait, and the way to hand over."""
    if update.effective_user:
        user = UserId(update.effective_user.id)
        context.plan(context.app.owner.desk, partial(desk, context.place), user=user)


def desk(place: Place, found: OwnerDesk) -> Outgoing:
    """Show which groups wait for the owner."""
    lines = tuple(
        Text("owner.waiting_line", {"group": each.title, "at": Moment(each.state_at, each.zone.key)})
        for each in found.waiting
    )
    waiting = lines or Text("owner.nothing_waits")
    rows: list[tuple[Button, ...]] = [
        (Tap(Text("owner.look", {"group": each.title}), _LOOK, (each.id,)),) for each in found.waiting
    ]
    hand_over = Tap(Text("owner.hand_over"), _HAND_OVER)
    text = Text("owner.desk", {"working": found.working, "waiting": waiting})
    return show(place, text, (*rows, (hand_over,)))


async def on_look(update: Update, context: Context) -> None:
    """One waiting group, with the decision."""
    if update.effective_user:
        context.plan(
            context.app.owner.waiting,
            partial(look, context.place),
            user=UserId(update.effective_user.id),
            group=_group(update),
        )


def look(place: Place, waiting: Waiting | None) -> Answer:
    """Ask about one group again."""
    if waiting is None:
        return toast(place, "owner.decided_before", alert=True)
    at = Moment(waiting.at, waiting.group.zone.key)
    asker = waiting.asker or Text("owner.some_administrator")
    text = Text("owner.asked", {"group": waiting.group.title, "name": asker, "at": at})
    return show(place, text, (*decision(waiting.group), (TO_DESK,)))


async def ondecision(update: Update, context: Context, *, approved: bool) -> None:
    """The owner lets the bot work in a group, or does not."""
    if update.effective_user:
        context.plan(
            context.app.owner.decide,
            partial(decided, context.place, approved),
            user=UserId(update.effective_user.id),
            group=_group(update),
            approved=approved,
        )
        context.plan(context.app.setup.first_lists_of, first_lists, group=_group(update))


async def on_approve(update: Update, context: Context) -> None:
    """The owner agrees."""
    await ondecision(update, context, approved=True)


async def on_refuse(update: Update, context: Context) -> None:
    """The owner does not agree."""
    await ondecision(update, context, approved=False)


def decided(place: Place, approved: bool, done: Decided) -> Answer:
    """Close the owner's card, change the one in the group and say there what was decided."""
    if not done.fresh:
        closed = show(place, Text("owner.decided_before"), ((TO_DESK,),))
        return closed, toast(place, "owner.decided_before")
    names = {"group": done.group.title}
    text = Text("owner.approved" if approved else "owner.refused", names)
    shown = show(place, text, ((TO_DESK,),)), toast(place, "owner.decided_toast")
    return *shown, *_told_in_group(done.group, approved)


def _told_in_group(group: Group, approved: bool) -> tuple[Outgoing, ...]:
    there = Place.unasked(group.chat, group.language)
    card = Text("members.card_done" if approved else "owner.card_refused")
    news = announcement(there, group) if approved else say(there, Text("owner.group_refused"))
    if group.card is None:
        return (news,)
    changed = Outgoing(
        Kind.EDIT,
        group.chat,
        MessageClass.ANSWER,
        text=card,
        keyboard=() if approved else ENABLE_BUTTON,
        language=group.language,
        message=group.card,
    )
    return changed, news


async def on_hand_over(update: Update, context: Context) -> None:
    """The owner wants a link for who shall be it next."""
    if update.effective_user:
        user = UserId(update.effective_user.id)
        answer = partial(
            link_made, context.place, context.bot.username, context.app.staff.policy.invitation_hours
        )
        context.plan(context.app.owner.hand_over, answer, user=user)


def link_made(place: Place, bot: str, hours: int, code: str) -> Outgoing:
    """Show the link that makes somebody else the owner."""
    text = Text("owner.link", {"link": f"https://t.me/{bot}?start=own-{code}", "hours": hours})
    told = show(place, text, ((TO_DESK,),))
    return replace(told, dedupe_key=link_key(hashed(code)))


def confirm_card(place: Place, code_hash: str) -> Outgoing:
    """Ask who follows the link whether they really want to own the bot."""
    take = Tap(Text("owner.take"), _TAKE, (code_hash[:_HASH],))
    return show(place, Text("owner.confirm"), ((take,),))


async def on_take(update: Update, context: Context) -> None:
    """Who followed the owner's link confirms."""
    if update.effective_user:
        context.plan(
            context.app.owner.take_over,
            partial(taken, context.place),
            person=context.person(update.effective_user),
            code_hash=tapped_args(update)[0],
        )


def taken(place: Place, done: TakenOver | None) -> Answer:
    """Tell both that the bot has another owner."""
    if done is None:
        return show(place, Text("owner.link_over"))
    shown = show(place, Text("owner.yours"), ((TO_DESK,),))
    before = done.before
    if before is None or not before.reachable:
        return shown
    there = Place.unasked(private_chat(before.user), before.language).to(before)
    return shown, say(there, Text("owner.gone", {"name": done.name}))


def _group(update: Update) -> GroupId:
    return GroupId(int(tapped_args(update)[0]))


def routes() -> Routes:
    """Return what the owner's updates are routed to, in order."""
    return (
        on_command("owner", on_desk),
        on_tap(DESK, on_desk),
        on_tap(_LOOK, on_look, _NUMBER),
        on_tap(APPROVE, on_approve, _NUMBER),
        on_tap(REFUSE, on_refuse, _NUMBER),
        on_tap(_HAND_OVER, on_hand_over),
        on_tap(_TAKE, on_take, r":[0-9a-f]{32}"),
    )
