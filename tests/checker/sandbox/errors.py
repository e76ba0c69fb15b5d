"""Describes exceptions in a few words."""
import dis
import re
import sys
import traceback
from types import TracebackType
from typing import Optional

from checker.protocol import Line, Raised

# An endless recursion has more frames than anybody would read.
FRAMES = 200
LONGEST = 300
# Lines of a message that start so announce the reason or tell where it was
# found; the reason follows.
ANNOUNCEMENTS = (
    'Exception encountered when calling', 'in user code:', 'File "',
    'Graph execution error:', 'Detected at', '<stack',
    'Could not automatically infer the output shape')
# Colours of a terminal; the operation in which TensorFlow raised an error;
# addresses in memory.
NOISE = (r'\x1b\[[0-9;]*m', r'\{\{function_node [^}]*\}\} ?',
         r' at 0x[0-9a-f]+', r' ?\[Op:\w+\]( name:? ?)?')


def describe(error: BaseException, file_name: str) -> Raised:
    """Describe an exception that code of a submission led to.

    Args:
        error: the exception, the one that is being handled.
        file_name: of the submission.
    """
    # A submission can redefine the attribute __traceback__ of its own class.
    trace = sys.exc_info()[2]
    lines = tuple(
        Line(frame.lineno or 0, frame.name, frame.line or '')
        for frame in traceback.extract_tb(trace, -FRAMES)
        if frame.filename == file_name)
    try:
        kind, message = type(error).__name__, str(error)
    except BaseException:
        kind, message = type.__repr__(type(error)), '(no message)'
    return Raised(kind, reason_in(message, kind), lines,
                  is_raised_by(trace, file_name))


def reason_in(message: str, kind: str) -> str:
    """Return the line of a message that gives the reason."""
    for pattern in NOISE:
        message = re.sub(pattern, '', message)
    lines = [line.strip() for line in message.splitlines() if line.strip()]
    for place, line in enumerate(lines):
        # Keras quotes the error that it met while it inferred a shape.
        if line.endswith('Error encountered:') and lines[place + 1:]:
            lines = lines[place + 1:]
            break
    if 'in user code:' in lines:
        # The code is quoted up to the line that starts with the exception.
        lines = lines[max(place for place, line in enumerate(lines)
                          if line.startswith((kind, 'in user'))):]
    lines = [line.removeprefix(f'{kind}: ') for line in lines]
    reason = next((line for line in lines
                   if not line.startswith(ANNOUNCEMENTS)),
                  lines[0] if lines else '')
    return reason if len(reason) < LONGEST else f'{reason[:LONGEST]} …'


def is_raised_by(trace: Optional[TracebackType], file_name: str) -> bool:
    """Return whether a statement of the submission raised the exception."""
    if trace is None:
        return False
    while trace.tb_next:
        trace = trace.tb_next
    code = trace.tb_frame.f_code
    return (code.co_filename == file_name and dis.opname[
        code.co_code[trace.tb_lasti]] == 'RAISE_VARARGS')
