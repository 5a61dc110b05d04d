/** Measurements of Pipewright beside its peers. */
package io.pipewright.benchmarks;
