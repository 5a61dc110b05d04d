/** Each example over loopback against plain sockets, and the packaged program. */
package io.pipewright.examples;
