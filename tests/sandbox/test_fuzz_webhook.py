"""Nothing a webhook answers and nothing control is told may break deliveries."""

import asyncio
import contextlib
import json
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager, contextmanager
from typing import Any

from aiohttp import web
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sandbox.faults import KINDS
from sandbox.schema import METHODS
from tests.sandbox.hook import Answer, Hook, hook
from tests.sandbox.test_fuzz import JSON
from tests.sandbox.town import EVERY_KIND, Town, town

ROUNDS = settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)

CALLS = st.fixed_dictionaries(
    {"method": st.sampled_from([*sorted(METHODS), "getme", "CLOSE", "nothing", ""])},
    optional={"chat_id": st.integers(-3, 3) | st.sampled_from([5_200_000_002]), "text": JSON, "url": JSON},
)
FORMS = st.sampled_from(
    [
        b"method=sendMessage&chat_id=5200000002&text=%ff",
        b"method&method=&=method",
        b'--x\r\nContent-Disposition: form-data; name="method"\r\n\r\nsendMessage\r\n--x--\r\n',
        b'--x\r\nContent-Disposition: form-data; name="method"; filename="a"\r\n\r\nsendPhoto\r\n--x--',
        b'--x\r\nContent-Disposition: form-data; name="\xff"\r\n\r\n\xff',
        b"--x\r\nContent-Disposition form-data\r\n\r\n--x--",
    ]
)
BODIES = (
    st.binary(max_size=60)
    | FORMS
    | JSON.map(lambda value: json.dumps(value).encode())
    | CALLS.map(lambda value: json.dumps(value).encode())
)
HEADERS = st.dictionaries(
    st.sampled_from(["Content-Type", "Retry-After", "Location", "Set-Cookie", "Content-Encoding"]),
    st.sampled_from(
        [
            "application/json",
            "application/json; charset=utf-9",
            "application/x-www-form-urlencoded",
            "multipart/form-data; boundary=x",
            "multipart/form-data; boundary=x; charset=\xff",
            "multipart/form-data",
            "text/html",
            "gzip",
            "9" * 400,
            "x=y",
            "/",
        ]
    ),
    max_size=3,
)
STATUSES = st.sampled_from([200, 201, 204, 299, 300, 302, 304, 400, 401, 404, 410, 429, 500, 503, 599])


def _raw(status: int, headers: dict[str, str], body: bytes) -> Answer:
    """Return an answer written past the library, which would mend it."""

    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        lines = [f"HTTP/1.1 {status} Some", f"Content-Length: {len(body)}", "Connection: close"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request.transport.write("\r\n".join(lines).encode("latin-1") + b"\r\n\r\n" + body)
        request.transport.close()
        return web.Response()

    return answer


def _noise(noise: bytes) -> Answer:
    async def answer(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.write(noise)
        request.transport.close()
        return web.Response()

    return answer


ANSWERS = st.builds(_raw, STATUSES, HEADERS, BODIES) | st.binary(max_size=40).map(_noise)


@contextmanager
def _delivering() -> Iterator[tuple[asyncio.Runner, Town, Hook]]:
    """Run one town with a webhook for many examples; afterwards it must still deliver."""
    with asyncio.Runner() as runner, contextlib.ExitStack() as stack:

        def enter(context: AbstractAsyncContextManager[Any]) -> Any:
            found = runner.run(context.__aenter__())
            stack.callback(lambda: runner.run(context.__aexit__(None, None, None)))
            return found

        target, place = enter(hook()), enter(town(pace=0.00001))
        runner.run(place.ok("setWebhook", url=target.url, allowed_updates=EVERY_KIND))
        yield runner, place, target
        target.answers.clear()
        runner.run(_delivered(place, "after all that"))
        assert target.texts()[-1] == "after all that"
        assert runner.run(place.ok("getWebhookInfo"))["url"] == target.url


async def _delivered(place: Town, *texts: str) -> None:
    for text in texts:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text=text)
    place.sandbox.act(place.world.user, "send", text="in private")
    place.sandbox.act(place.world.user, "send", chat=place.world.group, text=texts[-1])
    await asyncio.wait_for(place.sandbox.drained(), 10)


def test_no_answer_of_a_webhook_ends_its_deliveries() -> None:
    with _delivering() as (runner, place, target):

        @ROUNDS
        @given(st.lists(ANSWERS, min_size=1, max_size=4))
        def probe(answers: list[Answer]) -> None:
            target.updates.clear()
            target.answers = list(answers)
            runner.run(_delivered(place, "one", "two"))

            assert list(dict.fromkeys(t for t in target.texts() if t != "in private")) == ["one", "two"]
            assert len({update["update_id"] for update in target.updates}) == 4

        probe()


TOLD = st.fixed_dictionaries(
    {},
    optional={
        "kind": st.sampled_from(KINDS) | JSON,
        "method": st.sampled_from(["*", "getUpdates", "sendMessage", "x"]) | JSON,
        **dict.fromkeys(
            ("times", "retry_after", "status", "seconds", "ratio", "per_second", "chat_per_second"),
            st.sampled_from([0, 1, 0.5, -1, 502, 1 << 70]) | JSON,
        ),
    },
)


async def _told(place: Town, path: str, body: Any) -> None:
    answer = await place.http.post(f"{place.address.control}/{path}", json=body)
    assert answer.status_code in (200, 400, 404), (path, body, answer.text)
    await place.http.delete(f"{place.address.control}/faults")
    await place.tell("latency", seconds=0)
    await place.tell("limits")
    assert (await place.post("getMe", {})).status_code == 200


def test_nothing_control_is_told_breaks_calls_or_deliveries() -> None:
    with _delivering() as (runner, place, _):

        @ROUNDS
        @given(st.sampled_from(["faults", "limits", "latency", "redeliver"]), TOLD)
        def probe(path: str, body: Any) -> None:
            runner.run(_told(place, path, body))

        probe()
