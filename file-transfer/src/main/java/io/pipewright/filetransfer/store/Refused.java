package io.pipewright.filetransfer.store;

/**
 * Something that is not given. The reason is for the operator's log; a peer learns only that it gets
 * nothing, and so cannot tell a file that is not there from one that it must not see.
 *
 * @param reason the end of a sentence, such as {@code there is no such file}; it quotes nothing that
 *     the peer sent
 */
public record Refused(String reason) implements Naming, Opening, Listing, Located {}
