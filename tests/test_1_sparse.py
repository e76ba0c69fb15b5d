"""What the specification asks of 1-sparse.py."""
import pytest

from checker.requirements import (
    Deterministic, check_losses, has_penalty_alone)


class TestSparse(Deterministic):
    """An autoencoder with an L1 penalty on the encoding."""
    task = 1

    @pytest.mark.after('test_auto_can_be_trained',
                       'test_training_changes_nothing_else')
    def test_loss_is_binary_cross_entropy(self, calls):
        """The loss is the binary cross-entropy where lambtha is 0."""
        for call in calls:
            if call.arguments[3] == 0 and not has_penalty_alone(call):
                check_losses(call, 'with lambtha = 0 the loss must be the '
                             'binary cross-entropy, averaged over all values')

    @pytest.mark.after('test_loss_is_binary_cross_entropy')
    def test_penalty_is_the_l1_norm_of_the_encoding(self, calls):
        """The loss grows by lambtha times the L1 norm of the encoding."""
        # First where the penalty is large, as there its form shows best.
        for call in sorted(calls, key=lambda call: -call.arguments[3]):
            check_losses(call, 'the loss must be the binary cross-entropy '
                         'plus lambtha times the sum of the absolute '
                         'encoding, averaged over the batch')

    @pytest.mark.after('test_penalty_is_the_l1_norm_of_the_encoding',
                       'test_no_weight_is_frozen')
    def test_gradients_are_those_of_the_loss(self, calls):
        """Every weight follows the gradient of that loss."""
        super().test_gradients_are_those_of_the_loss(calls)
