"""A call of autoencoder(), and what it must build."""
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from checker.grader import layer_specs
from checker.grader.layer_specs import LayerSpec, Shape
from checker.protocol import spell_call
from checker.specification import ARGUMENTS, REPEATED


@dataclass(frozen=True)
class CallSpec:
    """A call of autoencoder(), and what it must build.

    number: its place in ARGUMENTS[task].
    again: whether the same call was made before.
    """
    task: int
    number: int
    # Not compared, because a repeated call has the same trials.
    again: bool = field(default=False, compare=False)

    @property
    def arguments(self) -> tuple[Any, ...]:
        """The arguments of autoencoder()."""
        return ARGUMENTS[self.task][self.number]

    @property
    def input_dims(self) -> Any:
        """The first argument."""
        return self.arguments[0]

    @property
    def lambtha(self) -> float:
        """The weight of the L1 penalty."""
        return self.arguments[3] if self.task == 1 else 0.

    @property
    def inputs(self) -> Shape:
        """The shape of one input."""
        return shape(self.arguments[0])

    @property
    def latent(self) -> Shape:
        """The shape of one encoding."""
        return shape(self.arguments[2])

    @cached_property
    def encoder(self) -> list[LayerSpec]:
        """The layers of the encoder."""
        return layer_specs.encoder(self.task, self.arguments)

    @cached_property
    def decoder(self) -> list[LayerSpec]:
        """The layers of the decoder."""
        return layer_specs.decoder(self.task, self.arguments)

    @property
    def layers(self) -> list[LayerSpec]:
        """The layers of the encoder, then those of the decoder."""
        return self.encoder + self.decoder

    @property
    def cut(self) -> int:
        """How many weights the encoder has."""
        return 2 * len(self.encoder)

    def __str__(self) -> str:
        return spell_call(self.arguments)


def shape(size: Any) -> Shape:
    """Return a size from the arguments as the shape of one sample."""
    return size if isinstance(size, tuple) else (size,)


def call_specs(task: int) -> list[CallSpec]:
    """Return the calls of a file, in order."""
    return [*(CallSpec(task, number)
              for number in range(len(ARGUMENTS[task]))),
            CallSpec(task, REPEATED[task], again=True)]
