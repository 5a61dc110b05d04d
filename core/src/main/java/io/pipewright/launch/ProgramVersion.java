package io.pipewright.launch;

import picocli.CommandLine.IVersionProvider;

/** {@code --version}: what the manifest of the program's jar says. */
record ProgramVersion(String program, Class<?> main) implements IVersionProvider {

  @Override
  public String[] getVersion() {
    String version = main.getPackage().getImplementationVersion();
    return new String[] {
      program + " " + (version == null ? "(no version: not run from its jar)" : version)
    };
  }
}
