"""Steps of training file 3, and what must come of them."""
import numpy as np

from checker.grader import expected, tolerances
from checker.grader.call import Call
from checker.grader.elbo import elbo_of
from checker.grader.failure import Failure
from checker.grader.scenarios import Scenario
from checker.grader.training import trained
from checker.grader.z import epsilon
from checker.protocol import Experiment, Fit

Array = np.ndarray


def quiet_fit(call: Call) -> Fit:
    """Return a step whose loss has no noise, because the decoder ignores z.
    """
    return call.observe(Experiment.FIT, Scenario.LOSS)


def expected_step(call: Call) -> tuple[float, list[Array]]:
    """Return the loss and the gradients of a step on one sample."""
    drawn, elbo = noise_of_step(call), elbo_of(call)
    if np.abs(drawn).max() < tolerances.NOISE:
        raise Failure('training that decodes z', 'training that decodes the '
                      'mean', 'Decode z in train_step().')
    return expected.step(call.spec, call.trial(Scenario.STEP), drawn,
                         elbo.entropy_weight, elbo.divergence_weight)


def noise_of_step(call: Call) -> Array:
    """Return the noise in a step on one sample.

    The gradient of the decoder's first kernel is z times that of its bias.
    """
    kernel, bias = call.ordered(trained(call).gradients)[
        call.spec.cut:call.spec.cut + 2]
    if not bias.any():
        raise Failure('the gradient of the loss for every weight',
                      'no gradient at layer 1 of the decoder')
    z = kernel @ bias / (bias @ bias)
    return epsilon(call, Scenario.STEP, z[None])
