"""With 20 seeds the own files pass, and stay far from every bound."""
import runpy

import numpy as np
import pytest
from checker.grader import elbo, expected, losses, step, tolerances, training
from checker.grader.comparison import distance
from checker.grader.fork_client import ForkServer
from checker.grader.requirement import judge
from checker.grader.sandbox_client import sandbox
from checker.grader.scenarios import Scenario
from checker.grader.session import Session
from checker.protocol import Experiment
from checker.specification import FILES
from classroom import ROOT

SEEDS = 20


@pytest.fixture(scope='module')
def server():
    """A server to fork sandboxes from."""
    server = ForkServer()
    yield server
    server.close()


@pytest.mark.exhaustive
@pytest.mark.parametrize('task', range(len(FILES)))
def test_own_file_passes_with_any_seed(task, server):
    """Every check passes, and no error is over a third of its bound."""
    errors = {}
    module = f'test_{FILES[task].replace("-", "_")}'
    checks = runpy.run_path(str(ROOT / 'tests' / module))
    with sandbox(server.connect(), 600, False) as child:
        calls = Session(child.ask, task).open(
            (ROOT / FILES[task]).read_bytes(), 0)
        for seed in range(SEEDS):
            for call in calls:
                call.reseed(seed)
            for name, check in checks.items():
                if name.startswith('test_'):
                    judge(calls, check)
            for call in calls:
                for name, error in errors_of(call):
                    errors[name] = max(error, errors.get(name, 0))
    for name, error in errors.items():
        assert error < getattr(tolerances, name) / 3, errors
    print(errors)


def errors_of(call):
    """Yield the name of a tolerance, and an error that it allows."""
    spec, trial = call.spec, call.trial(Scenario.FUNCTION)
    seen = call.observe(Experiment.OUTPUTS, Scenario.FUNCTION)
    wanted = expected.encoding(spec, trial)
    for found, right in zip(seen.encoder[-len(wanted):], wanted):
        yield 'OUTPUT', distance(found, right)
    yield 'OUTPUT', distance(seen.decoder[0], expected.decoding(spec, trial))
    if spec.task == 3:
        yield 'ELBO', elbo.elbo_of(call).left
        fit = training.trained(call)
        loss, gradients = step.expected_step(call)
    else:
        yield 'AUTO', distance(
            seen.auto[0], expected.reconstruction(spec, trial))
        trial = call.trial(Scenario.LOSS)
        yield 'LOSS', losses.error_of(call)
        fit = training.trained(call)
        loss = expected.loss(spec, trial)
        gradients = expected.gradients(spec, trial)
    yield 'TRAINED', abs(losses.loss_in(fit.logs, loss) - loss) / loss
    for found, right in zip(call.ordered(fit.gradients), gradients):
        length = np.linalg.norm(right)
        yield 'GRADIENT', max(0, np.linalg.norm(found - right)
                              - tolerances.FAINT / 3) / (length + 1e-30)
