"""Nothing a client sends may break the sandbox: random calls and acts, then the world is still whole."""

import asyncio
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote

import httpx
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.schema import METHODS
from sandbox.verbs import VERBS
from tests.sandbox.court import VIEW_ONLY
from tests.sandbox.judge import api, objections
from tests.sandbox.pictures import png
from tests.sandbox.town import EVERY_KIND, Town, town

ROUNDS = settings(max_examples=400, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

LEAVES = (
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text()
)
JSON = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
)
Send = Callable[..., httpx.Response]
"""Sends one request: HTTP method, path, body, and files where it goes by multipart; or raw content."""
MARKUPS = st.sampled_from(
    [
        {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]},
        {"inline_keyboard": [[{"text": "A", "url": "https://[::1"}]]},
        {"inline_keyboard": [[{"text": "A", "url": "https://t.me/caiboshi_demo_bot?start=a b"}]]},
        {"inline_keyboard": [[]]},
        {"keyboard": [[{"text": "A"}]]},
        {"remove_keyboard": True},
        {"force_reply": True},
    ]
)
WORDS = st.sampled_from(
    [
        "",
        "x",
        "/start@",
        "<b>x",
        "<a href='tg://user?id=5'>x</a>",
        "https://t.me/+x",
        "@nobody_at_all",
        "1",
        "-1",
        "true",
    ]
)
SCOPES = st.sampled_from(
    [{"type": "default"}, {"type": "chat", "chat_id": 1}, {"type": "chat_member"}, {"type": []}]
)
PARTS = st.sampled_from(
    [
        [{"type": "photo", "media": "attach://a"}] * 2,
        [
            {"type": "video", "media": "attach://b", "thumbnail": "attach://a"},
            {"type": "photo", "media": "x"},
        ],
        {"type": "document", "media": "attach://a", "caption": "<b>x"},
        {"type": "live_photo", "media": "attach://a", "photo": "attach://b"},
        ["Mon", {"text": "Tue", "text_parse_mode": "HTML"}],
        [{"text": "Mon"}] * 12,
        [{"type": "emoji", "emoji": "👍"}],
        [{"type": "emoji", "emoji": ""}],
        [{"label": "Tea", "amount": 5}],
        [1, 2, 3],
        [0],
        "XTR",
        "quiz",
        "MarkdownV2",
        "attach://a",
        5,
    ]
)
FILES = st.dictionaries(
    st.sampled_from(
        ["a", "b", "photo", "document", "video", "voice", "thumbnail", "media", "text", "chat_id"]
    ),
    st.sampled_from([png(8, 8), b"", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff\xe0\0\0", b"GIF89a", b"words"]),
    max_size=3,
)
ENTITIES = st.lists(
    st.fixed_dictionaries(
        {
            "type": st.sampled_from(["bold", "text_mention", "text_link", "pre", "bot_command"]),
            "offset": st.integers(-1, 3),
            "length": st.integers(-1, 3),
        },
        optional={"user": JSON, "url": WORDS},
    ),
    max_size=2,
)


@contextmanager
def running() -> Iterator[tuple[Town, Send]]:
    """Run one town for many examples; the function sends one request to it."""
    with asyncio.Runner() as runner:
        context = town(every_kind=True)
        place = runner.run(context.__aenter__())

        def send(verb: str, path: str, body: Any, files: Any = None, **raw: Any) -> httpx.Response:
            said = {"json": body} if files is None else {"data": _texts(body), "files": files}
            said = raw or said
            answer: httpx.Response = runner.run(place.http.request(verb, place.address.url + path, **said))
            return answer

        try:
            yield place, send
        finally:
            runner.run(context.__aexit__(None, None, None))
            runner.run(asyncio.sleep(0.01))


def _texts(body: dict[str, Any]) -> dict[str, str]:
    return {name: value if isinstance(value, str) else json.dumps(value) for name, value in body.items()}


def _values(place: Town) -> st.SearchStrategy[Any]:
    world, box = place.world, place.sandbox
    forum = box.add_group("Forum", world.owner, forum=True)["id"]
    channel = box.add_channel("Channel", world.owner, linked=forum)["id"]
    for chat in (forum, channel):
        box.act(world.owner, "promote", chat=chat, user=world.bot)
    ids = [world.group, forum, channel, world.user, world.owner, world.bot, 1, 2, 3, 0, -1, 1 << 40]
    return st.sampled_from(ids) | WORDS | MARKUPS | ENTITIES | SCOPES | PARTS | JSON


def _check_whole(place: Town, send: Send) -> None:
    """The world still answers, and everything in it is what Telegram promises."""
    for user in (place.world.owner, *place.world.members):
        view = send("GET", f"/control/view?as={user}", None).json()["result"]
        if api() is not None:
            shown = [message for chat in view["chats"] for message in chat["messages"]]
            messages = [{key: one[key] for key in one.keys() - VIEW_ONLY} for one in shown]
            assert objections(["Array of Message"], messages) == []
    polled = send("POST", f"/bot{place.world.token}/getUpdates", {"allowed_updates": EVERY_KIND}).json()
    assert polled["ok"] is True
    if api() is not None:
        assert objections(["Array of Update"], polled["result"]) == []
    assert send("GET", "/control/calls", None).json()["ok"] is True


def test_no_bot_call_breaks_the_sandbox() -> None:
    with running() as (place, send):
        values = _values(place)
        names = st.sampled_from(sorted(METHODS))

        @ROUNDS
        @given(st.data())
        def probe(data: st.DataObject) -> None:
            method = data.draw(names)
            body = {name: data.draw(values) for name in METHODS[method] if data.draw(st.integers(0, 3))}
            body.pop("timeout", None)

            answer = send("POST", f"/bot{place.world.token}/{method}", body)

            assert answer.status_code in (200, 400, 403, 404, 409, 413, 429), (method, body, answer.text)
            assert answer.json()["ok"] is (answer.status_code == 200)

        probe()
        _check_whole(place, send)


def test_no_file_breaks_the_sandbox() -> None:
    with running() as (place, send):
        values = _values(place)
        takes_files = sorted(name for name in METHODS if name.startswith(("send", "edit", "copy", "set")))

        @ROUNDS
        @given(st.data())
        def probe(data: st.DataObject) -> None:
            method = data.draw(st.sampled_from(takes_files))
            body = {name: data.draw(values) for name in METHODS[method] if data.draw(st.booleans())}
            body["chat_id"] = place.world.group

            answer = send("POST", f"/bot{place.world.token}/{method}", body, data.draw(FILES))

            assert answer.status_code in (200, 400, 403, 404, 413, 429), (method, body, answer.text)

        probe()
        _check_whole(place, send)


def test_no_body_at_all_breaks_the_sandbox() -> None:
    with running() as (place, send):

        @ROUNDS
        @given(st.sampled_from(sorted(METHODS)), JSON)
        def probe(method: str, body: Any) -> None:
            if isinstance(body, dict):
                body.pop("timeout", None)

            answer = send("POST", f"/bot{place.world.token}/{method}", body)

            assert answer.status_code in (200, 400, 429), (method, body, answer.text)

        probe()
        _check_whole(place, send)


def test_no_bytes_break_the_sandbox() -> None:
    kinds = st.sampled_from(
        [
            "",
            "application/json",
            "application/json; charset=utf-16",
            "application/x-www-form-urlencoded",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "multipart/form-data; boundary=x; charset=utf-9",
            "text/plain",
        ]
    )
    parts = st.sampled_from(
        [b"--x\r\n", b"--x--", b"\r\n\r\n", b'Content-Disposition: form-data; name="text"']
    )
    bodies = st.binary(max_size=40) | st.lists(parts | st.binary(max_size=8), max_size=8).map(b"".join)
    with running() as (place, send):
        base = f"/bot{place.world.token}"
        paths = st.sampled_from(
            [f"{base}/sendMessage", f"{base}/sendPhoto", "/control/act", "/control/users"]
        )

        @ROUNDS
        @given(st.sampled_from(["GET", "POST"]), paths, kinds, bodies, st.binary(max_size=12))
        def probe(verb: str, path: str, kind: str, body: bytes, query: bytes) -> None:
            answer = send(
                verb, f"{path}?{quote(query, safe='=&')}", None, content=body, headers={"content-type": kind}
            )

            assert answer.status_code in (200, 400, 404), (kind, body, answer.text)

        probe()
        _check_whole(place, send)


def test_no_act_of_a_person_breaks_the_sandbox() -> None:
    with running() as (place, send):
        values = _values(place)
        people = st.sampled_from([place.world.owner, *place.world.members])

        @ROUNDS
        @given(st.data())
        def probe(data: st.DataObject) -> None:
            verb = data.draw(st.sampled_from(sorted(VERBS)))
            body: dict[str, Any] = {"as": data.draw(people), "do": verb}
            body |= {name: data.draw(values) for name in VERBS[verb][1] if data.draw(st.integers(0, 5))}

            answer = send("POST", "/control/act", body)

            assert answer.status_code in (200, 400, 404), (body, answer.text)
            assert answer.json()["ok"] is (answer.status_code == 200)

        probe()
        _check_whole(place, send)


def test_no_control_body_breaks_the_sandbox() -> None:
    with running() as (place, send):
        fields = [
            "first_name",
            "username",
            "id",
            "title",
            "creator",
            "forum",
            "linked",
            "privacy",
            "now",
            "kind",
            "times",
            "ratio",
            "update_id",
        ]
        made = ["users", "groups", "channels", "bots"]
        told = ["bots/privacy", "act", "clock", "faults", "limits", "redeliver", "nothing"]
        paths = st.sampled_from(made + told)
        bodies = st.dictionaries(st.sampled_from(fields), _values(place), max_size=4) | JSON

        @ROUNDS
        @given(paths, bodies)
        def probe(path: str, body: Any) -> None:
            answer = send("POST", f"/control/{path}", body)

            assert answer.status_code in (200, 400, 404), (path, body, answer.text)

        probe()
        send("DELETE", "/control/faults", None)
        send("POST", "/control/limits", {})
        _check_whole(place, send)
