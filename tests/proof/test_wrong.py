"""Wrong submissions fail, at the check that is about what is wrong."""
import ast

import pytest

from checker import feedback
from checker.fault import HINTS
from checker.specification import FILES
from classroom import ROOT, change, failures_of, fill
from wrong import WRONG


@pytest.fixture(scope='module')
def failures(tmp_path_factory):
    """Return {(task, number): {check: failure, or None}} of each file."""
    root = tmp_path_factory.mktemp('wrong')
    found = failures_of(fill(root, {
        task: [change((ROOT / FILES[task]).read_text(), pairs).encode()
               for _, _, *pairs in rows]
        for task, rows in WRONG.items()}), root / 'report.xml')
    return {(task, number): found[str(number), task]
            for task, rows in WRONG.items() for number in range(len(rows))}


@pytest.mark.parametrize('task, number, check', [
    pytest.param(task, number, check,
                 id=f'{task}-{name}'.replace(' ', '-'))
    for task, rows in WRONG.items()
    for number, (name, check, *_) in enumerate(rows)])
def test_wrong_file_fails(task, number, check, failures):
    """A wrong file fails the check that is about it."""
    found = {name for name, failure in failures[task, number].items()
             if failure}
    assert found & {*check.split(' or ')}, failures[task, number]
    # Of a fault of the checker's own, the first line is one of code.
    assert all('; found ' in failure.partition('\n')[0]
               for failure in failures[task, number].values() if failure)


def test_every_check_has_a_wrong_file(failures):
    """A check that no wrong file fails would be an error."""
    checks = {check for found in failures.values() for check in found}
    failed = {check for found in failures.values()
              for check, failure in found.items() if failure}
    assert checks == failed


@pytest.mark.parametrize('hint', HINTS.values())
def test_every_hint_is_given(hint, failures):
    """A hint that no wrong file is given would not be read."""
    assert any(failure and hint in failure for found in failures.values()
               for failure in found.values())


def test_every_check_has_something_to_read(failures):
    """A page speaks of a line of code of the repository's own file."""
    for (task, _), found in failures.items():
        said = {number for node in ast.walk(ast.parse(
            (ROOT / FILES[task]).read_text()))
            if isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            for number in range(node.lineno, node.end_lineno + 1)}
        for check in found:
            assert feedback.line_with(
                feedback.EXAMPLES[check], FILES[task]) not in said
