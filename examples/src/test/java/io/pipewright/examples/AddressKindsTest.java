package io.pipewright.examples;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.pipewright.launch.ExitCode;
import io.pipewright.launch.LaunchException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AddressKindsTest {

  @ParameterizedTest(name = "{0} is {1}")
  @CsvSource(delimiter = '|', textBlock = """
          192.168.1.9      | class C, private
          192.167.255.255  | class C, public
          192.169.0.0      | class C, public
          10.255.255.255   | class A, private
          11.0.0.0         | class A, public
          172.15.255.255   | class B, public
          172.16.0.0       | class B, private
          172.31.255.255   | class B, private
          172.32.0.0       | class B, public
          127.0.0.1        | class A, loopback
          128.0.0.0        | class B, public
          191.255.255.255  | class B, public
          223.255.255.255  | class C, public
          224.0.0.1        | class D, multicast
          239.255.255.255  | class D, multicast
          240.0.0.1        | class E, reserved
          255.255.255.255  | class E, broadcast
          169.254.0.7      | class B, link-local
          100.64.0.1       | class A, shared by a provider's customers
          100.128.0.0      | class A, public
          0.0.0.0          | class A, every address of this machine, this network
          203.0.113.5      | class C, documentation
          198.19.255.255   | class C, benchmarks
          ::               | every address of this machine
          ::1              | loopback
          fe80::1          | link-local
          fe80::1%eth0     | link-local
          fd12::1          | private (unique local)
          ff02::1          | multicast
          2606:4700::1111  | global unicast
          2001:db8::1      | global unicast, documentation
          2002:c000:204::  | global unicast, 6to4
          64:ff9b::1       | IPv4 translated
          ::ffff:10.1.2.3  | IPv4-mapped: 10.1.2.3 class A, private
          4000::           | reserved
          """)
  void tellsEachKind(String address, String kinds) {
    assertThat(AddressKinds.kinds(address)).isEqualTo(kinds);
  }

  @ParameterizedTest(name = "\"{0}\" is no address")
  @ValueSource(
      strings = {
        "",
        " ",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "1.2.3.4/8",
        "localhost",
        "1.2.3.-4",
        ":::",
        "12345::",
        "fe80::1::2",
        "1.2.3.4\n"
      })
  void refusesWhatIsNoAddress(String text) {
    assertThatThrownBy(() -> AddressKinds.kinds(text))
        .isInstanceOf(LaunchException.class)
        .extracting(e -> ((LaunchException) e).exitCode())
        .isEqualTo(ExitCode.USAGE);
  }
}
