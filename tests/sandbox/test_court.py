"""The judges of tests/sandbox are judged: what is wrong they must find, what is right let pass."""

import ast
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.schema import METHODS
from sandbox.seed import seeded
from sandbox.server import serve
from tests.sandbox.court import Court, court, judge_answer, judge_update
from tests.sandbox.hook import hook
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


class Heard(Court):
    """A court that also counts what it is told of."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[str] = []

    def answered(self, method: str, status: int, body: bytes) -> None:
        self.heard.append(f"{method} {status}")
        super().answered(method, status, body)

    def pushed(self, update: Any) -> None:
        self.heard.append("pushed")
        super().pushed(update)

    def shown(self, messages: Any) -> None:
        self.heard.append(f"shown {len(messages)}")
        super().shown(messages)


async def test_the_court_hears_answers_pushes_messages_and_what_breaks() -> None:
    async def breaks(_request: Request) -> Response:
        raise ZeroDivisionError

    sits = Heard()
    world = seeded(pace=0.001, witness=sits)
    routes = [Route("/breaks", breaks)]
    async with (
        hook() as target,
        serve(world.sandbox, extra_routes=routes) as address,
        httpx.AsyncClient() as http,
    ):
        await http.post(f"{address.base}1:unknown/getMe")
        await http.post(f"{address.base}{world.token}/setWebhook", json={"url": target.url})
        world.sandbox.act(world.user, "send", chat=world.group, text="one")
        await target.count(1)
        world.sandbox.messages(world.user, world.group)
        assert (await http.get(f"{address.url}/breaks")).status_code == 500

    assert sits.heard[:3] == ["getMe 401", "setWebhook 200", "pushed"]
    assert sits.heard[-1].startswith("shown ")
    assert sits.found == ["/breaks: broke with ZeroDivisionError()"]


def test_an_objection_fails_the_test() -> None:
    with pytest.raises(AssertionError), court() as sits:
        sits.pushed({"update_id": 1})


def test_no_sandbox_here_goes_unheard() -> None:
    unheard = [
        f"{path.name}:{node.lineno}"
        for path in Path(__file__).parent.glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)
        if node.func.id in ("Sandbox", "seeded")
        if not any(keyword.arg == "witness" for keyword in node.keywords)
    ]
    assert unheard == []
