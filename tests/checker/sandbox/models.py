"""The models that a call of autoencoder() returned, and what they are."""
from collections.abc import Sequence
from typing import Any

import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

from checker import protocol
from checker.sandbox.errors import describe
from checker.sandbox.watching import array, arrays, flat, watched

KERAS = 'keras', 'tensorflow', 'tf_keras'
BATCH = 3
# Steps at which the learning rate of a schedule is looked up.
STEPS = (0, *(10 ** n for n in range(7)))
# Settings of Adam that make it a different algorithm.
VARIANTS = ('amsgrad', 'weight_decay', 'use_ema',
            'gradient_accumulation_steps')
SETTINGS = ('kernel_size', 'pool_size', 'size', 'strides', 'padding',
            'dilation_rate', 'interpolation')

# Methods of a model by which everybody uses it.
METHODS = ('fit', 'evaluate', 'predict', 'train_on_batch', 'test_on_batch',
           'predict_on_batch')


class Models:
    """The three models of a call."""

    def __init__(self, arguments: tuple[Any, ...], given: tuple[Any, ...],
                 returned: Any, earlier: Sequence['Models'],
                 file_name: str) -> None:
        """Describe what a call returned.

        Args:
            arguments: of the call.
            given: the same after the call.
            earlier: what earlier calls returned.
            file_name: of the submission.
        """
        self.weights: list[Any] = []
        self.file_name = file_name
        self.auto: Any = None
        # The optimizer that takes the place of their own.
        self.descent: Any = None
        models, shared = {}, ''
        kind = kind_of(returned)
        if kind == protocol.THREE:
            self.encoder, self.decoder, self.auto = returned
            inputs, _, latent = arguments[:3]
            models = {name: self._look_at(model, size)
                      for name, model, size in zip(
                          protocol.NAMES, returned, (inputs, latent, inputs))}
            shared = self._shared_with(earlier)
        self.values = [array(weight) for weight in self.weights]
        self.build = protocol.Build(
            kind, '' if given == arguments else protocol.spell_call(given),
            len(earlier), shared,
            tuple(flat(value).shape for value in self.values),
            self.positions(getattr(self.auto, 'trainable_weights', ())),
            models, describe_optimizer(self.auto),
            defines(self.auto, 'train_step'), own_methods(returned)
            if kind == protocol.THREE else ())

    def positions(self, weights: Sequence[Any]) -> tuple[int, ...]:
        """Return where weights stand in Build.weights, if they do."""
        known = {id(weight): place
                 for place, weight in enumerate(self.weights)}
        return tuple(known[id(weight)] for weight in weights
                     if id(weight) in known)

    def set(self, trial: protocol.Trial) -> None:
        """Give the models the weights of a trial."""
        for weight, value in zip(self.weights, trial.weights):
            weight.assign(value.astype('float32').reshape(weight.shape))

    def _look_at(self, model: Any, size: Any) -> protocol.Model:
        """Describe a model and add its weights to those of the build."""
        shape = size if isinstance(size, tuple) else (size,)
        batch = np.random.default_rng(0).random((BATCH, *shape), 'float32')
        outputs: tuple[np.ndarray, ...] = ()
        error = None
        layers = leaves(model)
        with watched(layers) as calls:
            try:
                outputs = arrays(model(tf.constant(batch)))
            except Exception as problem:
                error = describe(problem, self.file_name)
        called = list({id(call.layer): call for call in reversed(calls)}
                      .values())[::-1]
        if {id(layer) for layer in leaves(model) if layer.weights} <= {
                id(call.layer) for call in called}:
            layers = [call.layer for call in called]
        else:
            # Some layers were called in a graph, where nothing is watched.
            layers = leaves(model)
        gives = {id(call.layer): [place for place, output
                                  in enumerate(outputs)
                                  if call.output is not None
                                  and np.array_equal(call.output, output)]
                 for call in called}
        own = [weight for layer in layers for weight in layer.weights]
        places = [self._add(weight) for weight in unique(
            [*own, *model.weights]) if is_learnt(weight, model)]
        return protocol.Model(
            tuple(places),
            tuple(protocol.Layer(keras_class(layer), settings_of(layer),
                                 self.positions(layer.weights),
                                 next(iter(gives.get(id(layer), ())), None))
                  for layer in layers),
            tuple(output.shape[1:] for output in outputs), error)

    def _add(self, weight: Any) -> int:
        """Return the position of a weight in Build.weights."""
        if not self.positions([weight]):
            self.weights.append(weight)
        return self.positions([weight])[0]

    def _shared_with(self, earlier: Sequence['Models']) -> str:
        """Return what these models have in common with earlier ones."""
        for other in earlier:
            if {*map(id, other.weights)} & {*map(id, self.weights)}:
                return 'the same weights'
            one, two = (getattr(each.auto, 'optimizer', None)
                        for each in (self, other))
            if one is not None and one is two:
                return 'the same optimizer'
            if any(not np.array_equal(value, array(weight), equal_nan=True)
                   for value, weight in zip(other.values, other.weights)):
                return 'weights of the earlier call, which it changed'
        return ''


