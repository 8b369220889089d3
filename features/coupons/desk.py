"""Use cases of staff: kinds of coupons made, given out, stopped, and their numbers."""

from collections.abc import Callable
from dataclasses import dataclass

from features.coupons import drafts, rules
from features.coupons.drafts import Step
from features.coupons.model import (
    Design,
    NotDraft,
    NotOffered,
    NotOpen,
    Statistics,
    Template,
    TemplateId,
    TemplateState,
    Way,
)
from features.coupons.policy import CouponPolicy
from features.coupons.ports import Uow
from features.members.model import Group
from features.staff.model import Act, AuditLine, Choice, Deed, NotAllowed, Standing, Values
from features.staff.service import Staff
from kernel.ids import GroupId, UserId

Categories = Callable[[Uow, GroupId], tuple[str, ...]]
"""The categories of what a group sells, by which a coupon can be for a part of the goods."""


@dataclass(frozen=True, slots=True)
class KindsPage:
    """A page of a group's kinds of coupons, newest first; `page` counts from 0."""

    group: Group
    kinds: tuple[Statistics, ...]
    page: int
    has_more: bool


@dataclass(frozen=True, slots=True)
class KindShown:
    """A kind with its numbers, as staff of `group` see it; `line`: of the audit, where that was just done."""

    group: Group
    statistics: Statistics
    may_move: bool
    line: int = 0


