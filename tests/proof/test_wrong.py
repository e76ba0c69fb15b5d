"""Wrong submissions fail, at the check that is about what is wrong."""
import pytest
from checker.specification import FILES
from classroom import ROOT, bad, change, fill, verdicts_of
from wrong import WRONG

SEEN = set()


def is_first(check):
    """Return whether a check has not been seen before."""
    new = check not in SEEN
    SEEN.add(check)
    return new


ROWS = [
    pytest.param(task, name, check, pairs,
                 id=f'{task}-{name}'.replace(' ', '-'),
                 marks=() if is_first(check) else pytest.mark.exhaustive)
    for task, rows in WRONG.items() for name, check, *pairs in rows]


@pytest.fixture(scope='module')
def verdicts(request, tmp_path_factory):
    """Return {(task, name): {check: result}} of the files that are asked for.
    """
    root = tmp_path_factory.mktemp('wrong')
    asked = [item.callspec.params for item in request.session.items
             if item.module is request.module and 'pairs' in
             getattr(getattr(item, 'callspec', None), 'params', ())]
    files = {task: [each for each in asked if each['task'] == task]
             for task in WRONG}
    found = verdicts_of(fill(root, {
        task: [change((ROOT / FILES[task]).read_text(),
                      each['pairs']).encode() for each in some]
        for task, some in files.items()}), root / 'record.json')
    return {(task, each['name']): found[str(number), task]
            for task, some in files.items()
            for number, each in enumerate(some)}


@pytest.mark.parametrize('task, name, check, pairs', ROWS)
def test_wrong_file_fails(task, name, check, pairs, verdicts):
    """A wrong file fails the check that is about it."""
    found = bad(verdicts[task, name])
    assert {*found} & {*check.split(' or ')}, found
    # A fault of the checker itself is an error.
    assert not any(result and result[0] == 'error'
                   for result in verdicts[task, name].values())


def test_every_check_has_a_wrong_file(verdicts):
    """A check that no wrong file fails would be an error."""
    checks = {check for found in verdicts.values() for check in found}
    failed = {check for found in verdicts.values() for check in bad(found)}
    assert checks == failed
