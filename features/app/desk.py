"""Acts of staff across features: who a member is, what staff did, and taking it back."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from features.app.cashier import Cashier
from features.app.corrections import Corrections
from features.app.model import AuditPage, AuditShown, WhoCard
from features.app.uow import Uow
from features.app.wallets import Wallets
from features.coupons.desk import CouponDesk
from features.growth.model import Card, Entry
from features.growth.service import Growth
from features.members.model import Person
from features.members.rules import check_listening
from features.payments.model import PaymentId, RefundId
from features.setup.rules import quiet_between
from features.staff import rules
from features.staff.model import (
    Act,
    AuditLine,
    CannotUndo,
    Choice,
    Deed,
    NotAllowed,
    NotInGroup,
    Post,
    Role,
    Silenced,
    Standing,
)
from features.staff.roles import Roles
from features.staff.service import Staff
from features.staff.silence import Silence
from kernel.ids import ChatId, DealId, GroupId, MemberId, PickupPointId, ProductId, UserId
from kernel.message import Language

_OF_PRODUCTS = (Deed.PRODUCT_ADDED, Deed.PRODUCT_CHANGED, Deed.PRODUCT_ON, Deed.PRODUCT_OFF)
_OF_DEALS = tuple(deed for deed in Deed if deed.startswith("deal_"))
_LINES = 8  # audit lines on a page
_HISTORY = 5  # lines of a member's history on their card


@dataclass(frozen=True, slots=True)
class Desk:
    """What staff see and undo."""

    staff: Staff
    roles: Roles
    silence: Silence
    growth: Growth
    corrections: Corrections
    coupons: CouponDesk
    wallets: Wallets
    cashier: Cashier

    def point_at(
        self, uow: Uow, *, chat: ChatId, user: UserId, subject: Person
    ) -> tuple[GroupId, MemberId, Language]:
        """Return group and number of somebody staff point at. Raises NotListening, NotAllowed, NotInGroup."""
        group = check_listening(uow.groups.by_chat(chat))
        self.staff.check(uow, user=user, group=group.id, act=Act.WHO)
        member = uow.members.by_user(subject.user)
        if member is None or not uow.members.is_in(member.id, group.id):
            raise NotInGroup
        return group.id, member.id, group.language

    def who(self, uow: Uow, *, user: UserId, group: GroupId, member: MemberId) -> WhoCard:
        """Return what staff may see of a member. Raises NotAllowed or NotInGroup.

        Of who has not agreed to the service there is nothing but how they came.
        """
        standing = self.staff.standing(uow, user=user, group=group, act=Act.WHO)
        subject, stay = uow.members.find(member), uow.members.stay(member, group)
        if subject is None or stay is None:
            raise NotInGroup
        posts = tuple(p for p in uow.staff.posts(group, now=uow.now) if p.member == member)
        account: Card | None = None
        history: tuple[Entry, ...] = ()
        if subject.consented:
            account = self.growth.card(uow, member=member, zone=standing.group.zone)
            history = self.growth.history(uow, member=member, page=0).entries[:_HISTORY]
        is_self = subject.id == standing.member
        held = {post.role for post in posts}
        givable = () if is_self else tuple(r for r in rules.givable(standing.roles) if r not in held)
        may_correct = subject.consented and not is_self and rules.may(standing.roles, Act.POINTS)
        may_give = subject.consented and not is_self and rules.may(standing.roles, Act.COUPONS)
        return WhoCard(standing.group, subject, stay, posts, account, history, givable, may_correct, may_give)

    def audit(self, uow: Uow, *, user: UserId, group: GroupId | None, page: int) -> AuditPage | Choice:
        """Return a page of what staff did in a group, newest first. Raises NotAllowed."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.AUDIT)
        if isinstance(standing, Choice):
            return standing
        found = uow.audit.lines(standing.group.id, limit=_LINES + 1, offset=page * _LINES)
        seen = _Seen(standing, uow.staff.posts(standing.group.id, now=uow.now), uow.staff.owner())
        lines = tuple(self._shown(uow, seen, line) for line in found[:_LINES])
        return AuditPage(standing.group, lines, page, has_more=len(found) > _LINES)

    def undo(self, uow: Uow, *, person: Person, line: int) -> AuditLine:
        """Take back what a line says, once, where things still are as it left them.

        Raises NotAllowed and CannotUndo.
        """
        found = uow.audit.get(line)
        if found is None or found.group is None:
            raise NotAllowed
        actor = self._may_undo(uow, person.user, found.group, found)
        act = self._undoing().get(found.act)
        if act is None or not uow.audit.mark_undone(line, now=uow.now):
            raise CannotUndo
        if not act(uow, person.user, found.group, found):
            raise CannotUndo
        self.staff.note(uow, group=found.group, actor=actor, act=Deed.UNDONE, subject=line)
        return found

    def _may_undo(self, uow: Uow, user: UserId, group: GroupId, line: AuditLine) -> MemberId:
        """Return who takes a line back: a leader, or whoever just corrected points. Raises NotAllowed."""
        member = uow.members.by_user(user)
        own = member is not None and member.id == line.actor and line.act is Deed.POINTS_CORRECTED
        return self.staff.check(uow, user=user, group=group, act=Act.POINTS if own else Act.UNDO)

    def _shown(self, uow: Uow, seen: "_Seen", line: AuditLine) -> AuditShown:
        actor = uow.members.find(line.actor) if line.actor else None
        undid = uow.audit.get(line.subject or 0) if line.act is Deed.UNDONE else None
        return AuditShown(
            line=line,
            actor=actor.name if actor else None,
            role=seen.role_of(actor.id) if actor else None,
            subject=_subject(uow, line),
            undid=self._shown(uow, seen, undid) if undid else None,
            may_undo=rules.may(seen.standing.roles, Act.UNDO) and self._stands(seen, line),
        )

    def _stands(self, seen: "_Seen", line: AuditLine) -> bool:
        """Tell whether a line can still be taken back, as far as can be seen without trying."""
        group, after = seen.standing.group, line.after or {}
        if line.undone_at is not None or line.before == line.after:
            return False
        match line.act:
            case Deed.PANIC:
                return group.silent_since is not None
            case Deed.ROLE_GIVEN:
                post = seen.post(MemberId(line.subject or 0), _role_given(line))
                return post is not None and self.roles.may_take(seen.standing, post)
            case Deed.POINTS_CORRECTED:
                return self.corrections.may_take_back(line)
            case Deed.ZONE_SET:
                return group.zone.key == after["zone"]
            case Deed.QUIET_SET:
                return group.quiet == quiet_between(after)
            case Deed.LANGUAGE_SET:
                return group.language == after["language"]
            case _:
                return line.act in self._undoing()

    def _undoing(self) -> Mapping[Deed, "_Undo"]:
        return {
            Deed.ROLE_GIVEN: self._take_role,
            Deed.ROLE_TAKEN: self._give_role,
            Deed.PANIC: self._resume,
            Deed.ZONE_SET: _put_zone_back,
            Deed.QUIET_SET: _put_quiet_back,
            Deed.LANGUAGE_SET: _put_language_back,
            Deed.PICKUP_OPENED: _close_point,
            Deed.PICKUP_CLOSED: _reopen_point,
            Deed.POINTS_CORRECTED: self._take_points_back,
            Deed.COUPON_OPENED: self._move_kind_back,
            Deed.COUPON_CLOSED: self._move_kind_back,
            Deed.COUPON_GIVEN: self._take_coupon_back,
            Deed.PAYMENT_CONFIRMED: self._unconfirm,
            Deed.REFUND_DONE: self._unrefund,
        }

    def _take_role(self, uow: Uow, user: UserId, group: GroupId, line: AuditLine) -> bool:
        role, member = _role_given(line), MemberId(line.subject or 0)
        return self.roles.take(uow, user=user, group=group, member=member, role=role).fresh

    def _give_role(self, uow: Uow, user: UserId, group: GroupId, line: AuditLine) -> bool:
        role, member = Role(str((line.before or {})["role"])), MemberId(line.subject or 0)
        return self.roles.give(uow, user=user, group=group, member=member, role=role).fresh

    def _resume(self, uow: Uow, user: UserId, group: GroupId, _line: AuditLine) -> bool:
        resumed = self.silence.resume(uow, user=user, group=group)
        return isinstance(resumed, Silenced) and resumed.fresh

    def _take_points_back(self, uow: Uow, _user: UserId, group: GroupId, line: AuditLine) -> bool:
        there = uow.groups.get(group)
        return there is not None and self.corrections.take_back(uow, line=line, group=there)

    def _move_kind_back(self, uow: Uow, _user: UserId, _group: GroupId, line: AuditLine) -> bool:
        return self.coupons.move_back(uow, line=line)

    def _take_coupon_back(self, uow: Uow, _user: UserId, _group: GroupId, line: AuditLine) -> bool:
        return self.wallets.take_back(uow, line=line)

    def _unconfirm(self, uow: Uow, _user: UserId, _group: GroupId, line: AuditLine) -> bool:
        payment = int((line.after or {})["payment"] or 0)
        return bool(payment) and self.cashier.unconfirm(uow, payment=PaymentId(payment))

    def _unrefund(self, uow: Uow, _user: UserId, _group: GroupId, line: AuditLine) -> bool:
        return self.cashier.unrefund(uow, refund=RefundId(int((line.after or {})["refund"] or 0)))


