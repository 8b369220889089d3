"""No webhook leads out of this machine, however its address is written."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from yarl import URL

from sandbox.errors import ApiError
from sandbox.push import push, session
from sandbox.webhook import Webhook, is_loopback, read_webhook

PARTS = st.sampled_from(
    [
        *"@\\#?/:%.[] \t\n",
        "127.0.0.1",
        "localhost",
        "[::1]",
        "::1",
        "evil.com",
        "8.8.8.8",
        "%00",
        "%2F",
        "@",
        "80",
        "0x7f.1",
        "。",
        "ⓛocalhost",
    ]
)
URLS = st.builds(
    lambda scheme, parts: scheme + "".join(parts),
    st.sampled_from(["http://", "https://", "HTTP://", "http:/", "http:", "//", "ftp://", ""]),
    st.lists(PARTS, max_size=7),
)


@given(URLS | st.text(max_size=30))
def test_an_address_that_is_taken_is_read_as_loopback_by_who_calls_it(url: str) -> None:
    try:
        taken = URL(read_webhook({"url": url}, "").url)
    except ApiError:
        return

    assert taken.scheme in ("http", "https")
    assert is_loopback(taken.host or "")


@pytest.mark.parametrize(
    "url",
    [
        "http://evil.com\\@127.0.0.1/",
        "http://[::1].evil.com/",
        "http://127.0.0.1@evil.com/",
        "http://127.0.0.1.evil.com/",
        "http://localhost:80@evil.com/",
        "http://0.0.0.0/",
        "http://127.0.0.1:0/",
        "http://127.0.0.1:65536/",
        "http://127.0.0.1/ x",
        "http://127.0.0.1/\n",
        "http://",
        "http://127.0.0.1/" + "x" * 2048,
    ],
)
def test_an_address_that_could_be_read_in_two_ways_is_refused(url: str) -> None:
    with pytest.raises(ApiError):
        read_webhook({"url": url}, "")


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1",
        "https://localhost:8443/hook?a=b#c",
        "http://LOCALHOST/",
        "http://[::1]:8080/x",
        "http://127.8.8.8/",
        "http://user:p%40ss@127.0.0.1/",
    ],
)
def test_every_usual_address_of_this_machine_is_taken(url: str) -> None:
    assert read_webhook({"url": url}, "").url == url


async def test_a_name_that_leads_elsewhere_is_not_called() -> None:
    elsewhere = Webhook("http://192.0.2.1:9/hook", "", 1, "")
    async with session() as http:
        outcome = await push(http, elsewhere, {"update_id": 1})

    assert outcome.error.startswith("Connection failed: ")
    assert "192.0.2.1 is out of this machine" in outcome.error
