/** What Pipewright's own tests share, of use for the tests of services too. */
package io.pipewright.testkit;
