"""The specification in numbers: networks and losses, in NumPy.

autograd derives the gradients.  All is float64; batches come first, channels
last.
"""
from collections.abc import Sequence
from typing import Any

import autograd.numpy as np
from autograd import value_and_grad

from checker.grader.layer_specs import LayerSpec

Array = Any


def dense(x: Array, kernel: Array, bias: Array) -> Array:
    """Return x kernel + bias, for x (batch, n), kernel (n, m), bias (m)."""
    return x @ kernel + bias


def convolution(x: Array, kernel: Array, bias: Array, padding: str) -> Array:
    """Slide a kernel (3, 3, n, m) over x (batch, height, width, n).

    With 'same' padding x gets a frame of zeros, so that height and width
    stay; with 'valid' padding they lose 2.
    """
    if padding == 'same':
        x = np.pad(x, [(0, 0), (1, 1), (1, 1), (0, 0)], mode='constant')
    height, width = x.shape[1] - 2, x.shape[2] - 2
    return bias + sum(
        x[:, row:row + height, column:column + width] @ kernel[row, column]
        for row in range(3) for column in range(3))


def pool(x: Array) -> Array:
    """Return the largest value of each 2 x 2 window, odd edges included."""
    batch, height, width, channels = x.shape
    x = np.pad(x, [(0, 0), (0, height % 2), (0, width % 2), (0, 0)],
               mode='constant', constant_values=-np.inf)
    return np.max(np.reshape(x, (
        batch, (height + 1) // 2, 2, (width + 1) // 2, 2, channels)),
        axis=(2, 4))


def upsample(x: Array) -> Array:
    """Repeat each value in a 2 x 2 window."""
    return np.repeat(np.repeat(x, 2, axis=1), 2, axis=2)


def relu(x: Array) -> Array:
    """Return x if it is above zero, else zero."""
    return np.where(x > 0, x, 0.)


def sigmoid(x: Array) -> Array:
    """Return 1 / (1 + exp(-x))."""
    return 1 / (1 + np.exp(-x))


def linear(x: Array) -> Array:
    """Return x."""
    return x


FUNCTIONS = {'relu': relu, 'sigmoid': sigmoid, 'linear': linear,
             'pool': pool, 'upsample': upsample, '': linear}


def affine(layer: LayerSpec, x: Array, kernel: Array, bias: Array) -> Array:
    """Return what the weights of a layer make of x."""
    if layer.kind == 'dense':
        return dense(x, kernel, bias)
    return convolution(x, kernel, bias, layer.kind)


def forward(layers: Sequence[LayerSpec], weights: Sequence[Array],
            x: Array) -> Array:
    """Pass x through layers, each with a kernel and a bias from weights."""
    for layer, kernel, bias in zip(layers, weights[::2], weights[1::2]):
        x = FUNCTIONS[layer.activation](affine(layer, x, kernel, bias))
        x = FUNCTIONS[layer.resize](x)
    return x


def distribution(encoder: Sequence[LayerSpec], weights: Sequence[Array],
                 x: Array) -> tuple[Array, Array]:
    """Return mean and log variance of a variational encoder."""
    hidden = forward(encoder[:-2], weights[:-4], x)
    return (forward(encoder[-2:-1], weights[-4:-2], hidden),
            forward(encoder[-1:], weights[-2:], hidden))


def cross_entropy(x: Array, p: Array) -> Array:
    """Return the binary cross-entropy in nats, averaged over all values."""
    return -np.mean(x * np.log(p) + (1 - x) * np.log(1 - p))


def l1(h: Array) -> Array:
    """Return the sum of |h| over the encoding, averaged over the batch."""
    return np.sum(np.abs(h)) / len(h)


def divergence(mean: Array, log_variance: Array) -> Array:
    """Return KL(N(mean, variance) || N(0, 1)) in nats.

    Summed over the latent dimensions, averaged over the batch: Kingma and
    Welling, appendix B, https://arxiv.org/abs/1312.6114
    """
    return np.sum(mean ** 2 + np.exp(log_variance) - log_variance - 1) / (
        2 * len(mean))


def sample(mean: Array, log_variance: Array, epsilon: Array) -> Array:
    """Return z = mean + exp(log_variance / 2) * epsilon."""
    return mean + np.exp(log_variance / 2) * epsilon


def penalised_loss(weights: Sequence[Array], encoder: Sequence[LayerSpec],
                   decoder: Sequence[LayerSpec], x: Array,
                   lambtha: float) -> Array:
    """Return the loss of files 0 to 2.

    Args:
        weights: kernels and biases, those of the encoder first.
        x: a batch of inputs.
        lambtha: the weight of the L1 norm of the encoding.
    """
    cut = 2 * len(encoder)
    h = forward(encoder, weights[:cut], x)
    p = forward(decoder, weights[cut:], h)
    return cross_entropy(x, p) + lambtha * l1(h)


def variational_loss(weights: Sequence[Array], encoder: Sequence[LayerSpec],
                     decoder: Sequence[LayerSpec], x: Array, epsilon: Array,
                     entropy_weight: float,
                     divergence_weight: float) -> Array:
    """Return the loss of file 3.

    Args:
        weights, x: as for penalised_loss().
        epsilon: the noise in z, (batch, latent_dims), or 0.
        entropy_weight, divergence_weight: of the terms of the loss.
    """
    cut = 2 * len(encoder)
    mean, log_variance = distribution(encoder, weights[:cut], x)
    p = forward(decoder, weights[cut:], sample(mean, log_variance, epsilon))
    return (entropy_weight * cross_entropy(x, p)
            + divergence_weight * divergence(mean, log_variance))


def with_gradients(loss: Any, weights: Sequence[Array],
                   *arguments: Any) -> tuple[float, list[Array]]:
    """Return a loss and its gradient for each of the weights."""
    value, slopes = value_and_grad(loss)(list(weights), *arguments)
    return float(value), slopes
