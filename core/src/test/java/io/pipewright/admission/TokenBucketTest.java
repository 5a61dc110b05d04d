package io.pipewright.admission;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class TokenBucketTest {

  private static int taken(TokenBucket bucket, long now, int asked) {
    int taken = 0;
    for (int i = 0; i < asked; i++) {
      taken += bucket.take(now) ? 1 : 0;
    }
    return taken;
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 12_345, -5, Long.MAX_VALUE - 10, Long.MIN_VALUE})
  void aBurstComesAtOnceAndThenTheRate(long start) {
    TokenBucket bucket = new TokenBucket(10, 3, start);
    long tenth = TimeUnit.MILLISECONDS.toNanos(100);

    assertThat(taken(bucket, start, 5)).isEqualTo(3);
    assertThat(taken(bucket, start + tenth - 1, 5)).isZero();
    assertThat(taken(bucket, start + tenth, 5)).isEqualTo(1);
    assertThat(taken(bucket, start + 3 * tenth, 5)).isEqualTo(2);
    assertThat(taken(bucket, start + 1_000 * tenth, 5))
        .as("never more than the burst")
        .isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3, 7, 1_000, 999_999, 1_000_000})
  void overTimeItIsTheRate(int perSecond) {
    TokenBucket bucket = new TokenBucket(perSecond, perSecond, 0);
    int asked = Math.max(1, perSecond / 5);
    long taken = taken(bucket, 0, perSecond);
    for (int i = 1; i <= 100; i++) {
      taken += taken(bucket, TimeUnit.MILLISECONDS.toNanos(100) * i, asked);
    }

    assertThat(taken).isBetween(11L * perSecond - 1, (long) (11.02 * perSecond) + 1);
  }
}
