"""The question at the door: one right choice among three, whatever is drawn."""

from datetime import UTC, datetime
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from features.joining import rules
from features.joining.model import Asker, JoiningPolicy, JoinRequest, Verdict
from kernel.ids import ChatId, GroupId, UserId
from kernel.message import Language

NUMBERS = st.integers(rules.LEAST, rules.MOST)
ASKER = Asker(UserId(7), ChatId(7), Language.ZH_CN, datetime(2026, 11, 23, tzinfo=UTC))


@given(left=NUMBERS, right=NUMBERS, chance=st.randoms(use_true_random=False))
def test_the_sum_stands_once_among_three_different_choices(left: int, right: int, chance: Random) -> None:
    wrong = chance.sample(rules.wrong_answers(left + right), rules.CHOICES - 1)

    asked = rules.question(left, right, wrong, chance.randrange(rules.CHOICES))

    assert len(set(asked.choices)) == len(asked.choices) == rules.CHOICES
    assert asked.choices.count(asked.answer) == 1
    assert min(asked.choices) > 0


@given(
    attempts=st.integers(1, 10),
    given_before=st.integers(0, 9),
    answer=st.integers(2, 18),
    choice=st.integers(),
)
def test_the_right_number_lets_in_and_wrong_ones_run_out(
    attempts: int, given_before: int, answer: int, choice: int
) -> None:
    wish = JoinRequest(1, GroupId(1), ASKER, answer, given_before)

    verdict = rules.judge(wish, choice, JoiningPolicy(attempts))

    if choice == answer:
        assert verdict is Verdict.RIGHT
    else:
        assert verdict is (Verdict.AGAIN if given_before + 1 < attempts else Verdict.WRONG)
