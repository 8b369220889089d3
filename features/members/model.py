"""Values and refusals about groups and people."""

from dataclasses import dataclass
from datetime import UTC, datetime, time
from enum import StrEnum
from typing import Annotated
from zoneinfo import ZoneInfo

from features.outreach.model import QuietHours
from kernel.errors import Refusal
from kernel.ids import ChatId, GroupId, MemberId, MessageId, UserId
from kernel.message import Language
from kernel.policy import Range

_LONG_AGO = datetime.min.replace(tzinfo=UTC)


class GroupState(StrEnum):
    """Where a group stands with us."""

    MET = "met"  # the bot was added; an administrator has not pressed the button yet
    ASKED = "asked"  # an administrator has; the owner of the bot has not decided yet
    ENABLED = "enabled"
    REFUSED = "refused"  # by the owner
    LEFT = "left"  # the bot was removed


@dataclass(frozen=True, slots=True)
class Person:
    """A Telegram user as an update shows them; `name` is already cleaned for display."""

    user: UserId
    name: str
    language: Language | None  # None: the update does not say


@dataclass(frozen=True, slots=True)
class Group:
    """A group the bot was added to."""

    id: GroupId
    chat: ChatId
    title: str
    state: GroupState
    language: Language
    zone: ZoneInfo
    quiet: QuietHours
    asked_by: MemberId | None = None  # who pressed the enabling button
    card: MessageId | None = None  # with the enabling button, as it was last pressed
    state_at: datetime = _LONG_AGO  # since when it is in its state
    silent_since: datetime | None = None  # since when nothing leaves by itself; None: the bot speaks


class CameBy(StrEnum):
    """How a stay in a group began."""

    PLAIN = "plain"  # the public button, or brought in by somebody
    LINK = "link"
    REQUEST = "request"
    SEEN = "seen"  # there before the bot knew


@dataclass(frozen=True, slots=True)
class Stay:
    """Somebody is in a group since `entered_at`; `came_by` None: from before that was kept."""

    entered_at: datetime
    came_by: CameBy | None


@dataclass(frozen=True, slots=True)
class Member:
    """A person we know."""

    id: MemberId
    user: UserId
    name: str  # kept only with consent; empty before
    language: Language
    service_consent_at: datetime | None
    marketing_consent_at: datetime | None
    reachable: bool  # pressed Start and has not blocked the bot
    large: bool = False  # wants few words and one button a row
    language_chosen: bool = False  # by the person; else the language is that of their Telegram

    @property
    def consented(self) -> bool:
        """Whether service messages and a growth account were agreed to."""
        return self.service_consent_at is not None


@dataclass(frozen=True, slots=True)
class MembersPolicy:
    """Defaults of a newly met group; each group keeps its own values afterwards."""

    zone: ZoneInfo
    quiet_start: time  # local time from which nobody is written to unasked
    quiet_end: time
    language: Language
    name_columns: Annotated[int, Range(8, 64, "columns")]  # of a shown name; Chinese characters take two

    @property
    def quiet(self) -> QuietHours:
        """The quiet hours as one value."""
        return QuietHours(self.quiet_start, self.quiet_end)


class Enabling(StrEnum):
    """What came of pressing the enabling button."""

    READY = "ready"  # an administrator pressed it, nothing is in the way: the owner decides
    ENABLED = "enabled"
    ALREADY = "already"
    ASKED = "asked"  # Telegram's list of administrators is missing or old; it has been asked for
    DEAF = "deaf"  # the bot is no administrator, so Telegram does not show it what people say


@dataclass(frozen=True, slots=True)
class Enabled:
    """A group after its enabling button was pressed."""

    group: Group
    outcome: Enabling


@dataclass(frozen=True, slots=True)
class Joined:
    """A person who came into an enabled group, or spoke there; `name` is what to call them."""

    member: Member
    group: Group
    name: str
    is_back: bool = False  # was in this group before


@dataclass(frozen=True, slots=True)
class Started:
    """A member and what to call them; their first group counts for zone and quiet hours."""

    member: Member
    group: Group
    name: str


@dataclass(frozen=True, slots=True)
class Checking:
    """Telegram has been asked whether the person who pressed Start is in `group`."""

    group: Group


class NotListening(Refusal):
    """Something was said in a group that is not enabled: silence is the answer."""


class Erased(Refusal):
    """Somebody who was erased asked for something in a group: only Start, in private, is a return."""

    text_key = "members.erased"


class MustReturn(Refusal):
    """Somebody who was erased pressed a button in a group that would record them anew."""

    text_key = "members.must_return"


class GroupUnknown(Refusal):
    """The enabling button came from a chat the bot was never added to as to a group."""

    text_key = "members.group_unknown"


class NotAdministrator(Refusal):
    """Somebody else than an administrator pressed the enabling button."""

    text_key = "members.not_administrator"


class NotMember(Refusal):
    """A person who is in none of our groups asked for something members have."""

    text_key = "members.not_member"


class Forgotten(Refusal):
    """Somebody who was erased asked in private for something members have."""

    text_key = "members.forgotten"


class Away(Refusal):
    """Somebody who agreed before is in none of our groups now; their account stands."""

    text_key = "members.away"


class ConsentNeeded(Refusal):
    """A member who has not agreed to the service yet asked for something that needs it."""

    text_key = "members.consent_needed"
