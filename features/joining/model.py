"""Values about wishes to join."""

from dataclasses import dataclass
from typing import Annotated

from kernel.policy import Range


@dataclass(frozen=True, slots=True)
class JoiningPolicy:
    """Numbers of the question at the door."""

    attempts: Annotated[int, Range(1, 10, "answers")]
