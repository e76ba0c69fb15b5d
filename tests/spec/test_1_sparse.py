"""What the specification asks of 1-sparse.py."""
import pytest

from checks import LatentChecks, measured, require


class TestSparse(LatentChecks):
    """An autoencoder with an L1 penalty on the encoding."""
    task = 1

    @pytest.mark.after('test_loss_is_binary_cross_entropy',
                       'test_auto_decodes_what_it_encodes')
    def test_penalty_is_the_l1_norm_of_the_encoding(self, calls):
        """The loss grows by lambtha times the sum of the encoding."""
        for call, penalty in measured(calls, 'penalty'):
            grown = penalty['loss'] - penalty['cross_entropy']
            expected = call.arguments[3] * penalty['norm']
            require(abs(grown - expected) < 2e-6 + 1e-3 * expected,
                    'the penalty must be lambtha times the sum of the '
                    f'absolute encoding, {expected:.6f} for one sample',
                    f'{grown:.6f}', call)