@dataclass(frozen=True, slots=True)
class _Seen:
    """Who looks at the record, and who holds which role there, by rank; read once for all lines."""

    standing: Standing
    posts: tuple[Post, ...]
    owner: MemberId | None

    def post(self, member: MemberId, role: Role) -> Post | None:
        """Return the role as somebody holds it."""
        return next((post for post in self.posts if (post.member, post.role) == (member, role)), None)

    def role_of(self, member: MemberId) -> Role | None:
        """Return the highest role somebody holds."""
        if member == self.owner:
            return Role.OWNER
        return next((post.role for post in self.posts if post.member == member), None)


_Undo = Callable[[Uow, UserId, GroupId, AuditLine], bool]


def _role_given(line: AuditLine) -> Role:
    return Role(str((line.after or {})["role"]))


def _subject(uow: Uow, line: AuditLine) -> str:
    """Return what the person, point or product is called that a line is about; it may be empty."""
    if line.subject is None or line.act is Deed.UNDONE:
        return ""
    if line.act in _OF_PRODUCTS:
        product = uow.catalogue.get(ProductId(line.subject))
        return product.name if product else ""
    if line.act is Deed.PRODUCTS_IMPORTED:
        return ""
    if line.act in _OF_DEALS:
        deal = uow.deals.get(DealId(line.subject))
        return deal.terms.title if deal else ""
    if line.act in (Deed.PICKUP_OPENED, Deed.PICKUP_CLOSED, Deed.PLACE_MOVED):
        point = uow.pickup.get(PickupPointId(line.subject))
        return point.name if point else ""
    person = uow.members.find(MemberId(line.subject))
    return person.name if person else ""


