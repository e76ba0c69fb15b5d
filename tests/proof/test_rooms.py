"""Each package imports only what its process may know."""
import ast
from pathlib import Path

import pytest

CHECKER = Path(__file__).resolve().parents[1] / 'checker'
MODULES = {'.'.join(('checker', *path.relative_to(CHECKER).with_suffix('')
                     .parts)): path for path in CHECKER.rglob('*.py')}
HEAVY = {'tensorflow', 'keras'}


def imports_of(path):
    """Return the names of the modules that a module imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found.update(alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            found.add(node.module)
            found.update(f'{node.module}.{alias.name}'
                         for alias in node.names)
    return found


def all_imports_of(name, seen=()):
    """Return what a module imports, directly or not."""
    found = set()
    for other in imports_of(MODULES[name]) - {*seen}:
        found.add(other)
        if other in MODULES:
            found |= all_imports_of(other, {*seen, name, other})
    return found


@pytest.mark.parametrize('name', [
    name for name in MODULES if '.sandbox.' not in name])
def test_grader_imports_no_tensorflow(name):
    """What grades and shows imports neither TensorFlow nor the sandbox."""
    found = all_imports_of(name)
    assert not {each.partition('.')[0] for each in found} & HEAVY
    assert not any(each.startswith('checker.sandbox') for each in found)


@pytest.mark.parametrize('name', [
    name for name in MODULES if '.sandbox.' in name])
def test_sandbox_knows_nothing_that_is_expected(name):
    """Of the checker it imports itself and the protocol."""
    ours = {each for each in all_imports_of(name) if each in MODULES}
    assert all(each.startswith('checker.sandbox.')
               or each in ('checker.protocol', 'checker.wire')
               for each in ours)


def test_modules_are_read_in_one_sitting():
    """No module is longer than 250 lines, and no function than 40."""
    for path in CHECKER.rglob('*.py'):
        text = path.read_text()
        assert text.count('\n') <= 250, path
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef):
                assert node.end_lineno - node.lineno < 40, (path, node.name)
