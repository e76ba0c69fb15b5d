"""Draws inputs, and kernels and biases that suit the inputs of a layer."""
from collections.abc import Sequence

import numpy as np

from checker.grader import reference
from checker.grader.call_spec import CallSpec
from checker.grader.layer_specs import LayerSpec
from checker.protocol import Trial

Array = np.ndarray
# How many draws of a layer the best is taken of.
CANDIDATES = 8
# The limits of the units of a hidden layer, in turns: far enough to meet any
# bound, and near enough to zero to tell activations apart.
FAR, NEAR = 128., 2.
# The kernel and the bias of a unit that is always off.
IDLE, OFF = 300., -9e4


def draw_inputs(random: np.random.Generator, spec: CallSpec,
                samples: int) -> Array:
    """Draw inputs in [0, 1]; a third of the values are exactly 0 or 1."""
    inputs = random.random((samples, *spec.inputs))
    chance = random.random(inputs.shape)
    inputs[chance < 1 / 6] = 0
    inputs[chance > 5 / 6] = 1
    return inputs


def draw_layer(random: np.random.Generator, layer: LayerSpec, inputs: Array,
               limits: Array) -> list[Array]:
    """Draw a kernel and a bias that suit the inputs of a layer.

    Of several draws the one is kept that tells the samples apart best: if
    they became alike, rounding would be all that later layers tell.

    Args:
        limits: for each unit; its sign is that of the sum.
    """
    def apart(weights: list[Array]) -> float:
        outputs = reference.forward([layer], weights, inputs)
        rows = outputs.reshape(len(outputs), -1)
        one, other = np.triu_indices(len(rows), 1)
        return np.abs(rows[one] - rows[other]).max(axis=1).min()

    return max((draw_units(random, layer, inputs, limits)
                for _ in range(CANDIDATES)), key=apart)


def draw_units(random: np.random.Generator, layer: LayerSpec, inputs: Array,
               limits: Array) -> list[Array]:
    """Draw a kernel and a bias.

    Each unit is on for some samples and off for others: its bias lies
    between the sums of two samples, in the widest gap near the middle.  Then
    the unit is scaled so that its sum reaches a limit where it is largest.
    """
    kernel = random.standard_normal(layer.shapes[0])
    sums = reference.affine(layer, inputs, kernel, 0.)
    rows = np.sort(sums.reshape(-1, layer.sizes[1]), axis=0)
    first, last = len(rows) // 4, max(len(rows) * 3 // 4, 1)
    gaps = rows[first + 1:last + 1] - rows[first:last]
    place, every = first + gaps.argmax(axis=0), np.arange(layer.sizes[1])
    bias = -(rows[place, every] + rows[place + 1, every]) / 2
    lowest, highest = rows[0] + bias, rows[-1] + bias
    scale = limits / np.where(-lowest > highest, lowest, highest)
    return [kernel * scale, bias * scale]


def add_idle(random: np.random.Generator, layer: LayerSpec, kernel: Array,
             bias: Array, reads_idle: bool) -> None:
    """Turn the first unit of a relu layer off for good, in place.

    Args:
        reads_idle: whether the first unit of the layer before is off, too.
    """
    if layer.activation == 'relu':
        kernel[..., 0] = IDLE * random.standard_normal(kernel[..., 0].shape)
        bias[0] = OFF * np.prod(kernel.shape[:-1])
    if reads_idle:
        kernel[..., 0, :] = IDLE * random.standard_normal(
            kernel[..., 0, :].shape)


def solve_head(random: np.random.Generator, hidden: Array, targets: Array,
               reads_idle: bool) -> list[Array]:
    """Return the kernel and the bias that map hidden values to targets."""
    level = hidden.mean(axis=0)
    kernel = np.linalg.pinv(hidden - level) @ (targets - targets.mean(axis=0))
    if reads_idle:
        kernel[0] = IDLE * random.standard_normal(len(kernel[0]))
    return [kernel, targets.mean(axis=0) - level @ kernel]


def turns(layer: LayerSpec) -> Array:
    """Return FAR and NEAR in turns, one for each unit."""
    return np.resize([FAR, NEAR], layer.sizes[1])


def signs(layer: LayerSpec) -> Array:
    """Return 1 and -1 in turns, one for each unit."""
    return np.resize([1., -1.], layer.sizes[1])


def make_trial(weights: Sequence[Array], inputs: Array,
               codes: Array) -> Trial:
    """Return a Trial, rounded to float32 so that both sides use the same."""
    return Trial(tuple(map(single, weights)), single(inputs), single(codes))


def single(values: Array) -> Array:
    """Round to float32."""
    return values.astype('float32').astype(float)
