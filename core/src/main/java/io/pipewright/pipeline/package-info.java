/**
 * Pipelines as values: built once, validated when built, used by every server, client and test.
 *
 * <p>This is the one place that knows every piece (framing, text, idle, wire log, backpressure); the pieces know nothing of
 * each other, nor of this package. A {@link io.pipewright.pipeline.Pipeline} needs no server of Pipewright: its initializer
 * fits a plain Netty bootstrap and an {@code EmbeddedChannel}.
 */
package io.pipewright.pipeline;
