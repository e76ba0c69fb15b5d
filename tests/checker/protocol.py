"""Messages between the grader and the sandbox; wire.py sends them.

Plain data, without Keras objects: numbers, shapes and names.
"""
import enum
from dataclasses import dataclass
from typing import Any, Optional

import numpy as np

NAMES = 'encoder', 'decoder', 'auto'
# Build.returned if autoencoder() returned three models.
THREE = '(model, model, model)'


class Experiment(enum.Enum):
    """Experiments of the sandbox with the models of a build."""
    OUTPUTS = 'call the three models'
    OUTPUTS_IN_TRAINING = 'call the three models with training=True'
    LOSS = 'evaluate a batch'
    LOSSES = 'evaluate each sample, and the batch against other targets'
    FIT = 'train on one batch by plain gradient descent'
    DRAWS = 'call the encoder and auto again and again'


@dataclass(frozen=True)
class Import:
    """Asks the sandbox to import a file.

    source: its bytes in base64.
    name: the name of the file.
    seed: 64 hexadecimal digits for the generators of random numbers.
    """
    source: str
    name: str
    seed: str


@dataclass(frozen=True, eq=False)
class Trial:
    """Weights and inputs that the models of a call are tried with.

    weights: values for Build.weights, in that order.
    inputs: (samples, *input_dims), each value in [0, 1].
    codes: (samples, *latent_dims), the inputs of the decoder.
    """
    weights: tuple[np.ndarray, ...]
    inputs: np.ndarray
    codes: np.ndarray


@dataclass(frozen=True)
class Line:
    """A statement of the submission that an exception passed through.

    number: the line on which it begins or which was run.
    """
    file: str
    number: int
    function: str
    code: str


@dataclass(frozen=True)
class Raised:
    """An exception.

    kind: the name of its class.
    message: its message, cut to the part that gives the reason.
    lines: of the submission, the outermost first.
    by_raise: whether a `raise` or `assert` of the submission raised it.
    """
    kind: str
    message: str
    lines: tuple[Line, ...]
    by_raise: bool

    @property
    def line(self) -> Optional[int]:
        """The innermost line of the submission, if there is one."""
        return self.lines[-1].number if self.lines else None

    def __str__(self) -> str:
        """The exception; further lines show where it was raised."""
        said = [f'{self.kind}: {self.message}'.rstrip(': ')]
        for line in self.lines:
            said.append(f'{line.file}, line {line.number}, in '
                        f'{line.function}')
            said += [f'    {code}' for code in line.code.split('\n')]
        return '\n'.join(said)


@dataclass(frozen=True)
class Imported:
    """The reply to Import.

    functions: the names of the functions that the file defines.
    callable: whether autoencoder is one, or can be called like one.
    """
    functions: tuple[str, ...]
    callable: bool


@dataclass(frozen=True)
class Layer:
    """A layer of a model, in the order in which the layers are called.

    kind: its Keras class.
    settings: such as 'padding=same'.
    weights: its weights, as positions in Build.weights.
    output: the number of the model's output that it gives, or None.
    """
    kind: str
    settings: tuple[str, ...]
    weights: tuple[int, ...]
    output: Optional[int]


@dataclass(frozen=True)
class Model:
    """One of the three models.

    weights: its weights, as positions in Build.weights, in the order in
        which its layers are called.
    layers: those that are not made of other layers.
    shapes: of its outputs, without the batch.
    error: the exception that calling it raised, if any.
    """
    weights: tuple[int, ...]
    layers: tuple[Layer, ...]
    shapes: tuple[tuple[int, ...], ...]
    error: Optional[Raised]


@dataclass(frozen=True)
class Optimizer:
    """What auto is compiled with.

    kind: the first Keras class among its class and the base classes.
    inner: the kind of the optimizer that it wraps, or ''.
    own_class: whether its class is not one of Keras.
    rates: the learning rates of the first step and of later ones.
    variants: settings that make a different Adam, such as 'amsgrad=True'.
    """
    kind: str
    inner: str
    own_class: bool
    rates: tuple[float, ...]
    variants: tuple[str, ...]


@dataclass(frozen=True)
class Build:
    """What one call of autoencoder() returned.

    returned: such as '(model, model, model)'.
    changed: the call with its arguments as they are afterwards, or ''.
    earlier: how many calls returned before it.
    shared: what it has in common with one of these, or ''.
    weights: the shape of each weight of the three models.
    trained: the weights that auto trains, as positions in `weights`.
    own_train_step: whether auto has a train_step() that is not Keras's.
    own_methods: those of fit() and its kin that are not, as 'auto.fit'.
    """
    returned: str
    changed: str
    earlier: int
    shared: str
    weights: tuple[tuple[int, ...], ...]
    trained: tuple[int, ...]
    models: dict[str, Model]
    optimizer: Optional[Optimizer]
    own_train_step: bool
    own_methods: tuple[str, ...]


@dataclass(frozen=True)
class Passed:
    """What a layer with weights was given, and what it gave.

    weights: of the layer, as positions in Build.weights.
    """
    weights: tuple[int, ...]
    values: np.ndarray


@dataclass(frozen=True)
class Outputs:
    """Outputs of the models, an array (samples, ...) for each.

    passed: {model: the inputs of its layers with weights, in order}.
    """
    encoder: tuple[np.ndarray, ...]
    decoder: tuple[np.ndarray, ...]
    auto: tuple[np.ndarray, ...]
    passed: dict[str, tuple[Passed, ...]]


@dataclass(frozen=True)
class Loss:
    """The losses of a batch: {name: value}, as test_step() calls them."""
    logs: dict[str, float]


@dataclass(frozen=True)
class Losses:
    """The losses of evaluations; see Loss.

    each: of each sample alone.
    whole: of the batch.
    inverted: of the batch with the targets 1 - x for the inputs x.
    """
    each: tuple[Loss, ...]
    whole: Loss
    inverted: Loss


@dataclass(frozen=True)
class Fit:
    """One epoch of fit() on one batch, by plain gradient descent.

    logs: the losses that it reports.
    steps: how often the optimizer was applied.
    gradients: for each of Build.weights, (before - after) / rate.
    """
    logs: dict[str, float]
    steps: int
    gradients: tuple[np.ndarray, ...]


@dataclass(frozen=True)
class Draws:
    """What came out for one batch: (samples, values) each time.

    As called, with training=False, then twice with training=True; the last
    two outputs of auto come from a graph.
    """
    encoder: tuple[np.ndarray, ...]
    auto: tuple[np.ndarray, ...]


REPLIES: dict[Experiment, type] = {
    Experiment.OUTPUTS: Outputs, Experiment.OUTPUTS_IN_TRAINING: Outputs,
    Experiment.LOSS: Loss, Experiment.LOSSES: Losses, Experiment.FIT: Fit,
    Experiment.DRAWS: Draws}


def spell_call(arguments: tuple[Any, ...]) -> str:
    """Return a call of autoencoder() as a student would write it."""
    return f'autoencoder({", ".join(map(repr, arguments))})'
