"""A member's coupons: what they have and had, what they can get, and what falls due for them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from features.app.arrival import Arrival
from features.app.model import Home, Telling
from features.app.notices import News, Notices, named, notice
from features.app.uow import Uow
from features.coupons import rules
from features.coupons.desk import values_of
from features.coupons.model import (
    CannotGet,
    Coupon,
    HadYours,
    NoneLeft,
    NotOpen,
    Origin,
    State,
    Template,
    TemplateId,
    VoidReason,
    Way,
)
from features.coupons.service import Coupons
from features.coupons.wording import coupon_name, goods
from features.members.model import Checking, Group, Member, Person, Started
from features.members.service import Members
from features.outreach.model import Slot, Topic
from features.staff.model import Act, AuditLine, Deed, NoConsent, NotInGroup, NotYourself
from features.staff.service import Staff
from kernel import business_day
from kernel.ids import CouponId, GroupId, MemberId, UserId
from kernel.message import Text


@dataclass(frozen=True, slots=True)
class Wallet:
    """One page of what a member can use, or of what they can use no more; `page` counts from 0."""

    known: Started
    now: datetime
    coupons: tuple[Coupon, ...]
    page: int
    has_more: bool
    claimable: int = 0  # kinds that they can get now


@dataclass(frozen=True, slots=True)
class Claimable:
    """A kind that members of a group may take, and why this one cannot; None: they can."""

    template: Template
    held: int
    refusal: CannotGet | None


@dataclass(frozen=True, slots=True)
class Claims:
    """What a member can get by a tap."""

    known: Started
    kinds: tuple[Claimable, ...]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A member has a coupon."""

    known: Started
    now: datetime
    coupon: Coupon


@dataclass(frozen=True, slots=True)
class Giving:
    """The kinds that staff of a group may give to a member."""

    group: Group
    subject: Member
    kinds: tuple[Claimable, ...]


@dataclass(frozen=True, slots=True)
class Gift:
    """Staff gave a coupon; `line`: of the audit, 0 where it was given before; `told`: whether they hear."""

    group: Group
    subject: Member
    now: datetime
    coupon: Coupon
    line: int
    told: Telling


