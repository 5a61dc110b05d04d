package io.pipewright.filetransfer;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.library.Architectures.LayeredArchitecture;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of packages: each imports only those above it in the list, and none knows who uses it, least of all the program. */
class ArchitectureTest {

  private static final String ROOT = "io.pipewright.filetransfer";

  private static final List<String> ORDER = List.of(
      ".store",
      ".block",
      ".protocol",
      ".sending",
      ".saving",
      ".plain",
      ".serving",
      ".download",
      ".link",
      ".fetching",
      "",
      ".command");

  @Test
  void packagesImportOneWay() {
    LayeredArchitecture layers =
        layeredArchitecture().consideringOnlyDependenciesInLayers().withOptionalLayers(true);
    for (String room : ORDER) {
      layers = layers.layer(ROOT + room).definedBy(ROOT + room);
    }
    for (int i = 0; i < ORDER.size() - 1; i++) {
      String[] below =
          ORDER.subList(i + 1, ORDER.size()).stream().map(ROOT::concat).toArray(String[]::new);
      layers = layers.whereLayer(ROOT + ORDER.get(i)).mayOnlyBeAccessedByLayers(below);
    }
    layers
        .whereLayer(ROOT + ".command")
        .mayNotBeAccessedByAnyLayer()
        .check(new ClassFileImporter()
            .importUrl(FileServer.class.getProtectionDomain().getCodeSource().getLocation()));
  }
}
