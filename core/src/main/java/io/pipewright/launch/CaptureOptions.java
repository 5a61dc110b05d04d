package io.pipewright.launch;

import io.pipewright.address.Cidr;
import io.pipewright.address.CidrSet;
import io.pipewright.capture.Capture;
import io.pipewright.capture.CaptureBuilder;
import io.pipewright.tcp.TcpServerBuilder;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;

/** What a TCP server records to a pcap file, as a picocli mixin. */
final class CaptureOptions {

  @Option(
      names = "--capture",
      paramLabel = "FILE",
      description = {
        "Record what passes, in the clear, to this new file, for Wireshark.",
        "Nobody but its owner can read it."
      })
  private Path file;

  @Option(
      names = "--capture-for",
      paramLabel = "TIME",
      defaultValue = "1m",
      description = "Stop recording after so long.")
  private Duration maxDuration;

  @Option(
      names = "--capture-size",
      paramLabel = "SIZE",
      defaultValue = "64MiB",
      description = "Stop recording when the file is as long as this.")
  private ByteSize maxSize;

  @Option(
      names = "--capture-only",
      paramLabel = "CIDR",
      split = ",",
      description = "Record the peers of these networks alone.")
  private List<Cidr> only = new ArrayList<>();

  void applyTo(TcpServerBuilder builder) {
    if (file == null) {
      return;
    }
    CaptureBuilder capture =
        Capture.builder().file(file).maxDuration(maxDuration).maxBytes(maxSize.bytes());
    if (!only.isEmpty()) {
      capture.only(CidrSet.of(only));
    }
    builder.capture(capture);
  }
}
