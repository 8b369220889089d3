"""How levels and what they give are put into words: on the card, and in what the bot says by itself."""

from features.growth.model import Level, Privileges
from kernel.message import Text


def level_name(level: Level) -> Text:
    """Return what a level is called."""
    return Text(f"growth.level_{level.word}")


def gives(privileges: Privileges) -> tuple[Text, ...]:
    """Return a line for each thing that a level gives; one line where that is nothing yet."""
    lines = []
    if privileges.member_day_price:
        lines.append(Text("growth.gives_member_day"))
    if privileges.free_deliveries:
        lines.append(Text("growth.gives_deliveries", {"count": privileges.free_deliveries}))
    if privileges.early_order_minutes:
        lines.append(Text("growth.gives_early", {"minutes": privileges.early_order_minutes}))
    if privileges.votes:
        lines.append(Text("growth.gives_votes"))
    return tuple(lines) or (Text("growth.gives_nothing"),)
