"""Use cases of roles: who has which, giving them and taking them back."""

from dataclasses import dataclass
from datetime import timedelta

from features.members.model import Group, Member, Person
from features.staff import rules
from features.staff.invitations import Invitations
from features.staff.model import (
    Act,
    Choice,
    Deed,
    Followed,
    Following,
    Given,
    Invitation,
    NotAllowed,
    NotInGroup,
    NotYourself,
    Post,
    Role,
    Roster,
    RosterLine,
    Standing,
    Taken,
    Values,
)
from features.staff.owner import Owner
from features.staff.ports import Uow
from features.staff.service import Staff
from features.staff.wording import staff_notice
from kernel.ids import GroupId, MemberId, UserId
from kernel.message import Param, Text

STAND_IN_DAYS = (3, 7, 14)


@dataclass(frozen=True, slots=True)
class Roles:
    """Roles of a group."""

    staff: Staff
    owner: Owner
    invitations: Invitations

    def roster(self, uow: Uow, *, user: UserId, group: GroupId | None) -> Roster | Choice:
        """Return who does what in a group, and what `user` may change. Raises NotAllowed."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.ROLES)
        if isinstance(standing, Choice):
            return standing
        posts = uow.staff.posts(standing.group.id, now=uow.now)
        lines = tuple(
            RosterLine(post, _name(uow, post.member), self.may_take(standing, post)) for post in posts
        )
        stand_in = self._may_name_stand_in(uow, standing)
        return Roster(standing.group, lines, rules.givable(standing.roles), stand_in)

    def invite(self, uow: Uow, *, user: UserId, group: GroupId, role: Role) -> str:
        """Return a new code for a role in a group. Raises NotAllowed."""
        standing = self._may_give(uow, user, group, role)
        return self.invitations.make(uow, role=role, group=group, made_by=standing.member)

    def may_name_stand_in(self, uow: Uow, *, user: UserId, group: GroupId | None) -> Group | Choice:
        """Return the group for which `user` may name a stand-in. Raises NotAllowed."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.STAND_IN)
        if isinstance(standing, Choice):
            return standing
        if not self._may_name_stand_in(uow, standing):
            raise NotAllowed
        return standing.group

    def stand_in(self, uow: Uow, *, user: UserId, group: GroupId, days: int) -> str:
        """Return a new code for who shall lead a group for some days. Raises NotAllowed."""
        standing = self.staff.standing(uow, user=user, group=group, act=Act.STAND_IN)
        if days not in STAND_IN_DAYS or not self._may_name_stand_in(uow, standing):
            raise NotAllowed
        return self.invitations.make(uow, role=Role.LEADER, group=group, made_by=standing.member, days=days)

    def give(self, uow: Uow, *, user: UserId, group: GroupId, member: MemberId, role: Role) -> Given:
        """Give somebody in the group a role. Raises NotAllowed, NotYourself or NotInGroup."""
        standing = self._may_give(uow, user, group, role)
        if member == standing.member:
            raise NotYourself
        subject = uow.members.find(member)
        if subject is None or not uow.members.is_in(member, group):
            raise NotInGroup
        fresh = self._given(uow, standing.member, subject.id, group, role, days=None)
        return Given(standing.group, subject, role, fresh=fresh)

    def take(self, uow: Uow, *, user: UserId, group: GroupId, member: MemberId, role: Role) -> Taken:
        """Take a role back; doing it twice changes nothing. Raises NotAllowed."""
        standing = self.staff.standing(uow, user=user, group=group, act=Act.ROLES)
        held = [p for p in uow.staff.posts(group, now=uow.now) if (p.member, p.role) == (member, role)]
        if held and not self.may_take(standing, held[0]):
            raise NotAllowed
        ended = uow.staff.end(member, role, group=group, now=uow.now) if held else None
        if ended is not None:
            before = {"role": role, "given_by": ended.given_by}
            self.staff.note(
                uow,
                group=group,
                actor=standing.member,
                act=Deed.ROLE_TAKEN,
                subject=member,
                before=before,
            )
        return Taken(standing.group, uow.members.find(member), role, fresh=ended is not None)

    def over(self, uow: Uow, *, role: int) -> None:
        """End a role whose days are over; tell who had it, and who gave it."""
        post = uow.staff.end_over(role, now=uow.now)
        there = uow.groups.get(post.group) if post and post.group else None
        if post is None or there is None:
            return
        before: Values = {"role": post.role, "given_by": post.given_by}
        self.staff.note(
            uow, group=there.id, actor=None, act=Deed.ROLE_OVER, subject=post.member, before=before
        )
        holder, giver = uow.members.find(post.member), uow.members.find(post.given_by or MemberId(0))
        names: dict[str, Param] = {"group": there.title, "role": Text(f"staff.role_{post.role}")}
        if holder is not None and holder.reachable:
            over = Text("staff.role_over", names)
            uow.outbox.put(staff_notice(holder, over, about=holder.id, once=f"role-over:{post.id}"))
        if holder is not None and giver is not None and giver.reachable:
            name: Param = holder.name or Text("members.nameless")
            over = Text("staff.days_over", names | {"name": name})
            uow.outbox.put(staff_notice(giver, over, about=holder.id, once=f"days-over:{post.id}"))

    def follow(self, uow: Uow, *, person: Person, code: str) -> Followed:
        """Give who follows a link what it is for, or say why not.

        Every try is counted: after too many in an hour the right code opens nothing either.
        """
        member = uow.members.meet(person, now=uow.now)
        if not self.invitations.may_try(uow, member=member.id):
            return Followed(Following.TOO_MANY, person.name)
        invitation = self.invitations.find(uow, code=code)
        if invitation is None:
            uow.journal.note("staff.wrong_code", member=member.id)
            return Followed(Following.WRONG, person.name)
        if invitation.group is None:
            return self.owner.follow(uow, person=person, invitation=invitation)
        return self._follow_role(uow, person, member, invitation, invitation.group)

    def _follow_role(
        self, uow: Uow, person: Person, member: Member, invitation: Invitation, group: GroupId
    ) -> Followed:
        there, giver, name = uow.groups.get(group), invitation.made_by, person.name
        if there is None or giver is None or not self._still_may(uow, invitation, group, giver):
            return Followed(Following.WRONG, name)
        if giver == member.id:
            return Followed(Following.OWN_LINK, name)
        if not uow.members.is_in(member.id, group):
            return Followed(Following.NOT_IN_GROUP, name, invitation, there)
        if not uow.invitations.use(invitation.code_hash, by=member.id, now=uow.now):
            return Followed(Following.WRONG, name)
        uow.members.set_reachable(member.id, reachable=True)
        fresh = self._given(uow, giver, member.id, group, invitation.role, days=invitation.days)
        until = uow.now + timedelta(days=invitation.days) if invitation.days else None
        outcome = Following.ROLE if fresh else Following.HAD
        return Followed(outcome, name, invitation, there, until, uow.members.find(giver))

    def _given(
        self, uow: Uow, giver: MemberId, member: MemberId, group: GroupId, role: Role, *, days: int | None
    ) -> bool:
        until = uow.now + timedelta(days=days) if days else None
        if not uow.staff.give(member, role, group=group, given_by=giver, until=until, now=uow.now):
            return False
        after = {"role": role, "days": days}
        self.staff.note(uow, group=group, actor=giver, act=Deed.ROLE_GIVEN, subject=member, after=after)
        return True

    def _may_give(self, uow: Uow, user: UserId, group: GroupId, role: Role) -> Standing:
        standing = self.staff.standing(uow, user=user, group=group, act=Act.ROLES)
        if role not in rules.givable(standing.roles):
            raise NotAllowed
        return standing

    @staticmethod
    def may_take(standing: Standing, post: Post) -> bool:
        """Tell whether a role may be taken: one they could give, or their stand-in's.

        Of their own only what is for some days: nobody ends their leading by a slip of the finger.
        """
        if post.member == standing.member:
            return post.until is not None
        own_stand_in = post.until is not None and post.given_by == standing.member
        return own_stand_in or post.role in rules.givable(standing.roles)

    @staticmethod
    def _may_name_stand_in(uow: Uow, standing: Standing) -> bool:
        """Tell whether somebody leads for good: a stand-in names no stand-in."""
        if standing.roles & {Role.OWNER, Role.MANAGER}:
            return True
        own = [p for p in uow.staff.posts(standing.group.id, now=uow.now) if p.member == standing.member]
        return any(post.role is Role.LEADER and post.until is None for post in own)

    def _still_may(self, uow: Uow, invitation: Invitation, group: GroupId, giver: MemberId) -> bool:
        """Tell whether who made a link might make it today."""
        person = uow.members.find(giver)
        if person is None:
            return False
        act = Act.STAND_IN if invitation.days else Act.ROLES
        try:
            standing = self.staff.standing(uow, user=person.user, group=group, act=act)
        except NotAllowed:
            return False
        if invitation.days:
            return self._may_name_stand_in(uow, standing)
        return invitation.role in rules.givable(standing.roles)


def _name(uow: Uow, member: MemberId) -> str:
    found = uow.members.find(member)
    return found.name if found else ""
