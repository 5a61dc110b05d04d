package io.pipewright.filetransfer.fetching;

/** Neighbouring blocks that nobody has been asked for. */
final class Stretch {

  int first;
  int end;

  Stretch(int first, int end) {
    this.first = first;
    this.end = end;
  }

  int count() {
    return end - first;
  }
}
