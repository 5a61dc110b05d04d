package io.pipewright.filetransfer.command;

import io.pipewright.PipewrightException;

/** A file cannot be verified as the user wants, and so is not fetched. */
final class MissingSumException extends PipewrightException {

  MissingSumException(String sentence) {
    super(sentence);
  }
}
