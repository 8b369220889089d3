"""The published rule for goods that were not right (domain.md §7.1). Pure."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from features.aftersales.model import AftersalesPolicy, Batch, Facts, Kind, Rule, Verdict
from features.outreach.model import QuietHours
from features.outreach.rules import next_allowed, quiet_from
from kernel.money import Fen, Milli, share_of

REMINDED = (50, 80, 100)
"""At which part of the clock staff are reminded, in percent."""


def is_in_window(collected_at: datetime, now: datetime, *, is_fresh: bool, policy: AftersalesPolicy) -> bool:
    """Tell whether a case comes in time to go by itself; the last second counts."""
    lasts = timedelta(hours=policy.fresh_hours) if is_fresh else timedelta(days=policy.packed_days)
    return now - collected_at <= lasts


def judge(facts: Facts, policy: AftersalesPolicy) -> Verdict:
    """Return what the rule gives back, and whether that goes without a person.

    Up to a little in proportion, above much everything, between them in proportion or the goods once more.
    What a rule cannot say, what is dear, late, without a photo or often goes to a person, never to nobody.
    """
    rule, amount = _measure(facts, policy)
    reason = _to_a_person(facts, amount, policy)
    if rule is Rule.PERSON or reason is not None:
        return Verdict(reason or rule, amount, is_automatic=False, may_choose=rule is Rule.CHOICE)
    return Verdict(rule, amount, is_automatic=True, may_choose=rule is Rule.CHOICE)


def _measure(facts: Facts, policy: AftersalesPolicy) -> tuple[Rule, Fen]:
    part = share_of(facts.amount, facts.quantity, facts.there) if facts.there else Fen(0)
    if facts.kind not in (Kind.BROKEN, Kind.SPOILED, Kind.SHORT):
        return Rule.PERSON, part
    if facts.kind is Kind.SHORT:
        return Rule.PRO_RATA, part
    percent = facts.quantity * 100
    if percent > facts.there * policy.much_percent:
        return Rule.FULL, facts.amount
    if percent > facts.there * policy.little_percent:
        return Rule.CHOICE, part
    return Rule.PRO_RATA, part


def _to_a_person(facts: Facts, amount: Fen, policy: AftersalesPolicy) -> Rule | None:
    """Return why a case is no matter of a rule alone; None: it is."""
    reasons = (
        (not facts.is_in_window, Rule.AFTER_WINDOW),
        (not facts.has_photo, Rule.NO_PHOTO),
        (facts.is_photo_used, Rule.SAME_PHOTO),
        (facts.claims * 100 > policy.often_orders * policy.often_percent, Rule.OFTEN),
        (amount > policy.automatic_fen, Rule.ABOVE),
    )
    return next((rule for holds, rule in reasons if holds), None)


def answer_by(now: datetime, minutes: int, zone: ZoneInfo, quiet: QuietHours) -> datetime:
    """Return by when staff answer: the clock stands still in quiet hours."""
    at, left = next_allowed(now, zone, quiet), timedelta(minutes=minutes)
    while (night := quiet_from(at, zone, quiet)) is not None and at + left > night:
        left -= night - at
        at = next_allowed(night, zone, quiet)
    return at + left


def reminder_at(opened_at: datetime, due_at: datetime, stage: int) -> datetime | None:
    """Return when staff are reminded of a case in that stage; None: no more."""
    if stage >= len(REMINDED):
        return None
    return opened_at + (due_at - opened_at) * REMINDED[stage] / 100


def is_alarming(batch: Batch, policy: AftersalesPolicy) -> bool:
    """Tell whether a batch has so many cases within a day that staff are to look at it."""
    if batch.homes >= policy.batch_cases:
        return True
    return batch.homes > 1 and batch.homes * 100 >= batch.lines * policy.batch_percent


def part_of(there: Milli, percent: int) -> Milli:
    """Return so many percent of a quantity, at least a thousandth."""
    return Milli(max(1, there * percent // 100))
