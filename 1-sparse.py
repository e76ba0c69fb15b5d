#!/usr/bin/env python3
"""The sparse autoencoder: few values of an encoding may differ from zero.

Idea: Ng, "Sparse autoencoder", CS294A lecture notes, Stanford (2011),
https://web.stanford.edu/class/cs294a/sparseAutoencoder.pdf
There the penalty is a KL divergence; here it is the L1 norm.
"""
import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Build an autoencoder with an L1 penalty on the encoding.

    loss = binary cross-entropy + lambtha * sum |z|

    Keras averages the penalty over the batch, like the cross-entropy.
    Only Keras 3.0 to 3.13 sum it: with them the penalty is too strong, by
    a factor that is the batch size.

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder; the decoder has the same layers in reverse.
        latent_dims: int, the number of values of an encoding.
        lambtha: float, the weight of the penalty, in nats per unit of the
            encoding.

    Returns:
        encoder: model from (batch, input_dims) to (batch, latent_dims).
        decoder: model from (batch, latent_dims) to (batch, input_dims).
        auto: model that decodes what it encodes, compiled with Adam. Its
            cross-entropy is in nats, averaged over the values of the input.

    Raises:
        ValueError: by Keras, for a number of nodes that is not positive.
    """
    encoder_inputs = hidden = keras.Input((input_dims,), name='encoder_inputs')
    for nodes in hidden_layers:
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    z = keras.layers.Dense(
        latent_dims, activation='relu', name='z',
        activity_regularizer=keras.regularizers.L1(lambtha))(hidden)
    encoder = keras.Model(encoder_inputs, z, name='encoder')

    latent_inputs = hidden = keras.Input((latent_dims,), name='latent_inputs')
    for nodes in reversed(hidden_layers):
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    reconstruction = keras.layers.Dense(
        input_dims, activation='sigmoid', name='reconstruction')(hidden)
    decoder = keras.Model(latent_inputs, reconstruction, name='decoder')

    auto = keras.Model(encoder_inputs, decoder(encoder(encoder_inputs)),
                       name='autoencoder')
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    return encoder, decoder, auto
