"""Values about wishes to join, and about looking whether members are still there."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated

from features.members.model import Group
from kernel.errors import Refusal
from kernel.ids import ChatId, GroupId, UserId
from kernel.message import Language
from kernel.policy import Range


@dataclass(frozen=True, slots=True)
class JoiningPolicy:
    """Numbers of the question at the door."""

    attempts: Annotated[int, Range(1, 10, "answers")]


@dataclass(frozen=True, slots=True)
class Question:
    """How much is `left` + `right`? The sum stands among `choices`."""

    left: int
    right: int
    choices: tuple[int, ...]

    @property
    def answer(self) -> int:
        """The sum."""
        return self.left + self.right


@dataclass(frozen=True, slots=True)
class Asker:
    """Somebody who asks to come in; `chat` is where they can be written to until `until`."""

    user: UserId
    chat: ChatId
    language: Language
    until: datetime


@dataclass(frozen=True, slots=True)
class JoinRequest:
    """A wish to join that waits for its answer; `attempts` counts the answers given so far."""

    id: int
    group: GroupId
    asker: Asker
    answer: int
    attempts: int


class Verdict(StrEnum):
    """What an answer comes to."""

    RIGHT = "right"
    AGAIN = "again"
    WRONG = "wrong"  # and no further attempt


@dataclass(frozen=True, slots=True)
class Asked:
    """The question that a person is shown now."""

    group: Group
    asker: Asker
    request: int
    attempts: int
    question: Question


@dataclass(frozen=True, slots=True)
class Decided:
    """What became of a wish to join by its last answer."""

    group: Group
    asker: Asker
    is_let_in: bool


class QuestionOver(Refusal):
    """The question was answered, was replaced by a newer one, or its five minutes are over."""

    text_key = "joining.over"


class InsideAlready(Refusal):
    """An administrator was faster: the person is in the group."""

    text_key = "joining.inside"
