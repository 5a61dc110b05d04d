package io.pipewright.testkit;

import static org.junit.platform.engine.discovery.DiscoverySelectors.selectClass;
import static org.junit.platform.testkit.engine.EventConditions.container;
import static org.junit.platform.testkit.engine.EventConditions.event;
import static org.junit.platform.testkit.engine.EventConditions.finishedWithFailure;
import static org.junit.platform.testkit.engine.TestExecutionResultConditions.message;

import io.netty.buffer.ByteBufAllocator;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.platform.testkit.engine.EngineTestKit;
import org.junit.platform.testkit.engine.Events;

class NoLeaksTest {

  @Test
  void aClassThatForgetsABufferFailsAndIsToldWhereItUsedIt() {
    containersOf(Forgetful.class)
        .assertThatEvents()
        .haveExactly(
            1,
            event(
                container(Forgetful.class),
                finishedWithFailure(message(text -> text.startsWith("1 leaked:\n")
                    && text.contains("Forgetful.allocatesAndReturns")))));
  }

  @Test
  void aClassThatReleasesItsBuffersPasses() {
    containersOf(Careful.class)
        .assertStatistics(containers -> containers.failed(0).succeeded(2));
  }

  @Test
  void aLeakInANestedClassFailsTheClassAroundIt() {
    containersOf(Outer.class)
        .assertThatEvents()
        .haveExactly(
            1,
            event(
                container(Outer.class),
                finishedWithFailure(message(text -> text.startsWith("1 leaked:\n")))))
        .haveExactly(0, event(container(Outer.Inner.class), finishedWithFailure()));
  }

  private static Events containersOf(Class<?> testClass) {
    return EngineTestKit.engine("junit-jupiter")
        .configurationParameter("junit.jupiter.extensions.autodetection.enabled", "true")
        .selectors(selectClass(testClass))
        .execute()
        .containerEvents();
  }

  // not found by the build, which looks for *Test

  static final class Forgetful {
    @Test
    void allocatesAndReturns() {
      ByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
    }
  }

  static final class Careful {
    @Test
    void allocatesAndReleases() {
      ByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1).release();
    }
  }

  static final class Outer {
    @Nested
    final class Inner {
      @Test
      void allocatesAndReturns() {
        ByteBufAllocator.DEFAULT.directBuffer(16).writeByte(1);
      }
    }
  }
}
