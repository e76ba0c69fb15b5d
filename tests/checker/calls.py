"""A call of autoencoder(): what was observed of it, and what must come out.
"""
import dataclasses
import functools
from dataclasses import dataclass
from typing import Dict, Optional, Tuple, Union

import numpy as np

from checker import layers, reference
from checker.observation import Built, Setting

# What float32 may be off by: of numbers as a part of the largest, of a loss
# as a part of it.
TOLERANCE, LOSS = 1e-4, 1e-5


def distance(found, expected):
    """Return the largest difference, as a part of the largest expected."""
    if found.shape != expected.shape:
        return np.inf
    difference = np.max(np.abs(found - expected), initial=0)
    scale = np.max(np.abs(expected), initial=0) + 1e-2
    return np.inf if np.isnan(difference) else difference / scale


def same(found, expected, tolerance=TOLERANCE):
    """Tell whether arrays are equal but for rounding."""
    return distance(found, expected) < tolerance


def near(found, expected, tolerance=LOSS):
    """Tell whether losses are equal but for rounding."""
    return abs(found - expected) < tolerance * max(0.1, abs(expected))


def remembered(function):
    """Compute what several checks need once, and forget it with the Call."""
    @functools.wraps(function)
    def recalled(call, *arguments):
        known, key = vars(call).setdefault('known', {}), (
            function, *arguments)
        if key not in known:
            known[key] = function(call, *arguments)
        return known[key]

    return recalled


@dataclass(frozen=True)
class Call:
    """One call of autoencoder(), and all that was observed of it.

    built, second: what the first call gave, and the same call once more.
    order: which of Built.weights are those of the stages, or None where the
        sizes are not those that are asked for.
    results: {name: (Setting, observation or the error that came instead)}.
    """
    task: int
    arguments: Tuple
    built: Built
    second: Built
    order: Optional[Tuple[int, ...]]
    results: Dict[str, Tuple[Setting, Union[object, str]]]

    @functools.cached_property
    def encoder(self):
        """The stages of the encoder."""
        return layers.encoder(self.task, self.arguments)

    @functools.cached_property
    def decoder(self):
        """The stages of the decoder."""
        return layers.decoder(self.task, self.arguments)

    @property
    def cut(self):
        """How many weights the encoder has."""
        return 2 * len(self.encoder)

    def weights(self, setting):
        """Return kernels and biases of a setting, in order of the stages."""
        return [setting.weights[place] for place in self.order]

    def where(self, number):
        """Return which layer it is that a weight of the stages belongs to."""
        half, layer = 'encoder', number // 2
        if number >= self.cut:
            half, layer = 'decoder', (number - self.cut) // 2
        return (f'layer {layer + 1} of the {half}, '
                f'{getattr(self, half)[layer]}')

    @remembered
    def encoded(self, setting):
        """Return what the encoder must give; of file 3, without z."""
        return self.encode(self.weights(setting), setting.inputs)

    def encode(self, weights, inputs):
        """Return the same for weights of the stages, as (encoding,) or (mean,
        log variance).
        """
        weights = weights[:self.cut]
        if self.task == 3:
            return reference.distribution(self.encoder, weights, inputs)[:2]
        return reference.forward(self.encoder, weights, inputs)[:1]

    def logits(self, weights, codes):
        """Return what goes into the last sigmoid of the decoder."""
        *stages, last = self.decoder
        stages = [*stages, dataclasses.replace(last, activation='linear')]
        return reference.forward(stages, weights[self.cut:], codes)[0]

    def epsilon(self, setting, z):
        """Return the noise in z, as multiples of the standard deviation."""
        mean, log_variance = self.encoded(setting)
        return (z - mean) / np.exp(log_variance / 2)

    def decode(self, setting, codes):
        """Return what the decoder must make of codes."""
        return reference.forward(
            self.decoder, self.weights(setting)[self.cut:], codes)[0]

    @remembered
    def decoded(self, setting):
        """Return what the decoder must give."""
        return self.decode(setting, setting.codes),

    @remembered
    def penalised(self, setting):
        """Return loss, reconstruction and gradients of files 0 to 2."""
        return reference.penalised(
            self.encoder, self.decoder, self.weights(setting),
            setting.inputs, self.arguments[3] if self.task == 1 else 0.)

    def cross_entropy(self, setting):
        """Return the cross-entropy in that loss."""
        _, p, _ = self.penalised(setting)
        return reference.cross_entropy(setting.inputs, p)[0]

    def variational(self, setting, epsilon, entropy_weight,
                    divergence_weight):
        """Return loss and gradients of file 3."""
        return reference.variational(
            self.encoder, self.decoder, self.weights(setting),
            setting.inputs, epsilon, entropy_weight, divergence_weight)
