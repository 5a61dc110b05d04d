package io.pipewright.udpecho.measure;

import static org.assertj.core.api.Assertions.assertThat;

import io.pipewright.udpecho.measure.SentWindow.Outcome;
import org.junit.jupiter.api.Test;

class SentWindowTest {

  private final SentWindow window = new SentWindow(8, 100);

  private void send(int datagrams, long now) {
    for (int i = 0; i < datagrams; i++) {
      window.sent(now, 5);
    }
  }

  @Test
  void anAnswerCountsOnceAndItsTimeIsKnown() {
    send(2, 10);
    assertThat(window.answered(1, 110)).isEqualTo(Outcome.ANSWERED);
    assertThat(window.answered(1, 111)).isEqualTo(Outcome.DUPLICATE);
    assertThat(window.waiting()).isEqualTo(1);
    assertThat(window.sentAt(1)).isEqualTo(10);
    assertThat(window.behindNanos(1)).isEqualTo(5);
  }

  @Test
  void whatWasNotSentHasNoAnswer() {
    assertThat(window.answered(0, 0)).isEqualTo(Outcome.NEVER_SENT);
    send(1, 0);
    assertThat(window.answered(1, 0)).isEqualTo(Outcome.NEVER_SENT);
  }

  @Test
  void anAnswerAfterTheTimeoutIsLateWhetherItWasGivenUpOrNot() {
    send(2, 0);
    assertThat(window.answered(0, 101)).isEqualTo(Outcome.LATE);
    window.giveUp(101);
    assertThat(window.waiting()).isZero();
    assertThat(window.answered(1, 102)).isEqualTo(Outcome.LATE);
    assertThat(window.answered(1, 103)).isEqualTo(Outcome.DUPLICATE);
  }

  @Test
  void thereIsNoRoomForMoreThanCanBeRemembered() {
    send(8, 0);
    window.answered(3, 1);
    assertThat(window.hasRoom()).isFalse();
    window.answered(0, 1);
    window.giveUp(1);
    assertThat(window.hasRoom()).isTrue();
    assertThat(window.waiting()).isEqualTo(6);
  }

  @Test
  void whatIsOlderThanTheMemoryIsForgotten() {
    for (int i = 0; i < 20; i++) {
      window.sent(i, 0);
      window.answered(i, i);
      window.giveUp(i);
    }
    assertThat(window.answered(11, 20)).isEqualTo(Outcome.FORGOTTEN);
    assertThat(window.answered(12, 20)).isEqualTo(Outcome.DUPLICATE);
  }
}
