"""The timed work of the product, one entry per kind. The engine never learns a feature's name."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from features.app import App, Uow


@dataclass(frozen=True, slots=True)
class Job:
    """A kind of timed work over rows: which are due, when the next will be, what to do with one.

    Each id is its own unit of work. `act` looks again whether the row is still due; `back_off` puts off one
    whose act failed, so that it cannot head every batch.
    """

    name: str
    due: Callable[[Uow, int], tuple[int, ...]]  # (unit of work, at most so many) -> ids
    next_at: Callable[[Uow], datetime | None]
    act: Callable[[App, Uow, int], None]
    back_off: Callable[[Uow, int], None]


JOBS: tuple[Job, ...] = (
    Job(
        name="growth.points_due",
        due=lambda uow, limit: uow.growth.due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.growth.next_due_at(),
        act=lambda app, uow, due: app.accounts.points_due(uow, due=due),
        back_off=lambda uow, due: uow.growth.back_off(due, now=uow.now),
    ),
    Job(
        name="privacy.sweeps",
        due=lambda uow, limit: uow.privacy.sweeps_due(now=uow.now, limit=limit),
        next_at=lambda uow: uow.privacy.next_sweep_at(),
        act=lambda app, uow, due: app.privacy.sweep(uow, which=due),
        back_off=lambda uow, due: uow.privacy.back_off(due, now=uow.now),
    ),
)
