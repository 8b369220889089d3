"""Calls in every encoding a client may choose, and bodies no client should send."""

import json
from typing import Any

import pytest

from tests.sandbox.town import Town, town

MARKUP = {"inline_keyboard": [[{"text": "A", "callback_data": "a"}]]}


def _url(place: Town, method: str = "sendMessage") -> str:
    return f"{place.address.base}{place.world.token}/{method}"


async def test_query_form_multipart_and_json_mean_the_same() -> None:
    async with town() as place:
        fields = {
            "chat_id": str(place.world.group),
            "text": "\u4f60\u597d",
            "protect_content": "true",
            "reply_markup": json.dumps(MARKUP),
        }
        typed = {**fields, "chat_id": place.world.group, "protect_content": True, "reply_markup": MARKUP}

        answers = [
            await place.http.get(_url(place), params=fields),
            await place.http.post(_url(place), data=fields),
            await place.http.post(_url(place), files={key: (None, value) for key, value in fields.items()}),
            await place.http.post(_url(place), json=typed),
        ]

        results = [answer.json()["result"] for answer in answers]
        assert all(result.pop("message_id") for result in results)
        assert results == results[:1] * 4
        assert results[0]["reply_markup"] == MARKUP
        assert results[0]["has_protected_content"] is True


async def test_method_names_are_case_insensitive() -> None:
    async with town() as place:
        assert (await place.http.post(_url(place, "GETME"))).json()["ok"] is True


@pytest.mark.parametrize(
    ("params", "named"),
    [
        ({"chat_id": 1.5}, "chat_id"),
        ({"chat_id": True}, "chat_id"),
        ({"text": 5}, "text"),
        ({"text": ["x"]}, "text"),
        ({"protect_content": "perhaps"}, "protect_content"),
        ({"reply_markup": "no json"}, "reply_markup"),
        ({"reply_markup": []}, "reply_markup"),
        ({"reply_markup": {"inline_keyboard": [{"text": "A"}]}}, "inline_keyboard"),
        ({"reply_markup": {"inline_keyboard": [[{"text": "A", "colour": "red"}]]}}, "colour"),
        ({"reply_markup": {"inline_keyboard": [[{"callback_data": "a"}]]}}, "text"),
        ({"reply_parameters": {"message_id": "x"}}, "message_id"),
        ({"entities": [{"type": "bold", "offset": 0}]}, "length"),
        ({"link_preview_options": 1}, "link_preview_options"),
    ],
)
async def test_a_parameter_of_the_wrong_type_is_named(params: dict[str, Any], named: str) -> None:
    async with town() as place:
        answer = await place.refused("sendMessage", **({"chat_id": place.world.group, "text": "x"} | params))

        assert answer.startswith("400 Bad Request: ")
        assert named in answer


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b"[]",
        b"5",
        b'"x"',
        b"\xff\xfe",
        b'{"chat_id": NaN}',
        b'{"chat_id": 1e999}',
        b'{"text": "\\ud800"}',
        b'{"chat_id": ' + b"9" * 5000 + b"}",
        b"[" * 100_000,
        b'{"reply_markup": ' + b'{"a":' * 500 + b"1" + b"}" * 501,
    ],
)
async def test_a_broken_body_is_refused(body: bytes) -> None:
    async with town() as place:
        headers = {"content-type": "application/json"}

        answers = [
            await place.http.post(_url(place), content=body, headers=headers),
            await place.http.post(f"{place.address.control}/act", content=body, headers=headers),
        ]

        assert [answer.status_code for answer in answers] == [400, 400]


async def test_a_huge_body_is_refused() -> None:
    async with town() as place:
        answer = await place.http.post(_url(place), content=b"x" * (11 << 20))

        assert answer.status_code == 413


async def test_broken_multipart_is_refused() -> None:
    async with town() as place:
        headers = {"content-type": "multipart/form-data; boundary=x"}

        answer = await place.http.post(_url(place), content=b"--x\r\nbroken", headers=headers)

        assert answer.status_code == 400


async def test_a_file_where_a_text_belongs_is_refused() -> None:
    async with town() as place:
        files: dict[str, Any] = {"chat_id": (None, str(place.world.group)), "text": ("x.txt", b"x")}

        answer = await place.http.post(_url(place), files=files)

        assert answer.json()["description"] == 'Bad Request: parameter "text" must be a string'


async def test_brackets_in_a_text_are_not_depth() -> None:
    async with town() as place:
        sent = await place.ok("sendMessage", chat_id=place.world.group, text='"[' * 500)

        assert sent["text"] == '"[' * 500
