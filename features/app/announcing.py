"""What every group is told of the rules (domain.md §4: they change with seven days' notice)."""

from dataclasses import dataclass

from features.app.uow import Uow
from features.growth.service import Growth
from features.growth.versions import RuleNews
from features.growth.wording import change_lines
from features.members.model import Group
from features.members.service import Members
from features.outreach.service import Outreach
from kernel import business_day
from kernel.message import Kind, MessageClass, Outgoing, Text


@dataclass(frozen=True, slots=True)
class Announcing:
    """Rules and those who live by them."""

    members: Members
    growth: Growth
    outreach: Outreach

    def publish_rules(self, uow: Uow) -> None:
        """Keep the rules as configured; where they change, tell every group when it is not quiet there."""
        news = self.growth.rulebook.publish(uow, zone=self.members.policy.zone)
        if news is None:
            return
        for group in uow.groups.enabled():
            uow.outbox.put(self._told(uow, group, news))

    def _told(self, uow: Uow, group: Group, news: RuleNews) -> Outgoing:
        slot = self.outreach.slot_in_group(uow, zone=group.zone, quiet=group.quiet)
        return Outgoing(
            Kind.SEND,
            group.chat,
            MessageClass.NOTICE,
            text=_worded(group, news),
            language=group.language,
            not_before=slot.opens,
            expires_at=news.since,  # the card tells it from then on
            dedupe_key=f"rules:{group.id}:{uow.now.isoformat()}",
            reason=Text("growth.why_rules"),
            group=group.id,
        )


def _worded(group: Group, news: RuleNews) -> Text:
    if news.since is None:
        return Text("growth.rules_stay")
    on = business_day.local_date(news.since, group.zone)
    return Text("growth.rules_change", {"on": on, "changes": change_lines(news.changes)})
