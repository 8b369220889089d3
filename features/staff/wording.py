"""What staff are told by itself."""

from features.members.model import Member
from kernel.ids import MemberId, private_chat
from kernel.message import Keyboard, Kind, MessageClass, Outgoing, Text


def staff_notice(
    reader: Member,
    text: Text,
    *,
    about: MemberId | None = None,
    once: str | None = None,
    keyboard: Keyboard = (),
) -> Outgoing:
    """Return a message to somebody with a role that may name `about`; under a key `once` it is said once."""
    return Outgoing(
        Kind.SEND,
        private_chat(reader.user),
        MessageClass.NOTICE,
        text=text,
        keyboard=keyboard,
        language=reader.language,
        dedupe_key=once,
        large=reader.large,
        reason=Text("staff.notice_why"),
        about=about,
    )
