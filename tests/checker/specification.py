"""The four files, the calls they are judged by, and what these must build."""
from dataclasses import dataclass
from typing import Tuple

FILES = ('0-vanilla.py', '1-sparse.py', '2-convolutional.py',
         '3-variational.py')
NAMES = 'encoder', 'decoder', 'auto'
PARAMETERS = (
    ('input_dims', 'hidden_layers', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims', 'lambtha'),
    ('input_dims', 'filters', 'latent_dims'),
    ('input_dims', 'hidden_layers', 'latent_dims'),
)
# The course's own, and others: of other depths, one hidden layer among them,
# with sizes that are not in order and repeat those of the other layers, so
# that one that is written in shows, and a layer that is told by its size.
CALLS = (
    ((784, [128, 64], 32), (12, [9, 12, 6, 9, 9], 6), (18, [11], 5)),
    ((784, [128, 64], 32, 10e-6), (12, [9, 12, 6, 9, 9], 6, 0.5),
     (18, [11], 5, 0.0)),
    (((28, 28, 1), [16, 8, 8], (4, 4, 8)),
     ((28, 44, 3), [4, 6, 3, 4], (2, 3, 4))),
    ((784, [512], 2), (12, [9, 12, 6, 9, 9], 6)),
)


def spell(arguments):
    """Return a call as a student would write it."""
    return f'autoencoder({", ".join(map(repr, arguments))})'


def shape(size):
    """Return a size of the arguments as the shape of one sample."""
    return size if isinstance(size, tuple) else (size,)


@dataclass(frozen=True)
class Stage:
    """A layer with weights, and what follows it before the next one.

    kind: 'dense', 'same' or 'valid', the latter two with 3 x 3 kernels.
    sizes: the features or channels that go in, and those that come out.
    resize: 'pool', 'upsample' or '', each by 2 x 2.
    """
    kind: str
    sizes: Tuple[int, int]
    activation: str
    resize: str = ''

    @property
    def shapes(self):
        """The shapes of the kernel and the bias."""
        kernel = self.sizes if self.kind == 'dense' else (3, 3, *self.sizes)
        return kernel, self.sizes[1:]

    def __str__(self):
        kind = 'Dense' if self.kind == 'dense' else 'Conv2D'
        return f'{kind}({self.sizes[1]})'


def encoder(task, arguments):
    """Return the stages of the encoder.

    Of the variational one, the last two are those of the mean and of the log
    variance; both take what the stage before them gives.
    """
    inputs, hidden, latent = arguments[:3]
    if task == 2:
        return [Stage('same', sizes, 'relu', 'pool')
                for sizes in _pairs(inputs[-1], *hidden)]
    stages = [Stage('dense', sizes, 'relu')
              for sizes in _pairs(inputs, *hidden, latent)]
    if task == 3:
        stages[-1:] = [Stage('dense', stages[-1].sizes, 'linear')] * 2
    return stages


def decoder(task, arguments):
    """Return the stages of the decoder."""
    inputs, hidden, latent = arguments[:3]
    if task != 2:
        *stages, last = _pairs(latent, *hidden[::-1], inputs)
        return [*(Stage('dense', sizes, 'relu') for sizes in stages),
                Stage('dense', last, 'sigmoid')]
    *stages, valid, last = _pairs(latent[-1], *hidden[::-1], inputs[-1])
    return [*(Stage('same', sizes, 'relu', 'upsample') for sizes in stages),
            Stage('valid', valid, 'relu', 'upsample'),
            Stage('same', last, 'sigmoid')]


def _pairs(*sizes):
    return list(zip(sizes, sizes[1:]))
