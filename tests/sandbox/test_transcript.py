"""The transcript: everything a maintainer asks for, and nothing that breaks out of its place."""

import re

from hypothesis import given
from hypothesis import strategies as st

from sandbox import transcript
from sandbox.sandbox import Sandbox
from tests.sandbox.court import court
from tests.sandbox.town import NOON, town


async def test_it_tells_versions_clock_people_faults_calls_and_chats() -> None:
    async with town() as place:
        place.sandbox.act(place.world.user, "send", chat=place.world.group, text="two\nlines")
        place.sandbox.fault("flood", retry_after=7, times=2)
        await place.refused("sendMessage", chat_id=place.world.group, text="met a fault")

        answer = await place.http.get(f"{place.address.control}/transcript")

    told = answer.text
    assert answer.headers["content-type"] == "text/markdown; charset=utf-8"
    assert "attachment" in answer.headers["content-disposition"]
    assert re.search(r"^- caiboshi \d", told, re.MULTILINE)
    assert "- clock: 2026-11-23T04:00:00+00:00" in told
    assert f"- user {place.world.user}: " in told
    assert '- standing: `{"method": "*", "kind": "flood", "times": 1, "retry_after": 7}`' in told
    assert "- met: flood, 1 times" in told
    assert '- peaks: `{"per_second"' in told
    assert "sendMessage 429 Too Many Requests: retry after 7 fault: flood" in told
    assert f'{place.world.user}: "two\\nlines"' in told
    assert place.world.token not in told


async def test_a_secret_is_left_out_and_a_long_value_is_cut() -> None:
    async with town() as place:
        await place.post("sendMessage", {"chat_id": 1, "text": "x" * 1_001, "secret_token": "hush"})
        await place.post("sendMessage", {"chat_id": 1, "text": f"my token is {place.world.token}"})

        told = place.sandbox.transcript()

    assert "hush" not in told
    assert place.world.token not in told
    assert f'"{"x" * 1_000}… (1001 characters)"' in told


async def test_only_the_newest_calls_and_messages_are_told() -> None:
    async with town() as place:
        said = len(place.sandbox.messages(place.world.user, place.world.group))
        for number in range(transcript.MOST_MESSAGES + 1 - said):
            place.sandbox.act(place.world.user, "send", chat=place.world.group, text=f"no. {number}.")
        for _ in range(transcript.MOST_CALLS + 1):
            await place.http.get(f"{place.address.base}{place.world.token}/getMe")

        told = place.sandbox.transcript()

    assert "The last 2000 of 2001." in told
    assert "The last 500 of 501 messages." in told


@given(st.text(min_size=1).filter(str.strip), st.text(alphabet="`#\n*_ a", min_size=1).filter(str.strip))
def test_no_text_ends_its_block(said: str, title: str) -> None:
    with court() as sits:
        sandbox = Sandbox(start=NOON, frozen=True, witness=sits)
        sandbox.add_bot("Bot", "some_bot")
        owner = sandbox.add_user("```\n# fake")["id"]
        group = sandbox.add_group(title, owner)["id"]
        sandbox.act(owner, "send", chat=group, text=f"{said}\n````\n# fake")

        *fixed, chat = outside_of_fences(sandbox.transcript())

    assert fixed == [
        "# Sandbox transcript",
        "## World",
        "## Faults",
        "## Limits and peaks",
        "## Bot API calls",
    ]
    assert chat.startswith(f"## Chat: supergroup {group}: `")


def outside_of_fences(markdown: str) -> list[str]:
    """Return the headings that a Markdown reader sees."""
    found, fence = [], ""
    for line in markdown.split("\n"):
        mark = re.match(r"`{3,}", line)
        if fence:
            fence = "" if line == fence else fence
        elif mark:
            fence = mark[0]
        elif line.startswith("#"):
            found.append(line)
    return found
