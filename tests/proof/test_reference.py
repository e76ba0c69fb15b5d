"""The numbers that submissions are held against are right themselves."""
import math

import numpy as np
import pytest
from checker.grader import expected, noise, reference, scenarios, step
from checker.grader import z as noise_in_z
from checker.grader.call import Call
from checker.grader.call_spec import call_specs
from checker.grader.scenarios import Scenario
from checker.protocol import Draws, Fit, Trial
from checker.wire import Malformed, decode, encode

RANDOM = np.random.default_rng(0)
SPECS = [pytest.param(spec, id=str(spec)) for task in range(4)
         for spec in call_specs(task) if not spec.again]


@pytest.mark.parametrize('padding', ['same', 'valid'])
def test_layers_equal_those_of_keras(padding):
    """Convolution, pooling, upsampling, dense: what Keras computes."""
    from tensorflow import keras
    x = RANDOM.standard_normal((2, 7, 6, 3)).astype('float32')
    pairs = [
        (keras.layers.Conv2D(4, 3, padding=padding), lambda *weights:
         reference.convolution(x, *weights, padding)),
        (keras.layers.MaxPooling2D(padding='same'),
         lambda: reference.pool(x)),
        (keras.layers.UpSampling2D(), lambda: reference.upsample(x)),
        (keras.layers.Activation('sigmoid'), lambda: reference.sigmoid(x)),
        (keras.layers.Activation('relu'), lambda: reference.relu(x))]
    for layer, function in pairs:
        wanted = np.array(layer(x))
        np.testing.assert_allclose(function(*layer.get_weights()), wanted,
                                   rtol=1e-5, atol=1e-5)
    layer, flat = keras.layers.Dense(5), x.reshape(2, -1)
    wanted = np.array(layer(flat))
    np.testing.assert_allclose(reference.dense(flat, *layer.get_weights()),
                               wanted, rtol=1e-4, atol=1e-5)


def test_losses_equal_those_of_keras():
    """Binary cross-entropy and L1 norm; the KL divergence, integrated."""
    from tensorflow import keras
    x, p = RANDOM.random((2, 4, 5))
    assert math.isclose(reference.cross_entropy(x, p), np.mean(
        keras.losses.binary_crossentropy(x, p)), rel_tol=1e-5)
    penalty = keras.regularizers.L1(1.)(np.float32(x))
    assert math.isclose(reference.l1(x), float(penalty) / len(x),
                        rel_tol=1e-5)
    mean, log_variance = RANDOM.standard_normal((2, 1, 1))
    z = np.linspace(-30, 30, 200_001)
    log_q = -(z - mean) ** 2 / np.exp(log_variance) / 2 - log_variance / 2
    integrand = np.exp(log_q) * (log_q + z ** 2 / 2) / math.sqrt(2 * math.pi)
    assert math.isclose(reference.divergence(mean, log_variance),
                        np.sum(integrand) * (z[1] - z[0]), rel_tol=1e-6)


@pytest.mark.parametrize('spec', SPECS)
def test_gradients_equal_finite_differences(spec):
    """The gradient of the loss is its slope, in a random direction."""
    scenario = Scenario.STEP if spec.task == 3 else Scenario.LOSS
    trial = scenarios.draw(0, spec, scenario)
    epsilon = RANDOM.standard_normal((1, *spec.latent))

    def loss(weights):
        moved = Trial(tuple(weights), trial.inputs, trial.codes)
        if spec.task == 3:
            return expected.step(spec, moved, epsilon, 20., 0.5)
        return (expected.loss(spec, moved), expected.gradients(spec, moved))

    gradients = loss(trial.weights)[1]
    for place, gradient in enumerate(gradients):
        direction = RANDOM.standard_normal(gradient.shape)
        # So short that hardly ever one of all units bends on the way.
        direction *= 1e-7 / np.linalg.norm(direction)
        ends = []
        for sign in (1, -1):
            weights = list(trial.weights)
            weights[place] = weights[place] + sign * direction
            ends.append(loss(weights)[0])
        slope, wanted = (ends[0] - ends[1]) / 2, np.sum(gradient * direction)
        assert abs(slope - wanted) < 1e-3 * 1e-7 * (
            np.linalg.norm(gradient) + 1e-2)