def unique(weights: Sequence[Any]) -> list[Any]:
    """Return weights without repetitions, in order."""
    return list({id(weight): weight for weight in weights}.values())


def is_learnt(weight: Any, model: Any) -> bool:
    """Return whether a weight is trained, or is an average of a batch.

    Seeds, counters and the state of metrics are not.
    """
    metrics = {id(variable) for metric in getattr(model, 'metrics', ())
               for variable in metric.variables}
    return id(weight) not in metrics and bool(
        weight.trainable or np.prod(weight.shape) > 1
        and 'float' in str(weight.dtype))


def kind_of(returned: Any) -> str:
    """Describe what autoencoder() returned."""
    if isinstance(returned, (list, tuple)):
        return f'({", ".join(map(kind_of, returned[:9]))})'
    if isinstance(returned, keras.Model):
        return 'model'
    kind = type(returned)
    # Something else may be called a model in a different package.
    where = f' of {kind.__module__}' * (kind.__module__ != 'builtins')
    return 'None' if returned is None else f'{kind.__name__}{where}'


def is_of_keras(kind: type) -> bool:
    """Return whether Keras or TensorFlow defines a class."""
    return kind.__module__.partition('.')[0] in KERAS


def keras_class(thing: Any) -> str:
    """Return the name of the first Keras class that a thing is of."""
    return next((kind.__name__ for kind in type(thing).__mro__
                 if is_of_keras(kind)), type(thing).__name__)


def defines(model: Any, name: str) -> bool:
    """Return whether a model has a method that is not Keras's."""
    kinds = [kind for kind in type(model).__mro__ if name in vars(kind)]
    return bool(kinds) and not is_of_keras(kinds[0])


def own_methods(models: Sequence[Any]) -> tuple[str, ...]:
    """Return which of METHODS are not Keras's."""
    return tuple(f'{label}.{name}'
                 for label, model in zip(protocol.NAMES, models)
                 for name in METHODS
                 if defines(model, name) or name in vars(model))


def leaves(model: Any) -> list[Any]:
    """Return the layers of a model that hold no layers with weights."""
    return [layer for layer in model._flatten_layers(include_self=False)
            if not any(inner.weights for inner in layer._flatten_layers(
                include_self=False))]


def settings_of(layer: Any) -> tuple[str, ...]:
    """Return the settings of a layer that decide on shapes."""
    settings = []
    for name in SETTINGS:
        value = getattr(layer, name, None)
        usual = name in ('strides', 'dilation_rate') and value == (1, 1)
        if isinstance(value, (str, tuple)) and not usual:
            settings.append(f'{name}={value}'.replace(' ', ''))
    return tuple(settings)


def describe_optimizer(auto: Any) -> Any:
    """Return the Optimizer that auto is compiled with, or None."""
    optimizer = getattr(auto, 'optimizer', None)
    if optimizer is None:
        return None
    inner = next((value for name, value in vars(optimizer).items()
                  if isinstance(value, keras.optimizers.Optimizer)), None)
    # The attribute without _ is the first value of a schedule.
    rate = getattr(optimizer, '_learning_rate',
                   getattr(optimizer, 'learning_rate', 0))
    rates = [rate]
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        rates = [rate(step) for step in STEPS]
    elif callable(rate):
        rates = [rate()]
    variants = ((name, getattr(optimizer, name, None)) for name in VARIANTS)
    return protocol.Optimizer(
        keras_class(optimizer), '' if inner is None else keras_class(inner),
        not is_of_keras(type(optimizer)),
        tuple(float(array(rate)) for rate in rates),
        tuple(f'{name}={value}' for name, value in variants if value))
