package io.pipewright.filetransfer;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The order of packages: dialects stand on sending and saving, those on the store, and none knows who uses it, least of all the
 * program. */
class ArchitectureTest {

  private static final String ROOT = "io.pipewright.filetransfer";

  @Test
  void packagesImportOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("program")
        .definedBy(ROOT + ".command")
        .layer("public door")
        .definedBy(ROOT)
        .layer("dialect")
        .definedBy(ROOT + ".plain")
        .layer("sending")
        .definedBy(ROOT + ".sending")
        .layer("saving")
        .definedBy(ROOT + ".saving")
        .layer("store")
        .definedBy(ROOT + ".store")
        .whereLayer("program")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("public door")
        .mayOnlyBeAccessedByLayers("program")
        .whereLayer("dialect")
        .mayOnlyBeAccessedByLayers("public door")
        .whereLayer("sending")
        .mayOnlyBeAccessedByLayers("dialect", "public door", "program")
        .whereLayer("saving")
        .mayOnlyBeAccessedByLayers("dialect", "public door", "program")
        .whereLayer("store")
        .mayOnlyBeAccessedByLayers("saving", "sending", "dialect", "public door", "program")
        .check(new ClassFileImporter()
            .importUrl(FileServer.class.getProtectionDomain().getCodeSource().getLocation()));
  }
}
