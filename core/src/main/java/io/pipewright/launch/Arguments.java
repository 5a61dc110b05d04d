package io.pipewright.launch;

import java.util.List;
import java.util.Optional;

/**
 * The words of a command line before they are parsed. Two options must be known that early: where
 * the config file is, because it supplies what the parser takes for defaults, and how much to log,
 * because the log is set up before any class of the program is loaded.
 */
record Arguments(List<String> words) {

  /** Everything after this word is an argument, never an option. */
  private static final String END_OF_OPTIONS = "--";

  Arguments(String... words) {
    this(List.of(words));
  }

  /** Whether the option is there, with a value ({@code --x=1}) or without. */
  boolean has(String option) {
    return options().stream()
        .anyMatch(word -> word.equals(option) || word.startsWith(option + "="));
  }

  /** Whether the flag is turned on. */
  boolean flag(String option) {
    return options().contains(option) || options().contains(option + "=true");
  }

  /** What follows the option: {@code --x VALUE} or {@code --x=VALUE}. */
  Optional<String> valueOf(String option) {
    List<String> options = options();
    for (int i = 0; i < options.size(); i++) {
      String word = options.get(i);
      if (word.startsWith(option + "=")) {
        return Optional.of(word.substring(option.length() + 1));
      }
      if (word.equals(option) && i + 1 < options.size()) {
        return Optional.of(options.get(i + 1));
      }
    }
    return Optional.empty();
  }

  private List<String> options() {
    int end = words.indexOf(END_OF_OPTIONS);
    return end < 0 ? words : words.subList(0, end);
  }
}
