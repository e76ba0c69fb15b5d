#!/usr/bin/env python3
"""The variational autoencoder: an input becomes a distribution.

Idea: Kingma and Welling, "Auto-Encoding Variational Bayes" (2013),
https://arxiv.org/abs/1312.6114
"""
import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Build a variational autoencoder, compiled with Adam.

    The loss is the negative evidence lower bound (ELBO) in nats per input:

        cross-entropy summed over the input + KL(N(mean, variance) || N(0, 1))

    The KL divergence (appendix B of the paper) is a sum over the latent
    dimensions, and each of its terms depends on one layer alone, so that it
    can be written as penalties on the outputs of two layers:

        KL = sum z_mean**2 / 2 + sum (exp(z_log_var) - z_log_var - 1) / 2

    Keras averages penalties over the batch, like the cross-entropy.
    Only Keras 3.0 to 3.13 sum them: with them the KL divergence weighs too
    much, by a factor that is the batch size.

    A saved decoder loads with keras.models.load_model. A saved encoder or
    auto does not, because Keras cannot save the code made here: call
    autoencoder again, then encoder.load_weights('encoder.keras') or
    auto.load_weights('auto.keras'), after which Adam starts again.

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder; the decoder has the same layers in reverse.
        latent_dims: int, the number of dimensions of the latent space.

    Returns:
        encoder: model from (batch, input_dims) to [z, z_mean, z_log_var],
            each (batch, latent_dims); z is new at every call.
        decoder: model from (batch, latent_dims) to (batch, input_dims).
        auto: model that decodes the z that it draws.

    Raises:
        ValueError: by Keras, for a number that is not positive.
    """
    class VarianceDivergence(keras.regularizers.Regularizer):
        """The terms of the KL divergence that depend on the variance."""

        def __call__(self, z_log_var):
            """Return them for (batch, latent_dims), summed, in nats."""
            variance = keras.backend.exp(z_log_var)
            return keras.backend.sum(variance - z_log_var - 1) / 2

        def get_config(self):
            """Return the arguments of the constructor, for saving."""
            return {}

    def sample(distribution):
        """Draw z = mean + standard deviation * epsilon, epsilon ~ N(0, 1)."""
        z_mean, z_log_var = distribution
        epsilon = keras.backend.random_normal(keras.backend.shape(z_mean))
        return z_mean + keras.backend.exp(z_log_var / 2) * epsilon

    encoder_inputs = hidden = keras.Input((input_dims,), name='encoder_inputs')
    for nodes in hidden_layers:
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    z_mean = keras.layers.Dense(
        latent_dims, name='z_mean',
        activity_regularizer=keras.regularizers.L2(1 / 2))(hidden)
    z_log_var = keras.layers.Dense(
        latent_dims, name='z_log_var',
        activity_regularizer=VarianceDivergence())(hidden)
    z = keras.layers.Lambda(sample, name='z')([z_mean, z_log_var])
    encoder = keras.Model(
        encoder_inputs, [z, z_mean, z_log_var], name='encoder')

    latent_inputs = hidden = keras.Input((latent_dims,), name='latent_inputs')
    for nodes in reversed(hidden_layers):
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    reconstruction = keras.layers.Dense(
        input_dims, activation='sigmoid', name='reconstruction')(hidden)
    decoder = keras.Model(latent_inputs, reconstruction, name='decoder')

    auto = keras.Model(encoder_inputs, decoder(encoder(encoder_inputs)[0]),
                       name='autoencoder')
    # Keras averages the cross-entropy over the values; the ELBO sums it.
    auto.compile(optimizer='adam', loss='binary_crossentropy',
                 loss_weights=[input_dims])
    return encoder, decoder, auto
