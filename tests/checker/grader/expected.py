"""What must come of a trial; kept, because all submissions share trials.

The weights of these trials are in the order of CallSpec.layers.
"""
import dataclasses
import functools
from collections.abc import Sequence
from typing import Any

import numpy as np

from checker.grader import reference, scenarios
from checker.grader.call_spec import CallSpec
from checker.grader.scenarios import Scenario
from checker.protocol import Trial

Array = np.ndarray
KEPT = 64


def compute_all(seed: int, specs: Sequence[CallSpec]) -> None:
    """Draw what every file of a task is tried with, and compute the results.
    """
    for spec in specs:
        function, batch = (scenarios.draw(seed, spec, scenario) for scenario
                           in (Scenario.FUNCTION, Scenario.LOSS))
        for trial in (function, batch):
            encoding(spec, trial)
            reconstruction(spec, trial)
        decoding(spec, function)
        if spec.task != 3:
            loss(spec, batch)


def remembered(function: Any) -> Any:
    """Keep the latest results, read-only because submissions share them."""
    def compute(*arguments: Any) -> Any:
        return read_only(function(*arguments))

    return functools.wraps(function)(functools.lru_cache(KEPT)(compute))


def read_only(value: Any) -> Any:
    """Make the arrays of a value read-only."""
    if isinstance(value, np.ndarray):
        value.setflags(write=False)
    elif isinstance(value, (tuple, list)):
        return tuple(map(read_only, value))
    return value


@remembered
def encoding(spec: CallSpec, trial: Trial) -> tuple[Array, ...]:
    """Return (encoding,), or (mean, log variance) for file 3."""
    weights = trial.weights[:spec.cut]
    if spec.task == 3:
        return reference.distribution(spec.encoder, weights, trial.inputs)
    return reference.forward(spec.encoder, weights, trial.inputs),


@remembered
def decoding(spec: CallSpec, trial: Trial) -> Array:
    """Return what the decoder must make of the codes."""
    return decoded(spec, trial, trial.codes)


def decoded(spec: CallSpec, trial: Trial, codes: Array) -> Array:
    """Return what the decoder must make of other codes."""
    return reference.forward(spec.decoder, trial.weights[spec.cut:], codes)


@remembered
def reconstruction(spec: CallSpec, trial: Trial) -> Array:
    """Return what auto must give; for file 3, if z is the mean."""
    return decoded(spec, trial, encoding(spec, trial)[0])


@remembered
def loss(spec: CallSpec, trial: Trial) -> float:
    """Return the loss of files 0 to 2."""
    return float(reference.penalised_loss(
        trial.weights, spec.encoder, spec.decoder, trial.inputs,
        spec.lambtha))


@remembered
def gradients(spec: CallSpec, trial: Trial) -> list[Array]:
    """Return the gradients of the loss of files 0 to 2."""
    return reference.with_gradients(
        reference.penalised_loss, trial.weights, spec.encoder, spec.decoder,
        trial.inputs, spec.lambtha)[1]


def step(spec: CallSpec, trial: Trial, epsilon: Array, entropy_weight: float,
         divergence_weight: float) -> tuple[float, list[Array]]:
    """Return the loss of file 3 and its gradients, for known noise."""
    return reference.with_gradients(
        reference.variational_loss, trial.weights, spec.encoder,
        spec.decoder, trial.inputs, epsilon, float(entropy_weight),
        float(divergence_weight))


def layer_outputs(spec: CallSpec, trial: Trial) -> list[Array]:
    """Return what each layer gives before pooling or upsampling.

    For files 0 to 2: the layers of the encoder, then those of the decoder.
    """
    outputs, passed = [], trial.inputs
    for place, layer in enumerate(spec.layers):
        weights = trial.weights[2 * place:2 * place + 2]
        outputs.append(reference.forward(
            [dataclasses.replace(layer, resize='')], weights, passed))
        passed = reference.FUNCTIONS[layer.resize](outputs[-1])
    return outputs
