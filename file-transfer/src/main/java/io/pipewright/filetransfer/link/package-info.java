/**
 * One connection of a client to a server that speaks the native dialect: the handshake, questions and their answers in order,
 * and files' bytes as the socket gives them. It holds the server to the dialect; what to ask, of whom, and where the bytes go, others decide.
 */
package io.pipewright.filetransfer.link;