@dataclass(frozen=True, slots=True)
class Wallets:
    """Coupons of members. What members ask for may raise NotMember, Away or ConsentNeeded."""

    members: Members
    arrival: Arrival
    coupons: Coupons
    staff: Staff
    notices: Notices

    def page(self, uow: Uow, *, person: Person, page: int) -> Wallet:
        """Return a page of what a member can use, what expires first ahead."""
        known = self.members.consented(uow, person=person)
        found, rows = self.coupons.wallet(uow, member=known.member.id), self.coupons.policy.rows
        kinds = self._claimable(uow, known.member.id, self._kinds(uow, known))
        return Wallet(
            known,
            uow.now,
            found[page * rows : (page + 1) * rows],
            page,
            has_more=len(found) > (page + 1) * rows,
            claimable=sum(each.refusal is None for each in kinds),
        )

    def start(self, uow: Uow, *, person: Person, payload: str) -> Wallet | Home | Checking:
        """Start as usual, and open the wallet of who has agreed to the service."""
        home = self.arrival.start(uow, person=person, payload=payload)
        if isinstance(home, Checking) or not home.known.member.consented:
            return home
        return self.page(uow, person=person, page=0)

    def past(self, uow: Uow, *, person: Person, page: int) -> Wallet:
        """Return a page of what a member can use no more, newest first."""
        known, rows = self.members.consented(uow, person=person), self.coupons.policy.rows
        found = uow.coupons.past(known.member.id, now=uow.now, limit=rows + 1, offset=page * rows)
        return Wallet(known, uow.now, found[:rows], page, has_more=len(found) > rows)

    def claims(self, uow: Uow, *, person: Person) -> Claims:
        """Return what a member can get by a tap, and what not and why."""
        known = self.members.consented(uow, person=person)
        return Claims(known, self._claimable(uow, known.member.id, self._kinds(uow, known)))

    def claim(self, uow: Uow, *, person: Person, template: TemplateId, nth: int) -> Claimed:
        """Give a member the `nth` of theirs of a kind. Raises NotOpen, NoneLeft and HadYours too."""
        known = self.members.consented(uow, person=person)
        piece = self.coupons.claim(uow, member=known.member.id, template=template, nth=nth)
        return Claimed(known, uow.now, piece)

    # -- given by staff

    def givable(self, uow: Uow, *, user: UserId, group: GroupId, member: MemberId) -> Giving:
        """Return what staff may give to a member. Raises NotAllowed, NotYourself, NotInGroup, NoConsent."""
        standing = self.staff.standing(uow, user=user, group=group, act=Act.COUPONS)
        subject = self._subject(uow, standing.member, group, member)
        today = business_day.local_date(uow.now, standing.group.zone)
        kinds = uow.coupon_templates.givable(group, today=today)
        return Giving(standing.group, subject, self._claimable(uow, member, kinds))

    def give(
        self, uow: Uow, *, user: UserId, group: GroupId, member: MemberId, template: TemplateId, nth: int
    ) -> Gift:
        """Give a member the `nth` of theirs of a kind by hand, once, and tell them.

        Raises NotOpen, NoneLeft and HadYours beside what `givable` raises.
        """
        standing = self.staff.standing(uow, user=user, group=group, act=Act.COUPONS)
        subject = self._subject(uow, standing.member, group, member)
        kind = uow.coupon_templates.get(template)
        if kind is None or kind.design.way is Way.SYSTEM or kind.design.group not in (None, group):
            raise NotOpen
        tap = f"staff:{template}:{member}:{nth}"
        known = uow.coupons.by_key(tap)
        piece = self.coupons.give(
            uow, template=template, member=member, group=group, origin=Origin.STAFF, key=tap
        )
        if known is not None:
            return Gift(standing.group, subject, uow.now, piece, 0, Telling.NEVER)
        after = {**values_of(kind), "coupon": piece.id}
        line = self.staff.note(
            uow, group=group, actor=standing.member, act=Deed.COUPON_GIVEN, subject=member, after=after
        )
        return Gift(
            standing.group, subject, uow.now, piece, line, self._tell_gift(uow, standing.group, piece)
        )

    def take_back(self, uow: Uow, *, line: AuditLine) -> bool:
        """Undo what a line of the audit says was given; False where it is reserved, used or over."""
        coupon = CouponId(int((line.after or {})["coupon"] or 0))
        return self.coupons.void(uow, coupon=coupon, reason=VoidReason.UNDONE, only_available=True)

    # -- what falls due

    def due(self, uow: Uow, *, due: int) -> None:
        """Look at a coupon: tell its owner that it ends soon, or end it."""
        piece = uow.coupons.take(CouponId(due), now=uow.now)
        if piece is None:
            return
        if uow.now < piece.expires_at:
            self._give_notice(uow, piece)
        elif uow.coupons.expire(piece.id, now=uow.now):
            uow.journal.note("coupon.expired", member=piece.owner, coupon=piece.id)

    def _give_notice(self, uow: Uow, piece: Coupon) -> None:
        """Tell once of everything that ends at the same instant."""
        member, groups = uow.members.find(piece.owner), uow.members.groups_of(piece.owner)
        group = named(groups, piece.group)
        silent = group is not None and group.silent_since is not None
        slot = self.notices.slot(uow, member, group, Topic.COUPONS, silent=silent)
        if member is None or group is None or isinstance(slot, str):
            self._skip_notice(uow, piece, str(slot))
        elif slot.opens >= piece.expires_at:
            self._skip_notice(uow, piece, "late")
        elif slot.opens > uow.now:
            uow.coupons.postpone(piece.id, until=slot.opens)
        else:
            self._put_notice(uow, piece, member, group, slot)

    def _put_notice(self, uow: Uow, piece: Coupon, member: Member, group: Group, slot: Slot) -> None:
        alike = tuple(
            _line(each)
            for each in self.coupons.wallet(uow, member=member.id)
            if each.expires_at == piece.expires_at and each.state is State.AVAILABLE
        )
        on = rules.last_day(piece.expires_at, group.zone)
        once = f"coupon-due:{member.id}:{piece.expires_at.isoformat()}"
        news = News(Text("coupons.expiring", {"lines": alike, "on": on}), Text("coupons.why_expiring"), once)
        uow.coupons.told(piece.id)
        if uow.outbox.put(notice(member, group, slot, news, piece.expires_at)):
            uow.journal.note("coupon.notified", member=member.id, group=group.id, count=len(alike))

    @staticmethod
    def _skip_notice(uow: Uow, piece: Coupon, reason: str) -> None:
        uow.coupons.told(piece.id)
        uow.journal.note("coupon.notice_skipped", member=piece.owner, reason=reason)

    # -- inside

    def _tell_gift(self, uow: Uow, group: Group, piece: Coupon) -> Telling:
        on = rules.last_day(piece.expires_at, group.zone)
        text = Text("coupons.given_you", {"group": group.title, "line": _line(piece), "on": on})
        news = News(text, Text("coupons.why_given"), f"coupon-given:{piece.id}")
        return self.notices.tell(
            uow, piece.owner, group, Topic.COUPONS, news, skipped="coupon.notice_skipped"
        )

    @staticmethod
    def _kinds(uow: Uow, known: Started) -> tuple[Template, ...]:
        groups = [each.id for each in uow.members.groups_of(known.member.id)]
        today = business_day.local_date(uow.now, known.group.zone)
        return uow.coupon_templates.claimable(groups, today=today)

    @staticmethod
    def _claimable(uow: Uow, member: MemberId, kinds: tuple[Template, ...]) -> tuple[Claimable, ...]:
        held = uow.coupons.counts(member) if kinds else {}
        return tuple(Claimable(each, held.get(each.id, 0), _why_not(each, held)) for each in kinds)

    @staticmethod
    def _subject(uow: Uow, actor: MemberId, group: GroupId, member: MemberId) -> Member:
        if member == actor:
            raise NotYourself
        subject = uow.members.find(member)
        if subject is None or not uow.members.is_in(member, group):
            raise NotInGroup
        if not subject.consented:
            raise NoConsent
        return subject


def _why_not(kind: Template, held: Mapping[TemplateId, int]) -> CannotGet | None:
    if held.get(kind.id, 0) >= kind.design.limits.per_member:
        return HadYours()
    return NoneLeft() if kind.left == 0 else None


def _line(piece: Coupon) -> Text:
    return Text("coupons.brief", {"name": coupon_name(piece.terms, piece.title), "goods": goods(piece.terms)})
