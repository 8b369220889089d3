"""How a group's settings are put into words: on the wizard's pages, and in the record of what staff did."""

from features.outreach.model import QuietHours
from features.setup.zones import load as load_zones
from kernel.message import Language, Param, Text


def quiet_text(quiet: QuietHours) -> Text:
    """Return what is told of quiet hours."""
    if quiet.start == quiet.end:
        return Text("setup.quiet_is_none")
    return Text("setup.quiet_is", {"start": f"{quiet.start:%H:%M}", "end": f"{quiet.end:%H:%M}"})


def language_text(language: Language) -> Text:
    """Return what a language is called in itself."""
    return Text("setup.language_zh" if language is Language.ZH_CN else "setup.language_en")


def zone_text(zone: str) -> Param:
    """Return what people call a time zone, or its name on the IANA list."""
    key = load_zones().common.get(zone)
    return zone if key is None else Text(f"setup.zone_{key}")
