"""The command from its arguments to its exit status."""
import argparse
import signal
import sys

from checker.command import arguments, outputs
from checker.command.run import Run, WrongExpression
from checker.report.results import PASSED
from checker.report.terminal import Terminal


def main(words: list[str]) -> int:
    """Run the command; return its exit status."""
    # A user who ends a run still wants its results.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    status, terminal = arguments.OK, Terminal()
    try:
        options = arguments.read(words)
        run = Run(options, terminal)
    except KeyboardInterrupt:
        return arguments.INTERRUPTED
    try:
        for line in run.announced():
            terminal.show(line)
        terminal.wait('TensorFlow is starting ...')
        run.check()
    except KeyboardInterrupt:
        status = arguments.INTERRUPTED
    except WrongExpression:
        print(f'check.py: error: argument -k: {options.k!r} is not an '
              'expression of names, and, or, not', file=sys.stderr)
        return arguments.USAGE_ERROR
    finally:
        # A second Ctrl-C must not keep the results from being written.
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, signal.SIG_IGN)
        unfinished = run.supervisor.close()
    for checked in unfinished:
        run.take(checked)
    return conclude(run, options, terminal, status)


def conclude(run: Run, options: argparse.Namespace, terminal: Terminal,
             status: int) -> int:
    """Show and write all results; return the exit status.

    Args:
        status: so far.
    """
    found = [*run.submissions.values()]
    filled = outputs.fill_class_list(found, options)
    if options.classlist:
        run.unassigned += options.classlist.unassigned
    run.keep_record(everything=True)
    written = outputs.finish(found, options, terminal, filled,
                             run.to_look_at()) and not run.problem
    if not status and not any(each.planned or each.problems
                              for each in found):
        return arguments.NOTHING_TO_CHECK
    passed = all(each.verdict() == PASSED for each in found)
    more = hint(options, bool(status), passed)
    if more:
        terminal.show(more)
    return status or (arguments.OK if passed and written and not run.unassigned
                      else arguments.NOT_OK)


def hint(options: argparse.Namespace, interrupted: bool, passed: bool) -> str:
    """Return how to go on with a run, or how to repeat it, or ''."""
    if interrupted and options.json and not options.join:
        return '\nTo go on: the same command with --resume'
    if passed or options.resume or options.join:
        return ''
    return f'\nTo repeat this run: --seed {options.seed}'
