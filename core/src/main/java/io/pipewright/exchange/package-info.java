/**
 * Requests and their answers on one connection: {@link io.pipewright.exchange.Exchanges} says how an answer finds its request
 * (by order or by an id), how long it may take and how many may be under way; its handler turns each request into a future.
 *
 * <p>Knows no framing, no protocol and no client: any pipeline whose last messages are requests and answers will do.
 */
package io.pipewright.exchange;
