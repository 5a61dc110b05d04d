/**
 * Whom a server takes: how many connections in all and from one address, how many a second, from which networks. Decided when a
 * connection is accepted, before TLS and before it has a pipeline, so that a refused one costs next to nothing.
 *
 * <pre>
 *   the listener's pipeline:   accept ──► admission ──► Netty's acceptor ──► a pipeline for the connection
 *                                            └─► refused: counted, reset, logged at a bounded rate
 * </pre>
 *
 * <p>{@link io.pipewright.admission.Admission} is the door; it knows neither pipelines nor proxies.
 */
package io.pipewright.admission;
