package io.pipewright.transport;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.ConfigurationException;
import io.pipewright.TransportUnavailableException;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class TransportTest {

  @Test
  void autoTakesTheFirstOfTheWorkloadsPreferencesThatIsHere() {
    for (Workload workload : Workload.values()) {
      Transport first = workload.preference().stream()
          .filter(Transport::isAvailable)
          .findFirst()
          .orElseThrow();

      TransportChoice choice = Transport.AUTO.choose(workload);

      assertThat(choice.transport()).as("for %s", workload).isEqualTo(first);
    }
  }

  @Test
  void autoSaysWhyForEveryTransportThatItLookedAt() {
    TransportChoice choice = Transport.AUTO.choose(Workload.TCP);

    int lookedAt = Workload.TCP.preference().indexOf(choice.transport()) + 1;
    assertThat(choice.reasons()).hasSize(lookedAt);
    assertThat(choice.reasons().get(lookedAt - 1))
        .startsWith(choice.transport() + ": least CPU a TCP message");
  }

  @Test
  void filesNeverGoOverIoUring() {
    assertThat(Workload.FILES.preference()).doesNotContain(Transport.IO_URING);
  }

  @Test
  void aNamedTransportThatIsMissingIsAnErrorWithTheReason() {
    List<Transport> missing = Stream.of(Transport.values())
        .filter(transport -> !transport.isAvailable())
        .toList();
    assertThat(missing).as("no machine has both kqueue and epoll").isNotEmpty();

    for (Transport transport : missing) {
      assertThatThrownBy(() -> transport.choose(Workload.TCP))
          .isInstanceOf(TransportUnavailableException.class)
          .hasMessageStartingWith("transport " + transport + " is not available here: ")
          .hasMessageNotContainingAny("\n", "null");
    }
  }

  @Test
  void nioIsEverywhere() {
    assertThat(Transport.NIO.choose(Workload.TCP).reasons()).containsExactly("asked for by name");
  }

  @Test
  void namesAreReadInAnyCase() {
    assertThat(Transport.parse("IO_uring")).isEqualTo(Transport.IO_URING);
    assertThatThrownBy(() -> Transport.parse("iocp"))
        .isInstanceOf(ConfigurationException.class)
        .hasMessageContaining("no transport 'iocp'; there are auto, io_uring, epoll, kqueue, nio");
  }
}
