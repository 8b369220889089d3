"""The way to Telegram and back: what is allowed, and that no password is told."""

import pytest

from bot.config import Config, ConfigError, Mode, load

PREFIX = "CAIBOSHI__TELEGRAM__"


def given(**values: str) -> Config:
    """Return the configuration with these values in [telegram]."""
    return load(None, {f"{PREFIX}{key.upper()}": value for key, value in values.items()})


@pytest.mark.parametrize(
    "proxy",
    [
        "http://proxy.example.org:3128",
        "http://olga:pass%3Aw%2Frd@10.0.0.1:8080",
        "socks5://127.0.0.1:1080",
        "socks5://olga:secret@[::1]:1080",
    ],
)
def test_a_proxy_is_taken_as_it_is_given(proxy: str) -> None:
    assert given(proxy=proxy).telegram.proxy == proxy


@pytest.mark.parametrize(
    "proxy",
    [
        "proxy.example.org:3128",
        "https://olga:secret@proxy.example.org:3128",
        "socks4://olga:secret@10.0.0.1:1080",
        "socks5h://olga:secret@10.0.0.1:1080",
        "socks5://olga:secret@10.0.0.1",
        "http://olga:secret@10.0.0.1:99999",
        "http://olga:secret@:3128",
        "http://olga:secret@[::1:3128",
        "olga:secret",
    ],
)
def test_what_is_no_proxy_is_told_without_its_password(proxy: str) -> None:
    with pytest.raises(ConfigError) as fault:
        given(proxy=proxy)

    assert "expected http://host:port or socks5://host:port" in str(fault.value)
    assert "secret" not in str(fault.value)


@pytest.mark.parametrize(
    "url",
    [
        "https://bot.example.org/telegram",
        "https://bot.example.org",
        "https://bot.example.org:8443/a/b/c",
        "http://127.0.0.1:8081/telegram",
        "http://localhost:8081/telegram",
        "http://[::1]:8081/telegram",
    ],
)
def test_a_webhook_goes_to_https_or_to_this_machine(url: str) -> None:
    telegram = given(mode="webhook", webhook_url=url).telegram
    assert (telegram.mode, telegram.webhook_url) == (Mode.WEBHOOK, url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "bot.example.org/telegram",
        "http://bot.example.org/telegram",
        "http://10.0.0.1/telegram",
        "http://127.0.0.1.example.org/telegram",
        "ftp://bot.example.org/telegram",
        "https:///telegram",
        "https://olga@bot.example.org/telegram",
        "https://bot.example.org/telegram?x=1",
        "https://bot.example.org/telegram#x",
        "https://bot.example.org:x/telegram",
    ],
)
def test_any_other_webhook_is_told_with_an_example(url: str) -> None:
    with pytest.raises(ConfigError, match=r"such as 'https://bot\.example\.org/telegram'"):
        given(mode="webhook", webhook_url=url)


@pytest.mark.parametrize("path", ["/a%20b", "/{bot:path}", "/电"])
def test_the_path_of_a_webhook_means_nothing_but_its_letters(path: str) -> None:
    with pytest.raises(ConfigError, match="expected a path of A-Z a-z 0-9"):
        given(mode="webhook", webhook_url=f"https://bot.example.org{path}")


@pytest.mark.parametrize("path", ["/healthz", "/readyz", "/metrics"])
def test_a_webhook_may_not_hide_the_pages_of_health(path: str) -> None:
    with pytest.raises(ConfigError, match=f"{path} is taken; expected another path"):
        given(mode="webhook", webhook_url=f"https://bot.example.org{path}")


def test_by_polling_the_address_of_the_webhook_does_not_matter() -> None:
    assert given(webhook_url="nothing yet").telegram.mode is Mode.POLLING


@pytest.mark.parametrize("secret", ["x" * 257, "a b", "pass:word", "ключ", "x\n"])
def test_a_secret_that_telegram_would_not_take_is_told_and_not_shown(secret: str) -> None:
    with pytest.raises(ConfigError) as fault:
        given(webhook_secret=secret)

    assert "webhook_secret: expected 1 to 256 of A-Z a-z 0-9 _ -, or nothing" in str(fault.value)
    assert secret not in str(fault.value)
