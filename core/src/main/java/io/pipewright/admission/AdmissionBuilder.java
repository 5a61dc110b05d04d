package io.pipewright.admission;

/** Settings of an {@link Admission}. Not thread-safe. */
public final class AdmissionBuilder extends AdmissionRules<AdmissionBuilder> {

  AdmissionBuilder() {}

  /**
   * Validates and builds.
   *
   * @return an admission that has admitted nobody yet
   * @throws io.pipewright.ConfigurationException if a number is out of range
   */
  public Admission build() {
    return new Admission(policy(), System::nanoTime);
  }

  @Override
  AdmissionBuilder self() {
    return this;
  }
}
