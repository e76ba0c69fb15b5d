"""Whatever numbers a submission gives, each check has an outcome."""
import dataclasses
import runpy

import numpy as np
import pytest
from checker.grader import finite
from checker.grader.call import Call
from checker.grader.failure import Failure, NotGraded, NotRun
from checker.grader.fork_client import ForkServer
from checker.grader.requirement import outcome
from checker.grader.sandbox_client import sandbox
from checker.grader.scenarios import Scenario
from checker.grader.session import Session
from checker.protocol import Experiment
from checker.specification import FILES
from classroom import ROOT

EXPERIMENTS = [
    (Experiment.OUTPUTS, Scenario.FUNCTION),
    (Experiment.OUTPUTS_IN_TRAINING, Scenario.FUNCTION),
    (Experiment.LOSS, Scenario.LOSS), (Experiment.LOSSES, Scenario.LOSS),
    (Experiment.FIT, Scenario.LOSS)]
EXPERIMENTS_OF_3 = [(Experiment.FIT, Scenario.STEP),
                    (Experiment.DRAWS, Scenario.DRAWS)]
ODD = np.nan, np.inf, -np.inf, 0., 1e30, -1e30, 3e38
MUTANTS = 600


def mutated(value, random):
    """Return a reply with some of its numbers exchanged for odd ones."""
    odd = random.choice(ODD)
    if isinstance(value, float):
        return float(odd) if random.random() < 0.5 else value
    if isinstance(value, np.ndarray):
        value = value.copy()
        value[random.random(value.shape) < random.choice([0, 0.01, 1])] = odd
        return value
    if isinstance(value, dict):
        return {key: mutated(item, random) for key, item in value.items()}
    if isinstance(value, tuple):
        return tuple(mutated(item, random) for item in value)
    if dataclasses.is_dataclass(value):
        return dataclasses.replace(value, **{
            field.name: mutated(getattr(value, field.name), random)
            for field in dataclasses.fields(value)
            if not isinstance(getattr(value, field.name), int)})
    return value


@pytest.mark.exhaustive
@pytest.mark.parametrize('task', range(len(FILES)))
def test_odd_numbers_are_no_fault_of_the_checker(task):
    """Some thousands of replies with nan, infinities, 0 and 1e30."""
    module = f'test_{FILES[task].replace("-", "_")}'
    checks = [check for name, check in runpy.run_path(
        str(ROOT / 'tests' / module)).items() if name.startswith('test_')]
    server = ForkServer()
    try:
        with sandbox(server.connect(), 600, False) as child:
            calls = Session(child.ask, task).open(
                (ROOT / FILES[task]).read_bytes(), 0)
            # The smallest, because numbers are the same to all.
            call = min(calls, key=lambda call: len(call.spec.layers))
            pairs = EXPERIMENTS + EXPERIMENTS_OF_3 * (task == 3)
            seen = {pair: call.observe(*pair) for pair in pairs}
    finally:
        server.close()
    random = np.random.default_rng(0)
    kinds = set()
    for _ in range(MUTANTS):
        mutant = Call(call.spec, call.returned, None, call.seed)
        for pair, reply in seen.items():
            reply = (mutated(reply, random) if random.random() < 0.4
                     else reply)
            mutant._seen[pair] = finite.not_a_number(
                mutant, call.trial(pair[1]), reply) or reply
        with np.errstate(all='ignore'):
            for check in checks:
                found = outcome(mutant, check)
                assert found is None or isinstance(
                    found, (Failure, NotGraded, NotRun))
                kinds.add(type(found))
    assert {Failure, NotRun, type(None)} <= kinds
