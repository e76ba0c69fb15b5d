#!/usr/bin/env python3
"""Upsampling resizes the image to its nearest neighbours."""
import tensorflow as tf
from tensorflow.keras import Input, Sequential
from tensorflow.keras.layers import Conv2D, Lambda, MaxPool2D


def double(x):
    """Return images of twice the size."""
    size = 2 * tf.shape(x)[1], 2 * tf.shape(x)[2]
    return tf.image.resize(x, size, method='nearest')


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    encoder = Sequential([Input(input_dims)])
    for f in filters:
        encoder.add(Conv2D(f, 3, 1, 'same', activation='relu'))
        encoder.add(MaxPool2D(padding='same'))

    decoder = Sequential([Input(latent_dims)])
    for f in filters[:0:-1]:
        decoder.add(Conv2D(f, 3, 1, 'same', activation='relu'))
        decoder.add(Lambda(double))
    decoder.add(Conv2D(filters[0], 3, 1, 'valid', activation='relu'))
    decoder.add(Lambda(double))
    decoder.add(Conv2D(input_dims[2], 3, 1, 'same', activation='sigmoid'))

    auto = Sequential([Input(input_dims), encoder, decoder])
    auto.compile('adam', 'binary_crossentropy', run_eagerly=True)
    return encoder, decoder, auto
