"""A call of autoencoder() in the sandbox, observed beside expected."""
import dataclasses
from functools import cached_property
from typing import Any, Callable, Optional, Union

import numpy as np

from checker import protocol
from checker.grader import finite, scenarios
from checker.grader.call_spec import CallSpec
from checker.grader.failure import Failure, NotGraded, NotRun
from checker.grader.matching import Order, order_of
from checker.grader.scenarios import Scenario

# The experiments that call methods of a model.
USED = (protocol.Experiment.LOSS, protocol.Experiment.LOSSES,
        protocol.Experiment.FIT)
# Runs an experiment: takes it, the trial and the type of the reply.
Try = Callable[[protocol.Experiment, protocol.Trial, type], Any]


class Call:
    """A call: what it built, and what its models do.

    spec: the call.
    returned: what it built, or why it failed.
    outcomes: what became of each check, by its function.
    """

    def __init__(self, spec: CallSpec,
                 returned: Union[protocol.Build, Failure],
                 run: Optional[Try], seed: int) -> None:
        self.spec, self.seed = spec, seed
        self.returned, self._run = returned, run
        self.outcomes: dict[Any, Any] = {}
        self._seen: dict[tuple[protocol.Experiment, Scenario], Any] = {}

    @property
    def build(self) -> protocol.Build:
        """The Build; only for calls that returned."""
        assert isinstance(self.returned, protocol.Build)
        return self.returned

    def reseed(self, seed: int) -> None:
        """Forget what was seen, and draw different trials: for proofs."""
        self.seed = seed
        self._seen.clear()
        self.outcomes.clear()

    @cached_property
    def order(self) -> Optional[Order]:
        """The weights of the layers, or None if they are different ones."""
        return order_of(self.spec, self.build)

    def trial(self, scenario: Scenario) -> protocol.Trial:
        """Return the trial of a scenario, in the order of spec.layers."""
        return scenarios.draw(self.seed, self.spec, scenario)

    def observe(self, experiment: protocol.Experiment,
                scenario: Scenario) -> Any:
        """Return what an experiment shows.

        It runs once, whichever check asks first.

        Raises:
            Failure: if the models raise an error or give what is no number.
            NotGraded: if their methods are not Keras's.
            NotRun: if the process that runs the file has ended.
        """
        key = experiment, scenario
        if key not in self._seen:
            self._seen[key] = self._observe(experiment, scenario)
        seen = self._seen[key]
        if isinstance(seen, (Failure, NotGraded, NotRun)):
            raise seen
        return seen

    def _observe(self, experiment: protocol.Experiment,
                 scenario: Scenario) -> Any:
        if self.build.own_methods and experiment in USED:
            return NotGraded(
                f'{", ".join(self.build.own_methods)}() can do anything when '
                "others call it; use Keras's own")
        trial = self.trial(scenario)
        assert self.order is not None
        placed = dict(zip(self.order, trial.weights))
        weights = tuple(placed[place] for place in range(len(placed)))
        assert self._run is not None
        try:
            seen = self._run(
                experiment, dataclasses.replace(trial, weights=weights),
                protocol.REPLIES[experiment])
        except (Failure, NotRun) as problem:
            return problem
        if not self._fits(seen, len(trial.inputs)):
            return Failure('', 'values of different shapes than before')
        return finite.not_a_number(self, trial, seen) or seen

    def _fits(self, seen: Any, samples: int) -> bool:
        """Return whether values have the shapes that the build told."""
        shapes = {name: [(samples, *shape) for shape in
                         self.build.models[name].shapes]
                  for name in protocol.NAMES}
        if isinstance(seen, protocol.Outputs):
            return all([array.shape for array in getattr(seen, name)]
                       == shapes[name] for name in protocol.NAMES)
        if isinstance(seen, protocol.Draws):
            z, x = shapes['encoder'][:1], shapes['auto']
            return ([array.shape for array in seen.encoder] == 4 * z
                    and [array.shape for array in seen.auto] == 4 * x)
        if isinstance(seen, protocol.Losses):
            return len(seen.each) == samples
        if isinstance(seen, protocol.Fit):
            return tuple(array.shape for array
                         in seen.gradients) == self.build.weights
        return True

    def ordered(self, arrays: Any) -> Any:
        """Return arrays for Build.weights in the order of spec.layers."""
        assert self.order is not None
        return [np.asarray(arrays[place]) for place in self.order]

    def where(self, number: int) -> str:
        """Return the layer that a weight of spec.layers belongs to."""
        cut = self.spec.cut
        if self.spec.task == 3 and cut - 4 <= number < cut:
            head = 'mean' if number < cut - 2 else 'log variance'
            return f'the layer of the {head}'
        half, layer = 'encoder', number // 2
        if number >= self.spec.cut:
            half, layer = 'decoder', (number - self.spec.cut) // 2
        spec = getattr(self.spec, half)[layer]
        return f'layer {layer + 1} of the {half}, {spec}'
