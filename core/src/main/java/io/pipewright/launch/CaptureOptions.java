package io.pipewright.launch;

import io.pipewright.ConfigurationException;
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
      description = "Stop recording after so long. Default: 1m.")
  private Duration maxDuration;

  @Option(
      names = "--capture-size",
      paramLabel = "SIZE",
      description = "Stop recording when the file is as long as this. Default: 64MiB.")
  private ByteSize maxSize;

  @Option(
      names = "--capture-only",
      paramLabel = "CIDR",
      split = ",",
      description = "Record the peers of these networks alone.")
  private List<Cidr> only = new ArrayList<>();

  void applyTo(TcpServerBuilder builder) {
    if (file == null) {
      checkNothingIsAskedOfNoCapture();
      return;
    }
    CaptureBuilder capture = Capture.builder().file(file);
    if (maxDuration != null) {
      capture.maxDuration(maxDuration);
    }
    if (maxSize != null) {
      capture.maxBytes(maxSize.bytes());
    }
    if (!only.isEmpty()) {
      capture.only(CidrSet.of(only));
    }
    builder.capture(capture);
  }

  private void checkNothingIsAskedOfNoCapture() {
    if (maxDuration != null || maxSize != null || !only.isEmpty()) {
      throw new ConfigurationException(
          "capture",
          null,
          "--capture-for, --capture-size and --capture-only say how to record: name the file with --capture");
    }
  }
}
