"""Wrong submissions fail, at the check that is about what is wrong."""
from pathlib import Path

import pytest

from classroom import failures_of
from mutants import MUTANTS

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(scope='module')
def failures(tmp_path_factory):
    """Return {(task, number): {check: message}} of what each mutant fails."""
    return failures_of(tmp_path_factory.mktemp('mutants'), {
        task: [mutant[2:] for mutant in mutants]
        for task, mutants in MUTANTS.items()})


CASES = [pytest.param(task, number, mutant[1],
                      id=f'{task}-{mutant[0]}'.replace(' ', '-'))
         for task, mutants in MUTANTS.items()
         for number, mutant in enumerate(mutants)]


@pytest.mark.parametrize('task, number, check', CASES)
def test_mutant_fails(task, number, check, failures):
    """A mutant fails the check that is about it."""
    found = failures[task, number]
    assert set(check.split(' or ')) & set(found), found


def test_every_check_has_a_mutant(failures):
    """A check that no mutant fails would be an error."""
    checks, failed = set(), set()
    for path in sorted((ROOT / 'tests').rglob('*.py')):
        if path.name == 'checks.py' or path.parent.name == 'spec' \
                and path.name != 'test_style.py':
            checks.update(line.split('def ')[1].split('(')[0]
                          for line in path.read_text().splitlines()
                          if line.startswith('    def test_'))
    for found in failures.values():
        failed.update(found)
    assert checks == failed
