"""Webhooks with TLS: the certificate that was uploaded is trusted, and no other."""

import asyncio
import shutil
import ssl
import subprocess
from pathlib import Path

import pytest

from tests.sandbox.hook import hook
from tests.sandbox.town import town

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="openssl makes the certificates")


def _certificate(folder: Path, name: str) -> tuple[Path, ssl.SSLContext]:
    """Return the file of a new certificate for 127.0.0.1, and what a server shows it with."""
    paths = folder / f"{name}.pem", folder / f"{name}.key"
    words = [
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:prime256v1",
        "-nodes",
        "-days",
        "2",
    ]
    subject = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    files = ["-out", str(paths[0]), "-keyout", str(paths[1])]
    subprocess.run(["openssl", *words, *subject, *files], check=True, capture_output=True)
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*paths)
    return paths[0], context


async def test_updates_come_over_tls_with_the_uploaded_certificate(tmp_path: Path) -> None:
    path, context = _certificate(tmp_path, "own")
    async with hook(tls=context) as target, town() as place:
        answer = await place.http.post(
            f"{place.address.base}{place.world.token}/setWebhook",
            data={"url": target.url, "certificate": "attach://part"},
            files={"part": ("own.pem", path.read_bytes())},
        )
        place.sandbox.act(place.world.user, "send", text="in secret")
        await asyncio.wait_for(place.sandbox.drained(), 5)

        assert answer.json() == {"ok": True, "result": True, "description": "Webhook was set"}
        assert target.url.startswith("https://")
        assert target.texts() == ["in secret"]
        assert (await place.ok("getWebhookInfo"))["has_custom_certificate"] is True


@pytest.mark.parametrize("uploaded", [True, False])
async def test_a_certificate_nobody_vouches_for_is_not_trusted(tmp_path: Path, uploaded: bool) -> None:
    _, context = _certificate(tmp_path, "own")
    other, _ = _certificate(tmp_path, "other")
    async with hook(tls=context) as target, town() as place:
        await place.http.post(
            f"{place.address.base}{place.world.token}/setWebhook",
            data={"url": target.url},
            files={"certificate": ("other.pem", other.read_bytes())} if uploaded else {},
        )
        place.sandbox.act(place.world.user, "send", text="in secret")
        async with asyncio.timeout(5):
            while "last_error_message" not in (told := await place.ok("getWebhookInfo")):
                await asyncio.sleep(0.01)

        assert told["last_error_message"].startswith("SSL error")
        assert target.updates == []


@pytest.mark.parametrize(
    "body", [b"", b"no certificate", b"\xff\xfe", b"-----BEGIN CERTIFICATE-----\nAAAA\n"]
)
async def test_a_certificate_that_is_none_is_refused(body: bytes) -> None:
    async with town() as place:
        answer = await place.http.post(
            f"{place.address.base}{place.world.token}/setWebhook",
            data={"url": "https://127.0.0.1:1/hook"},
            files={"certificate": ("own.pem", body)},
        )

        assert answer.json()["description"] == (
            "Bad Request: bad webhook: the certificate must be in PEM format"
        )
        assert (await place.ok("getWebhookInfo"))["url"] == ""
