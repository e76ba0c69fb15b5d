"""One file in the sandbox: imports it, makes its calls, runs experiments."""
import base64
import hashlib
from typing import Any, Callable, Union

from checker import protocol
from checker.grader import keras_errors
from checker.grader.call import Call
from checker.grader.call_spec import CallSpec, call_specs
from checker.grader.failure import Failure, NotRun
from checker.grader.sandbox_client import NO_REPLY, CannotRun
from checker.specification import FILES
from checker.wire import Malformed, decode_reply, encode


class Session:
    """A conversation with the sandbox about one file."""

    def __init__(self, ask: Callable[[Any], Any], task: int) -> None:
        """Start a conversation.

        Args:
            ask: sends a request and returns the reply, as Sandbox.ask().
            task: the number of the file.
        """
        self._ask, self._name, self._task = ask, FILES[task], task
        # The calls that worked.
        self._built: list[CallSpec] = []
        # Why the process that runs the file has ended, if it has.
        self._ended = ''

    def open(self, source: bytes, seed: int) -> list[Call]:
        """Return the calls of the file, all of them made."""
        problem = self._load(source, seed)
        if problem:
            return failed_calls(self._task, problem)
        calls = []
        for spec in call_specs(self._task):
            made = self._call(spec)
            calls.append(Call(spec, made, self._trying(len(self._built) - 1),
                              seed))
            if self._ended and isinstance(made, Failure):
                # A call that ends the process costs the file.
                return failed_calls(self._task, made)
        return calls

    def _load(self, source: bytes, seed: int) -> Union[Failure, None]:
        """Import the file; return why that is not possible."""
        request = protocol.Import(
            base64.b64encode(source).decode(), self._name,
            hashlib.sha256(f'{seed} {self._task}'.encode()).hexdigest())
        try:
            reply = self._request('load', request, protocol.Imported)
        except (CannotRun, Malformed) as problem:
            return Failure('', f'{self._name} cannot be imported: '
                           + self._note_end(problem))
        if isinstance(reply, protocol.Raised):
            return Failure('', f'{self._name} cannot be imported: {reply}',
                           keras_errors.fix_for(reply, self._task),
                           line=reply.line)
        if reply.callable:
            return None
        others = f' (found: {", ".join(reply.functions)})' * bool(
            reply.functions)
        return Failure('', f'no function named autoencoder{others}',
                       'Name the function autoencoder, and define it at '
                       'module level.')

    def _call(self, spec: CallSpec) -> Union[protocol.Build, Failure]:
        """Make a call of autoencoder()."""
        try:
            reply = self._request('call', repr(spec.arguments), protocol.Build)
            if isinstance(reply, protocol.Build) and not is_consistent(reply):
                raise Malformed
        except (CannotRun, Malformed) as problem:
            return Failure('', self._note_end(problem), call=str(spec))
        if isinstance(reply, protocol.Build):
            self._built.append(spec)
            return reply
        fix, call = keras_errors.fix_for(reply, self._task), str(spec)
        if self._built:
            call += f'; {self._built[0]} works'
            fix = fix or keras_errors.fix_for_later_call(reply)
        return Failure('', str(reply), fix, call, line=reply.line)

    def _trying(self, number: int) -> Callable[..., Any]:
        """Return what tries experiments on the models of a call."""
        def run(experiment: protocol.Experiment, trial: protocol.Trial,
                kind: type) -> Any:
            if self._ended:
                raise NotRun(self._ended.partition('\n')[0])
            try:
                reply = self._request('experiment', {
                    'name': experiment.name, 'build': number,
                    'trial': trial}, kind)
            except (CannotRun, Malformed) as problem:
                why, *more = self._note_end(problem).split('\n')
                raise Failure('', '\n'.join([
                    f'{why}; its task: to {experiment.value} '
                    f'({len(trial.inputs):,} samples)', *more])) from None
            if isinstance(reply, protocol.Raised):
                raise Failure('', str(reply), keras_errors.fix_for(
                    reply, self._task, built=True), line=reply.line)
            return reply

        return run

    def _request(self, name: str, content: Any, kind: type) -> Any:
        return decode_reply(kind, self._ask({name: encode(content)}))

    def _note_end(self, problem: Exception) -> str:
        """Take note that the process is of no more use; return why."""
        self._ended = (str(problem) if isinstance(problem, CannotRun)
                       else NO_REPLY)
        return self._ended


def failed_calls(task: int, failure: Failure) -> list[Call]:
    """Return the calls of a file that cannot be run."""
    return [Call(spec, failure, None, 0) for spec in call_specs(task)]


def is_consistent(build: protocol.Build) -> bool:
    """Return whether a reply describes models without contradictions."""
    wanted = {*protocol.NAMES} if build.returned == protocol.THREE else set()
    owned = [model.weights for model in build.models.values()]
    places = {*range(len(build.weights))}
    used = {place for model in build.models.values()
            for layer in model.layers for place in layer.weights}
    rates = build.optimizer is None or build.optimizer.rates
    return bool({*build.models} == wanted and set().union(*owned) == places
                and {*build.trained} | used <= places and rates
                and all(len({*each}) == len(each) for each in owned))
