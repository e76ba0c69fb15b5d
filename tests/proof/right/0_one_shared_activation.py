#!/usr/bin/env python3
"""One Activation layer serves after every dense layer of both halves."""
import tensorflow.keras as keras


def autoencoder(input_dims, hidden_layers, latent_dims):
    """Return encoder, decoder, autoencoder."""
    dense = keras.layers.Dense
    relu = keras.layers.Activation('relu')
    sigmoid = keras.layers.Activation(keras.activations.sigmoid)

    x = keras.Input(shape=(input_dims,))
    h = x
    for i in range(len(hidden_layers)):
        h = relu(dense(hidden_layers[i])(h))
    encoder = keras.Model(x, relu(dense(latent_dims)(h)))

    z = keras.Input(shape=(latent_dims,))
    h = z
    for i in range(len(hidden_layers) - 1, -1, -1):
        h = relu(dense(hidden_layers[i])(h))
    decoder = keras.Model(z, sigmoid(dense(input_dims)(h)))

    auto = keras.Model(x, decoder(encoder(x)))
    auto.compile(loss='binary_crossentropy', optimizer='Adam')
    return encoder, decoder, auto
