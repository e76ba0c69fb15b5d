#!/usr/bin/env python3
"""The regularizer is a plain function; relu is one of the author's own."""
from tensorflow.keras import backend as K
from tensorflow.keras import Input, Model
from tensorflow.keras.layers import Dense


def relu(x):
    """Cut off what is below zero."""
    return K.maximum(x, 0.)


def autoencoder(input_dims, hidden_layers, latent_dims, lambtha):
    """Return encoder, decoder, sparse autoencoder."""
    def penalty(code):
        return lambtha * K.sum(K.abs(code))

    image = x = Input((input_dims,))
    for nodes in hidden_layers:
        x = Dense(nodes, activation=relu)(x)
    x = Dense(latent_dims, activation=relu, activity_regularizer=penalty)(x)
    encoder = Model(image, x)

    latent = x = Input((latent_dims,))
    for nodes in hidden_layers[::-1]:
        x = Dense(nodes, activation=relu)(x)
    decoder = Model(latent, Dense(input_dims, activation='sigmoid')(x))

    auto = Model(image, decoder(encoder(image)))
    auto.compile('adam', 'binary_crossentropy', steps_per_execution=1)
    return encoder, decoder, auto
