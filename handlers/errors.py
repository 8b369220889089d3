"""The one place where a handler's fault is caught: the lane decides what becomes of the update."""

from telegram.ext import ApplicationHandlerStop

from handlers.context import Context


async def on_error(_update: object, context: Context) -> None:
    """Hand the fault to the lane and stop the other handlers of this update (rulings.md 32)."""
    context.turn.fault = context.error
    raise ApplicationHandlerStop
