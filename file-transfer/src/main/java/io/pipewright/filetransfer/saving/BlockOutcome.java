package io.pipewright.filetransfer.saving;

/** What became of a block, or of a small file, that was handed to the disk. */
public sealed interface BlockOutcome {

  /** It is on the disk, its sum is right, and the journal says so. */
  record Verified() implements BlockOutcome {}

  /** Somebody else had brought it, and it was right. */
  record Superfluous() implements BlockOutcome {}

  /**
   * The small file is whole.
   *
   * @param placement where it is, or what stays in its place
   */
  record Placed(Placement placement) implements BlockOutcome {}

  /**
   * Its bytes are not those that the server summed, or not as many.
   *
   * @param sum the CRC32C of what came
   */
  record WrongSum(int sum) implements BlockOutcome {}

  /**
   * The disk refused, or the names did.
   *
   * @param cause what it said
   */
  record NotWritten(SavingException cause) implements BlockOutcome {}
}
