package io.pipewright.launch;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.Configurator;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.spi.ContextAwareBase;
import java.nio.charset.Charset;

/**
 * The programs' logging, where Logback is their logger: one line a record, on standard error. Standard output belongs to what a
 * program prints. Logback finds this class by itself; in a process that {@link ServiceLauncher} does not run, or whose user
 * named a file of their own with {@code -Dlogback.configurationFile}, it does nothing.
 *
 * <p>In code and not in Logback's XML, whose reading takes a quarter of the time that a client needs to start.
 */
public final class ProgramLogConfigurator extends ContextAwareBase implements Configurator {

  /**
   * Line breaks become blanks, so that nothing a peer sends can look like a record of its own; of an exception only what it says
   * is shown, unless the whole trace is asked for.
   */
  private static final String ONE_LINE =
      "%replace(%replace(%msg %ex{0}){'\\s+$', ''}){'[\\r\\n]+', ' '}%nopex";

  private static final String FILE = "logback.configurationFile";

  /** For Logback. */
  public ProgramLogConfigurator() {}

  @Override
  public ExecutionStatus configure(LoggerContext context) {
    if (System.getProperty(ProgramLog.PROGRAM) == null || System.getProperty(FILE) != null) {
      return ExecutionStatus.INVOKE_NEXT_IF_ANY;
    }
    Logger root = context.getLogger(org.slf4j.Logger.ROOT_LOGGER_NAME);
    root.setLevel(level(ProgramLog.LEVEL, Level.INFO));
    root.addAppender(standardError(context));
    // the handler that logs the wire is in a pipeline only when it is asked for
    context.getLogger("io.pipewright.wire").setLevel(level("pipewright.log.wire", Level.DEBUG));
    // Netty tells sixty lines about itself when it starts
    context.getLogger("io.netty").setLevel(level("pipewright.log.netty", Level.INFO));
    return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
  }

  private static ConsoleAppender<ILoggingEvent> standardError(LoggerContext context) {
    PatternLayoutEncoder encoder = new PatternLayoutEncoder();
    encoder.setContext(context);
    encoder.setCharset(Charset.forName(System.getProperty(ProgramLog.CHARSET, "UTF-8")));
    encoder.setPattern("%d{yyyy-MM-dd HH:mm:ss.SSS} %-5level %logger{0}: "
        + System.getProperty(ProgramLog.MESSAGE, ONE_LINE)
        + "%n");
    encoder.start();
    ConsoleAppender<ILoggingEvent> appender = new ConsoleAppender<>();
    appender.setContext(context);
    appender.setName("STANDARD_ERROR");
    appender.setTarget("System.err");
    appender.setEncoder(encoder);
    appender.start();
    return appender;
  }

  private static Level level(String property, Level unlessSet) {
    return Level.toLevel(System.getProperty(property), unlessSet);
  }
}
