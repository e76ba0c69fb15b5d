"""The layers that a call must build.

Never import this in the sandbox: a submission could read it there.
"""
from dataclasses import dataclass
from typing import Any

Shape = tuple[int, ...]


@dataclass(frozen=True)
class LayerSpec:
    """A layer with weights, and what follows it before the next one.

    kind: 'dense', or 'same' or 'valid' for a convolution by 3 x 3 kernels
        with that padding.
    sizes: how many features or channels go in, and how many come out.
    activation: 'relu', 'sigmoid' or 'linear'.
    resize: 'pool', 'upsample' or '', each by 2 x 2.
    """
    kind: str
    sizes: tuple[int, int]
    activation: str
    resize: str = ''

    @property
    def shapes(self) -> tuple[Shape, Shape]:
        """The shapes of the kernel and the bias."""
        kernel = self.sizes if self.kind == 'dense' else (3, 3, *self.sizes)
        return kernel, self.sizes[1:]

    def __str__(self) -> str:
        kind = 'Dense' if self.kind == 'dense' else 'Conv2D'
        return f'{kind}({self.sizes[1]})'


def encoder(task: int, arguments: tuple[Any, ...]) -> list[LayerSpec]:
    """Return the layers of the encoder.

    The last two of the variational encoder are those of the mean and the log
    variance; both take what the last hidden layer gives.
    """
    inputs, hidden, latent = arguments[:3]
    if task == 2:
        return [LayerSpec('same', sizes, 'relu', 'pool')
                for sizes in pairs(inputs[-1], *hidden)]
    layers = [LayerSpec('dense', sizes, 'relu')
              for sizes in pairs(inputs, *hidden, latent)]
    if task == 3:
        layers[-1:] = [LayerSpec('dense', layers[-1].sizes, 'linear')] * 2
    return layers


def decoder(task: int, arguments: tuple[Any, ...]) -> list[LayerSpec]:
    """Return the layers of the decoder."""
    inputs, hidden, latent = arguments[:3]
    if task != 2:
        *hidden_sizes, last = pairs(latent, *hidden[::-1], inputs)
        return [*(LayerSpec('dense', sizes, 'relu')
                  for sizes in hidden_sizes),
                LayerSpec('dense', last, 'sigmoid')]
    *same, valid, last = pairs(latent[-1], *hidden[::-1], inputs[-1])
    return [*(LayerSpec('same', sizes, 'relu', 'upsample')
              for sizes in same),
            LayerSpec('valid', valid, 'relu', 'upsample'),
            LayerSpec('same', last, 'sigmoid')]


def pairs(*sizes: int) -> list[tuple[int, int]]:
    """Return each size with the next one."""
    return list(zip(sizes, sizes[1:]))
