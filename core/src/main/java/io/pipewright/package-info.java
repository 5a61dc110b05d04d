/**
 * The vocabulary that every other package speaks: what a running server is, how it ends, what
 * counts as work in flight, and what can go wrong.
 *
 * <p>Nothing here knows a transport, a protocol or a service; every package of Pipewright may
 * import this one.
 */
package io.pipewright;
