package io.pipewright.launch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class NearMatchTest {

  private static final List<String> KEYS = List.of("port", "host", "idle-timeout", "grace");

  @ParameterizedTest
  @CsvSource({
    "prot,port",
    "pot,port",
    "ports,port",
    "PORT,port",
    "idletimeout,idle-timeout",
    "idle-time,idle-timeout",
    "grase,grace"
  })
  void aSlipFindsWhatWasMeant(String typed, String meant) {
    assertThat(NearMatch.of(typed, KEYS)).contains(meant);
  }

  @Test
  void theNearestOfSeveralIsTaken() {
    assertThat(NearMatch.of("hort", List.of("port", "hort1", "xort"))).contains("hort1");
  }

  @ParameterizedTest
  @CsvSource({"verbose", "x", "''", "pxyt"})
  void whatIsFarFromEverythingFindsNothing(String typed) {
    assertThat(NearMatch.of(typed, KEYS)).isEmpty();
    assertThat(NearMatch.hint(typed, KEYS)).isEmpty();
  }
}
