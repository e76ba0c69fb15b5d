"""What only file 3 must meet: the noise in z and in auto."""
from collections.abc import Iterator, Sequence

import numpy as np

from checker.grader import expected, noise, tolerances
from checker.grader.call import Call
from checker.grader.comparison import distance, same
from checker.grader.failure import Failure
from checker.grader.function import OUTPUTS, training_changes_nothing
from checker.grader.requirement import requirement
from checker.grader.scenarios import Scenario
from checker.protocol import Draws, Experiment

Array = np.ndarray
Z = 'z = mean + exp(log_variance / 2) * epsilon'
DRAW = (
    'Draw epsilon in call(), with the shape of the mean: '
    'keras.backend.random_normal(keras.backend.shape(mean)).')
# The four draws of a Draws.
MODES = ('when called', 'with training=False', 'while training',
         'while training')


def draws(call: Call) -> Draws:
    """Return the draws of a call."""
    return call.observe(Experiment.DRAWS, Scenario.DRAWS,
                        'encoder and auto can be called')


def epsilon(call: Call, scenario: Scenario, z: Array) -> Array:
    """Return the noise in z, in standard deviations."""
    mean, log_variance = expected.encoding(call.spec, call.trial(scenario))
    return (z - mean) / np.exp(log_variance / 2)


@requirement(after=[training_changes_nothing], simplest=True,
             example='encoder = keras.Model(')
def mean_comes_first(call: Call) -> None:
    """The mean comes before the log variance."""
    mean, log_variance = expected.encoding(
        call.spec, call.trial(Scenario.DRAWS))
    z = draws(call).encoder[0]
    as_told = noise.not_normal((z - mean) / np.exp(log_variance / 2))
    swapped = noise.not_normal((z - log_variance) / np.exp(mean / 2))
    if as_told and not swapped:
        raise Failure(
            OUTPUTS, 'z, log variance, mean, judged by what z is drawn from',
            f'Exchange two outputs, or what the sampling takes: {Z}.')


@requirement(after=[mean_comes_first], simplest=True,
             example='epsilon = ')
def z_is_drawn(call: Call) -> None:
    """z is drawn at random."""
    every = np.concatenate([draw for _, draw in draws_of_encoder(call)])
    varies = np.max(np.std(every, axis=0))
    if np.max(np.abs(every)) > tolerances.NOISE > varies:
        raise Failure('a z that is random', 'the mean plus a constant',
                      'Multiply by the epsilon that is drawn.')
    for mode, draw in draws_of_encoder(call):
        if np.abs(draw).max() < tolerances.NOISE:
            raise Failure('a z that is random',
                          f'the mean in place of z {mode}', Z)
        mean, _ = expected.encoding(call.spec, call.trial(Scenario.DRAWS))
        if noise.follows(draw, mean):
            raise Failure(Z, f'noise that depends on the mean {mode}', Z)


def draws_of_encoder(call: Call) -> Iterator[tuple[str, Array]]:
    """Yield how each z was drawn, and its noise."""
    for mode, z in zip(MODES, draws(call).encoder):
        yield mode, epsilon(call, Scenario.DRAWS, z)


@requirement(after=[z_is_drawn], simplest=True, example='epsilon = ')
def noise_is_new(call: Call) -> None:
    """The noise is new for every call, sample and latent dimension."""
    check_new([draw for _, draw in draws_of_encoder(call)],
              'noise in z that is drawn anew for each call, sample and '
              'latent dimension')


def check_new(found: Sequence[Array], wanted: str) -> None:
    """Require that the two draws of each mode have nothing in common."""
    for mode, one, other in zip(MODES[::2], found[::2], found[1::2]):
        again = noise.repeated(one, other)
        if again:
            raise Failure(wanted, f'the same noise {again} {mode}', DRAW)


@requirement(after=[noise_is_new], simplest=True, example='epsilon = ')
def noise_is_standard_normal(call: Call) -> None:
    """The noise in z is N(0, 1) times exp(log variance / 2)."""
    _, log_variance = expected.encoding(
        call.spec, call.trial(Scenario.DRAWS))
    for mode, draw in draws_of_encoder(call):
        wrong = noise.not_normal(draw)
        if wrong:
            raise Failure(
                '(z - mean) / exp(log_var / 2) drawn from N(0, 1)',
                explain_noise(draw, log_variance) or f'{wrong} {mode}', Z)


def explain_noise(draw: Array, log_variance: Array) -> str:
    """Return what multiplies epsilon instead, or ''."""
    for name, power in (('exp(log_var)', 1.), ('exp(log_var / 4)', 1 / 4),
                        ('1', 0.)):
        if not noise.not_normal(draw * np.exp(
                (1 / 2 - power) * log_variance)):
            return f'epsilon multiplied by {name}'
    return ''


@requirement(after=[noise_is_standard_normal], simplest=True,
             example='decoder(encoder(')
def auto_decodes_z(call: Call) -> None:
    """auto decodes the z that it draws."""
    trial, found = call.trial(Scenario.DRAWS), []
    for mode, output in zip(MODES, draws(call).auto):
        if same(output, trial.inputs):
            raise Failure('auto(x) equal to decoder(z)', 'the input itself',
                          'auto = keras.Model(inputs, '
                          'decoder(encoder(inputs)[0]))')
        draw, apart = noise_of_auto(call, output)
        if not apart < tolerances.LINEAR:
            raise Failure('auto(x) equal to decoder(z)',
                          f'an output that no z explains {mode}')
        if np.abs(draw).max() < tolerances.NOISE:
            raise Failure(
                'auto(x) equal to decoder(z)', f'decoder(mean) {mode}',
                'decoder(encoder(inputs)[0]) decodes z.')
        wrong = noise.not_normal(draw)
        if wrong:
            raise Failure(
                'auto(x) equal to decoder(z)',
                f'a z whose noise has {wrong} {mode}', Z)
        found.append(draw)
    check_new(found, 'noise in auto that is drawn anew for each call, '
              'sample and latent dimension')


def noise_of_auto(call: Call, reconstruction: Array) -> tuple[Array, float]:
    """Return the noise in auto, and how far no z explains its output.

    In Scenario.DRAWS the logits are z times a matrix, plus constants.
    """
    trial, size = call.trial(Scenario.DRAWS), call.spec.latent[0]
    p = expected.decode(call.spec, trial, np.concatenate([
        np.zeros((1, size)), np.eye(size)]))
    origin, *rest = np.log(p / (1 - p))
    matrix = np.array(rest) - origin
    logits = np.log(reconstruction / (1 - reconstruction)) - origin
    z = logits @ np.linalg.pinv(matrix)
    return (epsilon(call, Scenario.DRAWS, z),
            distance(z @ matrix, logits))
