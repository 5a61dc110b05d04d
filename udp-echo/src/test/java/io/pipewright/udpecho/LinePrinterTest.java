package io.pipewright.udpecho;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import io.pipewright.launch.LaunchException;
import java.io.StringWriter;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class LinePrinterTest {

  private static final String END = System.lineSeparator();

  @Test
  void linesComeOutInOrderAndAllBeforeItIsClosed() {
    StringWriter out = new StringWriter();
    StringBuilder expected = new StringBuilder();
    try (LinePrinter printer = new LinePrinter(out::write)) {
      for (int i = 0; i < 5_000; i++) {
        printer.print("line " + i);
        expected.append("line ").append(i).append(END);
      }
    }
    assertThat(out).hasToString(expected.toString());
  }

  @Test
  void aBlockedOutputMakesItFullUntilWhatWaitsIsPrinted() throws Exception {
    CountDownLatch unblocked = new CountDownLatch(1);
    CountDownLatch room = new CountDownLatch(1);
    StringWriter out = new StringWriter();
    try (LinePrinter printer = new LinePrinter(text -> {
      await().until(() -> unblocked.getCount() == 0);
      out.write(text);
    })) {
      for (int i = 0; !printer.isFull(); i++) {
        assertThat(i).isLessThan(10_000);
        printer.print("x");
      }
      printer.afterwards(room::countDown);
      assertThat(room.getCount()).isOne();
      unblocked.countDown();
      assertThat(room.await(10, TimeUnit.SECONDS)).isTrue();
      assertThat(printer.isFull()).isFalse();
    }
  }

  @Test
  void anOutputThatFailsIsToldAtOnceAndAgainWhenItIsClosed() {
    LinePrinter printer = new LinePrinter(text -> {
      throw new LaunchException(9, "cannot write");
    });
    printer.print("lost");
    await().until(() -> printer.failure().isCompletedExceptionally());
    assertThatThrownBy(printer::close)
        .isInstanceOf(LaunchException.class)
        .hasMessage("cannot write");
  }
}
