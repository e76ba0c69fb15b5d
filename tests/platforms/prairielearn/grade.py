#!/usr/bin/env python3
"""Entry point of PrairieLearn: /grade/results/results.json.

Source: docs.prairielearn.com/externalGrading, November 2026.
"""
import os
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import grading  # noqa: E402


def results_of(graded: grading.Graded) -> dict[str, Any]:
    """Return a result as PrairieLearn reads it.

    What the student could not help costs no attempt.
    """
    if graded.missing:
        return {'gradable': False, 'format_errors': [graded.missing]}
    if graded.problem:
        return {'gradable': False, 'message': 'This could not be graded: '
                f'{graded.problem}. {grading.PERSON}'}
    points = sum(part.points for part in graded.parts)
    most = sum(part.most for part in graded.parts)
    incomplete = any(part.passed is None for part in graded.parts)
    return {
        'gradable': all(part.finished for part in graded.parts),
        'score': float(points / most) if most else 0.0,
        'message': grading.PERSON * incomplete,
        'output': graded.page,
        'tests': [{'name': part.name, 'points': grading.tenths(part.points),
                   'max_points': float(part.most), 'output': part.text}
                  for part in graded.parts]}


def main() -> int:
    """Return 0 if the submission was graded."""
    root = Path(os.environ.get('GRADE', '/grade'))
    graded = grading.grade(root / 'student', root / 'tests', '--uploaded')
    grading.write(root / 'results' / 'results.json', results_of(graded))
    if graded.problem:
        print(graded.problem)
    return bool(graded.problem)


if __name__ == '__main__':
    sys.exit(main())
