package io.pipewright;

import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideOutsideOfPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The order of packages that {@code docs/architecture.md} promises. */
class ArchitectureTest {

  private static final String ROOT = "io.pipewright";

  /** A package imports only packages of rows above its own: none of its own row, either. */
  private static final List<List<String>> ROWS = List.of(
      List.of(ROOT),
      List.of(ROOT + ".log"),
      List.of(ROOT + ".transport"),
      List.of(ROOT + ".address", ROOT + ".kernel"),
      List.of(
          ROOT + ".framing",
          ROOT + ".text",
          ROOT + ".idle",
          ROOT + ".wirelog",
          ROOT + ".backpressure",
          ROOT + ".exchange",
          ROOT + ".admission",
          ROOT + ".capture",
          ROOT + ".tls",
          ROOT + ".proxy",
          ROOT + ".shaping",
          ROOT + ".offload",
          ROOT + ".watchdog"),
      List.of(ROOT + ".pipeline"),
      List.of(ROOT + ".socket"),
      List.of(
          ROOT + ".udp.batch",
          ROOT + ".udp.multicast",
          ROOT + ".udp.option",
          ROOT + ".udp.session"),
      List.of(ROOT + ".tcp", ROOT + ".udp"),
      List.of(ROOT + ".udp.guard"),
      List.of(ROOT + ".client"),
      List.of(ROOT + ".launch"));

  /** What core is made of, without its tests and without what they bring. */
  private static final JavaClasses CORE = new ClassFileImporter()
      .importUrl(RunningServer.class.getProtectionDomain().getCodeSource().getLocation());

  static Stream<String> packages() {
    return ROWS.stream().flatMap(List::stream);
  }

  @Test
  void everyPackageHasItsRow() {
    assertThat(CORE.stream().map(JavaClass::getPackageName).collect(Collectors.toSet()))
        .containsExactlyInAnyOrderElementsOf(packages().toList());
  }

  @ParameterizedTest
  @MethodSource("packages")
  void aPackageImportsOnlyPackagesOfTheRowsAboveIt(String name) {
    List<String> allowed = new ArrayList<>(List.of(name));
    ROWS.stream().takeWhile(row -> !row.contains(name)).forEach(allowed::addAll);
    classes()
        .that()
        .resideInAPackage(name)
        .should()
        .onlyDependOnClassesThat(resideOutsideOfPackage(ROOT + "..")
            .or(resideInAnyPackage(allowed.toArray(String[]::new))))
        .check(CORE);
  }

  @Test
  void onlyTheCommandLinesNeedPicocli() {
    noClasses()
        .that()
        .resideOutsideOfPackage(ROOT + ".launch")
        .should()
        .dependOnClassesThat(resideInAPackage("picocli.."))
        .check(CORE);
  }

  @Test
  void coreLogsButOnlyProgramsChooseWhereTo() {
    noClasses()
        .that()
        .doNotHaveFullyQualifiedName(ROOT + ".launch.ProgramLogConfigurator")
        .should()
        .dependOnClassesThat(resideInAPackage("ch.qos.logback.."))
        .check(CORE);
  }
}
