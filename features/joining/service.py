"""Use cases of joining."""

from dataclasses import dataclass

from features.joining.model import JoiningPolicy


@dataclass(frozen=True, slots=True)
class Joining:
    """The question at the door."""

    policy: JoiningPolicy
