"""In the child: the models of a call, and what there is to say of them."""
import contextlib
import re

import numpy as np
import tensorflow as tf
import tensorflow.keras as keras

from checker.observation import Built, Layer, Model, Optimizer
from checker.specification import NAMES, shape, spell

KERAS = 'keras', 'tensorflow', 'tf_keras'
BATCH = 3
# Of an error, in characters; and how lines start that tell where it was, as
# Keras and TensorFlow put the reason below these.
LINE = 300
PLACES = ('Exception encountered when calling', 'in user code:', 'File "',
          'Graph execution error:', 'Detected at', '<stack')


class Subject:
    """The models of one call."""

    def __init__(self, arguments, given, returned, before):
        self.weights, models, optimizer, shared = [], {}, None, ''
        # What is the loss in logs, once that is looked for.
        self.sums = None
        kind = kind_of(returned)
        if kind == '(model, model, model)':
            self.encoder, self.decoder, self.auto = returned
            models = {name: self.look_at(model, shape(size))
                      for name, model, size in zip(
                          NAMES, returned, (*arguments[:3:2], arguments[0]))}
            optimizer = describe_optimizer(self.auto)
            shared = self.shared_with(before)
        self.values = [flat(weight) for weight in self.weights]
        trained = ({id(weight) for weight in self.auto.trainable_weights}
                   if models else ())
        self.built = Built(
            kind, '' if given == arguments else spell(given), shared,
            tuple(value.shape for value in self.values),
            tuple(place for place, weight in enumerate(self.weights)
                  if id(weight) in trained), models, optimizer)

    def look_at(self, model, shape):
        """Return what there is to say of a model."""
        shapes, error = (), ''
        try:
            shapes = tuple(output.shape[1:] for output in arrays(model(
                tf.zeros((BATCH, *shape)))))
        except Exception as problem:
            error = describe(problem)
        metrics = {id(weight) for metric in getattr(model, 'metrics', ())
                   for weight in metric.variables}
        known = {id(weight): place
                 for place, weight in enumerate(self.weights)}
        places = []
        for weight in model.weights:
            # What nothing trains and is no average: counters, seeds.
            if id(weight) in metrics or not weight.trainable and not (
                    np.prod(weight.shape) > 1 and is_float(weight)):
                continue
            if id(weight) not in known:
                known[id(weight)] = len(self.weights)
                self.weights.append(weight)
            places.append(known[id(weight)])
        return Model(tuple(places), tuple(map(describe_layer, leaves(model))),
                     shapes, error)

    def shared_with(self, before):
        """Return what this call shares with the one before, or nothing."""
        if before is None or not before.built.models:
            return ''
        if {*map(id, before.weights)} & {*map(id, self.weights)}:
            return 'the same weights'
        one, other = (getattr(each.auto, 'optimizer', None)
                      for each in (before, self))
        if one is not None and one is other:
            return 'the same optimizer'
        if any(not np.array_equal(old, flat(weight)) for old, weight
               in zip(before.values, before.weights)):
            return 'weights of the first that the second changed'
        return ''

    @contextlib.contextmanager
    def at(self, setting):
        """Set the weights, and afterwards what all numbers were.

        But not the counters of random numbers: noise would come again.
        """
        with kept(*(variable for model in (
                self.encoder, self.decoder, self.auto)
                for variable in model.variables if is_float(variable))):
            for weight, value in zip(self.weights, setting.weights):
                weight.assign(value.astype('float32').reshape(weight.shape))
            yield

    @contextlib.contextmanager
    def training_at(self, setting):
        """The same, and what the optimizer remembers."""
        optimizer, variables = self.auto.optimizer, ()
        with contextlib.suppress(Exception), \
                self.auto.distribute_strategy.scope():
            # As a part of a graph this would take a second; those that Keras
            # 2.15 calls legacy have other names for it.
            build = getattr(optimizer, 'build', None)
            (build or optimizer._create_all_weights)(
                self.auto.trainable_variables)
            variables = tuple(optimizer.variables if build
                              else optimizer.variables())
        with self.at(setting), kept(*variables):
            yield


def is_float(variable):
    """Tell a variable of numbers from a counter, or a seed."""
    return 'float' in str(variable.dtype)


