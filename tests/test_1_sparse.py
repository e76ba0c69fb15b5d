"""The specification of 1-sparse.py: each line is a requirement, in order.

It is that of 0-vanilla.py, except for the penalty.
"""
from checker.grader import function, structure, training
from checker.grader.call import Call
from checker.grader.failure import NotRun
from checker.grader.requirement import requirement

TASK = 1


@requirement(after=[training.auto_can_be_evaluated,
                    function.auto_decodes_the_encoding,
                    function.training_changes_nothing],
             example='L1(lambtha)')
def loss_has_the_l1_penalty(call: Call) -> None:
    """The loss is the cross-entropy plus lambtha times sum |z|."""
    training.compare_loss(call, (
        'the binary cross-entropy, averaged over all values, plus lambtha * '
        'sum |z|, averaged over the batch'))
    if not call.spec.lambtha:
        raise NotRun('lambtha is 0 in this call: there is no penalty')


test_calls_build = structure.every_call_builds
test_returns_three_models = structure.returns_three_models
test_arguments_are_left_alone = structure.arguments_are_left_alone
test_calls_build_new_models = structure.every_call_builds_new_models
test_shapes = structure.shapes_are_right
test_layers_of_encoder = structure.encoder_has_the_layers
test_layers_of_decoder = structure.decoder_has_the_layers
test_auto_is_made_of_both = structure.auto_is_made_of_both
test_encoder_computes = function.encoder_computes
test_decoder_computes = function.decoder_computes
test_auto_decodes_the_encoding = function.auto_decodes_the_encoding
test_training_changes_nothing = function.training_changes_nothing
test_optimizer_is_adam = training.optimizer_is_adam
test_every_weight_is_trained = training.every_weight_is_trained
test_evaluate_works = training.auto_can_be_evaluated
test_fit_works = training.auto_can_be_trained
test_loss_has_the_l1_penalty = loss_has_the_l1_penalty
test_training_follows_the_loss = training.training_follows(
    loss_has_the_l1_penalty)
