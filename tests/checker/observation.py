"""What is said between the checker and the process that runs a submission.

Plain data, no Keras objects: numbers, shapes and names, all of them checked.
Arrays are float32 on the way and float64 where they arrive.
"""
import base64
import dataclasses
import typing
from dataclasses import dataclass
from typing import Dict, Optional, Tuple

import numpy as np

TEXT = 2000
# Why a file cannot be judged where it forges answers, or ruins them.
NO_ANSWER = 'gave no answer that can be understood'


class Unjudgeable(Exception):
    """A file cannot be judged; the message completes "the file …"."""


@dataclass(frozen=True, eq=False)
class Setting:
    """What an experiment is done with; told from others by identity.

    weights: the values of Built.weights, in that order.
    inputs: (samples, *input_dims), each value in [0, 1].
    codes: (samples, *latent_dims), what the decoder is given.
    """
    weights: Tuple[np.ndarray, ...]
    inputs: np.ndarray
    codes: np.ndarray


@dataclass(frozen=True)
class Layer:
    """A layer of a model.

    kind: its class.
    shapes: of its own weights.
    settings: such as 'padding=same'.
    """
    kind: str
    shapes: Tuple[Tuple[int, ...], ...]
    settings: Tuple[str, ...]

    def __str__(self):
        # Of the bias, if any, as some kernels have it in another place.
        sizes = [str(shape[-1]) for shape in self.shapes[-1:] if shape]
        told = ', '.join([*sizes, *self.settings])
        return self.kind + (f'({told})' if told else '')


@dataclass(frozen=True)
class Model:
    """One of the three models.

    weights: its weights, as positions in Built.weights.
    layers: those that are not made of others, in order.
    shapes: of its outputs for a batch of 3, the batch aside.
    error: why a batch cannot be passed through it, or nothing.
    """
    weights: Tuple[int, ...]
    layers: Tuple[Layer, ...]
    shapes: Tuple[Tuple[int, ...], ...]
    error: str


@dataclass(frozen=True)
class Optimizer:
    """What auto is compiled with.

    kind: the class of Keras that it is of.
    rates: the learning rates of the first step and of later ones.
    variants: what makes it another Adam, such as 'amsgrad=True'.
    All that follows is 0 where there is none.
    """
    kind: str
    rates: Tuple[float, ...]
    variants: Tuple[str, ...]
    beta_2: float
    epsilon: float
    clipvalue: float
    clipnorm: float
    global_clipnorm: float


@dataclass(frozen=True)
class Built:
    """What one call of autoencoder() gave.

    returned: such as '(model, model, model)'.
    changed: the call with the arguments as they are afterwards, if changed.
    shared: what the call has in common with the one before, if anything.
    weights: the shape of every weight of the three models.
    trained: the weights that auto trains, as positions in these.
    """
    returned: str
    changed: str
    shared: str
    weights: Tuple[Tuple[int, ...], ...]
    trained: Tuple[int, ...]
    models: Dict[str, Model]
    optimizer: Optional[Optimizer]


@dataclass(frozen=True)
class Models:
    """The answer to a file: why it gives no models, or what each call gave.
    """
    problem: str
    built: Tuple[Built, ...]


@dataclass(frozen=True)
class Passed:
    """What went into a layer whose weights are at these positions."""
    weights: Tuple[int, ...]
    values: np.ndarray


@dataclass(frozen=True)
class Outputs:
    """What the models gave, each an array (samples, ...) an output.

    passed: {model: what its layers with weights were given}, if watched.
    """
    encoder: Tuple[np.ndarray, ...]
    decoder: Tuple[np.ndarray, ...]
    auto: Tuple[np.ndarray, ...]
    passed: Dict[str, Tuple[Passed, ...]]


@dataclass(frozen=True)
class Step:
    """A step of training on a batch.

    evaluated: the loss of a batch of every second sample, evaluated before.
    loss: of the step.
    given: {position in Built.weights: the gradient that the optimizer got}.
    clipped: of these, what a step of its own clipped, before it did.
    weights: what the optimizer made of Built.weights.
    """
    evaluated: float
    loss: float
    given: Dict[str, np.ndarray]
    clipped: Dict[str, np.ndarray]
    weights: Tuple[np.ndarray, ...]

    @property
    def gradients(self):
        """{position in Built.weights: the gradient of the loss}."""
        return {**self.given, **self.clipped}


@dataclass(frozen=True)
class Fit:
    """An epoch of fit, of one step: its loss, and the weights afterwards."""
    loss: float
    weights: Tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Losses:
    """The losses of evaluations.

    each: of each sample alone.
    whole, again: of the batch, twice.
    inverted: of the batch, where 1 - x is to be reconstructed from x.
    """
    each: Tuple[float, ...]
    whole: float
    again: float
    inverted: float


@dataclass(frozen=True)
class Draws:
    """What came out for one batch, again and again: (samples, values) each.

    As called, and with training=False; then twice while training, that of
    auto in a graph.
    """
    encoder: Tuple[np.ndarray, ...]
    auto: Tuple[np.ndarray, ...]


def plain(value):
    """Return what JSON can say of a dataclass, an array or a container."""
    if dataclasses.is_dataclass(value):
        return {field.name: plain(getattr(value, field.name))
                for field in dataclasses.fields(value)}
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    if isinstance(value, np.ndarray):
        return {'shape': list(value.shape), 'float32': base64.b64encode(
            np.ascontiguousarray(value, '<f4')).decode()}
    return value


def understand(kind, value):
    """Return what parse() makes of an answer, or raise Unjudgeable."""
    try:
        return parse(kind, value)
    except (ArithmeticError, AttributeError, LookupError, TypeError,
            ValueError):
        raise Unjudgeable(NO_ANSWER) from None


def parse(kind, value):
    """Return plain data as a value of a kind, or raise ValueError.

    Nothing is taken on trust: types, lengths, numbers and texts are checked,
    and no text keeps what a terminal, a table or a file could stumble over.
    """
    origin, arguments = typing.get_origin(kind), typing.get_args(kind)
    if dataclasses.is_dataclass(kind) and isinstance(value, dict):
        hints = typing.get_type_hints(kind)
        if set(value) == set(hints):
            return kind(**{name: parse(hint, value[name])
                           for name, hint in hints.items()})
    elif origin is typing.Union:
        return None if value is None else parse(arguments[0], value)
    elif origin is tuple and isinstance(value, list):
        return tuple(parse(arguments[0], item) for item in value)
    elif origin is dict and isinstance(value, dict):
        return {printable(key): parse(arguments[1], item)
                for key, item in value.items()}
    elif kind is np.ndarray and isinstance(value, dict):
        array = np.frombuffer(base64.b64decode(value['float32']), '<f4')
        return array.reshape(parse(Tuple[int, ...], value['shape'])).astype(
            float)
    elif kind is float and type(value) in (int, float):
        return float(value)
    elif kind is int and type(value) is int and 0 <= value < 2 ** 31:
        return value
    elif kind is str and type(value) is str:
        return printable(value)
    raise ValueError(f'no {kind}')


def printable(text):
    """Return a text with nothing in it but printable characters and lines."""
    return ''.join(
        character if character == '\n' or character.isprintable()
        else ascii(character)[1:-1] for character in text[:TEXT])
