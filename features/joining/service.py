"""Use cases of joining."""

from dataclasses import dataclass
from datetime import timedelta

from features.joining import rules
from features.joining.model import (
    Asked,
    Asker,
    Decided,
    InsideAlready,
    JoiningPolicy,
    JoinRequest,
    Question,
    QuestionOver,
    Verdict,
)
from features.joining.ports import Uow
from features.members.model import Group
from features.members.rules import is_listening
from features.members.service import Members
from kernel.ids import ChatId, GroupId, UserId
from kernel.message import Call, Kind, MessageClass, Outgoing

_ROLL_SIZE = 5  # members asked about at a time
_ROLL_PAUSE = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class Joining:
    """The question at the door, and who is still there."""

    policy: JoiningPolicy
    members: Members

    def requested(self, uow: Uow, *, chat: ChatId, asker: Asker) -> Asked | None:
        """Return the question for somebody who asks to join; None where people decide by themselves.

        That is where the group is not enabled, and when the time to write to the person is over.
        """
        group = uow.groups.by_chat(chat)
        if not is_listening(group) or uow.now >= asker.until:
            return None
        if uow.members.standing(group.chat, asker.user):  # who asks is outside, whatever we last heard
            self.members.left(uow, chat=group.chat, user=asker.user)
        asked = _draw(uow)
        request = uow.joining.ask(group.id, asker, answer=asked.answer, now=uow.now)
        uow.journal.note("joining.asked", group=group.id)
        return Asked(group, asker, request.id, 0, asked)

    def answered(self, uow: Uow, *, user: UserId, request: int, attempt: int, choice: int) -> Asked | Decided:
        """Judge an answer: ask Telegram to let the person in, ask once more, or decline.

        Raises QuestionOver, and InsideAlready for somebody whom an administrator let in meanwhile.
        """
        wish = uow.joining.take(request)
        if wish is None or wish.asker.user != user or wish.attempts != attempt or uow.now >= wish.asker.until:
            raise QuestionOver
        group = uow.groups.get(wish.group)
        if not is_listening(group):
            raise QuestionOver
        if uow.members.standing(group.chat, user):
            raise InsideAlready
        match rules.judge(wish, choice, self.policy):
            case Verdict.AGAIN:
                return self._ask_again(uow, wish, group)
            case verdict:
                return self._decide(uow, wish, group, is_let_in=verdict is Verdict.RIGHT)

    def unanswered(self, uow: Uow, *, request: int) -> None:
        """Close a wish whose five minutes are over; it stays with the group's administrators."""
        wish = uow.joining.take(request)
        if wish and uow.now >= wish.asker.until and uow.joining.close(request):
            uow.journal.note("joining.unanswered", group=wish.group)

    def heard_again(self, uow: Uow, *, chat: ChatId) -> None:
        """Begin to ask Telegram who is still in a group: while the bot was no administrator, people left."""
        group = uow.groups.by_chat(chat)
        if is_listening(group):
            uow.joining.begin_roll(group.id, now=uow.now)
            uow.journal.note("joining.roll_began", group=group.id)

    def call_roll(self, uow: Uow, *, group: GroupId) -> None:
        """Ask Telegram about the next few members of a group."""
        chat, users = uow.joining.call_roll(group, most=_ROLL_SIZE, until=uow.now + _ROLL_PAUSE)
        for user in users:
            uow.outbox.put(Outgoing(Kind.CALL, chat, MessageClass.UPKEEP, call=Call.ROLL, user=user))

    def told_absent(self, uow: Uow, *, chat: ChatId, user: UserId) -> None:
        """Record that somebody is gone whom Telegram did not find in the group."""
        self.members.left(uow, chat=chat, user=user)

    def told_undecided(self, uow: Uow, *, chat: ChatId) -> Group | None:
        """Return the group whose administrators have to decide, because Telegram did not let the bot."""
        group = uow.groups.by_chat(chat)
        if group:
            uow.journal.note("joining.undecided", group=group.id)
        return group

    def _ask_again(self, uow: Uow, wish: JoinRequest, group: Group) -> Asked:
        asked = _draw(uow)
        uow.joining.ask_again(wish.id, answer=asked.answer)
        return Asked(group, wish.asker, wish.id, wish.attempts + 1, asked)

    @staticmethod
    def _decide(uow: Uow, wish: JoinRequest, group: Group, *, is_let_in: bool) -> Decided:
        if not uow.joining.close(wish.id):
            raise QuestionOver
        uow.journal.note("joining.approved" if is_let_in else "joining.declined", group=group.id)
        return Decided(group, wish.asker, is_let_in)


def _draw(uow: Uow) -> Question:
    left, right = uow.rng.randint(rules.LEAST, rules.MOST), uow.rng.randint(rules.LEAST, rules.MOST)
    wrong = uow.rng.sample(rules.wrong_answers(left + right), rules.CHOICES - 1)
    return rules.question(left, right, wrong, uow.rng.randrange(rules.CHOICES))
