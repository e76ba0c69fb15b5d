"""The closed list of files that cannot be graded.

Their training cannot be told right from wrong by an exchange of the
optimizer.
"""
from checker.grader.failure import NotGraded
from checker.protocol import Build, Fit, Optimizer

ADAM = "write optimizer='adam'"


def check_optimizer(optimizer: Optimizer) -> None:
    """Raise NotGraded for an optimizer that is made from Adam."""
    if optimizer.inner == 'Adam':
        raise NotGraded(f'the optimizer wraps Adam; {ADAM}')
    if optimizer.kind == 'Adam' and optimizer.own_class:
        raise NotGraded(f'the optimizer is a subclass of Adam; {ADAM}')


def check_steps(build: Build, fit: Fit) -> None:
    """Raise NotGraded if a train_step() uses a different optimizer."""
    if build.own_train_step and fit.steps != 1:
        raise NotGraded(
            'train_step() does not apply auto.optimizer exactly once a batch; '
            "use Keras's own train_step()")


def check_gradients(build: Build) -> None:
    """Raise NotGraded if a train_step() may have clipped its gradients."""
    if build.own_train_step:
        raise NotGraded(
            'the gradients that train_step() applies are not those of the '
            'loss that it reports: clipping by hand cannot be told from a '
            "mistake; use Keras's own train_step()")
