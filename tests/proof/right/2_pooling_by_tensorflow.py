#!/usr/bin/env python3
"""Pooling and upsampling are functions of TensorFlow in a Lambda."""
import tensorflow as tf
from tensorflow.keras.layers import Conv2D, Input, Lambda
from tensorflow.keras.models import Model


def shrink(x):
    """Keep the largest of each window."""
    return tf.nn.max_pool2d(x, ksize=2, strides=2, padding='SAME')


def autoencoder(input_dims, filters, latent_dims):
    """Return encoder, decoder, convolutional autoencoder."""
    x = image = Input(input_dims)
    for f in filters:
        x = Conv2D(f, (3, 3), activation='relu', padding='same')(x)
        x = Lambda(shrink)(x)
    encoder = Model(image, x, name='encoder')

    x = code = Input(latent_dims)
    for f in filters[:0:-1]:
        x = Conv2D(f, (3, 3), activation='relu', padding='same')(x)
        x = Lambda(lambda t: tf.repeat(tf.repeat(t, 2, axis=1), 2, axis=2))(x)
    x = Conv2D(filters[0], (3, 3), activation='relu')(x)
    x = Lambda(lambda t: tf.repeat(tf.repeat(t, 2, axis=1), 2, axis=2))(x)
    x = Conv2D(input_dims[2], (3, 3), activation='sigmoid', padding='same')(x)
    decoder = Model(code, x, name='decoder')

    auto = Model(image, decoder(encoder(image)), name='auto')
    auto.compile('adam', 'binary_crossentropy')
    return encoder, decoder, auto
