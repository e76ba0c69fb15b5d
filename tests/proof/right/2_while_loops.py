#!/usr/bin/env python3
"""Loops count by themselves; layers have odd names and all their options."""
import tensorflow.keras as keras


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    X = keras.Input(shape=input_dims, name='X')
    i, h = 0, X
    while i < len(filters):
        h = keras.layers.Convolution2D(
            filters=filters[i], kernel_size=(3, 3), strides=(1, 1),
            padding='SAME', data_format='channels_last', use_bias=True,
            kernel_initializer='he_normal', activation='relu',
            name=f'conv.{i}-a')(h)
        h = keras.layers.MaxPool2D(
            pool_size=(2, 2), strides=(2, 2), padding='same',
            name=f'pool.{i}-a')(h)
        i += 1
    encoder = keras.Model(X, h, name='up-and-away')

    Z = keras.Input(shape=latent_dims, name='Z')
    i, h = len(filters) - 1, Z
    while i >= 0:
        h = keras.layers.Convolution2D(
            filters[i], (3, 3), padding='same' if i else 'valid',
            activation='relu', name=f'conv.{i}-b')(h)
        h = keras.layers.UpSampling2D(
            (2, 2), interpolation='nearest', name=f'grow.{i}-b')(h)
        i -= 1
    h = keras.layers.Convolution2D(
        input_dims[-1], (3, 3), padding='same', activation='sigmoid')(h)
    decoder = keras.Model(Z, h, name='down-again')

    auto = keras.Model(X, decoder(encoder(X)), name='1st')
    auto.compile(optimizer='adam', loss='binary_crossentropy')
    auto.summary()
    return encoder, decoder, auto
