"""Files on their way out."""

from starlette.responses import Response

from sandbox.files import StoredFile

SHOWN = frozenset(("image/png", "image/jpeg", "image/gif"))
"""What a page may show; all else is only saved, so that no sent file runs as a page of this origin."""


def file_answer(file: StoredFile) -> Response:
    """Return the bytes of a file with their media type."""
    shown = file.mime in SHOWN
    headers = {"x-content-type-options": "nosniff", "cache-control": "private, max-age=3600"}
    if not shown:
        headers["content-disposition"] = "attachment"
    return Response(file.body, media_type=file.mime if shown else "application/octet-stream", headers=headers)
