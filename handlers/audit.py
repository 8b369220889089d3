"""What staff did in a group, in words, and taking it back."""

from functools import partial

from telegram import Update

from features.app.model import AuditPage, AuditShown
from features.catalogue.model import Field
from features.coupons.wording import name_of_values
from features.setup.rules import quiet_between
from features.setup.wording import language_text, quiet_text, zone_text
from features.staff.model import AuditLine, Choice, Deed, Role, Values
from handlers.answers import show, toast
from handlers.context import Context, Place
from handlers.keyboards import tapped_args
from handlers.menu import AUDIT, TO_MENU
from handlers.people import UNDO
from handlers.routes import Routes, on_command, on_tap, on_words
from handlers.staff import NUMBER, choice, chosen, lead_staff, on_link, role_name
from kernel.ids import GroupId, UserId
from kernel.message import Answer, Button, Keyboard, Language, Moment, Money, Outgoing, Param, Tap, Text
from kernel.money import Fen
from texts.catalog import Catalog

_SETTINGS = (Deed.ZONE_SET, Deed.QUIET_SET, Deed.LANGUAGE_SET)


async def on_audit(update: Update, context: Context) -> None:
    """The last acts of a group, by command, link or button."""
    user = update.effective_user
    if user is None:
        return
    if not context.place.private:
        lead_staff(user, context, "audit")
        return
    args = tapped_args(update)
    context.plan(
        context.app.desk.audit,
        partial(page, context.place),
        user=UserId(user.id),
        group=chosen(update, context),
        page=int(args[1]) if len(args) > 1 else 0,
    )


def page(place: Place, found: AuditPage | Choice) -> Outgoing:
    """Show a page with what can be taken back."""
    if isinstance(found, Choice):
        return choice(place, AUDIT, found.groups)
    zone = found.group.zone.key
    lines = tuple(_line(number, shown, zone) for number, shown in enumerate(found.lines, start=1)) or Text(
        "staff.audit_empty"
    )
    text = Text("staff.audit", {"group": found.group.title, "lines": lines})
    return show(place, text, _keyboard(found))


def _line(number: int, shown: AuditShown, zone: str) -> Text:
    names: dict[str, Param] = {
        "number": number,
        "at": Moment(shown.line.at, zone),
        "who": _who(shown),
        "what": _deed(shown),
    }
    return Text("staff.audit_line_undone" if shown.line.undone_at else "staff.audit_line", names)


def _who(shown: AuditShown) -> Param:
    if shown.actor is None:
        return Text("staff.by_itself")
    if shown.actor or shown.role is None:
        return shown.actor or Text("staff.unnamed")
    return Text("staff.unnamed_role", {"role": role_name(shown.role)})


def _deed(shown: AuditShown) -> Text:
    """Return what was done; a setting may have been looked at and left as it was."""
    line = shown.line
    if line.act in _SETTINGS and line.before == line.after:
        return Text(f"staff.kept_{line.act}", _details(shown))
    if line.act is Deed.PRODUCT_CHANGED and "price_fen" in (line.after or {}):
        return Text("staff.deed_product_priced", _details(shown))
    return Text(f"staff.deed_{line.act}", _details(shown))


def _details(shown: AuditShown) -> dict[str, Param]:
    """Return everything that a deed's text may want."""
    before, after = shown.line.before or {}, shown.line.after or {}
    role = after.get("role") or before.get("role") or Role.PACKER
    reason, points = after.get("reason"), after.get("points")
    return {
        "name": shown.subject or Text("staff.unnamed"),
        "role": role_name(Role(str(role))),
        "points": f"{int(points or 0):+d}",
        "reason": Text(f"staff.reason_{reason or 'goodwill'}"),
        "zone": zone_text(str(after.get("zone", ""))),
        "quiet": quiet_text(quiet_between(after)) if "start" in after else "",
        "money": Money(Fen(int(after.get("fen") or 0))),
        "homes": int(after.get("homes") or 0),
        "language": language_text(Language(str(after.get("language", Language.ZH_CN)))),
        "field": Text(f"catalogue.field_{after.get('field') or Field.NAME}"),
        "price_before": _money(before),
        "price_after": _money(after),
        "item": str(after.get("item", "")),
        "added": str(after.get("added", 0)),
        "changed": str(after.get("changed", 0)),
        "coupon": name_of_values(after) if "percent" in after else "",
        "what": _deed(shown.undid) if shown.undid else Text("staff.something"),
    }


def _money(kept: Values) -> Money:
    return Money(Fen(int(kept.get("price_fen") or 0)))


def _keyboard(found: AuditPage) -> Keyboard:
    undo = [
        Tap(Text("staff.undo_line", {"number": number}), UNDO, (shown.line.id,))
        for number, shown in enumerate(found.lines, start=1)
        if shown.may_undo
    ]
    rows: list[tuple[Button, ...]] = [tuple(undo[first : first + 4]) for first in range(0, len(undo), 4)]
    turn: list[Button] = []
    if found.page > 0:
        turn.append(Tap(Text("growth.newer"), AUDIT, (found.group.id, found.page - 1)))
    if found.has_more:
        turn.append(Tap(Text("growth.older"), AUDIT, (found.group.id, found.page + 1)))
    return (*rows, *((tuple(turn),) if turn else ()), (TO_MENU,))


async def on_undo(update: Update, context: Context) -> None:
    """Something is taken back."""
    if update.effective_user:
        context.plan(
            context.app.desk.undo,
            partial(undone, context.place),
            person=context.person(update.effective_user),
            line=int(tapped_args(update)[0]),
        )


def undone(place: Place, line: AuditLine) -> Answer:
    """Say that it was taken back, with the way to what was done."""
    to_audit = Tap(Text("staff.to_audit"), AUDIT, (line.group or GroupId(0),))
    return show(place, Text("staff.undone"), ((to_audit,), (TO_MENU,))), toast(place, "staff.undone")


def routes(catalog: Catalog) -> Routes:
    """Return what is routed here, in order."""
    return (
        on_link(r"audit-\d", on_audit),
        on_command("audit", on_audit),
        on_words(catalog.words["staff.audit"], on_audit),
        on_tap(AUDIT, on_audit, rf"({NUMBER}({NUMBER})?)?"),
        on_tap(UNDO, on_undo, NUMBER),
    )
