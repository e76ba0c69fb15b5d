"""The noise in z and in auto of file 3."""
from collections.abc import Iterator, Sequence

import numpy as np

from checker.grader import expected, noise
from checker.grader.call import Call
from checker.grader.comparison import distance
from checker.grader.failure import Failure
from checker.grader.scenarios import Scenario
from checker.protocol import Draws, Experiment

Array = np.ndarray
Z = 'z = mean + keras.backend.exp(log_var / 2) * epsilon'
DRAW = ('Write epsilon = keras.backend.random_normal(keras.backend.shape('
        'mean)).')
# The four draws of a Draws.
MODES = '', ' with training=False', ' while training', ' while training'


def draws(call: Call) -> Draws:
    """Return the draws of a call."""
    return call.observe(Experiment.DRAWS, Scenario.DRAWS)


def epsilon(call: Call, scenario: Scenario, z: Array) -> Array:
    """Return the noise in z, in standard deviations."""
    mean, log_variance = expected.encoding(call.spec, call.trial(scenario))
    return (z - mean) / np.exp(log_variance / 2)


def draws_of_encoder(call: Call) -> Iterator[tuple[str, Array]]:
    """Yield how each z was drawn, and its noise."""
    for mode, z in zip(MODES, draws(call).encoder):
        yield mode, epsilon(call, Scenario.DRAWS, z)


def is_swapped(call: Call) -> bool:
    """Return whether z is drawn as if mean and log variance were exchanged.
    """
    one, other = expected.encoding(call.spec, call.trial(Scenario.DRAWS))
    z = draws(call).encoder[0]
    return bool(noise.not_normal((z - one) / np.exp(other / 2))
                and not noise.not_normal((z - other) / np.exp(one / 2)))


def check_new(found: Sequence[Array], what: str) -> None:
    """Require that the two draws of each mode have nothing in common."""
    for mode, one, other in zip(MODES[::2], found[::2], found[1::2]):
        again = noise.repeated(one, other)
        if again:
            raise Failure(f'new {what} for each call, sample and latent '
                          'dimension', f'noise that repeats {again}{mode}',
                          DRAW)


def explain_noise(call: Call, draw: Array) -> str:
    """Return what multiplies epsilon instead, or ''."""
    _, log_var = expected.encoding(call.spec, call.trial(Scenario.DRAWS))
    noise_in_z = draw * np.exp(log_var / 2)
    for name, factor in (('exp(log_var / 2)', np.exp(log_var / 2)),
                         ('exp(log_var)', np.exp(log_var)),
                         ('exp(log_var / 4)', np.exp(log_var / 4)),
                         ('log_var', log_var), ('1', 1.)):
        left = noise_in_z / factor
        if not noise.not_normal(left):
            return f'epsilon multiplied by {name}'
        if not noise.not_normal(left / left.std()):
            return f'epsilon multiplied by {left.std():.2g} * {name}'
    return ''


def noise_of_auto(call: Call, reconstruction: Array) -> tuple[Array, float]:
    """Return the noise in auto, and how far no z explains its output.

    In Scenario.DRAWS the logits are z times a matrix, plus constants.
    """
    trial, size = call.trial(Scenario.DRAWS), call.spec.latent[0]
    p = expected.decoded(call.spec, trial, np.concatenate([
        np.zeros((1, size)), np.eye(size)]))
    origin, *rest = np.log(p / (1 - p))
    matrix = np.array(rest) - origin
    logits = np.log(reconstruction / (1 - reconstruction)) - origin
    z = logits @ np.linalg.pinv(matrix)
    return (epsilon(call, Scenario.DRAWS, z),
            distance(z @ matrix, logits))
