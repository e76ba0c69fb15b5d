"""The specification of 3-variational.py: each line is a requirement."""
from checker.grader import elbo, function, step, structure, training, z

TASK = 3

test_calls_build = structure.every_call_builds
test_returns_three_models = structure.returns_three_models
test_arguments_are_left_alone = structure.arguments_are_left_alone
test_calls_build_new_models = structure.every_call_builds_new_models
test_shapes = structure.shapes_are_right
test_layers_of_encoder = structure.encoder_has_the_layers
test_layers_of_decoder = structure.decoder_has_the_layers
test_auto_is_made_of_both = structure.auto_is_made_of_both
test_outputs_are_in_order = function.outputs_are_in_order
test_encoder_computes = function.encoder_computes
test_decoder_computes = function.decoder_computes
test_training_changes_nothing = function.training_changes_nothing
test_mean_comes_first = z.mean_comes_first
test_z_is_drawn = z.z_is_drawn
test_noise_is_new = z.noise_is_new
test_noise_is_standard_normal = z.noise_is_standard_normal
test_auto_decodes_z = z.auto_decodes_z
test_optimizer_is_adam = training.optimizer_is_adam
test_every_weight_is_trained = training.every_weight_is_trained
test_evaluate_works = training.auto_can_be_evaluated
test_fit_works = training.auto_can_be_trained
test_loss_has_cross_entropy = elbo.loss_has_cross_entropy
test_loss_has_the_kl_divergence = elbo.loss_has_the_kl_divergence
test_fit_has_the_same_loss = step.training_has_the_same_loss
test_training_follows_the_elbo = step.training_follows_the_elbo
