"""The rules of growth and points as they hold at an instant: a change is told 7 days ahead (domain.md §4).

The configuration says what the rules shall be; which of its versions holds since when is kept. A start with
other rules makes a new version, and until its day the one before goes on.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from features.growth.policy import GrowthPolicy
from features.growth.ports import Uow
from features.growth.versions import RuleChange, RuleNews, RuleVersion
from kernel import business_day

NOTICE_DAYS = 7  # whole days between the day on which a change is told and the day on which it holds
_MORNING = 1  # day on which the last groups are told, where it was night
# These change at once.
_NO_PROMISE = frozenset({"first_notice_days", "last_notice_days", "notice_at", "history_rows"})


@dataclass(slots=True)
class Rulebook:
    """Rules by the instant they hold from. Until versions are published, what is configured holds."""

    configured: GrowthPolicy
    _policies: Sequence[tuple[datetime, GrowthPolicy]] = field(default=())

    def at(self, now: datetime) -> GrowthPolicy:
        """Return the rules that hold at `now`."""
        held = [policy for since, policy in self._policies if since <= now]
        return held[-1] if held else self.configured

    def coming(self, now: datetime) -> tuple[datetime, tuple[RuleChange, ...]] | None:
        """Return what changes after `now` and when, or None."""
        later = [(since, policy) for since, policy in self._policies if since > now]
        if not later:
            return None
        since, policy = later[0]
        return since, changes(promised(self.at(now)), promised(policy))

    def publish(self, uow: Uow, *, zone: ZoneInfo) -> RuleNews | None:
        """Keep the configured rules; return what members have to be told, if anything.

        The first version holds at once. A later one holds from the start of the local day in `zone` that
        leaves seven whole days even where a group is told the morning after; it takes the place of one
        that did not hold yet. Rules that are again as they hold now withdraw that one.
        """
        wanted, versions = promised(self.configured), uow.rules.versions()
        told = None
        if not versions:
            uow.rules.add(RuleVersion(uow.now, wanted), now=uow.now)
        elif _full(versions[-1].rules, wanted) != wanted:
            uow.rules.withdraw(after=uow.now)
            told = self._change(uow, _full(_held(versions, uow.now).rules, wanted), wanted, zone)
        self._policies = tuple(
            (version.since, _policy(self.configured, _full(version.rules, wanted)))
            for version in uow.rules.versions()
        )
        return told

    @staticmethod
    def _change(uow: Uow, held: Mapping[str, int], wanted: Mapping[str, int], zone: ZoneInfo) -> RuleNews:
        if held == wanted:
            uow.journal.note("growth.rules_withdrawn")
            return RuleNews(None, ())
        day = business_day.days_later(business_day.local_date(uow.now, zone), _MORNING + NOTICE_DAYS + 1)
        since = business_day.instant(day, time.min, zone)
        uow.rules.add(RuleVersion(since, wanted), now=uow.now)
        news = RuleNews(since, changes(held, wanted))
        uow.journal.note("growth.rules_changed", changed=len(news.changes))
        return news


def promised(policy: GrowthPolicy) -> dict[str, int]:
    """Return the rules that members rely on, by their names in the configuration."""
    return {name: value for name, value in asdict(policy).items() if name not in _NO_PROMISE}


def changes(before: Mapping[str, int], after: Mapping[str, int]) -> tuple[RuleChange, ...]:
    """Return what differs, in the order of the configuration."""
    return tuple(
        RuleChange(name, before[name], value) for name, value in after.items() if before[name] != value
    )


def _policy(configured: GrowthPolicy, rules: Mapping[str, Any]) -> GrowthPolicy:
    return replace(configured, **rules)


def _held(versions: Sequence[RuleVersion], now: datetime) -> RuleVersion:
    """Return the version that holds at `now`; the first where the clock was turned back behind it."""
    return next((version for version in reversed(versions) if version.since <= now), versions[0])


def _full(rules: Mapping[str, int], wanted: Mapping[str, int]) -> dict[str, int]:
    """Return kept rules by today's names: a new one is as configured, one that is gone is left out."""
    return {name: rules.get(name, value) for name, value in wanted.items()}
