/**
 * What TCP and UDP ends share: the life of a server from bound to stopped, the last handler of a pipeline, and what the
 * operating system says put into words.
 *
 * <p>For {@code io.pipewright.tcp} and {@code io.pipewright.udp}; users need nothing from here.
 */
package io.pipewright.socket;
