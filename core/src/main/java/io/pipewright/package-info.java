/** The words that every other package uses: servers, their states, and what can go wrong. */
package io.pipewright;