class Observed(Call):
    """A call whose experiments show what a test says."""

    def __init__(self, spec, shown):
        super().__init__(spec, None, None, 0)
        self.shown = shown
        self.order = tuple(range(2 * len(spec.layers)))

    def observe(self, experiment, scenario):
        """Return what is shown."""
        return self.shown


@pytest.mark.parametrize('spec', call_specs(3)[:-1], ids=str)
def test_noise_is_found_again(spec):
    """From output and gradients the epsilon comes out that went in."""
    trial = scenarios.draw(0, spec, Scenario.DRAWS)
    mean, log_variance = expected.encoding(spec, trial)
    epsilon = RANDOM.standard_normal(mean.shape)
    z = reference.sample(mean, log_variance, epsilon)
    found, apart = noise_in_z.noise_of_auto(
        Observed(spec, Draws((), ())), expected.decoded(spec, trial, z))
    np.testing.assert_allclose(found, epsilon, atol=1e-5)
    assert apart < 1e-6
    trial = scenarios.draw(0, spec, Scenario.STEP)
    epsilon = epsilon[:1]
    loss, gradients = expected.step(spec, trial, epsilon, 1., 1.)
    call = Observed(spec, Fit({'loss': loss}, 1, tuple(gradients)))
    np.testing.assert_allclose(step.noise_of_step(call), epsilon,
                               atol=1e-6)


def test_noise_is_told_from_other_noise():
    """N(0, 1) passes; other noise of the same mean and variance does not."""
    size = 8000, 5
    normal = RANDOM.standard_normal((20, *size))
    for one, other in zip(normal[::2], normal[1::2]):
        assert not noise.not_normal(one) and not noise.repeated(one, other)
        assert not noise.follows(one, other)
    one, other = normal[:2]
    kept = RANDOM.standard_normal((3 * size[0], size[1]))
    kept = kept[(abs(kept) < 2.5).all(axis=1)][:size[0]]
    for wrong in (RANDOM.uniform(-1, 1, size) * 3 ** 0.5, one * 0.95,
                  one + 0.05, RANDOM.laplace(0, 0.5 ** 0.5, size),
                  np.sign(one), kept / kept.std(), one * np.nan):
        assert noise.not_normal(wrong)
    mirrored = np.concatenate([one[:4000], -one[:4000]])
    for first, second in (
            (one, one), (mirrored, other),
            (one[:1] + 0 * one, other[:1] + 0 * one),
            (one[:, :1] + 0 * one, other[:, :1] + 0 * one),
            (one[:, [0, 1, 2, 0, 1]], other[:, [0, 1, 2, 0, 1]]),
            (one + other, other), (0 * one, 0 * one)):
        assert noise.repeated(first, second)
    assert noise.follows(one + 0.2 * other, other)


def test_messages_come_back_as_they_were():
    """Decoding gives back what was encoded, and refuses anything else."""
    trial = Trial((np.ones((2, 3)),), np.zeros((1, 2)), np.ones((1, 2)))
    assert encode(decode(Trial, encode(trial))) == encode(trial)
    for wrong in ({}, [], None, 'x', {'weights': []},
                  {**encode(trial), 'more': 1},
                  {**encode(trial), 'inputs': {'shape': [2], 'float32': ''}},
                  {**encode(trial), 'inputs': [1, 2]}):
        with pytest.raises(Malformed):
            decode(Trial, wrong)
    assert decode(str, 'a\ud800\x1b[31m\u202eb\n') == (
        'a\\ud800\\x1b[31m\\u202eb\n')
