"""A bot's webhook: where its updates are pushed, and how that went so far."""

import ipaddress
import re
import ssl
from dataclasses import dataclass

from sandbox.errors import bad_request
from sandbox.files import Upload
from sandbox.model import Json

MOST_CONNECTIONS = 100
USUAL_CONNECTIONS = 40
GONE_SECONDS = 23 * 3600
_URL = re.compile(
    r"(?P<scheme>[A-Za-z]+)://"
    r"(?:[A-Za-z0-9._~%!$&'()*+,;=:-]*@)?"
    r"(?P<host>\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)"
    r"(?::(?P<port>[0-9]{1,5}))?"
    r"(?:[/?#][!-~]*)?"
)
"""An address that every reader of addresses understands alike: nothing in it can hide another host."""
_PORTS = 65536
_SECRET = re.compile(r"[A-Za-z0-9_-]*")
_LONGEST_SECRET = 256
_LONGEST_URL = 2048
_STAYS_HERE = "the sandbox never calls out of the machine"


@dataclass(slots=True)
class Webhook:
    """A webhook as setWebhook made it, and its latest failure. Dates are Unix seconds, 0 for never.

    `trust` holds the certificate that was uploaded, None where there was none.
    """

    url: str
    secret: str
    max_connections: int
    ip_address: str
    trust: ssl.SSLContext | None = None
    last_error_date: int = 0
    last_error_message: str = ""
    gone_since: int = 0

    def same_as(self, other: "Webhook") -> bool:
        """Say whether both were set alike; a certificate is always a new one."""
        if self.trust or other.trust:
            return False
        mine = (self.url, self.secret, self.max_connections, self.ip_address)
        return mine == (other.url, other.secret, other.max_connections, other.ip_address)

    def note_failure(self, message: str, *, date: int, gone: bool) -> bool:
        """Remember why a delivery failed; return True when the target has been `gone` (410) for 23 hours."""
        self.last_error_date, self.last_error_message = date, message
        self.gone_since = (self.gone_since or date) if gone else 0
        return gone and date - self.gone_since > GONE_SECONDS


def read_webhook(params: Json, certificate: Upload | str) -> Webhook:
    """Return the webhook that setWebhook asks for; the certificate is empty or the file that was uploaded.

    Raises ApiError for a target out of this machine.
    """
    url = params["url"]
    _check_url(url)
    secret = params.get("secret_token", "")
    if len(secret) > _LONGEST_SECRET:
        raise bad_request("secret token is too long")
    if not _SECRET.fullmatch(secret):
        raise bad_request("secret token contains unallowed characters")
    address = params.get("ip_address", "")
    if address and not is_loopback(address):
        raise bad_request(f"bad webhook: {_STAYS_HERE}; got ip_address {address}")
    connections = min(max(params.get("max_connections", USUAL_CONNECTIONS), 1), MOST_CONNECTIONS)
    return Webhook(url, secret, connections, address, _trust(certificate) if certificate else None)


def _trust(certificate: Upload | str) -> ssl.SSLContext:
    if isinstance(certificate, str):
        raise bad_request("bad webhook: the certificate must be uploaded as a file; got a text")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    try:
        context.load_verify_locations(cadata=certificate.body.decode("ascii"))
    except (ssl.SSLError, ValueError):
        raise bad_request("bad webhook: the certificate must be in PEM format") from None
    return context


def _check_url(url: str) -> None:
    parts = _URL.fullmatch(url)
    if parts is None or len(url) > _LONGEST_URL or not 0 < int(parts["port"] or 443) < _PORTS:
        raise bad_request("invalid webhook URL specified")
    if parts["scheme"].lower() not in ("http", "https"):
        raise bad_request("bad webhook: An HTTPS URL must be provided for webhook")
    host = parts["host"].strip("[]").lower()
    if not is_loopback(host):
        raise bad_request(
            f"bad webhook: {_STAYS_HERE}: the host must be localhost, 127.0.0.1 or [::1]; got {host}"
        )


def is_loopback(host: str) -> bool:
    """Say whether a host is this machine, by its name or its number."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
