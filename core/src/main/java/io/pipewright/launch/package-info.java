/**
 * What every command line shares: options and where their values come from, signals, exit codes,
 * the ready line, and a person at a terminal.
 *
 * <p>The door is {@link io.pipewright.launch.ServiceLauncher}. A program is a picocli command whose
 * {@code main} is one line; a server's command adds {@link io.pipewright.launch.ServerOptions} as a
 * mixin. Nothing else in the library knows of command lines, and picocli is an optional dependency:
 * who does not use this package does not need it.
 */
package io.pipewright.launch;
