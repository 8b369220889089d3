"""Joining by request: one easy question, five minutes, and everything that can come between."""

import re

import pytest

from tests.world import World

OVER = "这道题已经过时了。申请还在的话，群管理员会处理；没进群就再点一次入群链接。"
REQUESTS = "SELECT attempts FROM join_request"


@pytest.fixture
async def gate(town: World) -> World:
    """A town with one enabled group into which people have to ask to come."""
    await town.opens_group(join_by_request=True)
    return town


async def asks(world: World, name: str = "小林", **more: str) -> int:
    """Somebody presses the public button of the group."""
    person = await world.person(name, **more)
    await world.does(person, "join", chat=world.group)
    return person


def solution(world: World, person: int) -> str:
    """Return the label of the right button."""
    found = re.search(r"(\d+) \+ (\d+) =", world.last_to(person))
    assert found is not None
    return str(int(found[1]) + int(found[2]))


def mistake(world: World, person: int) -> str:
    """Return the label of a wrong button."""
    right = solution(world, person)
    return next(label for label in world.buttons(person) if label != right)


def status(world: World, person: int) -> str:
    """Return how the sandbox sees a person in the group."""
    (shown,) = (chat for chat in world.sandbox.view(person)["chats"] if chat["id"] == world.group)
    if shown["requested"]:
        return "asking"
    return "outside" if shown["can_join"] else "inside"


async def test_the_right_answer_lets_a_person_in_and_the_group_greets_them_once(gate: World) -> None:
    person = await asks(gate)

    assert gate.last_to(person).startswith("你想加入阳光花园。")
    assert len(gate.buttons(person)) == 3
    assert status(gate, person) == "asking"
    await gate.taps(person, solution(gate, person))

    assert status(gate, person) == "inside"
    assert gate.last_to(person).startswith("答对了，欢迎来到阳光花园！")
    assert gate.buttons(person) == ["开始"]
    assert gate.toasts(person) == ["答对了，请进！"]
    assert len([text for text in gate.said_to(person, gate.group) if "欢迎 小林" in text]) == 1
    assert gate.rows("SELECT came_by FROM membership WHERE left_at IS NULL AND member_id > 1") == [
        ("request",)
    ]
    assert gate.rows(REQUESTS) == []


async def test_whoever_was_let_in_goes_on_to_agree(gate: World) -> None:
    person = await asks(gate)
    await gate.taps(person, solution(gate, person))

    await gate.does(person, "start", payload="g1")
    await gate.taps(person, "同意，开始用")

    assert "积分 10" in gate.last_to(person)


async def test_a_wrong_answer_gets_another_question(gate: World) -> None:
    person = await asks(gate)
    card = len(gate.said_to(person))

    await gate.taps(person, mistake(gate, person))

    assert gate.last_to(person).startswith("差一点点，没关系，再试一题。")
    assert len(gate.said_to(person)) == card
    assert gate.rows(REQUESTS) == [(1,)]
    await gate.taps(person, solution(gate, person))
    assert status(gate, person) == "inside"


async def test_after_the_last_attempt_the_request_is_returned_with_kind_words(gate: World) -> None:
    person = await asks(gate)

    for _ in range(3):
        await gate.taps(person, mistake(gate, person))

    assert status(gate, person) == "outside"
    assert gate.last_to(person).startswith("这次没有答对，申请先退回了，别着急。")
    assert gate.rows(REQUESTS) == []
    await gate.does(person, "join", chat=gate.group)
    await gate.taps(person, solution(gate, person))
    assert status(gate, person) == "inside"


async def test_two_taps_on_the_same_wrong_button_count_once(gate: World) -> None:
    person = await asks(gate)

    await gate.taps(person, mistake(gate, person), times=2)

    assert gate.rows(REQUESTS) == [(1,)]
    assert gate.toasts(person) == ["不对，再试一题。", OVER]


async def test_two_taps_on_the_right_button_let_in_once(gate: World) -> None:
    person = await asks(gate)

    await gate.taps(person, solution(gate, person), times=2)

    assert status(gate, person) == "inside"
    assert gate.rows("SELECT count(*) FROM outbox WHERE call = 'approve'") == [(1,)]
    assert gate.rows("SELECT count(*) FROM journal WHERE action = 'joining.approved'") == [(1,)]


async def test_an_unanswered_request_stays_for_the_administrators(gate: World) -> None:
    person = await asks(gate)

    await gate.advance(minutes=6)

    assert status(gate, person) == "asking"
    assert gate.rows(REQUESTS) == []
    assert gate.rows("SELECT count(*) FROM journal WHERE action = 'joining.unanswered'") == [(1,)]
    await gate.taps(person, solution(gate, person))
    assert gate.toasts(person) == [OVER]
    assert status(gate, person) == "asking"
    await gate.does(gate.leader, "approve", chat=gate.group, user=person)
    assert len([text for text in gate.said_to(person, gate.group) if "欢迎 小林" in text]) == 1


