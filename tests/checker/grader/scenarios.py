"""Draws the weights and inputs that models are tried with.

They do not depend on the submission, so that all submissions of a run share
them.  Each scenario is made so that what it is meant to reveal always shows.
"""
import enum
import functools
from collections.abc import Sequence

import numpy as np

from checker.grader import drawing, reference
from checker.grader.call_spec import CallSpec
from checker.grader.layer_specs import LayerSpec
from checker.protocol import Trial

Array = np.ndarray
SAMPLES = 6
# Of large inputs fewer are drawn, because each gives a large output.
DRAWN, DRAWN_OF_LARGE = 8000, 2000
# What mean and log variance of the six samples of Scenario.LOSS are, before
# each dimension multiplies them by a factor of its own.
TARGETS = np.array([(0, 0), (2, 0), (0, 1.5), (0, -3), (-3, 1), (0.5, -6)])
# In Scenario.STEP: what mean and log variance are, and the sums of the units
# of the decoder if z is 0, which no z turns round.
FLAT, STEADY = 0.001, 8.
# Where the log variances of Scenario.DRAWS lie, in turns.
WIDE, NARROW = 4., -7.


class Scenario(enum.Enum):
    """What a trial is drawn to show."""
    # The outputs of the models: large numbers, all units on and off.
    FUNCTION = 0
    # The loss; of file 3 the decoder ignores z, so that it has no noise.
    LOSS = 1
    # A step of file 3, on one sample; its noise can be found again.
    STEP = 2
    # The noise of file 3: z can be found again from the output of auto.
    DRAWS = 3


@functools.lru_cache(maxsize=64)
def draw(seed: int, spec: CallSpec, scenario: Scenario) -> Trial:
    """Draw a Trial; its weights are in the order of CallSpec.layers.

    The same arguments give the same trial.  Its arrays are read-only.
    """
    random = np.random.default_rng(np.random.SeedSequence(
        seed, spawn_key=(spec.task, spec.number, scenario.value)))
    trial = {Scenario.FUNCTION: draw_function,
             Scenario.LOSS: draw_elbo if spec.task == 3 else draw_loss,
             Scenario.STEP: draw_step,
             Scenario.DRAWS: draw_draws}[scenario](random, spec)
    for array in (*trial.weights, trial.inputs, trial.codes):
        array.setflags(write=False)
    return trial


def draw_function(random: np.random.Generator, spec: CallSpec) -> Trial:
    """Draw weights that show what each layer computes."""
    inputs = drawing.draw_inputs(random, spec, SAMPLES)
    hidden, weights, last = inputs, [], len(spec.encoder) - 1
    for place, layer in enumerate(spec.encoder):
        head = spec.task == 3 and place >= last - 1
        kernel, bias = drawing.draw_layer(
            random, layer, hidden, 8 * drawing.signs(layer) if head
            else drawing.turns(layer))
        weights += [kernel, bias]
        if not head:
            hidden = reference.forward([layer], [kernel, bias], hidden)
    # The decoder alone sees codes of either sign, and auto the encoding.
    encoding = hidden
    if spec.task == 3:
        encoding, _ = reference.distribution(spec.encoder, weights, inputs)
    codes = encoding * random.choice([-1, 1], encoding.shape)
    hidden = codes if spec.task == 3 else np.concatenate([codes, encoding])
    for layer in spec.decoder:
        output = layer.activation == 'sigmoid'
        kernel, bias = drawing.draw_layer(
            random, layer, hidden, 20 * drawing.signs(layer) if output
            else drawing.turns(layer))
        weights += [kernel, bias]
        hidden = reference.forward([layer], [kernel, bias], hidden)
    return drawing.make_trial(weights, inputs, codes)


def draw_loss(random: np.random.Generator, spec: CallSpec) -> Trial:
    """Draw weights that show the terms of the loss of files 0 to 2.

    The first unit of each hidden layer is always off.  So its kernel, and
    what the next kernel makes of it, can be large without an effect, except
    on a penalty on weights.
    """
    inputs = drawing.draw_inputs(random, spec, SAMPLES)
    hidden, weights = inputs, []
    for place, layer in enumerate(spec.layers):
        limits = (drawing.turns(layer) if layer.activation == 'relu'
                  else 3 * drawing.signs(layer))
        if place == len(spec.encoder) - 1:
            # A penalty on large encodings would hide everything else.
            limits = np.full(layer.sizes[1], drawing.NEAR)
        kernel, bias = drawing.draw_layer(random, layer, hidden, limits)
        drawing.add_idle(random, layer, kernel, bias, reads_idle=place > 0)
        weights += [kernel, bias]
        hidden = reference.forward([layer], [kernel, bias], hidden)
    codes = random.standard_normal((SAMPLES, *spec.latent))
    return drawing.make_trial(weights, inputs, codes)


