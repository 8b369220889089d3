"""Start, the menu, consent and the place to pick up: members and their accounts."""

from dataclasses import dataclass

from features.app.model import Asker, Chosen, Consented, Footing, Home, Places
from features.app.uow import Uow
from features.growth.service import Growth
from features.members.model import Checking, Joined, Member, Person, Started
from features.members.service import Members
from features.pickup.model import PickupPoint
from features.pickup.service import Pickup
from features.staff.model import Act
from features.staff.service import Staff
from kernel.ids import ChatId, PickupPointId


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody becomes a member, and what they see first."""

    members: Members
    growth: Growth
    pickup: Pickup
    staff: Staff

    def start(self, uow: Uow, *, person: Person, payload: str) -> Home | Checking:
        """Open the menu for a member, or ask Telegram whether they are one. Raises NotMember or Away."""
        started = self.members.start(uow, person=person, payload=payload)
        return started if isinstance(started, Checking) else self._home(uow, started)

    def membership_told(self, uow: Uow, *, chat: ChatId, person: Person, present: bool) -> Home | Checking:
        """Go on with a Start once Telegram said whether the person is there. Raises NotMember or Away."""
        started = self.members.membership_told(uow, chat=chat, person=person, present=present)
        return started if isinstance(started, Checking) else self._home(uow, started)

    def consent(self, uow: Uow, *, person: Person) -> Consented:
        """Record consent and credit the registration reward once for ever. Raises NotMember or Away.

        Where there are several pick-up points, the reward waits until one is chosen (domain.md §4).
        """
        known = self.members.consent(uow, person=person)
        choices = self.pickup.settle(uow, member=known.member.id, group=known.group.id)
        credited = not choices and self._register(uow, known)
        returning = self.members.is_returning(uow, user=known.member.user)
        place = uow.pickup.chosen(known.member.id, known.group.id)
        return Consented(self._shown(uow, known, choices), credited, returning, place)

    def menu(self, uow: Uow, *, person: Person) -> Home:
        """Return a member's menu without asking anything. Raises NotMember, Away or ConsentNeeded."""
        return self._shown(uow, self.members.consented(uow, person=person))

    def places(self, uow: Uow, *, person: Person) -> Places:
        """Return the points between which a member may choose; the only one is set by itself.

        Raises NotMember, Away or ConsentNeeded.
        """
        known = self.members.consented(uow, person=person)
        self.pickup.settle(uow, member=known.member.id, group=known.group.id)
        points = self.pickup.points(uow, group=known.group.id)
        return Places(known, points, uow.pickup.chosen(known.member.id, known.group.id))

    def choose(self, uow: Uow, *, person: Person, point: PickupPointId) -> Chosen:
        """Record where a member picks up, which completes the registration.

        Raises NotMember, Away, ConsentNeeded or PointGone.
        """
        known = self.members.consented(uow, person=person)
        place = self.pickup.choose(uow, member=known.member.id, group=known.group.id, point=point)
        credited = self._register(uow, known)
        return Chosen(self._shown(uow, known), place, credited)

    def decline(self, uow: Uow, *, person: Person) -> Home | None:
        """Open nothing and return None; the menu for somebody who agreed before. Raises Away."""
        if not self.members.agreed_before(uow, person=person):
            return None
        return self._home(uow, self.members.known(uow, person=person))

    def asker(self, uow: Uow, *, person: Person) -> Asker:
        """Return who asks for help in private."""
        member = self.members.find(uow, person=person)
        return Asker(member, self._footing(uow, person, member))

    def asker_in_group(self, uow: Uow, *, chat: ChatId, person: Person) -> tuple[Joined, Footing]:
        """Return who asks for help in a group. Raises NotListening."""
        joined = self.members.in_group(uow, chat=chat, person=person)
        return joined, self._footing(uow, person, joined.member)

    def _footing(self, uow: Uow, person: Person, member: Member | None) -> Footing:
        if self.staff.is_owner(uow, user=person.user):
            return Footing.OWNER
        if self.staff.groups_for(uow, user=person.user, act=Act.SETUP):
            return Footing.STAFF
        if member is None:
            return Footing.STRANGER
        return Footing.MEMBER if member.consented else Footing.NEWCOMER

    def _home(self, uow: Uow, known: Started) -> Home:
        if not known.member.consented:
            return self._shown(uow, known)
        choices = self.pickup.settle(uow, member=known.member.id, group=known.group.id)
        home = self._shown(uow, known, choices)
        # The choice that the reward waited for may be none any more: all points but one were closed.
        if choices or home.card.account.growth or not self._register(uow, known):
            return home
        return self._shown(uow, known)

    def _register(self, uow: Uow, known: Started) -> bool:
        """Credit the registration once for ever: also not anew to somebody who was erased and comes back."""
        if self.members.is_returning(uow, user=known.member.user):
            return False
        return self.growth.register(uow, member=known.member.id, zone=known.group.zone, group=known.group.id)

    def _shown(self, uow: Uow, known: Started, choices: tuple[PickupPoint, ...] = ()) -> Home:
        is_staff = bool(self.staff.groups_for(uow, user=known.member.user, act=Act.SETUP))
        card = self.growth.card(uow, member=known.member.id, zone=known.group.zone)
        returning = not card.is_registered and self.members.is_returning(uow, user=known.member.user)
        return Home(known, card, choices, is_staff, returning)
