"""Describes exceptions in a few words."""
import ast
import dis
import linecache
import re
import sys
import textwrap
import traceback
from types import TracebackType
from typing import Optional

from checker.protocol import Line, Raised

# An endless recursion has more frames than anybody would read.
FRAMES = 200
LONGEST = 300
# As many calls of the submission, and a first sentence of this length, say
# enough.
LINES, SENTENCE = 5, 40
# Lines of a message that start so announce the reason or tell where it was
# found; the reason follows.
ANNOUNCEMENTS = (
    'Exception encountered when calling', 'in user code:', 'File "',
    'Graph execution error:', 'Detected at', '<stack',
    'Could not automatically infer the output shape')
# Colours of a terminal; the operation in which TensorFlow raised an error;
# addresses in memory; details of a tensor.
NOISE = (r'\x1b\[[0-9;]*m', r'\{\{function_node [^}]*\}\} ?',
         r" for '\{\{node .*",
         r' at 0x[0-9a-f]+', r'(?<=KerasTensor)\(type_spec=.*?"\)',
         r"(?<=module ')[\w.]*(?=keras\.)", r' ?\[Op:\w+\]( name:? ?)?')


def describe(error: BaseException, file_name: str) -> Raised:
    """Describe an exception that code of a submission led to.

    Args:
        error: the exception, the one that is being handled.
        file_name: of the submission.
    """
    # A submission can redefine the attribute __traceback__ of its own class.
    trace = sys.exc_info()[2]
    lines = tuple(
        Line(file_name, frame.lineno or 0, frame.name,
             statement(file_name, frame.lineno or 0))
        for frame in traceback.extract_tb(trace, -FRAMES)
        if frame.filename == file_name)[-LINES:]
    try:
        kind, message = type(error).__name__, str(error)
    except BaseException:
        kind, message = type.__repr__(type(error)), '(no message)'
    return Raised(kind, reason_in(message, kind), lines,
                  is_raised_by(trace, file_name))


def statement(file_name: str, number: int) -> str:
    """Return the whole statement that a line of a file belongs to.

    Only the line itself, if other statements stand in that statement.
    """
    lines = linecache.getlines(file_name)
    inner = [node for node in ast.walk(ast.parse(''.join(lines)))
             if isinstance(node, ast.stmt) and not hasattr(node, 'body')
             and node.lineno <= number <= (node.end_lineno or 0)]
    first, last = ((inner[0].lineno, inner[0].end_lineno) if inner
                   else (number, number))
    return textwrap.dedent(''.join(lines[first - 1:last])).rstrip()


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
    first = re.split(r'(?<=[.!]) (?=[A-Z])', reason)[0]
    if len(first) >= SENTENCE:
        reason = first
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