@contextlib.contextmanager
def kept(*variables):
    """Set variables afterwards to what they are."""
    values = {id(variable): (variable, array(variable))
              for variable in variables}
    try:
        yield
    finally:
        for variable, value in values.values():
            variable.assign(value)


def kind_of(returned):
    """Describe what autoencoder() returned."""
    if isinstance(returned, (list, tuple)):
        return f'({", ".join(map(kind_of, returned[:9]))})'
    if isinstance(returned, keras.Model):
        return 'model'
    kind = type(returned)
    # What else is called a model may come from another Keras.
    where = f' of {kind.__module__}' * (kind.__module__ != 'builtins')
    return 'None' if returned is None else f'{kind.__name__}{where}'


def keras_class(thing):
    """Return the name of the first class of Keras that a thing is of."""
    for kind in type(thing).__mro__:
        if kind.__module__.partition('.')[0] in KERAS:
            return kind.__name__
    return type(thing).__name__


def leaves(model):
    """Return the layers of a model that are not made of others."""
    return [layer for layer in model._flatten_layers(include_self=False)
            if not any(inner.weights for inner in layer._flatten_layers(
                include_self=False))]


def describe_layer(layer):
    """Return what there is to say of a layer."""
    settings = []
    for name in ('kernel_size', 'pool_size', 'size', 'strides', 'padding',
                 'dilation_rate'):
        value = getattr(layer, name, None)
        usual = name in ('strides', 'dilation_rate') and value == (1, 1)
        if isinstance(value, (str, tuple)) and not usual:
            settings.append(f'{name}={value}'.replace(' ', ''))
    return Layer(keras_class(layer), tuple(
        tuple(map(int, weight.shape)) for weight in layer.weights),
        tuple(settings))


def describe_optimizer(auto):
    """Return what auto is compiled with, or None."""
    optimizer = getattr(auto, 'optimizer', None)
    if optimizer is None:
        return None
    # Where this is a schedule, the attribute without _ is its first value.
    rate = getattr(optimizer, '_learning_rate',
                   getattr(optimizer, 'learning_rate', 0))
    rates = [rate]
    if isinstance(rate, keras.optimizers.schedules.LearningRateSchedule):
        rates = [rate(step) for step in (0, *(10 ** n for n in range(7)))]
    elif callable(rate):
        rates = [rate()]
    variants = [(name, getattr(optimizer, name, None)) for name in (
        'amsgrad', 'weight_decay', 'use_ema', 'gradient_accumulation_steps')]
    return Optimizer(
        keras_class(optimizer), tuple(float(array(rate)) for rate in rates),
        tuple(f'{name}={value}' for name, value in variants if value),
        *(float(array(getattr(optimizer, name, 0) or 0)) for name in (
            'beta_2', 'epsilon', 'clipvalue', 'clipnorm',
            'global_clipnorm')))


def array(tensor):
    """Return a tensor as an array."""
    return np.array(tf.convert_to_tensor(tensor))


def flat(weight):
    """Return a weight as an array; a bias may be a row of a matrix."""
    value = array(weight)
    return value[0] if value.ndim == 2 and len(value) == 1 else value


def arrays(outputs):
    """Return the outputs of a model as arrays."""
    if isinstance(outputs, dict):
        outputs = list(outputs.values())
    if not isinstance(outputs, (list, tuple)):
        outputs = [outputs]
    return tuple(map(array, outputs))


def describe(error):
    """Return an exception in one line, whatever is done to its class."""
    try:
        # Keras emphasises with the escape sequences of a terminal.
        text = re.sub(r'\x1b\[[0-9;]*m', '', str(error))
        lines = [line.strip() for line in text.splitlines() if line.strip()]
        name = type(error).__name__
        if 'in user code:' in lines:
            # Lines of code follow, and then what is wrong with them.
            lines = lines[max(place for place, line in enumerate(lines)
                              if line.startswith((name, 'in user'))):]
        lines = [line.removeprefix(f'{name}: ') for line in lines]
        said = next((line for line in lines if not line.startswith(PLACES)),
                    lines[0] if lines else '')
        said = f'{name}: {said}'.rstrip(':. ')
        return said if len(said) < LINE else f'{said[:LINE]} …'
    except BaseException:
        return f'{type.__repr__(type(error))}, of which nothing can be said'