def _put_zone_back(uow: Uow, _user: UserId, group: GroupId, line: AuditLine) -> bool:
    before, after = line.before or {}, line.after or {}
    if uow.setup.lock(group).zone.key != after["zone"]:
        return False
    uow.setup.set_zone(group, ZoneInfo(str(before["zone"])))
    return True


def _put_quiet_back(uow: Uow, _user: UserId, group: GroupId, line: AuditLine) -> bool:
    if uow.setup.lock(group).quiet != quiet_between(line.after or {}):
        return False
    uow.setup.set_quiet(group, quiet_between(line.before or {}))
    return True


def _put_language_back(uow: Uow, _user: UserId, group: GroupId, line: AuditLine) -> bool:
    before, after = line.before or {}, line.after or {}
    if uow.setup.lock(group).language != after["language"]:
        return False
    uow.setup.set_language(group, Language(str(before["language"])))
    return True


def _close_point(uow: Uow, _user: UserId, group: GroupId, line: AuditLine) -> bool:
    return uow.pickup.close(PickupPointId(line.subject or 0), group=group, now=uow.now)


def _reopen_point(uow: Uow, _user: UserId, group: GroupId, line: AuditLine) -> bool:
    return uow.pickup.reopen(PickupPointId(line.subject or 0), group=group)
