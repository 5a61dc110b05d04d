package io.pipewright;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.channel.embedded.EmbeddedChannel;
import org.junit.jupiter.api.Test;

class InFlightTest {

  @Test
  void anEndTooManyHidesNoWorkThatBeginsLater() {
    EmbeddedChannel channel = new EmbeddedChannel();
    InFlight.begin(channel);
    InFlight.end(channel);

    assertThatThrownBy(() -> InFlight.end(channel)).isInstanceOf(IllegalStateException.class);
    assertThat(InFlight.count(channel)).isZero();
    InFlight.begin(channel);

    assertThat(InFlight.count(channel)).isEqualTo(1);
    channel.finishAndReleaseAll();
  }
}
