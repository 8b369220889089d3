"""What is known of somebody: shown, given to them, erased; every feature gives its part."""

import hashlib
from dataclasses import dataclass

from features.app.baskets import Baskets
from features.app.uow import Uow
from features.coupons.service import Coupons
from features.growth.model import Account
from features.growth.service import Growth
from features.members.model import Member, Person
from features.privacy.model import Held, OldConfirmation, Sections, Whose
from features.privacy.service import Privacy


@dataclass(frozen=True, slots=True)
class MyData:
    """What a person is shown of themself; `guard` is what the button that erases must bring back."""

    member: Member
    held: Held
    account: Account
    coupons: int  # that can be used, or are reserved
    zone: str
    guard: str


@dataclass(frozen=True, slots=True)
class Exported:
    """Everything held of a person."""

    member: Member
    sections: Sections


@dataclass(frozen=True, slots=True)
class Gone:
    """Somebody was erased: who they were, for the last words to them, and what lapsed."""

    member: Member
    points: int
    tombstone_days: int


@dataclass(frozen=True, slots=True)
class Erasing:
    """The personal data of one person. Every use case may raise NothingKept."""

    growth: Growth
    coupons: Coupons
    privacy: Privacy
    baskets: Baskets
    zone: str  # in which times are shown to who is in no group

    def page(self, uow: Uow, *, person: Person) -> MyData:
        """Return what is held, at a glance."""
        whose, member = self.privacy.whose(uow, user=person.user)
        account, coupons = uow.growth.account(member.id), len(self.coupons.wallet(uow, member=member.id))
        groups = uow.members.groups_of(member.id)
        zone = groups[0].zone.key if groups else self.zone
        held, guard = self.privacy.held(uow, whose=whose), _guard(whose, account, coupons)
        return MyData(member, held, account, coupons, zone, guard)

    def export(self, uow: Uow, *, person: Person) -> Exported:
        """Return everything that is held."""
        whose, member = self.privacy.whose(uow, user=person.user)
        sections = self.privacy.export(uow, whose=whose)
        own: Sections = {
            "growth": self.growth.export(uow, member=member.id),
            "coupons": self.coupons.export(uow, member=member.id),
        }
        uow.journal.note("member.exported", member=member.id)
        return Exported(member, {**sections, **own})

    def ask(self, uow: Uow, *, person: Person) -> MyData:
        """Return what would be lost. Raises OwnerMustHandOver too."""
        page = self.page(uow, person=person)
        whose, _ = self.privacy.whose(uow, user=person.user)
        self.privacy.check_may_go(uow, whose=whose)
        return page

    def erase(self, uow: Uow, *, person: Person, guard: str) -> Gone:
        """Erase a person who confirmed what is lost. Raises OldConfirmation and OwnerMustHandOver too.

        Their row first: whoever reads it from now on writes nothing of them. The outbox last, when what
        other units were about to say has been said.
        """
        whose, member = self.privacy.whose(uow, user=person.user)
        account, coupons = uow.growth.account(member.id), len(self.coupons.wallet(uow, member=member.id))
        if guard != _guard(whose, account, coupons):
            raise OldConfirmation
        self.baskets.give_up(uow, member=member.id)
        self.privacy.begin(uow, whose=whose)
        self.growth.close(uow, member=member.id)
        self.coupons.close(uow, member=member.id)
        self.privacy.finish(uow, whose=whose)
        return Gone(member, account.points, self.privacy.policy.tombstone_days)


def _guard(whose: Whose, account: Account, coupons: int) -> str:
    """Return what stands for a person and the numbers they were shown; it says nothing to others."""
    shown = f"{whose.member}:{account.growth}:{account.points}:{coupons}"
    return hashlib.sha256(shown.encode()).hexdigest()[:16]
