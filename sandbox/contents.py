"""What messages hold, as the Bot API writes it: text, files, polls, invoices."""

from sandbox.files import Files, Media, StoredFile
from sandbox.model import Invoice, Json, Message, Poll

NAMED = frozenset(("document", "video", "audio", "animation"))
"""Kinds of files that carry the name they were sent under."""


def content_fields(files: Files, message: Message, viewer: int) -> Json:
    """Return the fields of a message that hold its content, with file ids as `viewer` knows them."""
    if message.poll is not None:
        return {"poll": poll_object(message.poll, viewer=viewer)}
    if message.invoice is not None:
        return {"invoice": invoice_object(message.invoice)}
    if message.media is None:
        return _worded(message, "text", "entities")
    found = media_fields(files, message.media, viewer) | _worded(message, "caption", "caption_entities")
    for name, value in (
        ("media_group_id", message.album),
        ("has_media_spoiler", message.spoiler),
        ("show_caption_above_media", message.caption_above),
    ):
        if value:
            found[name] = value
    return found


def _worded(message: Message, text: str, entities: str) -> Json:
    found: Json = {text: message.text} if message.text else {}
    if message.entities:
        found[entities] = message.entities
    return found


def media_fields(files: Files, media: Media, viewer: int) -> Json:
    """Return the field that holds a file; an animation stands as a document too."""
    if media.kind == "photo":
        return {"photo": [size_object(files, size, viewer) for size in media.sizes]}
    file = media.best
    found: Json = file_object(files, file, viewer) | {"mime_type": file.mime, **media.about}
    if media.kind in NAMED and file.name:
        found["file_name"] = file.name
    if media.thumbnail is not None:
        found["thumbnail"] = size_object(files, media.thumbnail, viewer)
    if media.kind == "animation":
        plain = {name: value for name, value in found.items() if name not in media.about}
        return {"animation": found, "document": plain}
    return {media.kind: found}


def file_object(files: Files, file: StoredFile, viewer: int) -> Json:
    """Return what every kind of file carries, and all that a File does before its path."""
    return {
        "file_id": files.id_for(viewer, file),
        "file_unique_id": file.unique,
        "file_size": len(file.body),
    }


def size_object(files: Files, file: StoredFile, viewer: int) -> Json:
    """Return a PhotoSize."""
    return file_object(files, file, viewer) | {"width": file.width, "height": file.height}


def poll_object(poll: Poll, *, viewer: int = 0, alone: bool = False) -> Json:
    """Return a Poll as `viewer` gets it; `alone`, outside a Message, it has no description.

    The right answers are known to the author, to who has voted, and to all when it is closed.
    """
    about = {name: value for name, value in poll.about.items() if not (alone and name in _ONLY_IN_MESSAGE)}
    counts = [0] * len(poll.options)
    for chosen in poll.votes.values():
        for index in chosen:
            counts[index] += 1
    found: Json = about | {
        "id": poll.id,
        "options": [
            {"persistent_id": option.id, "text": option.text, "voter_count": count}
            | ({"text_entities": option.entities} if option.entities else {})
            for option, count in zip(poll.options, counts, strict=True)
        ],
        "total_voter_count": sum(1 for chosen in poll.votes.values() if chosen),
        "is_closed": poll.closed,
    }
    if poll.close_date:
        found["close_date"] = poll.close_date
    knows = poll.closed or viewer == poll.author or viewer in poll.votes
    if poll.correct and knows:
        found["correct_option_ids"] = poll.correct
    return found


_ONLY_IN_MESSAGE = frozenset(("description", "description_entities"))


def invoice_object(invoice: Invoice) -> Json:
    """Return an Invoice."""
    return {
        "title": invoice.title,
        "description": invoice.description,
        "start_parameter": invoice.start_parameter,
        "currency": "XTR",
        "total_amount": invoice.total,
    }
