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

        KL = sum mean**2 / 2 + sum (exp(log_var) - log_var - 1) / 2

    Keras averages penalties over the batch, as it does the cross-entropy,
    but for Keras 3.0 to 3.13, which sum them: there the KL divergence weighs
    as many times too much as the batch is large.

    A saved decoder loads with keras.models.load_model. A saved encoder or
    auto does not, as Keras cannot save the code made here: call autoencoder
    again, then encoder.load_weights('encoder.keras') or, where Adam starts
    anew, auto.load_weights('auto.keras').

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder; the decoder has the same layers in reverse.
        latent_dims: int, the number of dimensions of the latent space.

    Returns:
        encoder: model from (batch, input_dims) to [z, mean, log variance],
            each (batch, latent_dims); z is drawn anew at every call.
        decoder: model from (batch, latent_dims) to (batch, input_dims).
        auto: model that decodes the z that it draws.

    Raises:
        ValueError: by Keras, for a number that is not positive.
    """
    class VarianceDivergence(keras.regularizers.Regularizer):
        """The terms of the KL divergence that depend on the variance."""

        def __call__(self, log_variance):
            """Return them for (batch, latent_dims), summed, in nats."""
            variance = keras.backend.exp(log_variance)
            return keras.backend.sum(variance - log_variance - 1) / 2

        def get_config(self):
            """Return the arguments of the constructor, for saving."""
            return {}

    def sample(distribution):
        """Draw z = mean + standard deviation * epsilon, epsilon ~ N(0, 1)."""
        mean, log_variance = distribution
        epsilon = keras.backend.random_normal(keras.backend.shape(mean))
        return mean + keras.backend.exp(log_variance / 2) * epsilon

    image = hidden = keras.Input((input_dims,), name='image')
    for nodes in hidden_layers:
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    mean = keras.layers.Dense(
        latent_dims, name='mean',
        activity_regularizer=keras.regularizers.L2(1 / 2))(hidden)
    log_variance = keras.layers.Dense(
        latent_dims, name='log_variance',
        activity_regularizer=VarianceDivergence())(hidden)
    z = keras.layers.Lambda(sample, name='z')([mean, log_variance])
    encoder = keras.Model(image, [z, mean, log_variance], name='encoder')

    latent = hidden = keras.Input((latent_dims,), name='latent')
    for nodes in reversed(hidden_layers):
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    reconstruction = keras.layers.Dense(
        input_dims, activation='sigmoid', name='reconstruction')(hidden)
    decoder = keras.Model(latent, reconstruction, name='decoder')

    auto = keras.Model(image, decoder(encoder(image)[0]), name='autoencoder')
    # Keras averages the cross-entropy over the values; the ELBO sums it.
    auto.compile(optimizer='adam', loss='binary_crossentropy',
                 loss_weights=[input_dims])
    return encoder, decoder, auto
