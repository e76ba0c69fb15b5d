"""How auto of every file must be compiled and trained."""
from collections.abc import Sequence

import numpy as np

from checker.grader import expected, loss_guesses, losses, tolerances
from checker.grader.call import Call
from checker.grader.failure import Failure
from checker.grader.function import (
    auto_decodes_the_encoding,
    decoder_computes,
    encoder_computes,
    training_changes_nothing,
)
from checker.grader.not_graded import (
    check_gradients,
    check_optimizer,
    check_steps,
)
from checker.grader.requirement import Check, requirement
from checker.grader.scenarios import Scenario
from checker.grader.structure import returns_three_models
from checker.protocol import Experiment, Fit

COMPILE = "Write auto.compile(optimizer='adam', loss='binary_crossentropy')."
ADAM = "Write optimizer='adam' in auto.compile()."


@requirement(after=[returns_three_models], example='auto.compile(')
def optimizer_is_adam(call: Call) -> None:
    """auto is compiled with Adam."""
    optimizer, wanted = call.build.optimizer, 'auto compiled with Adam'
    if not optimizer:
        raise Failure(wanted, 'an auto that is not compiled', COMPILE)
    check_optimizer(optimizer)
    if optimizer.kind != 'Adam':
        raise Failure(wanted, f'auto compiled with {optimizer.kind}', ADAM)
    if optimizer.variants:
        raise Failure(
            wanted, f'Adam({", ".join(optimizer.variants)})', ADAM)
    if not min(optimizer.rates) >= 0 < max(optimizer.rates):
        raise Failure('Adam with a learning rate above 0',
                      f'a learning rate of {min(optimizer.rates):g}',
                      'Use a learning rate above 0, such as 0.001.')


@requirement(after=[encoder_computes, decoder_computes],
             example='auto.compile(')
def every_weight_is_trained(call: Call) -> None:
    """auto trains every weight."""
    frozen = {*call.build.models['auto'].weights} - {*call.build.trained}
    if frozen:
        raise Failure('every weight of auto trained',
                      f'{len(frozen)} weights that are frozen',
                      'Remove trainable = False.')


@requirement(after=[encoder_computes, decoder_computes, optimizer_is_adam],
             example='auto.compile(')
def auto_can_be_evaluated(call: Call) -> None:
    """evaluate() works."""
    if call.spec.task == 3:
        # The loss of file 3 is told by those of the samples.
        losses.losses_of(call)
    else:
        call.observe(Experiment.LOSS, Scenario.LOSS)


@requirement(after=[auto_can_be_evaluated], simplest=True,
             example='auto.compile(')
def auto_can_be_trained(call: Call) -> None:
    """fit() works."""
    logs = trained(call).logs
    if not np.isfinite([*logs.values()]).all():
        raise Failure('a loss that is a number', 'nan or infinity',
                      'Remove logarithms and divisions of your own.')


def trained(call: Call) -> Fit:
    """Return a Fit; the gradients are those of the loss it reports."""
    scenario = Scenario.STEP if call.spec.task == 3 else Scenario.LOSS
    return call.observe(Experiment.FIT, scenario)


@requirement(after=[auto_can_be_evaluated, auto_decodes_the_encoding,
                    training_changes_nothing],
             example='auto.compile(')
def loss_is_cross_entropy(call: Call) -> None:
    """The loss is the binary cross-entropy, averaged over the values."""
    compare_loss(call, 'the binary cross-entropy, averaged over all values')


def compare_loss(call: Call, wanted: str) -> None:
    """Require the loss of files 0 to 2."""
    # Written as `<` so that NaN fails.
    if losses.error_of(call) < tolerances.LOSS:
        return
    cause = loss_guesses.explain_loss(call)
    if cause:
        raise Failure(wanted, cause.what, cause.fix)
    seen = call.observe(Experiment.LOSS, Scenario.LOSS)
    right = expected.loss(call.spec, call.trial(Scenario.LOSS))
    number = losses.loss_in(seen.logs, right)
    # Four digits, unless these look alike.
    digits = 4 if f'{right:.4g}' != f'{number:.4g}' else 7
    raise Failure(
        f'{wanted}: {right:.{digits}g} here',
        f'a loss of {number:.{digits}g}',
        loss_guesses.L1 if call.spec.task == 1 else
        loss_guesses.CROSS_ENTROPY)


def training_follows(loss_is_right: Check) -> Check:
    """Return the requirement that training follows a loss.

    Args:
        loss_is_right: the requirement on that loss.
    """
    @requirement(after=[loss_is_right, every_weight_is_trained,
                        auto_can_be_trained], simplest=True,
                 example='auto.compile(')
    def training_follows_the_loss(call: Call) -> None:
        """fit() has the same loss and follows its gradient."""
        trial, seen = call.trial(Scenario.LOSS), trained(call)
        check_steps(call.build, seen)
        compare_training_loss(call, seen, expected.loss(call.spec, trial))
        compare_gradients(call, seen, expected.gradients(call.spec, trial))

    return training_follows_the_loss


training_follows_the_loss = training_follows(loss_is_cross_entropy)


def compare_training_loss(call: Call, seen: Fit, wanted: float) -> None:
    """Require that fit() reports the loss that evaluate() gives."""
    found = losses.loss_in(seen.logs, wanted)
    if not abs(found - wanted) < tolerances.TRAINED * abs(wanted):
        raise Failure(
            f'a loss of {wanted:.4g} in fit(), as in evaluate()',
            f'a loss of {found:.4g} in fit()',
            'Compute the same loss in train_step() as in evaluate(), such as '
            'by self.compute_loss().' if call.build.own_train_step else
            'Remove from the loss what depends on training.')


def common_factor(found: Sequence[np.ndarray],
                  wanted: Sequence[np.ndarray]) -> int:
    """Return the whole number that gradients are multiplied by, or 0."""
    lengths = [[np.linalg.norm(each) for each in some]
               for some in (found, wanted)]
    factor = round(sum(lengths[0]) / (sum(lengths[1]) + 1e-30))
    alike = all(np.linalg.norm(one - factor * other) <= (
        tolerances.GRADIENT * factor * length + tolerances.FAINT)
        for one, other, length in zip(found, wanted, lengths[1]))
    return factor if factor > 1 and alike else 0


def compare_gradients(call: Call, seen: Fit,
                      wanted: Sequence[np.ndarray]) -> None:
    """Require the gradients of a fit."""
    wrong: dict[int, bool] = {}
    for number, (found, right) in enumerate(zip(
            call.ordered(seen.gradients), wanted)):
        length = np.linalg.norm(right)
        # Written as `not <` so that NaN fails.
        if not np.linalg.norm(found - right) < (
                tolerances.GRADIENT * length + tolerances.FAINT):
            wrong[number] = not found.any()
    if not wrong:
        return
    if not any(wrong.values()):
        # Clipping changes gradients, but leaves none out.
        check_gradients(call.build)
    factor = common_factor(call.ordered(seen.gradients), wanted)
    if factor:
        raise Failure(
            'the gradient of the loss for every weight',
            f'{factor} times this gradient at every weight',
            'Average the loss over the batch with keras.backend.mean(): '
            'Keras sums a loss that has one value a sample.')
    place, none = max(wrong.items(), key=lambda item: (item[1], item[0]))
    raise Failure(
        'the gradient of the loss for every weight',
        f'{"no" if none else "a different"} gradient at {call.where(place)}',
        'Remove stop_gradient, which keeps weights from learning.' if none
        else 'Remove what changes gradients or weights in a step: '
        'stop_gradient, constraints.')
