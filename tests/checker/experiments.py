"""In the child: what is tried with the models of a call.

An experiment is a function of a Subject and a Setting.  It leaves weights as
they were, knows nothing of what is expected, and gives one of the dataclasses
of checker.observation.
"""
import contextlib
import functools
import itertools
from unittest import mock

import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

from checker.observation import Draws, Fit, Losses, Outputs, Passed, Step
from checker.specification import NAMES
from checker.subject import array, arrays, flat, leaves


def call(subject, setting, training=None, watching=False):
    """Return what each model gives for a batch, called or while training."""
    mode = {} if training is None else {'training': training}
    given, passed = [], {}
    with subject.at(setting):
        for name, batch in zip(NAMES, (setting.inputs, setting.codes,
                                       setting.inputs)):
            model = getattr(subject, name)
            with watched(subject, leaves(model) * watching) as inputs:
                given.append(arrays(model(tf.constant(batch, 'float32'),
                                          **mode)))
            passed[name] = tuple(inputs)
    return Outputs(*given, passed)


@contextlib.contextmanager
def watched(subject, layers):
    """Yield a list that gets what is passed to each layer with weights."""
    inputs, layers = [], [layer for layer in layers if layer.weights]
    places = {id(weight): place for place, weight
              in enumerate(subject.weights)}

    def watch(layer):
        usual = layer.call

        def call(values, *arguments, **keywords):
            inputs.append(Passed(tuple(
                places[id(weight)] for weight in layer.weights
                if id(weight) in places), array(values)))
            return usual(values, *arguments, **keywords)

        layer.call = call

    try:
        for layer in layers:
            watch(layer)
        yield inputs
    finally:
        for layer in layers:
            vars(layer).pop('call', None)


def step(subject, setting):
    """Evaluate half a batch, then see what training on all of it does."""
    auto, x = subject.auto, setting.inputs
    with subject.training_at(setting), eagerly():
        evaluated = evaluated_loss(subject, setting, x[::2], x[::2])
        with captured(auto) as pairs, taped() as tapes:
            logs = logs_of(auto, auto.train_step, x, x)
        weights = tuple(map(flat, subject.weights))
        trained = loss_in(subject, setting, logs)
    places = {id(weight): str(place)
              for place, weight in enumerate(subject.weights)}
    given, taken = (summed(each, places) for each in (
        pairs, [pair for _, *some in tapes for pair in some]))
    return Step(evaluated, trained, given, {
        place: taken[place] for place, gradient in given.items()
        if place in taken and is_clipped(gradient, taken[place])}, weights)


def summed(pairs, places):
    """Return {place: gradient} of (gradient, variable), None left out."""
    gradients = {}
    for gradient, variable in pairs:
        place = places.get(id(variable))
        if gradient is not None and place is not None:
            gradients[place] = gradients.get(place, 0) + flat(gradient)
    return gradients


def is_clipped(gradient, before):
    """Tell whether the values or the norm of a gradient were clipped."""
    largest = np.abs(gradient).max()
    shorter = np.linalg.norm(gradient) / (np.linalg.norm(before) + 1e-30)
    return 0 < largest < np.abs(before).max() and any(
        np.allclose(gradient, each, 1e-4, 1e-4 * largest) for each in (
            np.clip(before, -largest, largest), shorter * before))


def fit(subject, setting):
    """Train for an epoch of one step, in a compiled graph."""
    auto, x = subject.auto, setting.inputs.astype('float32')
    seen = []
    # What fit returns may be a metric that has the name of the loss.
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(numbers(logs)))
    # A graph that is run once is not worth being rewritten for speed.
    tf.config.optimizer.set_experimental_options(
        {'disable_meta_optimizer': True})
    with subject.training_at(setting):
        auto.fit(x, x, batch_size=len(x), verbose=0, callbacks=[watch])
        return Fit(loss_in(subject, setting, seen[0]),
                   tuple(map(flat, subject.weights)))


def evaluate(subject, setting):
    """Return the losses of each sample alone, and of the batch."""
    x = setting.inputs
    with subject.at(setting), eagerly():
        *each, whole, again, inverted = (
            evaluated_loss(subject, setting, *pair) for pair in (
                *((sample, sample) for sample in x[:, None]),
                (x, x), (x, x), (x, 1 - x)))
    return Losses(tuple(each), whole, again, inverted)


