"""What a leader has to do now, and what the day has brought: one look over everything that waits."""

from dataclasses import dataclass
from datetime import time

from features.app.uow import Uow
from features.collection.model import Progress
from features.groupbuy.model import Deal, DealState
from features.members.model import Group, Member
from features.settlement.model import Takings
from features.staff.model import Act, Choice, NotAllowed
from features.staff.service import Staff
from kernel import business_day
from kernel.ids import GroupId, UserId
from kernel.money import Fen

_MOST = 5  # deals of one kind, and pasted lists, that are named
_MOST_CASES = 20  # cases that are counted
_COMING = (DealState.FORMED, DealState.PURCHASING)
_THERE = (DealState.ARRIVED, DealState.PICKING)
_MIDNIGHT = time()


@dataclass(frozen=True, slots=True)
class Today:
    """What waits for a group's leader, most urgent first, and what came in since local midnight."""

    reader: Member
    group: Group
    cases: int  # complaints that wait for a person, no more than 20 counted
    claims: int  # payments said to be made
    lists: tuple[int, ...]  # numbers of pasted lists that wait
    refunds: int  # that are to be paid out
    coming: tuple[Deal, ...]  # whose goods are under way
    uncollected: tuple[tuple[Deal, Progress], ...]  # with homes that have not collected
    unpaid: int  # fixed orders
    selling: tuple[Deal, ...]
    takings: Takings
    balance: Fen  # of the reader's commission

    @property
    def is_idle(self) -> bool:
        """Whether nothing waits."""
        waits = self.cases, self.claims, self.lists, self.refunds, self.coming, self.uncollected, self.unpaid
        return not any(waits)


@dataclass(frozen=True, slots=True)
class Duties:
    """What leaders look at first."""

    staff: Staff

    def today(self, uow: Uow, *, user: UserId, group: GroupId | None) -> Today | Choice:
        """Return what waits in a group. Raises NotAllowed or ListAsked."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.MONEY)
        if isinstance(standing, Choice):
            return standing
        own, reader = standing.group, uow.members.get(standing.member)
        if reader is None:
            raise NotAllowed
        claims, unpaid, refunds = uow.receivables.counts(own.id)
        there = uow.deals.of_group(own.id, states=_THERE, limit=_MOST)
        progress = tuple((deal, uow.collection.progress(deal.id)) for deal in there)
        selling = uow.deals.of_group(own.id, states=(DealState.OPEN,), limit=_MOST)
        since = min((each.opened_at or uow.now for each in selling), default=uow.now)
        midnight = business_day.instant(business_day.local_date(uow.now, own.zone), _MIDNIGHT, own.zone)
        return Today(
            reader=reader,
            group=own,
            cases=len(uow.cases.queue([own.id], limit=_MOST_CASES)),
            claims=claims,
            lists=uow.pasted_lists.waiting(own.id, since=since, limit=_MOST) if selling else (),
            refunds=refunds,
            coming=uow.deals.of_group(own.id, states=_COMING, limit=_MOST),
            uncollected=tuple((deal, each) for deal, each in progress if each.waiting),
            unpaid=unpaid,
            selling=selling,
            takings=uow.settlement.takings(own.id, leader=reader.id, since=midnight),
            balance=uow.settlement.balance(reader.id, own.id),
        )
