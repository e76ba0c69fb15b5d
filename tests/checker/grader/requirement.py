"""Turns a requirement on one call into a test of all calls of a file."""
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Callable, Optional, Union

from checker.grader.call import Call
from checker.grader.failure import Failure, NotGraded, NotRun

Check = Any
Problem = Union[Failure, NotGraded, NotRun]


@dataclass(frozen=True)
class Requirement:
    """A requirement of the specification.

    meets: takes a Call; raises Failure, NotGraded or NotRun.
    after: the checks that a call must pass, or this one says nothing.
    simplest: whether one call is enough: the simplest that passes `after`.
    repeated: whether a call that is made again is looked at, too.
    example: code of the repository's own file that shows how it is met.
    question: a heading of README.md about it, or ''.
    """
    meets: Callable[[Call], None]
    after: tuple[Check, ...]
    simplest: bool
    repeated: bool
    example: str
    question: str


def simplicity(call: Call) -> tuple[int, int, bool]:
    """Return a key that sorts simple calls first."""
    return (len(call.spec.layers), math.prod(call.spec.inputs),
            call.spec.again)


def requirement(after: Sequence[Check] = (), simplest: bool = False,
                repeated: bool = False, example: str = '', question: str = ''
                ) -> Callable[[Callable[[Call], None]], Check]:
    """Return a decorator that makes a test of a requirement on one call.

    The test takes the calls of a file.  The docstring is its title.
    """
    def decorate(meets: Callable[[Call], None]) -> Check:
        def check(calls: list[Call]) -> None:
            judge(calls, check)

        check.__name__, check.__doc__ = meets.__name__, meets.__doc__
        vars(check)['requirement'] = Requirement(
            meets, tuple(after), simplest, repeated, example, question)
        return check

    return decorate


def judge(calls: list[Call], check: Check) -> None:
    """Raise what became of a check unless it passes.

    A failure wins over a verdict that the file cannot be graded.  Of several
    failures the one is shown that names a fix, then the simplest call's.
    """
    problems = [outcome(call, check) for call in calls_for(calls, check)]
    for kind in (Failure, NotGraded):
        some = [problem for problem in problems if isinstance(problem, kind)]
        if some:
            # min() takes the first of equals, which is the simplest.
            raise min(some, key=lambda problem: not getattr(
                problem, 'fix', ''))
    # A check that has looked at nothing has not passed.
    if problems and None not in problems:
        raise problems[0]  # type: ignore


def calls_for(calls: list[Call], check: Check) -> list[Call]:
    """Return the calls that a check looks at, the simplest first.

    If one call is enough, these are the first that is not blocked, and the
    blocked ones before it.
    """
    chosen: list[Call] = []
    for call in sorted(calls, key=simplicity):
        if call.spec.again and not check.requirement.repeated:
            continue
        chosen.append(call)
        block = blocker(call, check)
        # A check that looks at one call is not tried with further calls.
        done = not block or looks_at_one_call(block.because)
        if looks_at_one_call(check) and done:
            break
    return chosen


def looks_at_one_call(check: Optional[Check]) -> bool:
    """Return whether a check looks at the simplest call alone."""
    return check is not None and check.requirement.simplest


def outcome(call: Call, check: Check) -> Optional[Problem]:
    """Return what keeps a call from meeting a requirement, or None.

    It is found out once, whichever check asks first.
    """
    if check not in call.outcomes:
        call.outcomes[check] = blocker(call, check) or problem_with(
            call, check)
    return call.outcomes[check]


def blocker(call: Call, check: Check) -> Optional[NotRun]:
    """Return a NotRun if a requirement says nothing about a call.

    A call that cannot be graded blocks nothing.
    """
    for before in check.requirement.after:
        problem = outcome(call, before)
        if isinstance(problem, NotRun):
            return problem
        if isinstance(problem, Failure):
            return NotRun(f'this failed: {title(before)}', before)
    return None


def problem_with(call: Call, check: Check) -> Optional[Problem]:
    """Return what a requirement raises for a call, or None."""
    try:
        check.requirement.meets(call)
    except Failure as failure:
        if failure is call.returned:
            # It says itself which call it is about, if about one.
            return failure
        return Failure(failure.expected, failure.found, failure.fix,
                       failure.call or str(call.spec), failure.layers,
                       failure.line)
    except (NotGraded, NotRun) as problem:
        return problem
    return None


def title(check: Check) -> str:
    """Return what a check requires, in one line without a full stop."""
    text = ' '.join((check.__doc__ or '').split('\n\n')[0].split())
    return text.removesuffix('.')
