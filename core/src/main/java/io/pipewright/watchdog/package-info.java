/**
 * Names what holds up an event loop: {@link io.pipewright.watchdog.LoopWatchdog} gives each loop that serves connections a task
 * to run, and when it does not run looks at what the thread is doing instead.
 */
package io.pipewright.watchdog;
