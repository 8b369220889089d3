"""What the sandbox answers when it must say no, or more than a result."""

from dataclasses import dataclass, field
from typing import Any

CONFLICT = 409


@dataclass(slots=True)
class ApiError(Exception):
    """A refusal in Telegram's words: the HTTP status is `code`, the body carries `description`."""

    code: int
    description: str
    parameters: dict[str, int] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.code} {self.description}"


@dataclass(frozen=True, slots=True)
class Told:
    """A result with a sentence beside it, as a few methods answer."""

    result: Any
    description: str


@dataclass(slots=True)
class ControlError(Exception):
    """A refusal of the control API: `error` says what was expected, what came and what to do."""

    error: str
    status: int = 400

    def __str__(self) -> str:
        return self.error


def bad_request(text: str) -> ApiError:
    """Return a 400 with Telegram's prefix."""
    return ApiError(400, f"Bad Request: {text}")


def forbidden(text: str) -> ApiError:
    """Return a 403 with Telegram's prefix."""
    return ApiError(403, f"Forbidden: {text}")


def conflict(text: str) -> ApiError:
    """Return a 409 with Telegram's prefix."""
    return ApiError(CONFLICT, f"Conflict: {text}")


def unauthorized() -> ApiError:
    """Return the 401 of a token that is none, or is one no more."""
    return ApiError(401, "Unauthorized")


def not_found(what: str) -> ControlError:
    """Return the control API's 404."""
    return ControlError(what, status=404)
