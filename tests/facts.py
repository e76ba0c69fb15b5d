"""What is known of a submission: plain data, no Keras objects."""
from dataclasses import dataclass, field
from typing import Optional

FILES = ('0-vanilla.py', '1-sparse.py', '2-convolutional.py',
         '3-variational.py')
PARAMETERS = (
    ('input_dims', 'hidden_layers', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims', 'lambtha'),
    ('input_dims', 'filters', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims'),
)
# Sizes that differ from each other and are not in order, so that a size
# that is written in, or in the wrong place, shows.
_DENSE = ((20, [16, 8, 12], 6), (18, [11], 5), (22, [20, 10, 14, 7], 4))
CALLS = (
    ((784, [128, 64], 32), *_DENSE),
    ((784, [128, 64], 32, 10e-6), (20, [16, 8, 12], 6, 0.5),
     (18, [11], 5, 0.0), (22, [20, 10, 14, 7], 4, 0.03)),
    (((28, 28, 1), [16, 8, 8], (4, 4, 8)),
     ((20, 28, 3), [4, 6, 8], (3, 4, 8)),
     ((28, 28, 1), [8, 6, 4, 2], (2, 2, 2))),
    ((784, [512], 2), *_DENSE),
)


def spell(arguments):
    """Return a call as a student would write it."""
    return f'autoencoder({", ".join(map(repr, arguments))})'


@dataclass(frozen=True)
class Layer:
    """A layer with weights or a shape of its own.

    An activation that is a layer of its own counts to the one before it;
    its name is what it does to numbers, not what it is called.
    """
    position: int
    name: str
    kind: str
    activation: Optional[str] = None
    size: Optional[int] = None
    kernel: Optional[tuple] = None
    strides: Optional[tuple] = None
    padding: Optional[str] = None
    # Of the outputs of a variational encoder, those that its bias moves.
    moves: tuple = ()

    def __str__(self):
        return f"layer {self.position} '{self.name}' ({self.kind})"


@dataclass(frozen=True)
class Network:
    """The layers of a model, and the shapes that go in and come out."""
    layers: tuple
    inputs: tuple
    outputs: tuple


@dataclass(frozen=True)
class Built:
    """What one call of autoencoder() gave.

    Each of the measurements is None where an exception, kept in `errors`
    under the same name, prevented it.
    """
    arguments: tuple
    returned: str
    changed: Optional[str] = None
    encoder: Optional[Network] = None
    decoder: Optional[Network] = None
    auto: Optional[Network] = None
    shared: Optional[dict] = None
    composition: Optional[dict] = None
    compiled: Optional[dict] = None
    loss: Optional[dict] = None
    penalty: Optional[dict] = None
    training: Optional[dict] = None
    varying: Optional[tuple] = None
    sampling: Optional[dict] = None
    divergence: Optional[dict] = None
    errors: dict = field(default_factory=dict)


@dataclass(frozen=True)
class Facts:
    """All of one file: why it cannot be judged, or what its calls gave."""
    problem: Optional[str] = None
    built: tuple = ()


def from_plain(arguments, plain):
    """Return Built from what JSON makes of its fields."""
    plain = {**tuples(plain), 'arguments': arguments}
    for name in ('encoder', 'decoder', 'auto'):
        if plain[name] is not None:
            layers = tuple(Layer(**layer) for layer in plain[name]['layers'])
            plain[name] = Network(**{**plain[name], 'layers': layers})
    return Built(**plain)


def tuples(value):
    """Return a value with tuples for the lists in it, as JSON has none."""
    if isinstance(value, list):
        return tuple(map(tuples, value))
    if isinstance(value, dict):
        return {key: tuples(item) for key, item in value.items()}
    return value
