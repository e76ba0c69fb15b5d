"""Tries the models of a call.

Each experiment takes the models and a trial, and returns an observation of
checker.protocol.
"""
import contextlib
import functools
from collections.abc import Iterator
from typing import Any, Callable, Optional

import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

from checker import protocol
from checker.sandbox.models import Models, leaves
from checker.sandbox.watching import array, arrays, watched

# A power of 2 does not round; a large one keeps the gradient's digits.
RATE = 256.


def run_experiment(experiment: protocol.Experiment, models: Models,
                   trial: protocol.Trial) -> Any:
    """Run an experiment."""
    models.set(trial)
    return EXPERIMENTS[experiment](models, trial)


def call_models(models: Models, trial: protocol.Trial,
                training: Optional[bool] = None) -> protocol.Outputs:
    """Return what each model gives for a batch."""
    mode = {} if training is None else {'training': training}
    given, passed = {}, {}
    batches = trial.inputs, trial.codes, trial.inputs
    for name, batch in zip(protocol.NAMES, batches):
        model = getattr(models, name)
        with watched(leaves(model) if name != 'auto' else ()) as calls:
            given[name] = arrays(model(tf.constant(batch, 'float32'), **mode))
        passed[name] = tuple(
            protocol.Passed(models.positions(call.layer.weights), call.inputs)
            for call in calls
            if call.layer.weights and call.inputs is not None)
    return protocol.Outputs(**given, passed=passed)


def evaluate_batch(models: Models, trial: protocol.Trial) -> protocol.Loss:
    """Return the loss of a batch."""
    with eagerly():
        return evaluate(models.auto, trial.inputs, trial.inputs)


def evaluate_samples(models: Models, trial: protocol.Trial) -> protocol.Losses:
    """Return the losses of each sample and of the batch."""
    x = trial.inputs
    with eagerly():
        *each, whole, inverted = (
            evaluate(models.auto, *pair) for pair in (
                *((sample, sample) for sample in x[:, None]),
                (x, x), (x, 1 - x)))
    return protocol.Losses(tuple(each), whole, inverted)


def evaluate(auto: Any, inputs: np.ndarray,
             targets: np.ndarray) -> protocol.Loss:
    """Return the losses that test_step() gives for a batch."""
    auto.reset_metrics()
    return protocol.Loss(numbers(auto.test_step((
        tf.constant(inputs, 'float32'), tf.constant(targets, 'float32')))))


def train(models: Models, trial: protocol.Trial) -> protocol.Fit:
    """Train on one batch, by plain gradient descent in Adam's place.

    The models keep it: nothing looks at their own optimizer any more.
    """
    auto, x, seen = models.auto, trial.inputs.astype('float32'), []
    # fit() itself may return a metric that has the name of the loss.
    watch = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: seen.append(numbers(logs)))
    # A graph that runs once is not worth being rewritten for speed.
    tf.config.optimizer.set_experimental_options(
        {'disable_meta_optimizer': True})
    if not models.descent:
        models.descent = auto.optimizer = keras.optimizers.SGD(RATE)
        # autoencoder() may have trained, with a graph for its optimizer.
        auto.train_function = None
    before = [array(weight) for weight in models.weights]
    steps = int(models.descent.iterations)
    # A dataset leaves the batch size open: a graph serves both sizes.
    pairs = tf.data.Dataset.from_tensor_slices((x, x)).batch(len(x))
    auto.fit(pairs, verbose=0, callbacks=[watch])
    after = [array(weight) for weight in models.weights]
    return protocol.Fit(seen[0], int(models.descent.iterations) - steps, tuple(
        ((old.astype(float) - new) / RATE).reshape(shape)
        for old, new, shape in zip(before, after, models.build.weights)))


def draw_again(models: Models, trial: protocol.Trial) -> protocol.Draws:
    """Return z and the output of auto, again and again."""
    encoder, auto = models.encoder, models.auto
    x = tf.constant(trial.inputs, 'float32')
    graph = tf.function(functools.partial(auto, training=True))
    return protocol.Draws(*(
        tuple(arrays(function(x))[0] for function in functions)
        for functions in (
            [encoder, functools.partial(encoder, training=False)]
            + 2 * [functools.partial(encoder, training=True)],
            [auto, functools.partial(auto, training=False)] + 2 * [graph])))


def numbers(logs: dict[str, Any]) -> dict[str, float]:
    """Return logs as numbers."""
    if not isinstance(logs, dict):
        raise TypeError('train_step() and test_step() must return a dict of '
                        f'losses, not {type(logs).__name__}')
    return {name: float(np.mean(array(value)))
            for name, value in logs.items()}


@contextlib.contextmanager
def eagerly() -> Iterator[None]:
    """Run functions line by line: compiling them takes longer."""
    before = tf.config.functions_run_eagerly()
    tf.config.run_functions_eagerly(True)
    try:
        yield
    finally:
        tf.config.run_functions_eagerly(before)


Run = Callable[[Models, protocol.Trial], Any]
EXPERIMENTS: dict[protocol.Experiment, Run] = {
    protocol.Experiment.OUTPUTS: call_models,
    protocol.Experiment.OUTPUTS_IN_TRAINING: functools.partial(
        call_models, training=True),
    protocol.Experiment.LOSS: evaluate_batch,
    protocol.Experiment.LOSSES: evaluate_samples,
    protocol.Experiment.FIT: train,
    protocol.Experiment.DRAWS: draw_again,
}
