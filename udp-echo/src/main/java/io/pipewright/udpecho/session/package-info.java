/**
 * How a client that measures and a server of ours speak of what happened between them, and the server's half of it: the bytes
 * (docs/measuring.md), the sessions that a server counts for, and the two handlers that count and answer.
 */
package io.pipewright.udpecho.session;
