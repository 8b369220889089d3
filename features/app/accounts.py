"""A member's account: what it shows, what it earns, and what falls due for it."""

from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from features.app.model import Adjustment, Home
from features.app.notices import News, Notices, named, notice
from features.app.uow import Uow
from features.growth.boards import Boards
from features.growth.model import (
    Board,
    Due,
    DueKind,
    Earned,
    Earning,
    Event,
    Expiry,
    History,
    Level,
    NotEarned,
    Period,
    Review,
    Turn,
)
from features.growth.service import Growth
from features.growth.wording import gives, level_name
from features.members.model import Group, Member, Person, Started
from features.members.service import Members
from features.outreach.model import Slot, Topic
from kernel import business_day
from kernel.ids import GroupId, MemberId
from kernel.message import Outgoing, Param, Text

_SKIPPED = "growth.notice_skipped"


@dataclass(frozen=True, slots=True)
class Accounts:
    """Growth accounts of members."""

    members: Members
    growth: Growth
    boards: Boards
    notices: Notices

    def card(self, uow: Uow, *, person: Person) -> Home:
        """Return a member's account. Raises NotMember, Away or ConsentNeeded."""
        known = self.members.consented(uow, person=person)
        card = self.growth.card(uow, member=known.member.id, zone=known.group.zone)
        # Who was erased had the gift all the same.
        returning = not card.is_registered and self.members.is_returning(uow, user=known.member.user)
        return Home(known, card, returning=returning)

    def history(self, uow: Uow, *, person: Person, page: int) -> tuple[Started, History]:
        """Return a page of a member's history. Raises NotMember, Away or ConsentNeeded."""
        known = self.members.consented(uow, person=person)
        return known, self.growth.history(uow, member=known.member.id, page=page)

    def board(self, uow: Uow, *, person: Person, period: Period) -> tuple[Started, Board]:
        """Return the board of a member's group. Raises NotMember, Away or ConsentNeeded."""
        known = self.members.consented(uow, person=person)
        return known, self._board(uow, known, period)

    def show_on_board(
        self, uow: Uow, *, person: Person, shown: bool, period: Period
    ) -> tuple[Started, Board]:
        """Put a member on boards or take them off. Raises NotMember, Away or ConsentNeeded."""
        known = self.members.consented(uow, person=person)
        self.boards.show(uow, member=known.member.id, shown=shown)
        return known, self._board(uow, known, period)

    def earn(
        self, uow: Uow, *, member: MemberId, group: GroupId, event: Event, key: str, on: date | None = None
    ) -> Earned | NotEarned:
        """Credit what an event earns and tell a level that comes with it; `on`: else today, in the zone."""
        home = named(uow.members.groups_of(member), group)
        zone = home.zone if home else self.members.policy.zone
        counted_on = on or business_day.local_date(uow.now, zone)
        earning = Earning(member, group, zone, event, key, counted_on)
        earned = self.growth.earn(uow, earning=earning)
        if isinstance(earned, Earned) and earned.gained is not None:
            news = News(
                Text("growth.gained", self._of_level(earned.gained, uow.now)),
                Text("growth.why_gained"),
                f"level:{earning.event_key}",
            )
            self.notices.tell(uow, member, home, Topic.LEVEL, news, skipped=_SKIPPED)
        return earned

    def adjust(
        self,
        uow: Uow,
        *,
        member: MemberId,
        group: Group,
        points: int,
        key: str,
        reason: str,
        undoes: str = "",
    ) -> Adjustment:
        """Add or take points for staff, once per key, and tell their owner; `reason` is in the key too."""
        balance = self.growth.adjust(
            uow, member=member, group=group.id, zone=group.zone, points=points, key=key, undoes=undoes
        ).balance
        words: dict[str, Param] = {
            "group": group.title,
            "points": abs(points),
            "balance": balance,
            "reason": Text(f"staff.reason_{reason}"),
        }
        text = Text("growth.points_given" if points > 0 else "growth.points_taken", words)
        news = News(text, Text("growth.why_adjusted"), f"points-adjusted:{key}")
        told = self.notices.tell(uow, member, group, Topic.POINTS, news, skipped=_SKIPPED)
        return Adjustment(balance, told)

    def level_due(self, uow: Uow, *, member: MemberId) -> None:
        """Look at a level that may no longer be carried, and tell its owner what comes of it."""
        groups = uow.members.groups_of(member)
        zone = groups[0].zone if groups else self.members.policy.zone
        found = self.growth.review(uow, member=member, zone=zone)
        if found is None or found.turn not in (Turn.GRACE, Turn.FELL):
            return
        once = f"level:{member}:{uow.now.isoformat()}"
        news = News(self._level_news(found, zone, uow.now), Text("growth.why_level"), once)
        home = groups[0] if groups else None
        self.notices.tell(uow, member, home, Topic.LEVEL, news, skipped=_SKIPPED)

    def points_due(self, uow: Uow, *, due: int) -> None:
        """Do one piece of timed work on expiring points: tell their owner in time, or take them back."""
        item = uow.growth.take(due, now=uow.now)
        if item is None:
            return
        if item.kind is DueKind.LAPSE:
            self._lapse(uow, item)
        else:
            self._give_notice(uow, item, uow.members.get(item.member))

    def _lapse(self, uow: Uow, due: Due) -> None:
        """Take points back once their last day is over where the member is: a zone may have changed since."""
        groups = uow.members.groups_of(due.member)
        if groups and uow.now < (over_at := _over_at(due.expires_on, groups[0])):
            uow.growth.postpone(due.id, until=over_at)
            return
        self.growth.lapse(uow, due=due)
        uow.growth.finish(due.id, outcome="done")

    def _give_notice(self, uow: Uow, due: Due, member: Member) -> None:
        groups = uow.members.groups_of(member.id)
        group = groups[0] if groups else None
        expiry = self.growth.expiring(uow, due=due)
        silent = group is not None and group.silent_since is not None
        slot = self.notices.slot(uow, member, group, Topic.POINTS, silent=silent)
        if group is None or isinstance(slot, str):
            self._skip_notice(uow, due, "spent" if expiry.points <= 0 else str(slot))
        elif expiry.points <= 0:
            self._skip_notice(uow, due, "spent")
        elif self.growth.is_late(due, today=business_day.local_date(uow.now, group.zone)):
            self._skip_notice(uow, due, "late")
        elif slot.opens > uow.now:
            uow.growth.postpone(due.id, until=slot.opens)
        else:
            uow.outbox.put(_expiry_notice(due, expiry, member, group, slot))
            uow.growth.finish(due.id, outcome="done")
            uow.journal.note("growth.notified", member=member.id, group=group.id, points=expiry.points)

    @staticmethod
    def _skip_notice(uow: Uow, due: Due, reason: str) -> None:
        uow.growth.finish(due.id, outcome=reason)
        uow.journal.note(_SKIPPED, member=due.member, reason=reason)

    def _board(self, uow: Uow, known: Started, period: Period) -> Board:
        group = known.group
        return self.boards.board(uow, member=known.member.id, group=group.id, zone=group.zone, period=period)

    def _of_level(self, level: Level, now: datetime) -> dict[str, Param]:
        return {"level": level_name(level), "gives": gives(self.growth.privileges(level, now=now))}

    def _level_news(self, found: Review, zone: ZoneInfo, now: datetime) -> Text:
        """Word that a level may fall, or has."""
        staying: dict[str, Param] = {"level": level_name(found.level)}
        if found.falls_at is not None:
            staying |= {"on": business_day.local_date(found.falls_at, zone), "missing": found.missing}
        if found.turn is Turn.GRACE:
            return Text("growth.grace", staying)
        fallen = self._of_level(found.level, now)
        if found.falls_at is None:
            return Text("growth.fell", fallen | {"next": Text("growth.fell_stays")})
        return Text("growth.fell", fallen | {"next": Text("growth.fell_further", staying)})


def _over_at(last_day: date, group: Group) -> datetime:
    """Return the UTC instant at which a local date is over in a group's zone."""
    return business_day.instant(business_day.days_later(last_day, 1), time.min, group.zone)


def _expiry_notice(due: Due, expiry: Expiry, member: Member, group: Group, slot: Slot) -> Outgoing:
    gone_at = _over_at(expiry.on, group)
    text = Text("growth.expiring", {"points": expiry.points, "on": expiry.on})
    return notice(
        member, group, slot, News(text, Text("growth.why_expiring"), f"points-due:{due.id}"), gone_at
    )