def draw_elbo(random: np.random.Generator, spec: CallSpec) -> Trial:
    """Draw weights that show the terms of the loss of file 3.

    The heads are solved for TARGETS.  The decoder ignores z.
    """
    inputs = drawing.draw_inputs(random, spec, SAMPLES)
    *layers, head, _ = spec.encoder
    weights, hidden = draw_hidden(random, layers, inputs)
    for targets in TARGETS.T:
        factors = random.uniform(1, 1.25, head.sizes[1])
        weights += drawing.solve_head(
            random, hidden, targets[:, None] * factors, bool(layers))
    for place, layer in enumerate(spec.decoder):
        kernel, bias = (random.standard_normal(shape)
                        for shape in layer.shapes)
        if layer.activation == 'sigmoid':
            kernel[:] = 0
        drawing.add_idle(random, layer, kernel, bias, reads_idle=place > 0)
        weights += [kernel, bias]
    return drawing.make_trial(weights, inputs,
                              random.standard_normal((SAMPLES, *spec.latent)))


def draw_hidden(random: np.random.Generator, layers: Sequence[LayerSpec],
                inputs: Array) -> tuple[list[Array], Array]:
    """Draw weights of hidden layers; return them and what they give."""
    hidden, weights = inputs, []
    for place, layer in enumerate(layers):
        kernel, bias = drawing.draw_layer(
            random, layer, hidden, np.full(layer.sizes[1], drawing.NEAR))
        drawing.add_idle(random, layer, kernel, bias, reads_idle=place > 0)
        weights += [kernel, bias]
        hidden = reference.forward([layer], [kernel, bias], hidden)
    return weights, hidden


def draw_step(random: np.random.Generator, spec: CallSpec) -> Trial:
    """Draw weights for a step of file 3 on one sample.

    Mean and log variance are so close to 0 that the divergence, which is
    flat there, hides no gradient that comes through z.  The units of the
    decoder are on or off for every z.
    """
    inputs = drawing.draw_inputs(random, spec, 1)
    *layers, head, _ = spec.encoder
    weights = draw_steady(random, layers, inputs, drawing.NEAR)
    hidden = reference.forward(layers, weights, inputs)
    for _ in range(2):
        kernel, bias = (random.standard_normal(shape) for shape in head.shapes)
        scale = FLAT / np.abs(reference.dense(hidden, kernel, bias)[0])
        weights += [kernel * scale, bias * scale]
    *layers, last = spec.decoder
    weights += draw_steady(random, layers, np.zeros((1, *spec.latent)),
                           STEADY)
    # Small logits: float32 can tell their probabilities from 1.
    weights += [random.standard_normal(last.shapes[0])
                / (STEADY * np.sqrt(last.sizes[0])),
                random.standard_normal(last.sizes[1])]
    return drawing.make_trial(weights, inputs,
                              random.standard_normal((1, *spec.latent)))


def draw_steady(random: np.random.Generator, layers: Sequence[LayerSpec],
                x: Array, level: float) -> list[Array]:
    """Draw relu layers in which three of four units are on, by a margin.

    Args:
        x: one sample, for which all sums are level or -level.
    """
    weights: list[Array] = []
    for layer in layers:
        kernel = random.standard_normal(layer.shapes[0]) / np.sqrt(
            layer.sizes[0])
        wanted = np.where(np.arange(layer.sizes[1]) % 4 == 3, -level, level)
        weights += [kernel, wanted - (x @ kernel)[0]]
        x = reference.forward([layer], weights[-2:], x)
    return weights


def draw_draws(random: np.random.Generator, spec: CallSpec) -> Trial:
    """Draw weights for which logit(auto(x)) is z times a matrix.

    Mean reaches 3.  Log variance lies near WIDE and NARROW, in turns.
    """
    count = DRAWN if spec.inputs[0] < 100 else DRAWN_OF_LARGE
    inputs = drawing.draw_inputs(random, spec, count)
    *layers, head, _ = spec.encoder
    hidden, weights = inputs, []
    for layer in layers:
        weights += drawing.draw_units(random, layer, hidden,
                                      np.full(layer.sizes[1], drawing.NEAR))
        hidden = reference.forward([layer], weights[-2:], hidden)
    for limit, shift in ((3., 0.), (1., np.resize([WIDE, NARROW],
                                                  head.sizes[1]))):
        kernel, bias = drawing.draw_units(random, head, hidden,
                                          np.full(head.sizes[1], limit))
        weights += [kernel, bias + shift]
    # The rows that a layer passes on are z times `turn`, plus `level`.
    turn, level = np.eye(head.sizes[1]), 0.
    for layer in spec.decoder:
        size, relu = layer.sizes[1], layer.activation == 'relu'
        after = np.linalg.qr(random.standard_normal(
            (size, head.sizes[1])))[0].T
        # Rows of `turn` are orthonormal, so its transpose undoes it.  Large
        # levels keep relu on; small logits keep float32 from rounding the
        # probabilities to 1.
        kernel = turn.T @ after * (1 if relu else 0.02)
        bias = (300. if relu else 0.) - level * kernel.sum(axis=0)
        turn, level = after, 300.
        weights += [kernel, bias]
    return drawing.make_trial(weights, inputs,
                              random.standard_normal((count, *spec.latent)))
