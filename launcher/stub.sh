#!/bin/sh
# @program@: this script, and behind it the jar that it runs.
#
# Copy it wherever you like; `java -jar` takes it too. It needs a JDK or a Java runtime, 17 or later: JAVA_HOME's, or else the one
# on the PATH. Java's own options go into the variable JDK_JAVA_OPTIONS.
#
# Commands that are soon over (@quick@) are run by Java's quick compiler alone: the thorough one would cost more than
# it saves. With a SHA-256 to compute, or TLS, it is worth its while.
#
# @program@.jsa beside this file, which the build makes, has the classes ready for the Java that made it, and for this very file:
# any other Java, and a copy, do without.

java=${JAVA_HOME:+$JAVA_HOME/bin/}java
if ! command -v "$java" >/dev/null 2>&1; then
  echo "@program@: there is no $java: install Java 17 or later, or set JAVA_HOME" >&2
  exit 1
fi

quick=
case ${1-} in
  @quick@) quick=yes ;;
esac
for argument; do
  case $argument in
    --sha256* | --tls*) quick= ;;
  esac
done

# the program says what it was called by when it tells how to go on
set -- -Dpipewright.program="$0" -jar "$0" "$@"
[ ! -r "$0.jsa" ] || set -- "-XX:SharedArchiveFile=$0.jsa" '-Xlog:cds*=off' "$@"
[ -z "$quick" ] || set -- -XX:+UseSerialGC -XX:TieredStopAtLevel=1 "$@"
exec "$java" "$@"
