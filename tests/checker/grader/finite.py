"""Says where a submission computes something that is not a number."""
from typing import Any, Optional

import numpy as np

from checker import protocol
from checker.grader import expected
from checker.grader.failure import Failure

LOSS = ('Take no logarithm and no square root of what can be 0 or negative, '
        'and do not divide by it.')
# What is nearer to 0 was drawn to be 0.
ZERO = 1e-3
GRADIENT = ('A square root has no gradient at 0: write keras.backend.abs(x) '
            'in place of the square root of a square.')


def not_a_number(call: Any, trial: protocol.Trial,
                 seen: Any) -> Optional[Failure]:
    """Return a failure if losses, gradients or draws are not numbers.

    Args:
        call: the Call.
        seen: the reply to an experiment with the trial.
    """
    if isinstance(seen, protocol.Losses):
        wrong = np.array([not is_number(loss) for loss in seen.each])
        whole = not (is_number(seen.whole) and is_number(seen.inverted))
        if wrong.any() or whole:
            return Failure('a loss that is a number', 'nan or infinity for '
                           + samples_in_words(call, trial, wrong), LOSS)
    elif isinstance(seen, protocol.Loss) and not is_number(seen):
        return Failure('a loss that is a number', 'nan or infinity', LOSS)
    elif isinstance(seen, protocol.Fit):
        for place, gradient in enumerate(call.ordered(seen.gradients)):
            if not np.isfinite(gradient).all():
                return Failure('a gradient that is a number',
                               f'nan or infinity at {call.where(place)}',
                               GRADIENT)
    elif isinstance(seen, protocol.Draws):
        for name, draws in (('z', seen.encoder), ('auto(x)', seen.auto)):
            if not all(np.isfinite(draw).all() for draw in draws):
                return Failure(f'numbers in {name}', 'nan or infinity', LOSS)
    return None


def is_number(loss: protocol.Loss) -> bool:
    """Return whether one of the values that may be the loss is finite."""
    logs = loss.logs
    return not logs or bool(np.isfinite(
        [logs['loss']] if logs.get('loss') else [*logs.values()]).any())


def samples_in_words(call: Any, trial: protocol.Trial,
                     wrong: np.ndarray) -> str:
    """Return which samples are wrong, by what they have in common."""
    if wrong.all():
        return 'every sample'
    if not wrong.any():
        return 'a batch, but for no sample alone'
    pairs = zip(('log variance', 'mean'), expected.encoding(
        call.spec, trial)[::-1]) if call.spec.task == 3 else ()
    for name, values in pairs:
        # Rounding decides about those that are drawn to be 0.
        clear = (abs(values) > ZERO).all(axis=1)
        for what, mask in (('below', values < 0), ('above', values > 0)):
            same = mask.any(axis=1) == wrong
            if clear.any() and same[clear].all():
                return f'each sample with a {name} {what} 0'
    return f'{wrong.sum()} of {len(wrong)} samples'
