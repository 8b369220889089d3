"""What somebody is told about their own orders, in private, outside their quiet hours, each once."""

from dataclasses import dataclass

from features.app.uow import Uow
from features.members.model import Group, Member
from features.outreach.rules import next_allowed
from kernel.ids import MemberId, private_chat
from kernel.message import Keyboard, Kind, MessageClass, Outgoing, Text


@dataclass(frozen=True, slots=True)
class Letter:
    """One thing to be told under a key `once`, and why it comes."""

    text: Text
    why: Text
    once: str
    keyboard: Keyboard = ()
    at_once: bool = False  # an answer to what they just did, whatever the hour


@dataclass(frozen=True, slots=True)
class Letters:
    """Writes to people about their orders; such matters are told whatever topics they switched off."""

    def put(self, uow: Uow, *, member: MemberId, group: Group, letter: Letter) -> bool:
        """Tell a member something as soon as it may be told; False for who cannot be written to."""
        to = uow.members.find(member)
        if to is None or not to.reachable:
            return False
        uow.outbox.put(self._message(uow, to, group, letter))
        return True

    @staticmethod
    def _message(uow: Uow, to: Member, group: Group, letter: Letter) -> Outgoing:
        quiet = uow.preferences.get(to.id).quiet or group.quiet
        return Outgoing(
            Kind.SEND,
            private_chat(to.user),
            MessageClass.RECEIPT,
            text=letter.text,
            keyboard=letter.keyboard,
            language=to.language,
            not_before=None if letter.at_once else next_allowed(uow.now, group.zone, quiet),
            dedupe_key=letter.once,
            large=to.large,
            reason=letter.why,
            group=group.id,
        )
