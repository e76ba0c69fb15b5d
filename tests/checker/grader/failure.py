"""What can become of a check, except that it passes."""
from collections.abc import Sequence
from typing import Any, NamedTuple, Optional

import pytest

from checker.wire import LONGEST_TEXT

# Of layers that are shown, and of the letters of their names.
MOST_LAYERS, LONGEST_NAME = 50, 80
Failed: Any = pytest.fail.Exception
Skipped: Any = pytest.skip.Exception


class Failure(Failed):
    """A requirement is not met.

    Args:
        expected: what the specification asks for, as a noun phrase; '' if
            the title of the check says it.
        found: what there is instead, as a noun phrase, or an exception;
            further lines show where.
        fix: what to type, or '' if the cause is not known.
        call: the call of autoencoder() that shows it, or ''.
        layers: pairs of an expected layer and the found one, or ().
        line: of the file, if that is known.
    """

    # Reports show the class; pytest hides its own module's name.
    __module__ = 'builtins'

    def __init__(self, expected: str, found: str, fix: str = '',
                 call: str = '',
                 layers: Sequence[tuple[str, str]] = (),
                 line: Optional[int] = None) -> None:
        self.expected, self.found = expected, found[:LONGEST_TEXT]
        self.fix, self.call = fix[:LONGEST_TEXT], call
        self.layers = [(one[:LONGEST_NAME], other[:LONGEST_NAME])
                       for one, other in layers[:MOST_LAYERS]]
        self.line = line
        super().__init__('\n'.join(
            f'{name:9} {text}' for name, text in (
                ('call', call), ('expected', expected), ('found', self.found),
                ('fix', fix)) if text), pytrace=False)


class Cause(NamedTuple):
    """A guess why numbers differ.

    what: what there is instead, as a noun phrase.
    fix: what to type, or ''.
    wanted: what should be there, or '' if the requirement says it.
    where: the layer, or ''.
    """
    what: str
    fix: str = ''
    wanted: str = ''
    where: str = ''


class NotGraded(Failed):
    """The checker cannot tell right from wrong; the message says why."""

    __module__ = 'builtins'

    def __init__(self, reason: str) -> None:
        self.reason = reason
        super().__init__(f'not graded: {reason}', pytrace=False)


class NotRun(Skipped):
    """There was nothing to look at; the message says why.

    Args:
        because: the check whose failure is the reason, if it is one.
    """

    __module__ = 'builtins'

    def __init__(self, reason: str, because: Any = None) -> None:
        self.reason, self.because = reason, because
        super().__init__(f'not run: {reason}')
