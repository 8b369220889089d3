"""What the bot tells a member by itself about what is theirs, as soon as that may be, or why never."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from features.app.model import Telling
from features.app.uow import Uow
from features.members.model import Group, Member
from features.outreach.model import Never, Slot, Topic
from features.outreach.service import Outreach
from kernel.ids import GroupId, MemberId, private_chat
from kernel.message import Kind, MessageClass, Outgoing, Text

_NEWS_LASTS = timedelta(days=1)  # where no quiet hours end it earlier


@dataclass(frozen=True, slots=True)
class News:
    """What a member is told, why they hear it, and the key under which it is said once."""

    text: Text
    why: Text
    once: str


@dataclass(frozen=True, slots=True)
class Notices:
    """Notices to members about what is theirs; each has a topic that they can switch off."""

    outreach: Outreach

    def tell(
        self, uow: Uow, member: MemberId, group: Group | None, topic: Topic, news: News, *, skipped: str
    ) -> Telling:
        """Tell a member as soon as that may be, or note under `skipped` why nothing is said.

        What a silent group would hear is held where messages wait.
        """
        to = uow.members.get(member) if group else None
        slot = self.slot(uow, to, group, topic, silent=False)
        if to is None or group is None or isinstance(slot, str):
            uow.journal.note(skipped, member=member, reason=str(slot))
            return Telling.NEVER
        told = notice(to, group, slot, news, slot.opens + _NEWS_LASTS)
        uow.outbox.put(replace(told, not_before=slot.opens))
        is_free = slot.opens <= uow.now and group.silent_since is None
        return Telling.NOW if is_free else Telling.LATER

    def slot(
        self, uow: Uow, member: Member | None, group: Group | None, topic: Topic, *, silent: bool
    ) -> Slot | str:
        """Return when a member may be told something about what is theirs, or why never."""
        if member is None or group is None or not member.consented:
            return "not_wanted"
        if not member.reachable:
            return "unreachable"
        found = self.outreach.slot(
            uow,
            member=member.id,
            topic=topic,
            zone=group.zone,
            quiet=group.quiet,
            silent=silent,
            marketing_consent=member.marketing_consent_at is not None,
        )
        return found.reason if isinstance(found, Never) else found


def notice(member: Member, group: Group, slot: Slot, news: News, untrue_at: datetime) -> Outgoing:
    """Return a notice that leaves neither at night nor once it is not true any more."""
    return Outgoing(
        Kind.SEND,
        private_chat(member.user),
        MessageClass.NOTICE,
        text=news.text,
        language=member.language,
        expires_at=min(slot.closes, untrue_at) if slot.closes else untrue_at,
        dedupe_key=news.once,
        large=member.large,
        reason=news.why,
        group=group.id,
    )


def named(groups: tuple[Group, ...], group: GroupId | None) -> Group | None:
    """Return the group of that id among a member's; else their first, if any."""
    return next((each for each in groups if each.id == group), groups[0] if groups else None)
