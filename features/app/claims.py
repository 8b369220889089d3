"""Cases across features: money given back, staff told by the clock, batches looked at."""

from dataclasses import dataclass

from features.aftersales.model import Batch, Case, Owned, Read, Remedy, Shown, State, Told, Why
from features.aftersales.model import Kind as Wrong
from features.aftersales.service import Aftersales
from features.app.refunding import Refunding
from features.app.uow import Uow
from features.members.model import Group, Member, Person
from features.members.rules import is_listening
from features.payments import refunds
from features.payments.model import RefundReason
from features.staff.model import Act
from features.staff.wording import staff_notice
from kernel.ids import ChatId, GroupId, MemberId, UserId, private_chat
from kernel.message import Keyboard, Kind, MessageClass, Moment, Money, Outgoing, Param, Quantity, Tap, Text
from kernel.money import Fen

_REASONS = {
    Wrong.SHORT: RefundReason.SHORT,
    Wrong.LATE: RefundReason.LATE,
    Wrong.OTHER: RefundReason.GOODWILL,
}
CASE, STOP, QUEUE = "aftersales.case", "aftersales.stop", "aftersales.queue"
"""The acts that open a case for staff, stop selling a batch, and list what waits."""


@dataclass(frozen=True, slots=True)
class Said:
    """What became of words in private: a case begun, or what was read; `group` hears of an illness."""

    told: Told | None
    read: Read | None
    leader: bool = False  # a person was told at once


@dataclass(frozen=True, slots=True)
class Picture:
    """A photo that somebody sent: Telegram's two names of it, and what was written beside it."""

    photo: str
    unique: str
    words: str = ""


