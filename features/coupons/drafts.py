"""A kind of coupon made step by step: what each step offers, and what a choice makes of the draft."""

import hashlib
from dataclasses import replace
from enum import StrEnum

from features.coupons.model import Design, Kind, Limits, Reach, Scope, Term, Terms, Way
from features.coupons.rules import PERCENTS
from kernel.ids import GroupId
from kernel.money import Fen


class Step(StrEnum):
    """The questions of the card, in order."""

    KIND = "kind"
    AMOUNT = "amount"
    PERCENT = "percent"
    CAP = "cap"  # the most that a percentage takes off
    MINIMUM = "minimum"
    SCOPE = "scope"
    TOTAL = "total"
    EACH = "each"  # how many a member
    DAYS = "days"
    BUDGET = "budget"
    PREVIEW = "preview"


EVERYTHING = "all"
_MONEY = (Step.MINIMUM, Step.SCOPE, Step.TOTAL, Step.EACH, Step.DAYS, Step.BUDGET, Step.PREVIEW)
_VOUCHER = (Step.KIND, Step.TOTAL, Step.EACH, Step.DAYS, Step.PREVIEW)
STEPS = {
    Kind.AMOUNT: (Step.KIND, Step.AMOUNT, *_MONEY),
    Kind.PERCENT: (Step.KIND, Step.PERCENT, Step.CAP, *_MONEY),
    Kind.PICK: _VOUCHER,
    Kind.DELIVERY: _VOUCHER,
}
"""The steps of each kind."""

_OFFERED: dict[Step, tuple[int, ...]] = {
    Step.AMOUNT: (300, 500, 800, 1000, 2000, 3000),
    Step.PERCENT: PERCENTS,
    Step.CAP: (300, 500, 1000, 2000, 3000, 5000),
    Step.MINIMUM: (0, 1900, 2900, 3900, 5900, 9900),
    Step.TOTAL: (10, 20, 50, 100, 200, 500, 0),
    Step.EACH: (1, 2, 3, 5),
    Step.DAYS: (3, 7, 15, 30, 60, 90),
    Step.BUDGET: (10_000, 20_000, 50_000, 100_000, 200_000, 500_000),
}


def begun(group: GroupId) -> Design:
    """Return a draft as it begins: a usual coupon, so that every page shows a whole one."""
    terms = Terms(Kind.AMOUNT, Fen(500), 0, Fen(3900))
    return Design(terms, Term(days=30), Limits(100, 1, Fen(50_000)), Way.CLAIM, group)


def choices(step: Step, design: Design, *, categories: tuple[str, ...], delivery: bool) -> tuple[str, ...]:
    """Return what can be chosen at a step, as its buttons name it; 0: no limit, or from any amount on.

    A minimum below what comes off would give goods away; a budget is enough for one coupon at least.
    """
    terms = design.terms
    match step:
        case Step.KIND:
            return tuple(kind for kind in Kind if delivery or kind is not Kind.DELIVERY)
        case Step.SCOPE:
            return (EVERYTHING, *categories)
        case Step.MINIMUM if terms.kind is Kind.AMOUNT:
            return tuple(str(each) for each in _OFFERED[step] if each >= terms.amount or each == 0)
        case Step.BUDGET:
            return tuple(str(each) for each in _OFFERED[step] if each >= terms.worth)
        case Step.PREVIEW:
            return ()
        case _:
            return tuple(map(str, _OFFERED[step]))


def code_of(category: str) -> str:
    """Return what stands for a category in a button, which carries plain letters only."""
    return hashlib.sha256(category.encode()).hexdigest()[:8]


def meant(value: str, offered: tuple[str, ...]) -> str | None:
    """Return the choice that a button's value names, by itself or by its code; None for none offered."""
    return next((each for each in offered if value in (each, code_of(each))), None)


def changed(design: Design, step: Step, value: str) -> Design:
    """Return the draft with what was chosen at a step; `value` is one of its choices."""
    match step:
        case Step.KIND:
            return _of_kind(design, Kind(value))
        case Step.SCOPE:
            scope = Scope() if value == EVERYTHING else Scope(Reach.CATEGORIES, (value,))
            return replace(design, terms=replace(design.terms, scope=scope))
        case Step.DAYS:
            return replace(design, term=Term(days=int(value)))
        case Step.PREVIEW:
            return design
        case Step.TOTAL | Step.EACH | Step.BUDGET:
            return replace(design, limits=_limited(design.limits, step, int(value)))
        case _:
            return replace(design, terms=_priced(design.terms, step, int(value)))


def _priced(terms: Terms, step: Step, number: int) -> Terms:
    match step:
        case Step.PERCENT:
            return replace(terms, percent=number)
        case Step.MINIMUM:
            return replace(terms, minimum=Fen(number))
        case _:
            return replace(terms, amount=Fen(number))


def _limited(limits: Limits, step: Step, number: int) -> Limits:
    match step:
        case Step.TOTAL:
            return replace(limits, total=number or None)
        case Step.EACH:
            return replace(limits, per_member=number)
        case _:
            return replace(limits, budget=Fen(number))


def _of_kind(design: Design, kind: Kind) -> Design:
    """Return the draft as another kind; a voucher costs no budget, money always has one."""
    if kind is design.terms.kind:
        return design
    if not kind.is_money:
        terms = Terms(kind, Fen(0), 0, Fen(0))
        return replace(design, terms=terms, limits=replace(design.limits, budget=None))
    terms = Terms(kind, Fen(500), 10 if kind is Kind.PERCENT else 0, Fen(3900))
    return replace(
        design, terms=terms, limits=replace(design.limits, budget=design.limits.budget or Fen(50_000))
    )


def after(step: Step, kind: Kind) -> Step:
    """Return the step that follows; the preview ends them."""
    steps = STEPS[kind]
    at = steps.index(step) if step in steps else 0
    return steps[min(at + 1, len(steps) - 1)]


def before(step: Step, kind: Kind) -> Step | None:
    """Return the step before; None at the first."""
    steps = STEPS[kind]
    at = steps.index(step) if step in steps else 0
    return steps[at - 1] if at else None


def most(design: Design) -> Fen | None:
    """Return what a kind costs at most: all pieces, or its budget; None where neither ends it."""
    limits, worth = design.limits, design.terms.worth
    ends = [] if limits.total is None else [limits.total * worth]
    if limits.budget is not None:
        ends.append(limits.budget)
    return Fen(min(ends)) if ends else None
