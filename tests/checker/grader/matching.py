"""Which weight of a build belongs to which layer that is asked for."""
from collections.abc import Sequence
from typing import Optional

from checker.grader.call_spec import CallSpec
from checker.grader.layer_specs import LayerSpec, Shape
from checker.protocol import Build, Model

Order = tuple[int, ...]


def order_of(spec: CallSpec, build: Build) -> Optional[Order]:
    """Return the position in Build.weights of each weight in spec.layers.

    Returns None if the weights are not those that are asked for.
    """
    if not build.models:
        return None
    encoder = half_order(spec.encoder, build, build.models['encoder'])
    decoder = half_order(spec.decoder, build, build.models['decoder'])
    if encoder is None or decoder is None:
        return None
    if spec.task == 3:
        encoder = with_heads(encoder, build.models['encoder'])
    order = encoder + decoder
    everything = sorted(order) == list(range(len(build.weights)))
    return tuple(order) if everything else None


def half_order(layers: Sequence[LayerSpec], build: Build,
               model: Model) -> Optional[list[int]]:
    """Return the same for the encoder or the decoder.

    Weights of one shape are taken in the order in which their layers are
    called.
    """
    left, order = list(model.weights), []
    for layer in layers:
        for shape in layer.shapes:
            place = next((place for place in left
                          if build.weights[place] == shape), None)
            if place is None:
                return None
            left.remove(place)
            order.append(place)
    return None if left else order


def with_heads(order: list[int], model: Model) -> list[int]:
    """Return an order in which the mean comes before the log variance.

    The layer that gives the second output of the encoder is the mean's.
    """
    outputs = {place: layer.output for layer in model.layers
               for place in layer.weights}
    mean, log_variance = order[-4:-2], order[-2:]
    if outputs.get(mean[0]) == 2 or outputs.get(log_variance[0]) == 1:
        return order[:-4] + log_variance + mean
    return order


def shapes(layers: Sequence[LayerSpec]) -> list[Shape]:
    """Return the shapes of the weights of layers."""
    return [shape for layer in layers for shape in layer.shapes]
