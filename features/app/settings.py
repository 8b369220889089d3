"""How a member wants to be spoken to: the settings page and its switches."""

from dataclasses import dataclass

from features.app.arrival import Arrival
from features.app.model import Home
from features.app.uow import Uow
from features.members.model import Checking, Joined, Member, Person, Started
from features.members.service import Members
from features.outreach import rules
from features.outreach.model import Preference, QuietHours, Topic
from features.outreach.service import Outreach
from features.pickup.service import Pickup
from features.setup.model import Page
from features.setup.service import Setup
from kernel.ids import ChatId, private_chat
from kernel.message import Language


@dataclass(frozen=True, slots=True)
class SettingsPage:
    """What the settings show: a member, what they chose, and what they can choose from."""

    known: Started
    preference: Preference
    muted: bool
    choices: tuple[QuietHours, ...]
    mute_days: int
    has_places: bool  # there are pick-up points to choose between


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of a member. Every use case may raise NotMember, Away or ConsentNeeded."""

    members: Members
    outreach: Outreach
    arrival: Arrival
    pickup: Pickup
    setup: Setup

    def page(self, uow: Uow, *, person: Person) -> SettingsPage:
        """Return the settings as they stand."""
        return self._page(uow, self.members.consented(uow, person=person))

    def start(self, uow: Uow, *, person: Person, payload: str) -> SettingsPage | Home | Checking:
        """Start as usual, and open the settings of who has agreed to the service."""
        home = self.arrival.start(uow, person=person, payload=payload)
        if isinstance(home, Checking) or not home.known.member.consented:
            return home
        return self._page(uow, home.known)

    def marketing(self, uow: Uow, *, person: Person, wanted: bool) -> SettingsPage:
        """Give or withdraw consent to marketing messages."""
        return self._page(uow, self.members.set_marketing(uow, person=person, wanted=wanted))

    def topic(self, uow: Uow, *, person: Person, topic: Topic, wanted: bool) -> SettingsPage:
        """Switch one topic. Raises MarketingOff too."""
        known = self.members.consented(uow, person=person)
        self.outreach.switch_topic(
            uow,
            member=known.member.id,
            topic=topic,
            wanted=wanted,
            marketing_consent=known.member.marketing_consent_at is not None,
        )
        return self._page(uow, known)

    def quiet(self, uow: Uow, *, person: Person, hours: QuietHours | None) -> SettingsPage:
        """Choose quiet hours, None for the group's. Raises NoSuchHours too."""
        known = self.members.consented(uow, person=person)
        self.outreach.set_quiet(uow, member=known.member.id, quiet=hours)
        return self._page(uow, known)

    def mute(self, uow: Uow, *, person: Person, wanted: bool) -> SettingsPage:
        """Leave a member alone for some days, or end that: what waited for its end leaves."""
        known = self.members.consented(uow, person=person)
        changed = self.outreach.mute(uow, member=known.member.id, wanted=wanted)
        if changed and not wanted:
            own = self.outreach.preference(uow, member=known.member.id).quiet
            opens = rules.next_allowed(uow.now, known.group.zone, own or known.group.quiet)
            uow.outbox.hasten(private_chat(known.member.user), to=opens)
        return self._page(uow, known)

    def large(self, uow: Uow, *, person: Person, wanted: bool) -> SettingsPage:
        """Speak in few words and one button a row, or as usual."""
        return self._page(uow, self.members.set_large(uow, person=person, wanted=wanted))

    def language(self, uow: Uow, *, person: Person, language: Language) -> SettingsPage:
        """Speak another language from now on."""
        return self._page(uow, self.members.choose_language(uow, person=person, language=language))

    def named_language(self, uow: Uow, *, person: Person, language: Language) -> SettingsPage | Page:
        """Speak another language to a member, or in the group whose wizard asks for one at this moment."""
        asked = self.setup.spoken(uow, person=person, language=language)
        return asked or self.language(uow, person=person, language=language)

    def stop(self, uow: Uow, *, person: Person) -> tuple[Member | None, bool]:
        """End marketing messages; return the member, None for a stranger, and whether they are in a group."""
        member = self.members.stop(uow, person=person)
        return member, bool(member and uow.members.groups_of(member.id))

    def stop_in_group(self, uow: Uow, *, chat: ChatId, person: Person) -> Joined:
        """End marketing messages, asked for in a group. Raises NotListening."""
        here = self.members.in_group(uow, chat=chat, person=person)
        self.members.stop(uow, person=person)
        return here

    def _page(self, uow: Uow, known: Started) -> SettingsPage:
        preference, policy = self.outreach.preference(uow, member=known.member.id), self.outreach.policy
        return SettingsPage(
            known,
            preference,
            muted=rules.is_muted(preference, uow.now),
            choices=policy.quiet_choices,
            mute_days=policy.mute_days,
            has_places=len(self.pickup.points(uow, group=known.group.id)) > 1,
        )
