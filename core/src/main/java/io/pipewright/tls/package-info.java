/**
 * TLS for servers and clients: certificates from files, several of them by the name that is asked for (SNI), reloaded while
 * connections go on; who may connect; and what was wrong when a handshake fails, in one sentence and by kind.
 *
 * <p>The engine is BoringSSL where {@code netty-tcnative} is on the class path, else the JDK's.
 */
package io.pipewright.tls;
