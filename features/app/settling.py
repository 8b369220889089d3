"""Settlement for staff: drawn up by itself, looked at, and the leader's commission paid."""

from dataclasses import dataclass, replace
from datetime import timedelta

from features.app.till import readers
from features.app.uow import Uow
from features.groupbuy.model import Deal
from features.members.model import Group, Member
from features.settlement import rules
from features.settlement.model import DealSheet, Run, Statement
from features.settlement.service import Settlement
from features.settlement.wording import run_text
from features.staff.model import Act, Choice, Deed, NotAllowed, Role
from features.staff.service import Staff
from features.staff.wording import staff_notice
from kernel.ids import DealId, GroupId, MemberId, UserId
from kernel.message import Keyboard, Outgoing, Tap, Text
from kernel.money import Fen

DESK = "settle.desk"  # the act that opens the page
_PAYS = frozenset({Role.OWNER, Role.MANAGER})
_DIGEST_LASTS = timedelta(hours=12)


@dataclass(frozen=True, slots=True)
class SettleDesk:
    """The money of a group at a glance."""

    group: Group
    sheets: tuple[DealSheet, ...]
    claims: int
    unpaid: int
    refunds: int
    leader: MemberId
    commission: Fen


@dataclass(frozen=True, slots=True)
class Settling:
    """Settlements and who reads them."""

    staff: Staff
    settlement: Settlement

    def plan(self, uow: Uow, *, deal: Deal) -> None:
        """Let a deal that came together be summed up."""
        if group := uow.groups.get(deal.group):
            self.settlement.plan(uow, deal=deal, zone=group.zone)

    def draw_up(self, uow: Uow, *, due: int) -> None:
        """Draw up a settlement that is due. A timed job asks."""
        found = uow.settlement.take(due, now=uow.now)
        if found is None:
            return
        if found.deal is not None:
            self._cutoff(uow, found.deal)
        else:
            self._daily(uow, found.group)

    def _cutoff(self, uow: Uow, deal: DealId) -> None:
        if run := self.settlement.cutoff(uow, deal=deal):
            for reader in readers(uow, run.group):
                uow.outbox.put(self._message(reader, run, key=f"{run.kind}:{deal}"))

    def _daily(self, uow: Uow, group: GroupId) -> None:
        """Draw up a group's day; its leaders read it next morning, where anything is new."""
        run = self.settlement.daily(uow, group=group)
        if run is None or not run.sheets or not run.is_news:
            return
        at = rules.digest_at(uow.now, run.group.zone, self.settlement.policy)
        for reader in readers(uow, run.group):
            own = replace(run, commission=uow.settlement.balance(reader.id, group))
            message = self._message(reader, own, key=f"{run.kind}:{group}:{uow.now.isoformat()}")
            uow.outbox.put(replace(message, not_before=at, expires_at=at + _DIGEST_LASTS))

    @staticmethod
    def _message(reader: Member, run: Run, *, key: str) -> Outgoing:
        see: Keyboard = ((Tap(Text("settlement.to_desk"), DESK, (run.group.id,)),),)
        return staff_notice(
            reader, run_text(run), about=reader.id, once=f"settlement:{key}:{reader.id}", keyboard=see
        )

    def desk(self, uow: Uow, *, user: UserId, group: GroupId | None) -> SettleDesk | Choice:
        """Return the money of a group at a glance. Raises NotAllowed."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.MONEY)
        if isinstance(standing, Choice):
            return standing
        own = standing.group
        claims, unpaid, refunds = uow.receivables.counts(own.id)
        balance = uow.settlement.balance(standing.member, own.id)
        sheets = self.settlement.active(uow, group=own.id)
        return SettleDesk(own, sheets, claims, unpaid, refunds, standing.member, balance)

    def buying(self, uow: Uow, *, user: UserId, deal: DealId) -> tuple[Group, DealSheet]:
        """Return what is to be bought for a deal. Raises NotAllowed."""
        found = uow.deals.get(deal)
        if found is None:
            raise NotAllowed
        standing = self.staff.standing(uow, user=user, group=found.group, act=Act.MONEY)
        return standing.group, self.settlement.sheet(uow, deal=found)

    def statement(self, uow: Uow, *, user: UserId, group: GroupId, leader: MemberId, page: int) -> Statement:
        """Return a leader's statement: one's own, or anybody's for who pays. Raises NotAllowed."""
        standing = self.staff.standing(uow, user=user, group=group, act=Act.MONEY)
        pays = bool(standing.roles & _PAYS)
        if leader != standing.member and not pays:
            raise NotAllowed
        return self.settlement.statement(uow, group=standing.group, leader=leader, page=page, may_pay=pays)

    def pay_out(self, uow: Uow, *, user: UserId, group: GroupId, leader: MemberId, amount: Fen) -> Statement:
        """Record that a leader was paid. Raises NotAllowed or OldStatement."""
        standing = self.staff.standing(uow, user=user, group=group, act=Act.MONEY)
        if not standing.roles & _PAYS:
            raise NotAllowed
        self.settlement.pay_out(uow, group=group, leader=leader, amount=amount)
        self.staff.note(
            uow,
            group=group,
            actor=standing.member,
            act=Deed.COMMISSION_PAID,
            subject=leader,
            after={"fen": amount},
        )
        return self.settlement.statement(uow, group=standing.group, leader=leader, page=0, may_pay=True)
