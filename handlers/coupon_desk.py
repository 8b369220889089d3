"""Kinds of coupons for staff: made by buttons in one card, given out, stopped, and their numbers."""

from functools import partial

from telegram import Update

from features.coupons import drafts
from features.coupons.desk import DraftShown, KindShown, KindsPage
from features.coupons.drafts import EVERYTHING, Step
from features.coupons.model import Design, Kind, State, Statistics, TemplateId, TemplateState, Way
from features.coupons.wording import coupon_name, goods
from features.staff.model import Choice
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import COUPON_DESK, TO_MENU
from handlers.people import UNDO
from handlers.routes import Routes, on_command, on_tap, on_words
from handlers.staff import NUMBER, choice, chosen, lead_staff, on_link
from kernel.ids import GroupId, UserId
from kernel.message import Answer, Button, Keyboard, Money, Outgoing, Param, Tap, Text
from kernel.money import Fen
from texts.catalog import Catalog

_NEW, _KIND, _ASK, _SET = "coupons.new", "coupons.kind", "coupons.ask", "coupons.set"
_OPEN, _CLOSE, _REOPEN = "coupons.open", "coupons.close", "coupons.reopen"
_PAIR = 3  # buttons in a row


async def on_desk(update: Update, context: Context) -> None:
    """The kinds of a group, by command, word, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, "quan")
        return
    args = tapped_args(update)
    context.plan(
        context.app.coupon_desk.kinds,
        partial(kinds, context.place),
        user=UserId(user.id),
        group=chosen(update, context),
        page=int(args[1]) if len(args) > 1 else 0,
    )


def kinds(place: Place, found: KindsPage | Choice) -> Outgoing:
    """Show the kinds, newest first, with their numbers at a glance."""
    if isinstance(found, Choice):
        return choice(place, COUPON_DESK, found.groups)
    group, first = found.group.id, 1
    lines = tuple(_kind_line(number, each) for number, each in enumerate(found.kinds, start=first))
    text = Text("coupons.desk", {"group": found.group.title, "lines": lines or Text("coupons.desk_empty")})
    looks: list[Button] = [
        Tap(Text("coupons.look", {"number": number}), _KIND, (group, each.template.id))
        for number, each in enumerate(found.kinds, start=first)
    ]
    turns: list[Button] = []
    if found.page > 0:
        turns.append(Tap(Text("growth.newer"), COUPON_DESK, (group, found.page - 1)))
    if found.has_more:
        turns.append(Tap(Text("growth.older"), COUPON_DESK, (group, found.page + 1)))
    rows = tuple(tuple(row) for row in (looks, turns) if row)
    return show(place, text, ((Tap(Text("coupons.new"), _NEW, (group,)),), *rows, (TO_MENU,)))


def _kind_line(number: int, each: Statistics) -> Text:
    design = each.template.design
    return Text(
        "coupons.desk_line",
        {
            "number": number,
            "name": coupon_name(design.terms, design.title),
            "state": _state(each),
            "taken": each.template.counted.taken,
            "used": each.states[State.USED],
        },
    )


def _state(each: Statistics) -> Text:
    return Text(f"coupons.state_{each.template.state}")


async def on_kind(update: Update, context: Context) -> None:
    """One kind, by its button."""
    if update.effective_user:
        group, template = map(int, tapped_args(update))
        context.plan(
            context.app.coupon_desk.kind,
            partial(kind, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(group),
            template=TemplateId(template),
        )


def kind(place: Place, found: KindShown | DraftShown) -> Outgoing:
    """Show a kind with each number and how it comes about; a draft where its making goes on."""
    if isinstance(found, DraftShown):
        return draft(place, found)
    template, states = found.statistics.template, found.statistics.states
    design, counted = template.design, template.counted
    numbers: dict[str, Param] = {
        **_terms(design),
        "state": _state(found.statistics),
        "way": Text(f"coupons.way_{design.way}"),
        "taken": counted.taken,
        "open": states[State.AVAILABLE] + states[State.RESERVED],
        "used": states[State.USED],
        "expired": states[State.EXPIRED],
        "void": states[State.VOID],
        "spent": Money(counted.spent),
        "budget": _budget(design, counted.committed),
    }
    return show(place, Text("coupons.kind", numbers), _kind_keyboard(found))


def _budget(design: Design, committed: Fen) -> Text:
    if not design.terms.kind.is_money:
        return Text("coupons.budget_none")
    if design.limits.budget is None:
        return Text("coupons.budget_open", {"committed": Money(committed)})
    percent = committed * 100 // design.limits.budget
    return Text(
        "coupons.budget_used",
        {"committed": Money(committed), "budget": Money(design.limits.budget), "percent": percent},
    )


def _kind_keyboard(found: KindShown) -> Keyboard:
    at = (found.group.id, found.statistics.template.id)
    rows: list[tuple[Button, ...]] = []
    if found.line:
        rows.append((Tap(Text("staff.undo"), UNDO, (found.line,)),))
    elif found.may_move and found.statistics.template.state is TemplateState.OPEN:
        rows.append((Tap(Text("coupons.close"), _CLOSE, at),))
    elif found.may_move:
        rows.append((Tap(Text("coupons.reopen"), _REOPEN, at),))
    return (*rows, (_to_desk(found.group.id), TO_MENU))


def _to_desk(group: GroupId) -> Tap:
    return Tap(Text("coupons.back_to_desk"), COUPON_DESK, (group,))


# -- a kind in the making


async def on_new(update: Update, context: Context) -> None:
    """A new kind is wanted."""
    if update.effective_user:
        context.plan(
            context.app.coupon_desk.begin,
            partial(draft, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(tapped_args(update)[0])),
        )


async def on_ask(update: Update, context: Context) -> None:
    """Another question of the card."""
    if update.effective_user:
        group, template, step = tapped_args(update)
        context.plan(
            context.app.coupon_desk.ask,
            partial(draft, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            template=TemplateId(int(template)),
            step=Step(step),
        )


async def on_set(update: Update, context: Context) -> None:
    """An answer to the card's question."""
    if update.effective_user:
        group, template, step, value = tapped_args(update)
        context.plan(
            context.app.coupon_desk.choose,
            partial(draft, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            template=TemplateId(int(template)),
            step=Step(step),
            value=value,
        )


def draft(place: Place, found: DraftShown) -> Outgoing:
    """Show how the coupon stands, the question, and its answers; at the end, the ways to give it out."""
    design, at = found.template.design, (found.group.id, found.template.id)
    if found.step is Step.PREVIEW:
        return show(place, Text("coupons.preview", _terms(design)), _preview_keyboard(found))
    question = Text(f"coupons.ask_{found.step}")
    name = coupon_name(design.terms, design.title)
    text = Text("coupons.making", {"name": name, "question": question})
    answers = [
        Tap(_answer(found.step, value), _SET, (*at, found.step, _plain(found.step, value)))
        for value in found.choices
    ]
    rows = tuple(tuple(answers[first : first + _PAIR]) for first in range(0, len(answers), _PAIR))
    return show(place, text, (*rows, *_ways_on(found)))


def _plain(step: Step, value: str) -> str:
    """Return a choice as a button carries it."""
    return drafts.code_of(value) if step is Step.SCOPE and value != EVERYTHING else value


def _answer(step: Step, value: str) -> Text:
    match step:
        case Step.KIND:
            return Text(f"coupons.kind_{Kind(value)}")
        case Step.PERCENT:
            return Text(f"coupons.percent_{int(value)}")
        case Step.SCOPE:
            everything = Text("coupons.choose_all")
            return everything if value == EVERYTHING else Text("coupons.choose_category", {"category": value})
        case Step.AMOUNT | Step.CAP | Step.BUDGET:
            return Text("coupons.choose_money", {"money": Money(Fen(int(value)))})
        case _:
            return _counted(step, int(value))


def _counted(step: Step, number: int) -> Text:
    if number == 0:
        return Text("coupons.choose_any" if step is Step.MINIMUM else "coupons.choose_endless")
    if step is Step.MINIMUM:
        return Text("coupons.choose_from", {"money": Money(Fen(number))})
    return Text("coupons.choose_days" if step is Step.DAYS else "coupons.choose_count", {"count": number})


def _ways_on(found: DraftShown) -> Keyboard:
    kind_, at = found.template.design.terms.kind, (found.group.id, found.template.id)
    around: list[Button] = []
    if (back := drafts.before(found.step, kind_)) is not None:
        around.append(Tap(Text("setup.back"), _ASK, (*at, back)))
    around.append(Tap(Text("setup.skip"), _ASK, (*at, drafts.after(found.step, kind_))))
    return (tuple(around), (_to_desk(found.group.id),))


def _preview_keyboard(found: DraftShown) -> Keyboard:
    at = (found.group.id, found.template.id)
    return (
        (Tap(Text("coupons.open_claim"), _OPEN, (*at, Way.CLAIM)),),
        (Tap(Text("coupons.open_staff"), _OPEN, (*at, Way.STAFF)),),
        (Tap(Text("coupons.change"), _ASK, (*at, Step.KIND)), _to_desk(found.group.id)),
    )


def _terms(design: Design) -> dict[str, Param]:
    """Return what a kind gives, how many, how long and out of which money, in words."""
    limits, term = design.limits, design.term
    total = Text("coupons.choose_endless")
    if limits.total is not None:
        total = Text("coupons.choose_count", {"count": limits.total})
    until = Text("coupons.for_days", {"days": term.days or 0})
    if term.ends_on is not None:
        until = Text("coupons.until", {"on": term.ends_on})
    return {
        "name": coupon_name(design.terms, design.title),
        "goods": goods(design.terms),
        "total": total,
        "each": limits.per_member,
        "until": until,
        "most": _most(design),
    }


def _most(design: Design) -> Text:
    most = drafts.most(design)
    if not design.terms.kind.is_money:
        return Text("coupons.budget_none")
    return Text("coupons.most_open") if most is None else Text("coupons.most", {"most": Money(most)})


async def on_open(update: Update, context: Context) -> None:
    """A draft is given out, by taps or by hand."""
    if update.effective_user:
        group, template, way = tapped_args(update)
        context.plan(
            context.app.coupon_desk.open,
            partial(moved, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(int(group)),
            template=TemplateId(int(template)),
            way=Way(way),
        )


async def on_close(update: Update, context: Context) -> None:
    """No more of a kind is given out."""
    _move(update, context, is_closing=True)


async def on_reopen(update: Update, context: Context) -> None:
    """A kind is given out again."""
    _move(update, context, is_closing=False)


def _move(update: Update, context: Context, *, is_closing: bool) -> None:
    desk = context.app.coupon_desk
    if update.effective_user:
        group, template = map(int, tapped_args(update))
        context.plan(
            desk.close if is_closing else desk.reopen,
            partial(moved, context.place),
            user=UserId(update.effective_user.id),
            group=GroupId(group),
            template=TemplateId(template),
        )


def moved(place: Place, found: KindShown) -> Answer:
    """Show the kind as it stands now."""
    is_open = found.statistics.template.state is TemplateState.OPEN
    return kind(place, found), toast(place, "coupons.now_open" if is_open else "coupons.now_closed")


def routes(catalog: Catalog) -> Routes:
    """Return what staff's coupons are routed to, in order."""
    steps, at = "|".join(Step), rf"{NUMBER}{NUMBER}"
    return (
        on_link(r"quan-\d", on_desk),
        on_command("quan", on_desk),
        on_words(catalog.words["coupons.desk"], on_desk),
        on_tap(COUPON_DESK, on_desk, rf"({NUMBER}(:\d{{1,3}})?)?"),
        on_tap(_NEW, on_new, NUMBER),
        on_tap(_KIND, on_kind, at),
        on_tap(_ASK, on_ask, rf"{at}:({steps})"),
        on_tap(_SET, on_set, rf"{at}:({steps}):[A-Za-z0-9_.\-]{{1,20}}"),
        on_tap(_OPEN, on_open, rf"{at}:({Way.CLAIM}|{Way.STAFF})"),
        on_tap(_CLOSE, on_close, at),
        on_tap(_REOPEN, on_reopen, at),
    )
