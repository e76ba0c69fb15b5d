"""The layers that a call must build.

Not imported by the process that runs a submission, which could read it there.
"""
from dataclasses import dataclass
from typing import Tuple


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
