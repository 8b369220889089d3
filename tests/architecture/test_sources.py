"""What no linter says about the sources."""

import ast
import re
from collections.abc import Iterator

from tests.architecture.product import PACKAGES, PYPROJECT, ROOT, modules, nodes, places

_CJK = re.compile(
    "[\u2e80-\u303f\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff00-\uffef\U00020000-\U0003ffff]"
)
_MIGRATIONS = "storage/migrations/"  # lists of columns, as long as the tables are
_MOST_LINES_OF_A_MODULE = 400
_MOST_LINES_OF_A_FUNCTION = 50
_ASYNC = (ast.AsyncFunctionDef, ast.Await, ast.AsyncFor, ast.AsyncWith)
_MAY_CATCH_EVERYTHING = {"bot/lanes.py", "bot/sender.py", "scheduler/engine.py", "storage/db.py"}


def test_no_wording_stands_in_the_code() -> None:
    def found() -> Iterator[tuple[str, ast.AST]]:
        for path, node in nodes():
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and _CJK.search(node.value):
                yield path, node

    assert places(found()) == []


def test_the_inside_waits_for_nothing() -> None:
    def found() -> Iterator[tuple[str, ast.AST]]:
        for path, node in nodes("features", "kernel"):
            asynchronous = isinstance(node, ast.comprehension) and node.is_async
            if isinstance(node, _ASYNC) or asynchronous:
                yield path, node

    assert places(found()) == []


def test_every_module_has_one_subject() -> None:
    too_long = [
        path
        for path, _ in modules()
        if len((ROOT / path).read_text("utf-8").splitlines()) > _MOST_LINES_OF_A_MODULE
    ]
    assert too_long == []


def test_every_function_does_one_thing() -> None:
    def found() -> Iterator[tuple[str, ast.AST]]:
        for path, node in nodes():
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) or path.startswith(_MIGRATIONS):
                continue
            first = min([node.lineno, *(decorator.lineno for decorator in node.decorator_list)])
            if (node.end_lineno or first) - first + 1 > _MOST_LINES_OF_A_FUNCTION:
                yield path, node

    assert places(found()) == []


def test_everything_is_caught_in_four_places_only() -> None:
    caught = {
        path
        for path, node in nodes()
        if isinstance(node, ast.ExceptHandler) and _catches_everything(node.type)
    }
    assert caught == _MAY_CATCH_EVERYTHING


def _catches_everything(kind: ast.expr | None) -> bool:
    if kind is None:
        return True
    named = kind.elts if isinstance(kind, ast.Tuple) else [kind]
    return any(isinstance(name, ast.Name) and name.id in ("Exception", "BaseException") for name in named)


def test_the_wheel_holds_every_package_the_walls_know() -> None:
    assert PYPROJECT["tool"]["importlinter"]["root_packages"] == PACKAGES


def test_every_folder_with_code_is_in_the_wheel() -> None:
    with_code = {path.parent.name for path in ROOT.glob("*/__init__.py")}
    assert with_code - {"bench", "tests"} == set(PACKAGES)


def test_the_glossary_names_every_feature() -> None:
    glossary = (ROOT / "docs" / "glossary.md").read_text("utf-8").casefold()
    features = sorted(path.parent.name for path in (ROOT / "features").glob("*/__init__.py"))
    assert features != []
    assert [name for name in features if not re.search(rf"\b{name}\b", glossary)] == []
