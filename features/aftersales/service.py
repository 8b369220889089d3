"""Use cases of cases: told by members, decided by staff. What is given back is the caller's."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.aftersales import rules
from features.aftersales.model import (
    AftersalesPolicy,
    AllBack,
    Batch,
    Case,
    CaseGone,
    Facts,
    InHand,
    Kind,
    NothingBought,
    Owned,
    Read,
    Remedy,
    Rule,
    Shown,
    State,
    Told,
    TooMuch,
    Verdict,
    Why,
)
from features.aftersales.ports import Uow
from features.aftersales.reading import Reader
from features.groupbuy.model import CannotMove
from features.groupbuy.service import Groupbuy
from features.members.model import Group, Member
from features.staff.model import Act, Deed
from features.staff.service import Staff
from kernel.ids import GroupId, ItemId, MemberId, UserId
from kernel.money import Fen, Milli

_LOOKED_BACK = timedelta(days=30)  # older goods are a person's to look for
_LISTED = 12
_DRAFT_LASTS = timedelta(hours=2)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Aftersales:
    """Cases."""

    policy: AftersalesPolicy
    staff: Staff
    groupbuy: Groupbuy
    reader: Reader

    # -- told by members

    def owned(self, uow: Uow, *, user: UserId) -> tuple[Owned, ...]:
        """Return what somebody collected lately."""
        member = uow.members.by_user(user)
        if member is None:
            return ()
        return uow.cases.owned(member.id, since=uow.now - _LOOKED_BACK, limit=_LISTED)

    def begin(self, uow: Uow, *, user: UserId, line: int) -> Told:
        """Begin a case about one of somebody's own goods. Raises NothingBought, InHand or AllBack."""
        member, owned = uow.members.by_user(user), uow.cases.line(line)
        if member is None or owned is None or not self._is_theirs(uow, member, owned):
            raise NothingBought
        if uow.cases.is_open(line):
            raise InHand
        if uow.cases.given_back(line) >= owned.amount:
            raise AllBack
        return self._told(uow, uow.cases.begin(member.id, owned, now=uow.now), owned, member)

    @staticmethod
    def _is_theirs(uow: Uow, member: Member, owned: Owned) -> bool:
        order = uow.orders.hold(owned.order)
        return order is not None and order.member == member.id and not order.by_staff

    def read(self, uow: Uow, *, user: UserId, typed: str) -> tuple[Told | None, Read | None]:
        """Begin a case as somebody's words say it; None, and what was read, where they do not say enough."""
        owned = self.owned(uow, user=user)
        read = self.reader.read(typed, owned)
        if read is None or read.owned is None or read.kind is None or read.is_ill:
            return None, read
        told = self.begin(uow, user=user, line=read.owned.line)
        case = replace(told.case, kind=read.kind, quantity=read.quantity or read.owned.there)
        uow.cases.keep(case, before=State.DRAFT)
        return replace(told, case=case), read

    def describe(
        self, uow: Uow, *, user: UserId, case: int, kind: Kind | None = None, percent: int | None = None
    ) -> Told:
        """Keep what was not right, or how much of it. Raises CaseGone."""
        told = self._own(uow, user, case, State.DRAFT)
        now = told.case
        if kind is not None:
            now = replace(now, kind=kind, quantity=told.owned.there)
        if percent is not None:
            now = replace(now, quantity=rules.part_of(told.owned.there, percent))
        uow.cases.keep(now, before=State.DRAFT)
        return replace(told, case=now)

    def photo(self, uow: Uow, *, user: UserId, photo: str, unique: str) -> Told | None:
        """Keep a photo with the draft somebody began lately; None where there is none."""
        member = uow.members.by_user(user)
        draft = uow.cases.draft(member.id, since=uow.now - _DRAFT_LASTS) if member else None
        if draft is None or member is None:
            return None
        told = self._own(uow, user, draft.id, State.DRAFT)
        now = replace(draft, photo=photo, photo_unique=unique)
        uow.cases.keep(now, before=State.DRAFT)
        return replace(told, case=now)

    def judged(self, uow: Uow, *, user: UserId, case: int) -> Told:
        """Return a draft with what the rule says of it. Raises CaseGone or AllBack."""
        told = self._own(uow, user, case, State.DRAFT)
        return replace(told, verdict=self._verdict(uow, told.case, told.owned))

    def submit(self, uow: Uow, *, user: UserId, case: int, remedy: Remedy) -> Told:
        """Open a case: done at once where the rule says so, else with a person by a given time.

        Raises CaseGone, AllBack, or InHand where another is open for the same goods.
        """
        told = self.judged(uow, user=user, case=case)
        verdict = told.verdict
        if verdict is None:
            raise CaseGone
        if remedy is Remedy.RESEND and not verdict.may_choose:
            raise CaseGone
        automatic = verdict.is_automatic and remedy is Remedy.REFUND
        rule = verdict.rule if automatic or not verdict.is_automatic else Rule.CHOICE
        opened = replace(
            told.case,
            state=State.ACCEPTED if automatic else State.OPEN,
            remedy=remedy,
            amount=verdict.amount,
            rule=rule,
            opened_at=uow.now,
        )
        opened = opened if automatic else self._clocked(opened, told.group, uow.now)
        if not uow.cases.keep(opened, before=State.DRAFT):
            raise InHand
        uow.journal.note("case.opened", member=told.member.id, group=told.group.id, case=case, rule=rule)
        return replace(told, case=opened)

    def open_ill(self, uow: Uow, *, user: UserId, line: int) -> Told:
        """Open a case of somebody who feels ill, for a person at once. Raises what `begin` raises."""
        told = self.begin(uow, user=user, line=line)
        opened = replace(told.case, state=State.OPEN, rule=Rule.ILL, kind=Kind.OTHER)
        opened = self._clocked(opened, told.group, uow.now)
        uow.cases.keep(opened, before=State.DRAFT)
        uow.journal.note("case.ill", member=told.member.id, group=told.group.id, case=opened.id)
        return replace(told, case=opened)

    def _clocked(self, case: Case, group: Group, now: datetime) -> Case:
        due_at = rules.answer_by(now, self.policy.answer_minutes, group.zone, group.quiet)
        return replace(case, due_at=due_at, look_at=rules.reminder_at(now, due_at, 0), stage=0)

    def withdraw(self, uow: Uow, *, user: UserId, case: int) -> Told:
        """Give a case up that nobody has decided. Raises CaseGone."""
        told = self._own(uow, user, case, None)
        if told.case.state not in (State.DRAFT, State.OPEN):
            raise CaseGone
        gone = replace(told.case, state=State.WITHDRAWN, look_at=None, photo="", photo_unique="")
        uow.cases.keep(gone, before=told.case.state)
        return replace(told, case=gone)

    def _verdict(self, uow: Uow, case: Case, owned: Owned) -> Verdict:
        left = Fen(owned.amount - uow.cases.given_back(owned.line))
        if left <= 0:
            raise AllBack
        facts = Facts(
            kind=case.kind,
            quantity=case.quantity,
            there=owned.there,
            amount=owned.amount,
            has_photo=bool(case.photo),
            is_photo_used=uow.cases.is_used(case.photo_unique, but=case.id),
            claims=uow.cases.claims(case.member, but=case.id, orders=self.policy.often_orders),
            is_in_window=rules.is_in_window(
                owned.collected_at, uow.now, is_fresh=owned.is_fresh, policy=self.policy
            ),
        )
        verdict = rules.judge(facts, self.policy)
        return replace(verdict, amount=min(verdict.amount, left))

    # -- decided by staff

    def queue(self, uow: Uow, *, user: UserId) -> tuple[Shown, ...] | None:
        """Return the cases that wait for a person, soonest due first; None for who is no such staff."""
        groups = self.staff.groups_for(uow, user=user, act=Act.AFTERSALES)
        if not groups:
            return None
        cases = uow.cases.queue([group.id for group in groups], limit=_LISTED)
        return tuple(self._shown(uow, case) for case in cases)

    def look(self, uow: Uow, *, user: UserId, case: int) -> Shown:
        """Return a case as staff see it. Raises CaseGone or NotAllowed."""
        return self._staffs(uow, user, case)[0]

    def accept(self, uow: Uow, *, user: UserId, case: int, remedy: Remedy, amount: Fen) -> Shown:
        """Agree to a case; it is done a little later, so that a slip can be taken back.

        Raises CaseGone, NotAllowed, or TooMuch for more than the goods cost.
        """
        shown, by = self._staffs(uow, user, case)
        if shown.case.state is not State.OPEN:
            raise CaseGone
        if not 0 <= amount <= shown.full:
            raise TooMuch
        accepted = replace(
            shown.case,
            state=State.ACCEPTED,
            remedy=remedy,
            amount=amount if remedy is Remedy.REFUND else Fen(0),
            decided_by=by,
            decided_at=uow.now,
            look_at=uow.now + timedelta(minutes=self.policy.hold_minutes),
        )
        return self._decide(uow, shown, accepted, Deed.CASE_ACCEPTED)

    def reject(self, uow: Uow, *, user: UserId, case: int, why: Why) -> Shown:
        """Turn a case down, with a reason. Raises CaseGone or NotAllowed."""
        shown, by = self._staffs(uow, user, case)
        if shown.case.state is not State.OPEN:
            raise CaseGone
        rejected = replace(
            shown.case, state=State.REJECTED, note=why, decided_by=by, decided_at=uow.now, look_at=None
        )
        return self._decide(uow, shown, rejected, Deed.CASE_REJECTED)

    def take_back(self, uow: Uow, *, user: UserId, case: int) -> Shown:
        """Take an answer back before anything was given. Raises CaseGone or NotAllowed."""
        shown, _ = self._staffs(uow, user, case)
        if shown.case.state is not State.ACCEPTED or shown.case.decided_by is None:
            raise CaseGone
        again = replace(shown.case, state=State.OPEN, decided_by=None, decided_at=None)
        again = replace(again, look_at=self._next_look(again, uow.now))
        if not uow.cases.keep(again, before=State.ACCEPTED):
            raise CaseGone
        return self._shown(uow, again)

    def _decide(self, uow: Uow, shown: Shown, decided: Case, deed: Deed) -> Shown:
        if not uow.cases.keep(decided, before=State.OPEN):
            raise CaseGone
        after = {"case": decided.id, "fen": decided.amount}
        self.staff.note(
            uow,
            group=shown.group.id,
            actor=decided.decided_by,
            act=deed,
            subject=decided.member,
            after=after,
        )
        return replace(shown, case=decided)

    def _next_look(self, case: Case, now: datetime) -> datetime | None:
        due_at = case.due_at or now
        at = rules.reminder_at(case.opened_at, due_at, case.stage)
        return None if at is None else max(at, now)

    def remind(self, uow: Uow, *, case: Case) -> None:
        """Note that staff were reminded of a case, and when that is due next."""
        later = replace(case, stage=case.stage + 1)
        uow.cases.keep(replace(later, look_at=self._next_look(later, uow.now)), before=State.OPEN)

    def finish(self, uow: Uow, *, case: Case) -> bool:
        """Mark an accepted case as done; False when it is not accepted any more."""
        return uow.cases.keep(replace(case, state=State.DONE, look_at=None), before=State.ACCEPTED)

    # -- batches

    def alarm(self, uow: Uow, *, group: GroupId, item: ItemId) -> Batch | None:
        """Return a batch of which so many cases came within a day that staff are to look, once a day."""
        batch = uow.cases.batch(group, item, since=uow.now - _DAY)
        if batch is None or not rules.is_alarming(batch, self.policy):
            return None
        once = f"batch:{group}:{item}:{uow.now:%Y%m%d}"
        return batch if uow.claims.take(once) else None

    def stop_selling(self, uow: Uow, *, user: UserId, item: ItemId) -> int:
        """Let nothing more of a batch be ordered in a group's open deals; return in how many places.

        Raises CaseGone or NotAllowed.
        """
        found = uow.deals.item(item)
        deal = uow.deals.get(found.deal) if found else None
        if found is None or deal is None:
            raise CaseGone
        by = self.staff.check(uow, user=user, group=deal.group, act=Act.AFTERSALES)
        selling = uow.cases.selling(deal.group, found.goods.batch)
        stopped = [each for each in selling if self._stop(uow, each, by)]
        after = {"item": item, "places": len(stopped)}
        self.staff.note(uow, group=deal.group, actor=by, act=Deed.SALE_STOPPED, after=after)
        return len(stopped)

    def _stop(self, uow: Uow, item: ItemId, by: MemberId) -> bool:
        fresh = uow.deals.item(item)
        if fresh is None:
            return False
        try:
            self.groupbuy.restock(uow, item=item, stock=Milli(fresh.taken), by=by)
        except CannotMove:  # somebody ordered meanwhile, or the deal was closed
            return False
        return True

    # -- shared

    def told(self, uow: Uow, *, case: Case) -> Told:
        """Return a case with its goods and people. Raises CaseGone."""
        owned, member = uow.cases.line(case.line), uow.members.find(case.member)
        if owned is None or member is None:
            raise CaseGone
        return self._told(uow, case, owned, member)

    def _own(self, uow: Uow, user: UserId, case: int, state: State | None) -> Told:
        found, member = uow.cases.get(case), uow.members.by_user(user)
        if found is None or member is None or found.member != member.id:
            raise CaseGone
        owned = uow.cases.line(found.line)
        if owned is None or (state is not None and found.state is not state):
            raise CaseGone
        return self._told(uow, found, owned, member)

    @staticmethod
    def _told(uow: Uow, case: Case, owned: Owned, member: Member) -> Told:
        group = uow.groups.get(owned.group)
        if group is None:
            raise CaseGone
        return Told(case, owned, member, group)

    def _staffs(self, uow: Uow, user: UserId, case: int) -> tuple[Shown, MemberId]:
        found = uow.cases.get(case)
        if found is None or found.state is State.DRAFT:
            raise CaseGone
        shown = self._shown(uow, found)
        return shown, self.staff.check(uow, user=user, group=shown.group.id, act=Act.AFTERSALES)

    def _shown(self, uow: Uow, case: Case) -> Shown:
        owned = uow.cases.line(case.line)
        group = uow.groups.get(owned.group) if owned else None
        if owned is None or group is None:
            raise CaseGone
        full = Fen(owned.amount - uow.cases.given_back(owned.line))
        return Shown(case, owned, group, uow.cases.name_of(case.id), uow.now, full)
