package io.pipewright.filetransfer;

import static com.tngtech.archunit.library.Architectures.layeredArchitecture;

import com.tngtech.archunit.core.importer.ClassFileImporter;
import org.junit.jupiter.api.Test;

/** The order of packages: dialects stand on sending and saving, those on the store, and none knows who uses it. */
class ArchitectureTest {

  private static final String ROOT = "io.pipewright.filetransfer";

  @Test
  void packagesImportOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
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
        .whereLayer("public door")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("dialect")
        .mayOnlyBeAccessedByLayers("public door")
        .whereLayer("sending")
        .mayOnlyBeAccessedByLayers("dialect", "public door")
        .whereLayer("saving")
        .mayOnlyBeAccessedByLayers("dialect", "public door")
        .whereLayer("store")
        .mayOnlyBeAccessedByLayers("saving", "sending", "dialect", "public door")
        .check(new ClassFileImporter()
            .importUrl(FileServer.class.getProtectionDomain().getCodeSource().getLocation()));
  }
}
