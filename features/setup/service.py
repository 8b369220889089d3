"""Use cases of setup: the wizard's pages, and what is set on them."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

from features.members.model import Group, GroupState, Member, Person
from features.outreach.model import QuietHours
from features.pickup import rules as pickup_rules
from features.pickup.service import Pickup
from features.setup import rules
from features.setup.model import Asking, Groups, Health, NoSuchZone, NotSetUp, Page, Prompt, Step, Told
from features.setup.ports import Uow
from features.setup.times import load as load_times
from features.setup.wording import language_text, quiet_text, zone_text
from features.setup.zones import Zones
from features.staff.model import Act, Deed, NotAllowed, Role
from features.staff.rules import may
from features.staff.service import Staff
from kernel.errors import Refusal
from kernel.ids import ChatId, GroupId, MessageId, PickupPointId, UserId
from kernel.message import Call, Kind, Language, MessageClass, Moment, Outgoing, Text

_PATIENCE = timedelta(minutes=15)  # in which a typed text answers the page that was shown last


@dataclass(frozen=True, slots=True)
class Setup:
    """The wizard and the checklist. Every use case asks anew whether the person may."""

    pickup: Pickup
    staff: Staff
    zones: Zones
    bot: UserId

    def groups(self, uow: Uow, *, person: Person, act: Act) -> Groups:
        """Return the groups in which a person may do `act`. Raises NotAllowed where there is none."""
        found = self.staff.groups_for(uow, user=person.user, act=act)
        if not found:
            raise NotAllowed
        return Groups(uow.members.meet(person, now=uow.now), found)

    def begin(self, uow: Uow, *, person: Person) -> Page | Groups:
        """Open the only group a person may set up, or let them choose. Raises NotAllowed or ListAsked."""
        found = self.groups(uow, person=person, act=Act.SETUP)
        if len(found.groups) > 1:
            return found
        return self.open(uow, person=person, group=found.groups[0].id, step=Step.LIST, message=None)

    def started(self, uow: Uow, *, person: Person, group: GroupId) -> Page:
        """Open the list for who came from a group by its button. Raises NotAllowed or ListAsked."""
        member = self.staff.check(uow, user=person.user, group=group, act=Act.SETUP)
        uow.members.set_reachable(member, reachable=True)
        return self.open(uow, person=person, group=group, step=Step.LIST, message=None)

    def first_lists(self, uow: Uow, *, chat: ChatId) -> tuple[Page, ...]:
        """Return the list for each leader of a group that was just enabled; only once for a group."""
        group = uow.groups.by_chat(chat)
        return self.first_lists_of(uow, group=group.id) if group else ()

    def first_lists_of(self, uow: Uow, *, group: GroupId) -> tuple[Page, ...]:
        """Return the same as `first_lists` for a group by our own number."""
        found = uow.groups.get(group)
        if found is None or found.state is not GroupState.ENABLED:
            return ()
        if not uow.claims.take(f"first-list:{group}"):
            return ()
        posts = [post for post in uow.staff.posts(group, now=uow.now) if post.role is Role.LEADER]
        leaders = [uow.members.get(post.member) for post in posts]
        return tuple(
            self._shown(uow, leader, found, Step.LIST, None) for leader in leaders if leader.reachable
        )

    def open(
        self, uow: Uow, *, person: Person, group: GroupId, step: Step, message: MessageId | None
    ) -> Page:
        """Show a page. Raises NotAllowed, ListAsked, and TooManyPoints for one more point than fits."""
        asking = self._asking(uow, person, group, message)
        if step is Step.NAME:
            self.pickup.check_room(uow, group=group)
        return self._page(uow, asking, step)

    def set_zone(
        self, uow: Uow, *, person: Person, group: GroupId, zone: str, message: MessageId | None
    ) -> Page:
        """Keep a group's zone. Raises NotAllowed, ListAsked or NoSuchZone."""
        asking = self._asking(uow, person, group, message)
        if zone not in self.zones.names and zone != asking.group.zone.key:
            raise NoSuchZone
        return self._set_zone(uow, asking, zone)

    def set_quiet(
        self, uow: Uow, *, person: Person, group: GroupId, quiet: QuietHours, message: MessageId | None
    ) -> Page:
        """Keep a group's quiet hours. Raises NotAllowed or ListAsked."""
        return self._set_quiet(uow, self._asking(uow, person, group, message), quiet)

    def set_language(
        self, uow: Uow, *, person: Person, group: GroupId, language: Language, message: MessageId | None
    ) -> Page:
        """Keep the language the bot speaks in a group. Raises NotAllowed or ListAsked."""
        asking = self._asking(uow, person, group, message)
        before = uow.setup.lock(group).language
        uow.setup.set_language(group, language)
        values = {"language": str(before)}, {"language": str(language)}
        self._note(uow, asking, Deed.LANGUAGE_SET, *values)
        news = Text("setup.language_is", {"language": language_text(language)})
        return self._told_all(uow, asking, Step.POINTS, news)

    def spoken(self, uow: Uow, *, person: Person, language: Language) -> Page | None:
        """Keep a language that was named while its page is open; None where it is not.

        Raises NotAllowed or ListAsked.
        """
        prompt = uow.setup.waiting(person.user, now=uow.now)
        if prompt is None or prompt.step is not Step.LANGUAGE:
            return None
        return self.set_language(uow, person=person, group=prompt.group, language=language, message=None)

    def ask_to_close(
        self, uow: Uow, *, person: Person, group: GroupId, point: PickupPointId, message: MessageId | None
    ) -> Page:
        """Ask once more before a point is closed. Raises NotAllowed, ListAsked or PointGone."""
        asking = self._asking(uow, person, group, message)
        return replace(self._page(uow, asking, Step.CLOSE), point=point)

    def close_point(
        self, uow: Uow, *, person: Person, group: GroupId, point: PickupPointId, message: MessageId | None
    ) -> Page:
        """Close a pick-up point. Raises NotAllowed, ListAsked or PointGone."""
        asking = self._asking(uow, person, group, message)
        closed = self.pickup.close(uow, group=group, point=point)
        self._note(uow, asking, Deed.PICKUP_CLOSED, {"open": 1}, {"open": 0}, subject=closed.id)
        return self._told_all(uow, asking, Step.POINTS, Text("setup.point_closed", {"name": closed.name}))

    def told(self, uow: Uow, *, person: Person, typed: str) -> Page | Member | None:
        """Take a text as the answer to the page shown last; return the person, if known, where none waits.

        Raises NotAllowed or ListAsked. What cannot be taken is told on the page, which stays. The
        page comes as a new card: nobody looks for the answer above what they typed.
        """
        prompt = uow.setup.waiting(person.user, now=uow.now)
        if prompt is None or not _takes_words(uow, prompt):
            known = uow.members.inside(person.user)
            return known and uow.members.renew(known, person)
        asking = self._asking(uow, person, prompt.group, None)
        match prompt.step:
            case Step.ZONE:
                return self._zone_told(uow, asking, typed)
            case Step.LANGUAGE:
                return replace(self._page(uow, asking, Step.LANGUAGE), problem=Text("setup.language_unclear"))
            case Step.QUIET:
                return self._quiet_told(uow, asking, typed)
            case Step.NAME | Step.POINTS:
                return self._name_told(uow, asking, typed)
            case _:
                return self._hours_told(uow, asking, prompt, typed)

    def leave(self, uow: Uow, *, person: Person) -> Page:
        """Leave what was asked and show the list. Raises NotSetUp, NotAllowed or ListAsked."""
        prompt = uow.setup.waiting(person.user, now=uow.now)
        if prompt is None:
            known = uow.members.inside(person.user)
            raise NotSetUp(language=known.language) if known else NotSetUp()
        asking = self._asking(uow, person, prompt.group, None)
        page = self._page(uow, asking, Step.LIST)
        uow.setup.forget(asking.member.id)
        return page

    # -- health

    def begin_health(self, uow: Uow, *, person: Person) -> Asking | Groups:
        """Ask about the only group a person may look after, or let them choose. Raises NotAllowed."""
        found = self.groups(uow, person=person, act=Act.HEALTH)
        if len(found.groups) > 1:
            return found
        return self.ask_health(uow, person=person, group=found.groups[0].id)

    def started_health(self, uow: Uow, *, person: Person, group: GroupId) -> Asking:
        """Ask Telegram for who came from a group by its button. Raises NotAllowed or ListAsked."""
        asking = self.ask_health(uow, person=person, group=group)
        uow.members.set_reachable(asking.member.id, reachable=True)
        return asking

    def ask_health(self, uow: Uow, *, person: Person, group: GroupId) -> Asking:
        """Ask Telegram what the bot may do in a group. Raises NotAllowed or ListAsked."""
        self.staff.check(uow, user=person.user, group=group, act=Act.HEALTH)
        found = uow.groups.get(group)
        if found is None:
            raise NotAllowed
        asks = Outgoing(Kind.CALL, found.chat, MessageClass.UPKEEP, call=Call.STANDING, user=person.user)
        uow.outbox.put(asks)
        return Asking(uow.members.meet(person, now=uow.now), found, None)

    def health(self, uow: Uow, *, user: UserId, chat: ChatId, told: Told | None) -> Health | None:
        """Return how a group fares, for who asked; None for a group that is gone. Raises NotAllowed."""
        group = uow.groups.by_chat(chat)
        if group is None:
            return None
        member = self.staff.check(uow, user=user, group=group.id, act=Act.HEALTH)
        audience = uow.setup.audience(group.id, chat=group.chat)
        return Health(uow.members.get(member), group, told, audience)

    # -- typed answers

    def _zone_told(self, uow: Uow, asking: Asking, typed: str) -> Page:
        found = self.zones.find(typed)
        if found.zone:
            return self._set_zone(uow, asking, found.zone)
        unknown = Text("setup.zone_near" if found.near else "setup.zone_unknown")
        return replace(self._page(uow, asking, Step.ZONE), zones=found.near, problem=unknown)

    def _quiet_told(self, uow: Uow, asking: Asking, typed: str) -> Page:
        quiet = load_times().read_quiet(typed)
        if quiet is None:
            return replace(self._page(uow, asking, Step.QUIET), problem=Text("setup.quiet_unclear"))
        return self._set_quiet(uow, asking, quiet)

    def _name_told(self, uow: Uow, asking: Asking, typed: str) -> Page:
        try:
            name = pickup_rules.check_name(typed)
            self.pickup.check_room(uow, group=asking.group.id, name=name)
        except Refusal as no:
            return replace(self._page(uow, asking, Step.NAME), problem=no.wording())
        return self._page(uow, asking, Step.HOURS, given={"name": name})

    def _hours_told(self, uow: Uow, asking: Asking, prompt: Prompt, typed: str) -> Page:
        name = prompt.given.get("name", "")
        try:
            point = self.pickup.add(uow, group=asking.group.id, name=name, hours=typed)
        except Refusal as no:
            return replace(self._page(uow, asking, Step.HOURS, given=prompt.given), problem=no.wording())
        self._note(uow, asking, Deed.PICKUP_OPENED, {"open": 0}, {"open": 1}, subject=point.id)
        return self._told_all(uow, asking, Step.POINTS, Text("setup.point_added", {"name": point.name}))

    # -- what is set

    def _set_zone(self, uow: Uow, asking: Asking, zone: str) -> Page:
        before = uow.setup.lock(asking.group.id).zone.key
        uow.setup.set_zone(asking.group.id, ZoneInfo(zone))
        self._note(uow, asking, Deed.ZONE_SET, {"zone": before}, {"zone": zone})
        now = Text("setup.zone_is", {"zone": zone_text(zone), "now": Moment(uow.now, zone)})
        return self._told_all(uow, asking, Step.QUIET, now)

    def _set_quiet(self, uow: Uow, asking: Asking, quiet: QuietHours) -> Page:
        before = uow.setup.lock(asking.group.id).quiet
        uow.setup.set_quiet(asking.group.id, quiet)
        self._note(uow, asking, Deed.QUIET_SET, rules.ends(before), rules.ends(quiet))
        return self._told_all(uow, asking, Step.LANGUAGE, quiet_text(quiet))

    def _note(
        self,
        uow: Uow,
        asking: Asking,
        deed: Deed,
        before: Mapping[str, str | int],
        after: Mapping[str, str | int],
        *,
        subject: int | None = None,
    ) -> None:
        self.staff.note(
            uow,
            group=asking.group.id,
            actor=asking.member.id,
            act=deed,
            subject=subject,
            before=dict(before),
            after=dict(after),
        )

    # -- pages

    def _asking(self, uow: Uow, person: Person, group: GroupId, message: MessageId | None) -> Asking:
        """Return who asks about which group. Raises NotAllowed or ListAsked."""
        self.staff.check(uow, user=person.user, group=group, act=Act.SETUP)
        found = uow.groups.get(group)
        if found is None:
            raise NotAllowed
        return Asking(uow.members.meet(person, now=uow.now), found, message)

    def _page(self, uow: Uow, asking: Asking, step: Step, *, given: Mapping[str, str] | None = None) -> Page:
        """Show a page and let the next text answer it."""
        uow.setup.wait(
            asking.member.id,
            group=asking.group.id,
            step=step,
            given=given or {},
            message=asking.message,
            until=uow.now + _PATIENCE,
        )
        return self._shown(uow, asking.member, asking.group, step, asking.message)

    def _shown(self, uow: Uow, reader: Member, group: Group, step: Step, message: MessageId | None) -> Page:
        facts = uow.setup.facts(group.id, bot=self.bot, now=uow.now)
        return Page(
            reader=reader,
            group=group,
            step=step,
            now=uow.now,
            message=message,
            items=rules.items(group, facts),
            points=uow.pickup.points(group.id),
            leads=may(uow.staff.roles(reader.id, group.id, now=uow.now), Act.ROLES),
        )

    def _told_all(self, uow: Uow, asking: Asking, step: Step, news: Text) -> Page:
        """Show what stands now to who has set it, and to everybody else who is at it."""
        changed = replace(asking, group=uow.groups.get(asking.group.id) or asking.group)
        others = tuple(
            replace(
                self._shown(uow, prompt.member, changed.group, prompt.step, prompt.message),
                news=Text("setup.by_another", {"news": news}),
            )
            for prompt in uow.setup.others(changed.group.id, but=changed.member.id, now=uow.now)
            if prompt.step not in (Step.NAME, Step.HOURS, Step.CLOSE)  # they are in the middle of a word
            and self._still_may(uow, prompt.member, changed.group.id)
        )
        return replace(self._page(uow, changed, step), news=news, others=others)

    def _still_may(self, uow: Uow, member: Member, group: GroupId) -> bool:
        try:
            self.staff.check(uow, user=member.user, group=group, act=Act.SETUP)
        except Refusal:
            return False
        return True


def _takes_words(uow: Uow, prompt: Prompt) -> bool:
    """Tell whether a typed text answers the page: on that of the points, the name of the first one does."""
    if prompt.step is Step.POINTS:
        return not uow.pickup.points(prompt.group)
    return prompt.step in (Step.ZONE, Step.QUIET, Step.LANGUAGE, Step.NAME, Step.HOURS)