@dataclass(frozen=True, slots=True)
class DraftShown:
    """A kind in the making, with the question that is asked and what can be answered."""

    group: Group
    template: Template
    step: Step
    choices: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CouponDesk:
    """Kinds of coupons. Every use case may raise NotAllowed."""

    staff: Staff
    policy: CouponPolicy
    categories: Categories

    def kinds(self, uow: Uow, *, user: UserId, group: GroupId | None, page: int) -> KindsPage | Choice:
        """Return a page of the kinds of a group; where several may be meant, the groups."""
        standing = self.staff.the_group(uow, user=user, group=group, act=Act.COUPONS)
        if isinstance(standing, Choice):
            return standing
        rows = self.policy.rows
        found = uow.coupon_templates.of_group(standing.group.id, limit=rows + 1, offset=page * rows)
        return KindsPage(standing.group, found[:rows], page, has_more=len(found) > rows)

    def kind(self, uow: Uow, *, user: UserId, group: GroupId, template: TemplateId) -> KindShown | DraftShown:
        """Return a kind with its numbers; a draft where its making goes on. Raises NotOpen too."""
        standing = self._standing(uow, user, group)
        found = self._found(uow, group, template)
        if found.state is TemplateState.DRAFT:
            return self._draft(uow, standing.group, found, Step.PREVIEW)
        return self._shown(uow, user, standing.group, found)

    def begin(self, uow: Uow, *, user: UserId, group: GroupId) -> DraftShown:
        """Begin a kind, or go on with the one that somebody began before."""
        standing = self._standing(uow, user, group)
        found = uow.coupon_templates.draft_of(standing.member, group)
        if found is None:
            made = uow.coupon_templates.add(
                drafts.begun(group), state=TemplateState.DRAFT, made_by=standing.member, now=uow.now
            )
            found = uow.coupon_templates.get(made) if made else None
        if found is None:
            raise LookupError(f"no draft of group {group} though it was begun")
        return self._draft(uow, standing.group, found, Step.KIND)

    def ask(self, uow: Uow, *, user: UserId, group: GroupId, template: TemplateId, step: Step) -> DraftShown:
        """Show one question of a draft. Raises NotDraft and NotOpen too."""
        standing = self._standing(uow, user, group)
        return self._draft(uow, standing.group, self._found(uow, group, template), step)

    def choose(
        self, uow: Uow, *, user: UserId, group: GroupId, template: TemplateId, step: Step, value: str
    ) -> DraftShown:
        """Answer one question of a draft and ask the next. Raises NotDraft, NotOpen and NotOffered too."""
        standing = self._standing(uow, user, group)
        found = self._found(uow, group, template)
        choice = drafts.meant(value, self._choices(uow, found.design, step))
        if choice is None:
            raise NotOffered
        design = drafts.changed(found.design, step, choice)
        if not uow.coupon_templates.redesign(template, design):
            raise NotDraft
        return self._draft(
            uow, standing.group, self._found(uow, group, template), drafts.after(step, design.terms.kind)
        )

    def open(self, uow: Uow, *, user: UserId, group: GroupId, template: TemplateId, way: Way) -> KindShown:
        """Let a draft be given out: by taps, or only by staff. Raises NotDraft and NotOpen too."""
        standing = self._standing(uow, user, group)
        found = self._found(uow, group, template)
        design = Design(
            found.design.terms, found.design.term, found.design.limits, way, group, found.design.title
        )
        rules.check_design(design)
        if not uow.coupon_templates.redesign(template, design):
            raise NotDraft
        return self._moved(uow, user, standing, found, Deed.COUPON_OPENED, TemplateState.DRAFT)

    def close(self, uow: Uow, *, user: UserId, group: GroupId, template: TemplateId) -> KindShown:
        """Give out no more of a kind; what members have goes on. Raises NotDraft and NotOpen too."""
        return self._move(uow, user, group, template, Deed.COUPON_CLOSED, TemplateState.OPEN)

    def reopen(self, uow: Uow, *, user: UserId, group: GroupId, template: TemplateId) -> KindShown:
        """Give a closed kind out again. Raises NotDraft and NotOpen too."""
        return self._move(uow, user, group, template, Deed.COUPON_OPENED, TemplateState.CLOSED)

    def move_back(self, uow: Uow, *, line: AuditLine) -> bool:
        """Undo what a line of the audit says was opened or closed; False where it is so no more."""
        template = TemplateId(int((line.after or {})["template"] or 0))
        is_open, is_closed = TemplateState.OPEN, TemplateState.CLOSED
        to, since = (is_closed, is_open) if line.act is Deed.COUPON_OPENED else (is_open, is_closed)
        return uow.coupon_templates.move(template, to=to, since=since)

    def _move(
        self,
        uow: Uow,
        user: UserId,
        group: GroupId,
        template: TemplateId,
        deed: Deed,
        since: TemplateState,
    ) -> KindShown:
        standing = self._standing(uow, user, group)
        found = self._found(uow, group, template)
        self._check_may_move(uow, user, found)
        return self._moved(uow, user, standing, found, deed, since)

    def _moved(
        self,
        uow: Uow,
        user: UserId,
        standing: Standing,
        found: Template,
        deed: Deed,
        since: TemplateState,
    ) -> KindShown:
        to = TemplateState.CLOSED if deed is Deed.COUPON_CLOSED else TemplateState.OPEN
        if not uow.coupon_templates.move(found.id, to=to, since=since):
            raise NotDraft
        line = self.staff.note(
            uow, group=standing.group.id, actor=standing.member, act=deed, after=values_of(found)
        )
        now = self._found(uow, standing.group.id, found.id)
        return self._shown(uow, user, standing.group, now, line=line)

    def _standing(self, uow: Uow, user: UserId, group: GroupId) -> Standing:
        return self.staff.standing(uow, user=user, group=group, act=Act.COUPONS)

    def _check_may_move(self, uow: Uow, user: UserId, found: Template) -> None:
        """What every group has, only the owner starts and stops."""
        if not self._may_move(uow, user, found):
            raise NotAllowed

    def _may_move(self, uow: Uow, user: UserId, found: Template) -> bool:
        return found.design.group is not None or self.staff.is_owner(uow, user=user) is not None

    @staticmethod
    def _found(uow: Uow, group: GroupId, template: TemplateId) -> Template:
        found = uow.coupon_templates.get(template)
        if found is None or found.design.group not in (None, group):
            raise NotOpen
        return found

    def _draft(self, uow: Uow, group: Group, found: Template, step: Step) -> DraftShown:
        if found.state is not TemplateState.DRAFT:
            raise NotDraft
        return DraftShown(group, found, step, self._choices(uow, found.design, step))

    def _choices(self, uow: Uow, design: Design, step: Step) -> tuple[str, ...]:
        categories = self.categories(uow, design.group) if design.group is not None else ()
        return drafts.choices(
            step, design, categories=categories, delivery=bool(self.policy.delivery_offered)
        )

    def _shown(self, uow: Uow, user: UserId, group: Group, found: Template, *, line: int = 0) -> KindShown:
        statistics = uow.coupon_templates.statistics(found)
        return KindShown(group, statistics, self._may_move(uow, user, found), line)


def values_of(found: Template) -> Values:
    """Return what an audit line keeps of a kind: numbers and codes, by which it can be named."""
    terms = found.design.terms
    return {
        "template": found.id,
        "kind": terms.kind,
        "amount": terms.amount,
        "percent": terms.percent,
        "minimum": terms.minimum,
    }


def no_categories(_uow: Uow, _group: GroupId) -> tuple[str, ...]:
    """Return none: until there is a catalogue, coupons are for everything."""
    return ()
