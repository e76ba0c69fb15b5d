#!/usr/bin/env python3
"""The vanilla autoencoder: dense layers that narrow to a bottleneck.

Idea: Hinton and Salakhutdinov, "Reducing the Dimensionality of Data with
Neural Networks", Science 313 (2006), https://doi.org/10.1126/science.1127647
"""
import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Build an autoencoder of dense layers, compiled with Adam.

    Args:
        input_dims: int, the number of values of an input, each in [0, 1].
        hidden_layers: list of int, the number of nodes of each hidden layer
            of the encoder; the decoder has the same layers in reverse.
        latent_dims: int, the number of values of an encoding.

    Returns:
        encoder: model from (batch, input_dims) to (batch, latent_dims).
        decoder: model from (batch, latent_dims) to (batch, input_dims).
        auto: model that decodes what it encodes. Its loss is the binary
            cross-entropy in nats, averaged over the values of the input.

    Raises:
        ValueError: by Keras, for a number that is not positive.
    """
    encoder_inputs = hidden = keras.Input((input_dims,), name='encoder_inputs')
    for nodes in hidden_layers:
        hidden = keras.layers.Dense(nodes, activation='relu')(hidden)
    z = keras.layers.Dense(latent_dims, activation='relu', name='z')(hidden)
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
