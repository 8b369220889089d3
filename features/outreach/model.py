"""Values about when and about what somebody is written to."""

from dataclasses import dataclass
from datetime import datetime, time
from enum import StrEnum
from typing import Annotated

from kernel.errors import Refusal
from kernel.policy import Range


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local hours in which nobody is written to unasked: `start` ≤ t < `end`.

    They run over midnight where start > end; equal ends mean there are none.
    """

    start: time
    end: time


class Topic(StrEnum):
    """What the bot writes about by itself."""

    POINTS = "points"  # that expire
    LEVEL = "level"
    COUPONS = "coupons"  # that expire, or were given
    OFFERS = "offers"
    RECIPES = "recipes"
    CARE = "care"  # how it was, after buying

    @property
    def is_marketing(self) -> bool:
        """Whether it needs the consent to marketing messages, apart from the one to the service."""
        return self in MARKETING


MARKETING = frozenset({Topic.OFFERS, Topic.RECIPES, Topic.CARE})


@dataclass(frozen=True, slots=True)
class Preference:
    """When and about what a member wants to be written to."""

    muted_until: datetime | None = None
    quiet: QuietHours | None = None  # None: as in the group
    topics_off: frozenset[Topic] = frozenset()


@dataclass(frozen=True, slots=True)
class Speak:
    """The bot may write now."""


@dataclass(frozen=True, slots=True)
class Wait:
    """The bot may not write now; ask again at `until` (UTC)."""

    until: datetime


class NeverReason(StrEnum):
    """Why somebody is not written to at all; also a code of the journal."""

    TOPIC_OFF = "topic_off"
    NO_CONSENT = "no_consent"  # to marketing messages


@dataclass(frozen=True, slots=True)
class Never:
    """This member does not want to hear of it."""

    reason: NeverReason


When = Speak | Wait | Never


@dataclass(frozen=True, slots=True)
class Slot:
    """When somebody may be told something (UTC): from an instant to the next quiet hours, if any."""

    opens: datetime
    closes: datetime | None


@dataclass(frozen=True, slots=True)
class OutreachPolicy:
    """What members are offered to choose from."""

    quiet_choices: tuple[QuietHours, ...]
    mute_days: Annotated[int, Range(1, 90, "days")]  # how long one tap mutes


class NoSuchHours(Refusal):
    """Quiet hours were asked for that are not offered, or not any more."""

    text_key = "home.stale_button"


class MarketingOff(Refusal):
    """A marketing topic was switched by somebody who has not agreed to marketing messages."""

    text_key = "settings.marketing_first"
