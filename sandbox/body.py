"""Bodies of requests, read with a limit."""

import json
from typing import Any

from starlette.datastructures import UploadFile
from starlette.exceptions import HTTPException
from starlette.formparsers import MultiPartException
from starlette.requests import Request
from starlette.responses import Response

from sandbox.errors import ApiError, bad_request
from sandbox.files import Upload
from sandbox.model import Json
from sandbox.params import load_json

MAX_BYTES = 10 * 1024 * 1024
MAX_UPLOAD_BYTES = 50 * 1024 * 1024


async def read_params(request: Request) -> Json:
    """Return the parameters of a Bot API call, from the query and from a form or JSON body; files as Uploads.

    Raises ApiError for a body that cannot be read.
    """
    found: Json = dict(request.query_params)
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    body = await read_bytes(request, MAX_UPLOAD_BYTES if kind == "multipart/form-data" else MAX_BYTES)
    if kind == "application/json":
        found |= read_object(body)
    elif kind in ("application/x-www-form-urlencoded", "multipart/form-data"):
        found |= await _form(request)
    return found


async def _form(request: Request) -> dict[str, Any]:
    try:
        async with request.form() as form:
            return {
                name: value if isinstance(value, str) else await _upload(value)
                for name, value in form.items()
            }
    except HTTPException as error:
        raise bad_request(f"can't parse the form: {error.detail}") from None
    except MultiPartException as error:
        # So it is called when no web application stands around: an answer of a webhook.
        raise bad_request(f"can't parse the form: {error.message}") from None


async def _upload(part: UploadFile) -> Upload:
    return Upload(part.filename or "", part.content_type or "", await part.read())


async def read_bytes(request: Request, limit: int = MAX_BYTES) -> bytes:
    """Return the body. Raises ApiError 413 when it is over `limit`."""
    length = request.headers.get("content-length", "0")
    if length.isdigit() and int(length[:12]) > limit:
        raise ApiError(413, "Request Entity Too Large")
    parts: list[bytes] = []
    size = 0
    async for part in request.stream():
        size += len(part)
        if size > limit:
            raise ApiError(413, "Request Entity Too Large")
        parts.append(part)
    body = b"".join(parts)
    # Starlette reads a form from the body it keeps; a stream can be read only once.
    request._body = body
    return body


def read_object(body: bytes) -> Json:
    """Return the JSON object of a body; nothing at all counts as an empty one."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError:
        raise bad_request("strings must be encoded in UTF-8") from None
    value = load_json(text) if text.strip() else {}
    if not isinstance(value, dict):
        raise bad_request("can't parse JSON: an object was expected")
    return value


class JsonAnswer(Response):
    """Compact JSON in UTF-8."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Return the bytes of `content`."""
        return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode("utf-8")
