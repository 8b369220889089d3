"""Any order of switches, pressed once or twice, leaves what a plain model of them says."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from features.outreach.model import MARKETING, Topic
from tests.world import World

TOPICS = st.sampled_from(sorted(Topic))
SWITCHES = st.one_of(
    st.tuples(st.just("marketing"), st.booleans()),
    st.tuples(st.just("topic"), TOPICS, st.booleans()),
    st.tuples(st.just("quiet"), st.sampled_from(["group", "2100-0800", "2300-0700", "0101-0202"])),
    st.tuples(st.just("mute"), st.booleans()),
    st.tuples(st.just("large"), st.booleans()),
    st.tuples(st.just("stop")),
)
STANDS = """
SELECT marketing_consent_at IS NOT NULL, large, muted_until IS NOT NULL, quiet_start, quiet_end
FROM member LEFT JOIN preference ON preference.member_id = member.id WHERE user_id = ?
"""


class Model:
    """What the switches should come to."""

    def __init__(self) -> None:
        self.marketing = self.large = self.muted = False
        self.quiet: str | None = None
        self.off: set[str] = set()

    def press(self, act: tuple[object, ...]) -> None:
        match act:
            case ("marketing", bool(on)):
                self.marketing = on
            case ("stop",):
                self.marketing = False
            case ("topic", str(topic), bool(on)) if self.marketing or topic not in MARKETING:
                self.off = self.off - {topic} if on else self.off | {topic}
            case ("quiet", str(hours)) if hours != "0101-0202":
                self.quiet = None if hours == "group" else hours
            case ("mute", bool(on)):
                self.muted = on
            case ("large", bool(on)):
                self.large = on


def data_of(act: tuple[object, ...]) -> str:
    named = {"marketing": "members.switch"}
    args = ["on" if each is True else "off" if each is False else str(each) for each in act[1:]]
    return ":".join(["v1", named.get(str(act[0]), f"settings.{act[0]}"), *args])


@pytest.mark.parametrize("times", [1, 2])
@settings(max_examples=8, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(acts=st.lists(SWITCHES, min_size=1, max_size=8))
async def test_switches_come_to_what_was_pressed(
    world: World, times: int, acts: list[tuple[object, ...]]
) -> None:
    member, model = await world.member(), Model()
    await world.says(member, "设置")

    for act in acts:
        model.press(act)
        if act == ("stop",):
            await world.says(member, "退订")
            continue
        message = world.sandbox.messages(member)[-1]["message_id"]
        for _ in range(times):
            world.sandbox.act(member, "tap", chat=member, message=message, data=data_of(act), forge=True)
        await world.settle()

    marketing, large, muted, start, end = world.rows(STANDS, member)[0]
    quiet = f"{start}-{end}".replace(":", "") if start else None
    assert (bool(marketing), bool(large), bool(muted), quiet) == (
        model.marketing,
        model.large,
        model.muted,
        model.quiet,
    )
    off = "SELECT topic FROM topic_off JOIN member ON member.id = member_id WHERE user_id = ?"
    assert {topic for (topic,) in world.rows(off, member)} == model.off
    assert world.rows("SELECT count(*) FROM inbox WHERE state = 'parked'") == [(0,)]
