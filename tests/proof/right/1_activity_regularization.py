#!/usr/bin/env python3
"""Keras's own layer for penalties, on top of an activation layer."""
import tensorflow.keras as K


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    encoder = K.Sequential([K.Input((input_dims,))], name='E-1')
    for nodes in hidden_layers:
        encoder.add(K.layers.Dense(nodes))
        encoder.add(K.layers.Activation('relu'))
    encoder.add(K.layers.Dense(latent_dims))
    encoder.add(K.layers.Activation('relu'))
    encoder.add(K.layers.ActivityRegularization(l1=lambtha))

    decoder = K.Sequential([K.Input((latent_dims,))], name='D.2')
    for nodes in reversed(hidden_layers):
        decoder.add(K.layers.Dense(nodes))
        decoder.add(K.layers.Activation('relu'))
    decoder.add(K.layers.Dense(input_dims, activation='sigmoid'))

    auto = K.Sequential([encoder, decoder], name='A_3')
    auto.compile(optimizer=K.optimizers.Adam(learning_rate=0.01),
                 loss=K.losses.BinaryCrossentropy())
    return [encoder, decoder, auto]
