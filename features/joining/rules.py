"""The question at the door and what an answer comes to."""

from collections.abc import Sequence

from features.joining.model import JoiningPolicy, JoinRequest, Question, Verdict

LEAST, MOST = 1, 9  # of each number, so that a child can add them
CHOICES = 3
_SPREAD = range(1, 4)  # how far a wrong choice lies from the right one


def wrong_answers(answer: int) -> tuple[int, ...]:
    """Return numbers near `answer` that are positive and wrong."""
    near = [answer + sign * step for step in _SPREAD for sign in (1, -1)]
    return tuple(number for number in near if number > 0)


def question(left: int, right: int, wrong: Sequence[int], place: int) -> Question:
    """Return the question with its sum at `place` (0 …) among the `wrong` choices."""
    choices = [*wrong[:place], left + right, *wrong[place:]]
    return Question(left, right, tuple(choices))


def judge(request: JoinRequest, choice: int, policy: JoiningPolicy) -> Verdict:
    """Tell what `choice` comes to; the attempt it is counts."""
    if choice == request.answer:
        return Verdict.RIGHT
    return Verdict.AGAIN if request.attempts + 1 < policy.attempts else Verdict.WRONG
