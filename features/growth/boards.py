"""Use cases of the boards: who earned how much growth this week or month, in one group."""

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from features.growth import rules
from features.growth.model import Board, Period
from features.growth.ports import Uow
from kernel import business_day
from kernel.ids import GroupId, MemberId


@dataclass(frozen=True, slots=True)
class Boards:
    """The boards of a group, names masked, for who wants to be seen."""

    def board(self, uow: Uow, *, member: MemberId, group: GroupId, zone: ZoneInfo, period: Period) -> Board:
        """Return the group's board of the week or month of today, and how `member` stands to it."""
        starts_on = rules.starts_on(period, business_day.local_date(uow.now, zone))
        places = uow.boards.top(group, period=period, starts_on=starts_on, limit=rules.PLACES)
        own, shown = uow.boards.own(member, group, period=period, starts_on=starts_on)
        on_it = any(place.member == member for place in places)
        needed = places[-1].growth + 1 if len(places) == rules.PLACES else 1
        return Board(
            period,
            starts_on,
            tuple(replace(place, name=rules.masked(place.name)) for place in places),
            own,
            missing=0 if on_it or not shown else max(needed - own, 0),
            shown=shown,
        )

    def show(self, uow: Uow, *, member: MemberId, shown: bool) -> None:
        """Put a member on boards or take them off; pressing twice changes nothing."""
        if uow.boards.show(member, shown=shown):
            uow.journal.note("growth.board", member=member, shown=int(shown))
