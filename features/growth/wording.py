"""How levels and what they give are put into words: on the card, and in what the bot says by itself."""

from collections.abc import Iterable

from features.growth.model import Level, Privileges
from features.growth.versions import RuleChange
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


def change_lines(changes: Iterable[RuleChange]) -> tuple[Text, ...]:
    """Return a line for each rule that changes, with its value before and after."""
    return tuple(
        Text(
            "growth.rule_change",
            {
                "what": Text(f"growth.rule_{change.name}"),
                "before": _rule_value(change.name, change.before),
                "after": _rule_value(change.name, change.after),
            },
        )
        for change in changes
    )


def _rule_value(name: str, value: int) -> Text | int:
    return level_name(Level(value)) if name.endswith("_from") else value
