"""Time zones worth trying: none, an hour's, half an hour's and a whole day's changes."""

from zoneinfo import ZoneInfo

from hypothesis import strategies as st

NAMES = (
    "Asia/Shanghai",
    "America/New_York",
    "Europe/Lisbon",
    "Australia/Lord_Howe",
    "Pacific/Apia",
    "UTC",
)
ZONES = st.sampled_from(NAMES).map(ZoneInfo)