def evaluated_loss(subject, setting, inputs, targets):
    """Return the loss that evaluating a batch gives."""
    auto = subject.auto
    return loss_in(subject, setting, logs_of(
        auto, auto.test_step, inputs, targets))


def logs_of(auto, method, inputs, targets):
    """Return what train_step or test_step says of a batch, as numbers."""
    auto.reset_metrics()
    return numbers(method((tf.constant(inputs, 'float32'),
                           tf.constant(targets, 'float32'))))


def numbers(logs):
    """Return what is in logs as numbers."""
    return {name: float(np.mean(array(value)))
            for name, value in logs.items()}


def loss_in(subject, setting, values):
    """Return what logs call the loss, else what is the loss by its value."""
    if not values:
        raise ValueError('a step says nothing of its loss')
    # Where a step keeps a total of its own, that of Keras stays 0.
    if values.get('loss'):
        return values['loss']
    if subject.sums is None:
        subject.sums = sums_that_are_the_loss(subject, setting)
    for sign, names in subject.sums:
        if {*names} <= {*values}:
            return sign * sum(values[name] for name in names)
    # Evaluation may use other names than training.
    return values[next((name for name in values if 'total' in name),
                       [*values][0])]


def sums_that_are_the_loss(subject, setting):
    """Return (1 or -1, names in logs) of sums that a step of training follows.
    """
    auto, x = subject.auto, setting.inputs
    with subject.training_at(setting), eagerly(), taped() as tapes:
        values = logs_of(auto, auto.train_step, x, x)
    losses = [float(np.mean(array(loss))) for loss, *_ in tapes[-1:]]
    return [(sign, names) for count in (1, 2, 3)
            for names in itertools.combinations(values, count)
            for sign in (1, -1) if losses and np.isclose(
                sign * sum(values[name] for name in names), losses[-1], 1e-5)]


@contextlib.contextmanager
def taped():
    """Yield a list that gets [loss, (gradient, variable), ...] of tapes."""
    tapes, usual = [], tf.GradientTape.gradient

    def gradient(tape, target, sources, *arguments, **keywords):
        found = usual(tape, target, sources, *arguments, **keywords)
        tapes.append([target, *zip(tf.nest.flatten(found),
                                   tf.nest.flatten(sources))])
        return found

    with mock.patch.object(tf.GradientTape, 'gradient', gradient):
        yield tapes


def draw(subject, setting):
    """Return z and what auto makes of it, as Draws has them."""
    encoder, auto = subject.encoder, subject.auto
    x = tf.constant(setting.inputs, 'float32')
    graph = tf.function(lambda x: auto(x, training=True))
    with subject.at(setting):
        return Draws(*(
            tuple(arrays(function(x))[0] for function in functions)
            for functions in (
                [encoder, functools.partial(encoder, training=False)]
                + 2 * [functools.partial(encoder, training=True)],
                [auto, functools.partial(auto, training=False)]
                + 2 * [graph])))


@contextlib.contextmanager
def eagerly():
    """Run what would be compiled line by line, so that it can be watched."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


@contextlib.contextmanager
def captured(auto):
    """Yield a list that gets the (gradient, variable) that are applied."""
    optimizer, pairs = auto.optimizer, []
    name = 'apply' if hasattr(optimizer, 'apply') else 'apply_gradients'
    usual = getattr(optimizer, name)

    def apply(*arguments, **keywords):
        values, count = [*arguments, *keywords.values()], len(arguments)
        # What can be read once, such as a zip.
        values[0] = list(values[0])
        if name == 'apply':
            variables, = values[1:2] or [None]
            pairs.extend(zip(values[0],
                             variables or auto.trainable_variables))
        else:
            pairs.extend(values[0])
        return usual(*values[:count],
                     **dict(zip(keywords, values[count:])))

    setattr(optimizer, name, apply)
    try:
        yield pairs
    finally:
        vars(optimizer).pop(name, None)


EXPERIMENTS = {
    'call': call,
    'train': lambda *given: call(*given, training=True),
    'watch call': lambda *given: call(*given, watching=True),
    'watch train': lambda *given: call(
        *given, training=True, watching=True),
    'step': step, 'evaluate': evaluate, 'fit': fit, 'draw': draw}
