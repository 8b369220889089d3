"""Alternation: every contestant in every round, in reversed order in every other one."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to run: full sizes, or tiny ones that only show that everything works."""

    rounds: int
    quick: bool = False

    def count(self, full: int, quick: int) -> int:
        """Return the size of a run."""
        return quick if self.quick else full


async def alternate(contestants: Mapping[str, Callable[[], Awaitable[T]]], rounds: int) -> dict[str, list[T]]:
    """Let each contestant run once a round; return what each measured, round by round."""
    measured: dict[str, list[T]] = {name: [] for name in contestants}
    for number in range(rounds):
        names = list(contestants)
        for name in names if number % 2 == 0 else reversed(names):
            measured[name].append(await contestants[name]())
    return measured
