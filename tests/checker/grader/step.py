"""What only file 3 must meet: that training follows the ELBO."""
import numpy as np

from checker.grader import expected, losses, tolerances
from checker.grader.call import Call
from checker.grader.elbo import elbo_of, loss_has_the_kl_divergence
from checker.grader.failure import Failure
from checker.grader.not_graded import check_steps
from checker.grader.requirement import requirement
from checker.grader.scenarios import Scenario
from checker.grader.training import (
    auto_can_be_trained,
    compare_gradients,
    compare_training_loss,
    every_weight_is_trained,
    trained,
)
from checker.grader.z import Z, auto_decodes_z, epsilon
from checker.protocol import Experiment, Fit

Array = np.ndarray


@requirement(after=[loss_has_the_kl_divergence, auto_can_be_trained],
             simplest=True, example='auto.compile(')
def training_has_the_same_loss(call: Call) -> None:
    """fit() has the loss that evaluate() gives."""
    check_steps(call.build, quiet_fit(call))
    compare_training_loss(call, losses.loss_in(quiet_fit(call).logs),
                          elbo_of(call).batch)


@requirement(after=[training_has_the_same_loss, auto_decodes_z,
                    every_weight_is_trained], simplest=True,
             example='auto.compile(')
def training_follows_the_elbo(call: Call) -> None:
    """Training follows the gradient of that loss, through z too."""
    elbo = elbo_of(call)
    _, gradients = expected.step(
        call.spec, call.trial(Scenario.LOSS), np.zeros(1),
        elbo.entropy_weight, elbo.divergence_weight)
    # In the decoder they depend on the noise.
    compare_gradients(call, quiet_fit(call), gradients[:call.spec.cut])
    compare_gradients(call, trained(call), expected_step(call)[1])


def quiet_fit(call: Call) -> Fit:
    """Return a step whose loss has no noise, because the decoder ignores z.
    """
    return call.observe(Experiment.FIT, Scenario.LOSS, 'fit() works')


def expected_step(call: Call) -> tuple[float, list[Array]]:
    """Return the loss and the gradients of a step on one sample."""
    drawn, elbo = noise_of_step(call), elbo_of(call)
    if np.abs(drawn).max() < tolerances.NOISE:
        raise Failure('training that decodes z', 'training that decodes the '
                      'mean', Z)
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
