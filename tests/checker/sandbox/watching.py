"""Watches which layers are called, with what, and what they give."""
import contextlib
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import tensorflow as tf


class LayerCall:
    """A call of a layer: what went in, and what came out."""

    def __init__(self, layer: Any, inputs: Any, output: Any) -> None:
        self.layer = layer
        self.inputs, self.output = (
            array(value) if is_eager(value) else None
            for value in (inputs, output))


@contextlib.contextmanager
def watched(layers: Sequence[Any]) -> Iterator[list[LayerCall]]:
    """Yield a list that gets a LayerCall of each eager call of a layer."""
    calls: list[LayerCall] = []

    def watch(layer: Any) -> None:
        usual = layer.call

        def call(*arguments: Any, **keywords: Any) -> Any:
            output = usual(*arguments, **keywords)
            inputs = next(iter((*arguments, *keywords.values())), None)
            if is_eager(tf.nest.flatten(output)[0]):
                calls.append(LayerCall(layer, inputs, output))
            return output

        layer.call = call

    # Some layers have a call() of their own, not of their class.
    own = [vars(layer).get('call') for layer in layers]
    try:
        for layer in layers:
            watch(layer)
        yield calls
    finally:
        for layer, usual in zip(layers, own):
            vars(layer).pop('call', None)
            if usual:
                layer.call = usual


def is_eager(value: Any) -> bool:
    """Return whether a value is a tensor with numbers."""
    return tf.is_tensor(value) and hasattr(value, 'numpy')


def array(tensor: Any) -> np.ndarray:
    """Return a tensor as an array."""
    return np.array(tf.convert_to_tensor(tensor))


def flat(value: np.ndarray) -> np.ndarray:
    """Return a matrix of one row as a vector, as some write a bias."""
    return value[0] if value.ndim == 2 and len(value) == 1 else value


def arrays(outputs: Any) -> tuple[np.ndarray, ...]:
    """Return the outputs of a model as arrays."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    return tuple(map(array, outputs))
