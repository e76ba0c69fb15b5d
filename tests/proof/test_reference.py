"""The numbers that submissions are held against are right themselves."""
import math

import numpy as np
import pytest

from checker import judge, layers, noise, reference, specification
from checker.calls import Call
from checker.observation import Built, Setting, Step, parse, plain
from checker.settings import arrange
from checker.variational import noise_of_auto, noise_of_batch

RANDOM = np.random.default_rng(0)
CALLS = [pytest.param(task, call, id=specification.spell(call))
         for task, calls in enumerate(specification.CALLS) for call in calls]


def call_of(task, arguments):
    """Return a Call of which nothing was observed."""
    stages = layers.encoder(task, arguments) + layers.decoder(task, arguments)
    shapes = tuple(size for stage in stages for size in stage.shapes)
    order = tuple(range(len(shapes)))
    built = Built('', '', '', shapes, order, {}, None)
    return Call(task, arguments, built, built, order, {})


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
        expected = np.array(layer(x))
        found, _ = function(*layer.get_weights())
        np.testing.assert_allclose(found, expected, rtol=1e-5, atol=1e-5)
    layer, flat = keras.layers.Dense(5), x.reshape(2, -1)
    expected = np.array(layer(flat))
    found, _ = reference.dense(flat, *layer.get_weights())
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-5)


def test_losses_equal_those_of_keras():
    """Binary cross-entropy and L1 norm; the KL divergence, integrated."""
    from tensorflow import keras
    x, p = RANDOM.random((2, 4, 5))
    value, _ = reference.cross_entropy(x, p)
    assert math.isclose(value, np.mean(keras.losses.binary_crossentropy(
        x, p)), rel_tol=1e-5)
    value, _ = reference.l1(x)
    penalty = keras.regularizers.L1(1.)(np.float32(x))
    assert math.isclose(value, float(penalty) / len(x), rel_tol=1e-5)
    mean, log_variance = RANDOM.standard_normal((2, 1, 1))
    value, _ = reference.divergence(mean, log_variance)
    z = np.linspace(-30, 30, 200_001)
    log_q = -(z - mean) ** 2 / np.exp(log_variance) / 2 - log_variance / 2
    integrand = np.exp(log_q) * (log_q + z ** 2 / 2) / math.sqrt(2 * math.pi)
    assert math.isclose(value, np.sum(integrand) * (z[1] - z[0]),
                        rel_tol=1e-6)


@pytest.mark.parametrize('task, arguments', CALLS)
def test_gradients_equal_finite_differences(task, arguments):
    """The gradient of the loss is its slope, in a random direction."""
    call = call_of(task, arguments)
    setting = arrange(call, 'single' if task == 3 else 'usual', 2)
    epsilon = RANDOM.standard_normal((2, arguments[2])) if task == 3 else None

    def loss(weights):
        moved = Setting(tuple(weights), setting.inputs, setting.codes)
        found = (call.penalised(moved) if task != 3
                 else call.variational(moved, epsilon, 20., 0.5))
        return found[0], found[-1]

    gradients = loss(setting.weights)[1]
    for place, gradient in enumerate(gradients):
        direction = RANDOM.standard_normal(gradient.shape)
        # So short that hardly ever one of all units bends on the way.
        direction *= 1e-7 / np.linalg.norm(direction)
        ends = []
        for sign in (1, -1):
            weights = list(setting.weights)
            weights[place] = weights[place] + sign * direction
            ends.append(loss(weights)[0])
        slope, expected = (ends[0] - ends[1]) / 2, np.sum(
            gradient * direction)
        assert abs(slope - expected) < 1e-3 * 1e-7 * (
            np.linalg.norm(gradient) + 1e-3)


@pytest.mark.parametrize('task, arguments', [
    call for call in CALLS if call.values[0] == 3])
def test_noise_of_auto_is_found_again(task, arguments):
    """From a reconstruction the epsilon comes out that went in."""
    call = call_of(task, arguments)
    setting = arrange(call, 'linear', 5)
    mean, log_variance = call.encoded(setting)
    epsilon = RANDOM.standard_normal(mean.shape)
    z, _ = reference.sample(mean, log_variance, epsilon)
    p, _ = reference.forward(call.decoder, call.weights(setting)[call.cut:],
                             z)
    found, apart = noise_of_auto(call, setting, p)
    np.testing.assert_allclose(found, epsilon, atol=1e-6)
    assert apart < 1e-6


def test_noise_of_a_batch_is_found_again():
    """From the gradients of a step the epsilon comes out that went in."""
    call = call_of(3, specification.CALLS[3][0])
    setting = judge.arrange_step(call, 'step')
    epsilon = RANDOM.standard_normal((judge.BATCH, 2))
    _, gradients = call.variational(setting, epsilon, 20., 0.5)
    step = Step(0., 0., {str(place): gradient for place, gradient
                         in zip(call.order, gradients)}, {}, ())
    np.testing.assert_allclose(noise_of_batch(call, setting, step), epsilon,
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
    """What is parsed equals what was said; what makes no sense is refused."""
    setting = Setting((np.ones((2, 3)),), np.zeros((1, 2)), np.ones((1, 2)))
    again = parse(Setting, plain(setting))
    assert plain(again) == plain(setting)
    for wrong in ({}, [], None, 'x', {'weights': []},
                  {**plain(setting), 'more': 1},
                  {**plain(setting), 'inputs': {'shape': [2], 'float32': ''}},
                  {**plain(setting), 'inputs': [1, 2]}):
        with pytest.raises((KeyError, TypeError, ValueError)):
            parse(Setting, wrong)
    assert parse(str, 'a\ud800\x1b[31m\u202eb\n') == (
        'a\\ud800\\x1b[31m\\u202eb\n')
