"""Use cases of outreach."""

from dataclasses import dataclass
from datetime import timedelta
from zoneinfo import ZoneInfo

from features.outreach import rules
from features.outreach.model import (
    MarketingOff,
    Never,
    NoSuchHours,
    OutreachPolicy,
    Preference,
    QuietHours,
    Slot,
    Topic,
)
from features.outreach.ports import Uow
from kernel.ids import MemberId


@dataclass(frozen=True, slots=True)
class Outreach:
    """When and about what somebody may be written to."""

    policy: OutreachPolicy

    def slot(
        self,
        uow: Uow,
        *,
        member: MemberId,
        topic: Topic,
        zone: ZoneInfo,
        quiet: QuietHours,
        silent: bool,
        marketing_consent: bool,
    ) -> Slot | Never:
        """Return when a member may be written to about `topic`, or why never.

        `quiet` are the group's hours, `silent` says whether its staff stopped all automatic sending.
        """
        preference = uow.preferences.get(member)
        never = rules.never(topic, preference, marketing_consent=marketing_consent)
        return never or rules.slot(uow.now, preference, zone=zone, quiet=quiet, silent=silent)

    def slot_in_group(self, uow: Uow, *, zone: ZoneInfo, quiet: QuietHours) -> Slot:
        """Return when a whole group may be written to. What it silenced is held where messages wait."""
        return rules.slot(uow.now, Preference(), zone=zone, quiet=quiet, silent=False)

    def preference(self, uow: Uow, *, member: MemberId) -> Preference:
        """Return when and about what a member wants to be written to."""
        return uow.preferences.get(member)

    def switch_topic(
        self, uow: Uow, *, member: MemberId, topic: Topic, wanted: bool, marketing_consent: bool
    ) -> bool:
        """Switch a topic on or off; False when it was so already.

        Raises MarketingOff for a marketing topic without the consent that all of them need.
        """
        if topic.is_marketing and not marketing_consent:
            raise MarketingOff
        changed = uow.preferences.set_topic(member, topic, wanted=wanted, now=uow.now)
        if changed:
            uow.journal.note("outreach.topic", member=member, topic=topic, wanted=int(wanted))
        return changed

    def set_quiet(self, uow: Uow, *, member: MemberId, quiet: QuietHours | None) -> bool:
        """Keep quiet hours of one's own, or the group's for None; False when they were so already.

        Raises NoSuchHours for others than those offered.
        """
        if quiet is not None and quiet not in self.policy.quiet_choices:
            raise NoSuchHours
        changed = uow.preferences.set_quiet(member, quiet)
        if changed:
            uow.journal.note("outreach.quiet", member=member, own=int(quiet is not None))
        return changed

    def mute(self, uow: Uow, *, member: MemberId, wanted: bool) -> bool:
        """Leave a member alone for some days, or end that; False when nothing changed.

        Asked again while it lasts, it keeps its end: a second tap mutes for no longer.
        """
        days = self.policy.mute_days if wanted else 0
        if wanted and rules.is_muted(uow.preferences.get(member), uow.now):
            return False
        until = uow.now + timedelta(days=days) if days else None
        changed = uow.preferences.mute(member, until=until)
        if changed:
            uow.journal.note("outreach.muted", member=member, days=days)
        return changed
