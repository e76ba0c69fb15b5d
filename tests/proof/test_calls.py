"""A call that fails takes nothing from the calls that work."""
import pytest
from checker.grader.call_spec import call_specs
from checker.specification import ARGUMENTS, FILES
from classroom import ROOT, fill, verdicts_of

WRAPPER = '''

def autoencoder(*arguments):
    """Build, except for some arguments."""
    if {condition}:
        raise ValueError('not these')
    return build(*arguments)
'''
# {(task, number of a call, whether it fails or works alone): condition}
CASES = {
    (task, number, alone): f'{"not " * alone}list(arguments) == '
    f'{list(arguments)!r}'
    for task, calls in enumerate(ARGUMENTS)
    for number, arguments in enumerate(calls) for alone in (False, True)}
# What one call cannot show: whether the models of two calls are new, and
# what lambtha does if it is 0.
NEW, PENALTY = 'test_calls_build_new_models', {
    'test_loss_has_the_l1_penalty', 'test_training_follows_the_loss'}


@pytest.fixture(scope='module')
def verdicts(request, tmp_path_factory):
    """Return {case: {check: result}} of the cases that are asked for."""
    root = tmp_path_factory.mktemp('calls')
    asked = [tuple(item.callspec.params.values())
             for item in request.session.items
             if item.module is request.module]
    files = {task: [key for key in asked if key[0] == task]
             for task in range(len(FILES))}
    found = verdicts_of(fill(root, {
        task: [((ROOT / FILES[task]).read_text().replace(
            'def autoencoder', 'def build') + WRAPPER.format(
                condition=CASES[key])).encode() for key in some]
        for task, some in files.items()}), root / 'record.json')
    return {key: found[str(place), task] for task, some in files.items()
            for place, key in enumerate(some)}


@pytest.mark.parametrize('task, number, alone', [
    pytest.param(*case, marks=pytest.mark.exhaustive if case[2] else ())
    for case in CASES])
def test_other_calls_are_checked(task, number, alone, verdicts):
    """One check fails; the others pass, or are not run for a reason."""
    found = verdicts[task, number, alone]
    failure, message = found.pop('test_calls_build')
    assert failure == 'failed'
    wanted = set()
    specs = call_specs(task)
    if sum((spec.number == number) == alone for spec in specs) == 1:
        wanted = {NEW}
    if alone and task == 1 and specs[number].lambtha == 0:
        wanted |= PENALTY
    assert {check for check, result in found.items() if result} == wanted
    assert all(found[check][0] == 'not run' for check in wanted)
    spec, = [spec for spec in specs
             if f'({spec}' in message and not spec.again]
    assert (spec.number == number) != alone
