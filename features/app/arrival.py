"""Start, the menu and consent: members and their accounts."""

from dataclasses import dataclass

from features.app.model import Consented, Home
from features.app.uow import Uow
from features.growth.service import Growth
from features.members.model import Checking, Person, Started
from features.members.service import Members
from kernel.ids import ChatId


@dataclass(frozen=True, slots=True)
class Arrival:
    """How somebody becomes a member, and what they see first."""

    members: Members
    growth: Growth

    def start(self, uow: Uow, *, person: Person, payload: str) -> Home | Checking:
        """Open the menu for a member, or ask Telegram whether they are one. Raises NotMember or Away."""
        started = self.members.start(uow, person=person, payload=payload)
        return started if isinstance(started, Checking) else self._home(uow, started)

    def membership_told(self, uow: Uow, *, chat: ChatId, person: Person, present: bool) -> Home | Checking:
        """Go on with a Start once Telegram said whether the person is there. Raises NotMember or Away."""
        started = self.members.membership_told(uow, chat=chat, person=person, present=present)
        return started if isinstance(started, Checking) else self._home(uow, started)

    def consent(self, uow: Uow, *, person: Person) -> Consented:
        """Record consent and credit the registration reward once for ever. Raises NotMember or Away."""
        known = self.members.consent(uow, person=person)
        returning = self.members.is_returning(uow, user=person.user)
        credited = not returning and self.growth.register(uow, member=known.member.id, zone=known.group.zone)
        return Consented(self._home(uow, known), credited)

    def decline(self, uow: Uow, *, person: Person) -> Home | None:
        """Open nothing and return None; the menu for somebody who agreed before. Raises Away."""
        if not self.members.agreed_before(uow, person=person):
            return None
        return self._home(uow, self.members.known(uow, person=person))

    def _home(self, uow: Uow, known: Started) -> Home:
        asked = not known.member.consented
        returning = asked and self.members.is_returning(uow, user=known.member.user)
        return Home(known, self.growth.card(uow, member=known.member.id), returning=returning)
