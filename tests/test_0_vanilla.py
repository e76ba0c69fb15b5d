"""The specification of 0-vanilla.py: each line is a requirement."""
from checker.grader import function, structure, training

TASK = 0

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
test_loss_is_cross_entropy = training.loss_is_cross_entropy
test_training_follows_the_loss = training.training_follows_the_loss