async def test_whoever_asks_again_gets_a_new_question_and_the_old_one_is_over(gate: World) -> None:
    person = await asks(gate)
    old = gate.message_with(person, solution(gate, person), person)
    right = solution(gate, person)
    await gate.does(gate.leader, "decline", chat=gate.group, user=person)
    await gate.does(person, "join", chat=gate.group)

    await gate.does(person, "tap", chat=person, message=old, button=right)

    assert gate.toasts(person) == [OVER]
    await gate.taps(person, solution(gate, person))
    assert status(gate, person) == "inside"


async def test_whom_an_administrator_let_in_meanwhile_needs_no_answer(gate: World) -> None:
    person = await asks(gate)
    await gate.does(gate.leader, "approve", chat=gate.group, user=person)

    await gate.taps(person, solution(gate, person))

    assert gate.toasts(person) == ["你已经进群了，不用再答。到群里点「开始」就能用。"]
    assert gate.rows("SELECT count(*) FROM outbox WHERE call = 'approve'") == [(0,)]


async def test_a_request_withdrawn_before_the_answer_is_no_fault(gate: World) -> None:
    person = await asks(gate)
    await gate.does(gate.leader, "decline", chat=gate.group, user=person)  # the bot is told as little

    await gate.taps(person, solution(gate, person))

    assert status(gate, person) == "outside"
    assert gate.rows("SELECT state FROM outbox WHERE call = 'approve'") == [("sent",)]


async def test_another_person_cannot_answer(gate: World) -> None:
    person, other = await asks(gate), await gate.person("路人")
    await gate.does(other, "start")
    (number,) = gate.rows("SELECT id FROM join_request")[0]

    await gate.forges(other, f"v1:joining.answer:{number}:0:{solution(gate, person)}")

    assert gate.toasts(other) == [OVER]
    assert status(gate, person) == "asking"


async def test_forged_answers_are_refused(gate: World, subtests: pytest.Subtests) -> None:
    person = await asks(gate)
    for data in ("0:0:0", "999999999999999999:0:5", "1:9:5", "1:0:999", "1:0", "x:0:1"):
        with subtests.test(data=data):
            popped = gate.toasts(person)
            await gate.forges(person, f"v1:joining.answer:{data}")

            assert len(gate.toasts(person)) == len(popped) + 1
            assert status(gate, person) == "asking"


async def test_in_a_group_that_is_not_enabled_nothing_is_asked(town: World) -> None:
    await town.opens_group(enabled=False, join_by_request=True)

    person = await asks(town)

    assert town.said_to(person) == []
    assert status(town, person) == "asking"


async def test_without_the_right_to_invite_people_decide(gate: World) -> None:
    rights = ["can_manage_chat", "can_delete_messages"]
    await gate.does(gate.leader, "promote", chat=gate.group, user=gate.bot, rights=rights)

    person = await asks(gate)

    assert gate.said_to(person) == []
    assert status(gate, person) == "asking"


async def test_a_right_taken_back_in_between_leaves_the_decision_to_people(gate: World) -> None:
    person = await asks(gate)
    rights = ["can_manage_chat", "can_delete_messages"]
    await gate.does(gate.leader, "promote", chat=gate.group, user=gate.bot, rights=rights)

    await gate.taps(person, solution(gate, person))

    assert status(gate, person) == "asking"
    assert gate.last_to(person).startswith("题目答完了，不过阳光花园的这一步要群管理员来点。")


async def test_the_question_is_asked_in_the_language_of_the_person(gate: World) -> None:
    person = await asks(gate, "Ann", language="en")

    assert gate.last_to(person).startswith("You asked to join 阳光花园.")


async def test_a_request_heard_too_late_is_left_to_people(gate: World) -> None:
    person = await gate.person("小林")
    gate.sandbox.act(person, "join", chat=gate.group)
    gate.passes_unseen(minutes=5)

    await gate.settle()

    assert gate.said_to(person) == []
    assert gate.rows(REQUESTS) == []


async def test_a_wish_by_a_link_that_asks_is_a_wish_like_any_other(town: World) -> None:
    await town.opens_group()
    link = await town.runtime.bot.create_chat_invite_link(town.group, creates_join_request=True)
    person = await town.person("小林")
    await town.does(person, "join", link=link.invite_link)

    await town.taps(person, solution(town, person))

    assert status(town, person) == "inside"
    assert town.rows("SELECT came_by FROM membership WHERE left_at IS NULL AND member_id > 1") == [
        ("request",)
    ]


async def test_a_member_thought_inside_who_asks_is_outside(gate: World) -> None:
    person = await asks(gate)
    await gate.taps(person, solution(gate, person))
    await gate.does(gate.leader, "demote", chat=gate.group, user=gate.bot)
    await gate.does(person, "leave", chat=gate.group)
    await gate.does(gate.leader, "promote", chat=gate.group, user=gate.bot)
    await gate.settle()

    await gate.does(person, "join", chat=gate.group)
    await gate.taps(person, solution(gate, person))

    assert status(gate, person) == "inside"
    assert gate.rows("SELECT count(*) FROM membership WHERE left_at IS NULL AND member_id > 1") == [(1,)]
