"""The judges of tests/sandbox are judged: what is wrong they must find, what is right let pass."""

from typing import Any

import pytest

from sandbox.schema import METHODS
from tests.sandbox.court import judge_answer, judge_update
from tests.sandbox.judge import need_api

CHAT = {"id": -1001, "type": "supergroup", "title": "Group"}
MESSAGE: dict[str, Any] = {"message_id": 7, "date": 1_700_000_000, "chat": CHAT, "text": "x"}
MEMBER = {"status": "member", "user": {"id": 5, "is_bot": False, "first_name": "A"}}
REFUSAL = {"ok": False, "error_code": 400, "description": "Bad Request: chat not found"}


@pytest.mark.parametrize(
    ("method", "result"),
    [
        ("sendMessage", MESSAGE | {"message_id": "7"}),
        ("sendMessage", MESSAGE | {"date": 1_700_000_000_000.5}),
        ("sendMessage", MESSAGE | {"colour": "red"}),
        ("sendMessage", MESSAGE | {"chat": CHAT | {"type": "party"}}),
        ("sendMessage", MESSAGE | {"entities": [{"type": "loud", "offset": 0, "length": 1}]}),
        ("sendMessage", {key: value for key, value in MESSAGE.items() if key != "date"}),
        ("sendMessage", None),
        ("getChatMember", MEMBER | {"status": "creator"}),
        ("getMe", {"id": 1, "first_name": "Bot"}),
        ("deleteMessage", {}),
        ("getUpdates", [{"update_id": 1, "message": MESSAGE, "edited_message": MESSAGE}]),
        ("getUpdates", [{"update_id": 1}]),
    ],
)
def test_a_wrong_answer_is_objected_to(method: str, result: Any) -> None:
    need_api()

    assert judge_answer(method, 200, {"ok": True, "result": result}) != []


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, {"ok": False, "result": True}),
        (200, REFUSAL),
        (403, REFUSAL),
        (400, REFUSAL | {"description": "chat not found"}),
        (400, REFUSAL | {"parameters": {"retry_in": 3}}),
        (500, {"ok": False, "error_code": 500, "description": "Internal Server Error"}),
        (400, {"ok": False, "error": "Bad Request: chat not found"}),
    ],
)
def test_a_wrong_envelope_is_objected_to(status: int, body: Any) -> None:
    need_api()

    assert judge_answer("sendMessage", status, body) != []


@pytest.mark.parametrize("update", [{"update_id": 1}, {"update_id": 1, "message": {}}, {"message": MESSAGE}])
def test_a_wrong_update_is_objected_to(update: Any) -> None:
    assert judge_update(update) != []


def test_what_is_right_passes() -> None:
    assert judge_answer("SENDMESSAGE", 200, {"ok": True, "result": MESSAGE}) == []
    assert judge_answer("getChatMember", 200, {"ok": True, "result": MEMBER}) == []
    assert judge_answer("sendMessage", 400, REFUSAL) == []
    assert judge_update({"update_id": 1, "message": MESSAGE}) == []


def test_a_judge_stands_ready_for_every_method() -> None:
    assert [name for name in METHODS if not judge_answer(name, 200, {"ok": True, "result": "x"})] == [
        "exportChatInviteLink"
    ]
