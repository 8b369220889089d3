"""`caiboshi evaluate jielong`: the bars on the labelled messages, and what it says of data it cannot read."""

import csv
import gzip
import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from bot.__main__ import cli
from bot.labelled import jielong_data
from features.jielong.lexicon import compile_lexicon
from features.jielong.reading import read

_CATALOGUE = {
    "items": [
        {"sku": "A", "no": 1, "name": "番茄", "base_unit": "斤", "step": 0.5, "units": {"斤": 1}, "bulk": {}}
    ],
    "ambiguous_aliases": {},
}
_RIGHT = {
    "id": "m1",
    "text": "番茄2斤",
    "context": {},
    "expected": {
        "kind": "order",
        "orders": [{"for": None, "lines": [{"op": "order", "sku": "A", "qty": 2}]}],
        "clarify": [],
    },
    "tags": ["plain"],
}
_MOST_ORDERS_IN_TALK = 6  # of 30,988 messages; four were, two of them really cancellations


def _evaluate(*words: str) -> Result:
    return CliRunner().invoke(cli, ["evaluate", "jielong", *words])


def _write(folder: Path, *rows: object, catalogue: object = _CATALOGUE) -> Path:
    (folder / "catalogue.json").write_text(json.dumps(catalogue), "utf-8")
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    (folder / "dev.jsonl").write_text("\n".join(lines), "utf-8")
    return folder


def test_the_bars_hold_on_the_labelled_messages(shared_data: Path) -> None:
    found = json.loads(_evaluate("--data", str(shared_data / "jielong"), "--json").stdout)

    assert set(found) == {"n", "fully_right", "line_f1", "false_orders"}
    assert found["n"] >= 60
    assert found["false_orders"] == 0
    assert found["fully_right"] >= 0.95
    assert found["line_f1"] >= 0.97


def test_other_peoples_talk_is_no_order(shared_data: Path) -> None:
    offer, _ = jielong_data(shared_data / "jielong")
    lexicon = compile_lexicon(offer)
    files = ("sms_chatter_dev.csv.gz", "ecommerce_utterances_dev.csv.gz", "neutral_dialogue_train.csv.gz")
    texts = []
    for name in files:
        with gzip.open(shared_data / "nlp" / name, "rt", encoding="utf-8") as file:
            texts += [row["text"] for row in csv.DictReader(file)]

    ordered = [text for text in texts[::3] if read(text, lexicon).orders]

    assert len(ordered) <= _MOST_ORDERS_IN_TALK / 3


def test_a_table_tells_people_what_is_wrong(tmp_path: Path) -> None:
    wrong = {**_RIGHT, "id": "m2", "text": "番茄真香", "tags": ["chat"]}
    folder = str(_write(tmp_path, _RIGHT, wrong))

    brief, full = _evaluate("--data", folder), _evaluate("--data", folder, "--verbose")

    assert brief.exit_code == full.exit_code == 0
    assert "fully right   50.0%" in brief.stdout
    assert "chat             1 of 1" in brief.stdout
    assert "m2" in brief.stdout
    assert "番茄真香" not in brief.stdout
    assert "番茄真香" in full.stdout


def test_both_files_of_a_folder_are_read_and_one_alone_too(tmp_path: Path) -> None:
    _write(tmp_path, _RIGHT)
    (tmp_path / "test.jsonl").write_text(json.dumps({**_RIGHT, "id": "t1"}) + "\n\n", "utf-8")

    both = json.loads(_evaluate("--data", str(tmp_path), "--json").stdout)
    one = json.loads(_evaluate("--data", str(tmp_path / "test.jsonl"), "--json").stdout)

    assert (both["n"], one["n"]) == (2, 1)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ('{"id": "m1", ', "dev.jsonl, line 2: expected one JSON object"),
        (
            {**_RIGHT, "expected": {"kind": "order"}},
            "dev.jsonl, line 2: expected the field orders, found only kind",
        ),
        (
            {**_RIGHT, "context": {"reply_to_sku": "Q"}},
            "line 2: expected a reply_to_sku of the catalogue (A), found 'Q'",
        ),
        ({**_RIGHT, "text": 7}, "line 2: expected a text as text, found a number, 7"),
        ({**_RIGHT, "expected": {"kind": "poem", "orders": []}}, "expected kind to be one of order, query"),
        (["no", "object"], "line 2: expected an object with the field id, found a list"),
    ],
)
def test_a_line_that_cannot_be_read_is_named_with_what_to_do(
    tmp_path: Path, change: object, told: str
) -> None:
    done = _evaluate("--data", str(_write(tmp_path, _RIGHT, change)))

    assert done.exit_code == 2
    assert told in done.stderr
    assert "mend it and run again" in done.stderr
    assert done.stderr.count("\n") == 1


def test_a_sku_that_is_not_on_offer_is_named(tmp_path: Path) -> None:
    order = {"for": None, "lines": [{"op": "order", "sku": "Q", "qty": 1}]}
    row = {**_RIGHT, "expected": {"kind": "order", "orders": [order], "clarify": []}}

    done = _evaluate("--data", str(_write(tmp_path, row)))

    assert (done.exit_code, "line 1: expected a sku of the catalogue (A), found 'Q'" in done.stderr) == (
        2,
        True,
    )


def test_a_folder_that_is_missing_or_empty_is_named(tmp_path: Path) -> None:
    missing, empty = _evaluate("--data", str(tmp_path / "no")), _evaluate("--data", str(tmp_path))
    (tmp_path / "dev.jsonl").write_text("", "utf-8")
    alone = _evaluate("--data", str(tmp_path))

    assert (missing.exit_code, empty.exit_code, alone.exit_code) == (2, 2, 2)
    assert "expected a folder, found nothing there" in missing.stderr
    assert "expected dev.jsonl or test.jsonl, found neither" in empty.stderr
    assert "catalogue.json: expected this file, found none" in alone.stderr


def test_a_broken_catalogue_is_named(tmp_path: Path) -> None:
    _write(tmp_path, _RIGHT, catalogue={"items": [{"sku": "A"}]})
    partial = _evaluate("--data", str(tmp_path))
    (tmp_path / "catalogue.json").write_text("{", "utf-8")
    broken = _evaluate("--data", str(tmp_path))

    assert (partial.exit_code, broken.exit_code) == (2, 2)
    assert "catalogue.json: expected the field no" in partial.stderr
    assert "catalogue.json, line 1: expected JSON" in broken.stderr
