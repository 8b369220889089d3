"""When the bot may speak unasked (domain.md §5.1)."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from features.outreach.model import (
    Never,
    NeverReason,
    Preference,
    QuietHours,
    Slot,
    Speak,
    Topic,
    Wait,
)
from kernel import business_day

SILENCE_STEP = timedelta(hours=3)  # so often a silent group's messages ask again whether it speaks


def is_quiet(at: time, quiet: QuietHours) -> bool:
    """Tell whether local time `at` lies in the quiet hours."""
    if quiet.start <= quiet.end:
        return quiet.start <= at < quiet.end
    return at >= quiet.start or at < quiet.end


def quiet_from(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime | None:
    """Return the UTC instant at which the next quiet hours begin after `now`; None when there are none."""
    if quiet.start == quiet.end:
        return None
    today = now.astimezone(zone).date()
    starts = (business_day.instant(today + timedelta(days=days), quiet.start, zone) for days in range(3))
    return next(start for start in starts if start > now)


def next_allowed(now: datetime, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return `now`, or the UTC instant at which the quiet hours around it end."""
    local = now.astimezone(zone)
    if not is_quiet(local.time(), quiet):
        return now
    after_midnight = local.time() < quiet.end
    day = local.date() if after_midnight else local.date() + timedelta(days=1)
    end = business_day.instant(day, quiet.end, zone)
    return end if end > now else business_day.instant_again(day, quiet.end, zone)


def is_wanted(topic: Topic, preference: Preference, *, marketing_consent: bool) -> bool:
    """Tell whether a member wants to hear of `topic` at all."""
    return never(topic, preference, marketing_consent=marketing_consent) is None


def never(topic: Topic, preference: Preference, *, marketing_consent: bool) -> Never | None:
    """Return why a member is not written to about `topic`, or None where they are."""
    if topic.is_marketing and not marketing_consent:
        return Never(NeverReason.NO_CONSENT)
    if topic in preference.topics_off:
        return Never(NeverReason.TOPIC_OFF)
    return None


def when(
    now: datetime, preference: Preference, *, zone: ZoneInfo, quiet: QuietHours, silent: bool
) -> Speak | Wait:
    """Return whether a wanted message may leave at `now`, or when to ask again.

    The end of a mute or of a silence may lie in quiet hours: asked again then, they say so.
    """
    if preference.muted_until is not None and preference.muted_until > now:
        return Wait(preference.muted_until)
    if silent:
        return Wait(now + SILENCE_STEP)
    allowed = next_allowed(now, zone, preference.quiet or quiet)
    return Wait(allowed) if allowed > now else Speak()


def slot(now: datetime, preference: Preference, *, zone: ZoneInfo, quiet: QuietHours, silent: bool) -> Slot:
    """Return the next time in which a wanted message may leave; one that begins later is asked for again."""
    found, own = when(now, preference, zone=zone, quiet=quiet, silent=silent), preference.quiet or quiet
    opens = next_allowed(found.until if isinstance(found, Wait) else now, zone, own)
    return Slot(opens, quiet_from(opens, zone, own))


def is_muted(preference: Preference, now: datetime) -> bool:
    """Tell whether a member is left alone at `now`."""
    return preference.muted_until is not None and preference.muted_until > now


_REASONS = {
    "growth.why_expiring": Topic.POINTS,
    "growth.why_adjusted": Topic.POINTS,
    "growth.why_gained": Topic.LEVEL,
    "growth.why_level": Topic.LEVEL,
    "coupons.why_expiring": Topic.COUPONS,
    "coupons.why_given": Topic.COUPONS,
}


def topic_of_reason(key: str) -> Topic | None:
    """Return the topic of a message by the key of its reason; None for what cannot be switched off."""
    return _REASONS.get(key)