@dataclass(frozen=True, slots=True)
class Claims:
    """What is done about goods that were not right."""

    aftersales: Aftersales
    refunding: Refunding

    def submit(self, uow: Uow, *, user: UserId, case: int, remedy: Remedy) -> Told:
        """Open a case; where the rule says so its money is given back at once, else staff are told.

        Raises what `Aftersales.submit` raises.
        """
        told = self.aftersales.submit(uow, user=user, case=case, remedy=remedy)
        if told.case.state is State.ACCEPTED:
            self.grant(uow, told.case, told.member.id)
        else:
            self._tell_staff(uow, told, "aftersales.staff_new", f"case:{case}:new")
        self._look_at_batch(uow, told)
        return told

    def said(self, uow: Uow, *, person: Person, typed: str) -> Said:
        """Take somebody's words in private as a complaint; an illness reaches a person at once."""
        told, read = self.aftersales.read(uow, user=person.user, typed=typed)
        if read is None or not read.is_ill:
            return Said(told, read)
        return Said(None, read, leader=self._call(uow, person, read))

    def said_in_group(self, uow: Uow, *, person: Person, group: Group, typed: str) -> bool:
        """Tell whether words in a group complain of somebody's own goods; an illness reaches a person."""
        member = uow.members.by_user(person.user)
        owned = [each for each in self.aftersales.owned(uow, user=person.user) if each.group == group.id]
        read = self.aftersales.reader.read(typed, owned) if owned else None
        if read is None or member is None:
            return False
        if read.is_ill:
            self._call(uow, person, read)
        return uow.claims.take(f"complaint:{group.id}:{member.id}:{uow.now:%Y%m%d%H}")

    def heard_in_group(
        self, uow: Uow, *, chat: ChatId, person: Person, typed: str
    ) -> tuple[Group, bool] | None:
        """Return the group in which words were said, and whether to lead who said them to private."""
        group = uow.groups.by_chat(chat)
        if not is_listening(group):
            return None
        return group, self.said_in_group(uow, person=person, group=group, typed=typed)

    def pictured(self, uow: Uow, *, person: Person, picture: Picture) -> Said | None:
        """Take a photo for the case being told; where none is, words beside it may begin one.

        None for who has bought nothing that the photo could be of.
        """
        said = self.said(uow, person=person, typed=picture.words) if picture.words else Said(None, None)
        if said.leader:
            return said
        told = self.aftersales.photo(uow, user=person.user, photo=picture.photo, unique=picture.unique)
        if told is None:
            return Said(None, said.read) if self.aftersales.owned(uow, user=person.user) else None
        return Said(self.aftersales.judged(uow, user=person.user, case=told.case.id), said.read)

    def desk(self, uow: Uow, *, user: UserId) -> tuple[tuple[Shown, ...] | None, tuple[Owned, ...]]:
        """Return what waits for staff, None for who is none, and somebody's own goods."""
        return self.aftersales.queue(uow, user=user), self.aftersales.owned(uow, user=user)

    def _call(self, uow: Uow, person: Person, read: Read) -> bool:
        """Let a person look at an illness at once, at any hour; False where no goods of theirs are known."""
        owned = read.owned or next(iter(self.aftersales.owned(uow, user=person.user)), None)
        member = uow.members.by_user(person.user)
        group = uow.groups.get(owned.group) if owned else None
        if owned is None or member is None or group is None:
            return False
        if not uow.cases.is_open(owned.line) and uow.cases.given_back(owned.line) < owned.amount:
            told = self.aftersales.open_ill(uow, user=person.user, line=owned.line)
            self._tell_staff(uow, told, "aftersales.staff_ill", f"case:{told.case.id}:ill")
        else:
            words: dict[str, Param] = {"name": person.name, "goods": owned.name}
            once = f"ill:{member.id}:{uow.now:%Y%m%d%H}"
            self._notify(uow, group.id, member.id, Text("aftersales.staff_ill_again", words), once)
        return True

    # -- decisions

    def accept(self, uow: Uow, *, user: UserId, case: int, remedy: Remedy, amount: Fen) -> Shown:
        """Agree to a case; its member hears when it is done. Raises what `Aftersales.accept` raises."""
        return self.aftersales.accept(uow, user=user, case=case, remedy=remedy, amount=amount)

    def reject(self, uow: Uow, *, user: UserId, case: int, why: Why) -> Shown:
        """Turn a case down and tell its member why, and what they can do. Raises what `reject` raises."""
        shown = self.aftersales.reject(uow, user=user, case=case, why=why)
        words: dict[str, Param] = {"goods": shown.owned.name, "why": Text(f"aftersales.why_{why}")}
        self._tell(uow, shown.case, shown.group, Text("aftersales.told_rejected", words), "rejected")
        return shown

    def due(self, uow: Uow, *, case: int) -> None:
        """Do what is due with a case: give back what staff agreed to, or remind them of the clock."""
        found = uow.cases.get(case)
        if found is None or found.look_at is None or found.look_at > uow.now:
            return
        if found.state is State.ACCEPTED:
            self.grant(uow, found, found.decided_by)
        elif found.state is State.OPEN:
            told = self.aftersales.told(uow, case=found)
            is_over = found.due_at is not None and uow.now >= found.due_at
            said = "aftersales.staff_over" if is_over else "aftersales.staff_clock"
            self._tell_staff(uow, told, said, f"case:{case}:clock:{found.stage}")
            self.aftersales.remind(uow, case=found)

    def grant(self, uow: Uow, case: Case, by: MemberId | None) -> None:
        """Do what was agreed, once: give money back under the case's own key, and tell its member.

        Points, coupons, levels and commission go back with the refund: payments call what reverses them.
        """
        if not self.aftersales.finish(uow, case=case):
            return
        told = self.aftersales.told(uow, case=case)
        words: dict[str, Param] = {"goods": told.owned.name, "amount": Money(case.amount)}
        if case.remedy is Remedy.REFUND and case.amount > 0:
            self.refunding.lower(
                uow,
                order=case.order,
                line=case.line,
                amount=case.amount,
                why=refunds.Why(_REASONS.get(case.kind, RefundReason.SPOILED), case.rule, f"case:{case.id}"),
                by=by,
            )
        if case.decided_by is not None:  # else its answer says so
            text = Text(f"aftersales.told_{case.remedy}", words)
            self._tell(uow, case, told.group, text, "done")
        uow.journal.note(
            "case.done", member=case.member, group=told.group.id, case=case.id, fen=case.amount, by=by
        )

    # -- telling

    def _look_at_batch(self, uow: Uow, told: Told) -> None:
        batch = self.aftersales.alarm(uow, group=told.group.id, item=told.owned.item)
        if batch is None:
            return
        keyboard: Keyboard = (
            (Tap(Text("aftersales.to_stop"), STOP, (told.owned.item,)),),
            (Tap(Text("aftersales.to_queue"), QUEUE),),
        )
        once = f"batch:{told.group.id}:{told.owned.item}:{uow.now:%Y%m%d}"
        self._notify(uow, told.group.id, told.member.id, batch_text(batch), once, keyboard)

    def _tell_staff(self, uow: Uow, told: Told, key: str, once: str) -> None:
        words: dict[str, Param] = {
            "name": uow.cases.name_of(told.case.id) or Text("members.nameless"),
            "goods": told.owned.name,
            "kind": Text(f"aftersales.kind_{told.case.kind}"),
            "quantity": Quantity(told.case.quantity, told.owned.unit),
            "why": Text(f"aftersales.rule_{told.case.rule}"),
            "due": Moment(told.case.due_at or uow.now, told.group.zone.key),
        }
        keyboard: Keyboard = ((Tap(Text("aftersales.to_case"), CASE, (told.case.id,)),),)
        self._notify(uow, told.group.id, told.member.id, _staffs(key, words), once, keyboard)

    @staticmethod
    def _notify(
        uow: Uow, group: GroupId, about: MemberId, text: Text, once: str, keyboard: Keyboard = ()
    ) -> None:
        for holder in uow.staff.holders(group, act=Act.AFTERSALES, now=uow.now):
            if holder.reachable:
                own = f"{once}:{holder.id}"
                uow.outbox.put(staff_notice(holder, text, about=about, once=own, keyboard=keyboard))

    @staticmethod
    def _tell(uow: Uow, case: Case, group: Group, text: Text, what: str) -> None:
        member: Member | None = uow.members.find(case.member)
        if member is None or not member.reachable:
            return
        uow.outbox.put(
            Outgoing(
                Kind.SEND,
                private_chat(member.user),
                MessageClass.RECEIPT,
                text=text,
                language=member.language,
                dedupe_key=f"case:{case.id}:{what}",
                large=member.large,
                reason=Text("aftersales.why_told"),
                group=group.id,
            )
        )


def batch_text(batch: Batch) -> Text:
    """Return the warning about a batch."""
    words: dict[str, Param] = {
        "goods": batch.name,
        "batch": batch.batch,
        "homes": batch.homes,
        "cases": batch.cases,
        "lines": batch.lines,
    }
    return Text("aftersales.batch", words)


def _staffs(key: str, words: dict[str, Param]) -> Text:
    """Return what staff are told of a case; each text says its part of the words."""
    match key:
        case "aftersales.staff_ill":
            return Text("aftersales.staff_ill", {"name": words["name"], "goods": words["goods"]})
        case "aftersales.staff_over":
            return Text("aftersales.staff_over", words)
        case "aftersales.staff_clock":
            return Text("aftersales.staff_clock", words)
        case _:
            return Text("aftersales.staff_new", words)
