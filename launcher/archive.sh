#!/bin/sh
# launcher/archive.sh JAVA PROGRAM: makes PROGRAM.jsa, the class-data archive that PROGRAM starts sooner with, of the classes that a
# server and clients load which do a little of everything over loopback. PROGRAM is the absolute path of a file that stub.sh begins.
#
# The program works without it: whatever goes wrong here is told in one line, and fails nothing.

set -u
java=$1
program=$2
name=${program##*/}
archive=$program.jsa
work=$(mktemp -d) || exit 0
server=
trap 'stop_server; rm -rf "$work"' EXIT
trap 'exit 1' INT TERM

give_up() {
  echo "$name starts without a class-data archive: $*" >&2
  rm -f "$archive"
  exit 0
}

# serve ARGUMENT…: starts the server; its port is in $port when it listens
serve() {
  "$java" -XX:DumpLoadedClassList="$work/server.classes" -jar "$program" server --port 0 "$@" >"$work/ready" 2>"$work/log" </dev/null &
  server=$!
  port=
  tries=0
  while [ -z "$port" ]; do
    tries=$((tries + 1))
    [ $tries -le 300 ] && kill -0 "$server" 2>/dev/null || give_up "its server does not start: $(tail -n 1 "$work/log")"
    sleep 0.1
    port=$(sed -n 's/.* listening on [^ ]*:\([0-9][0-9]*\) .*/\1/p' "$work/ready")
  done
}

stop_server() {
  [ -n "$server" ] || return 0
  kill "$server" 2>/dev/null
  wait "$server" 2>/dev/null
  server=
}

# run NUMBER ARGUMENT…: runs a client to its end
run() {
  number=$1
  shift
  "$java" -XX:DumpLoadedClassList="$work/client$number.classes" -jar "$program" "$@" >/dev/null 2>"$work/log" </dev/null ||
    give_up "\"$name $1\" fails: $(tail -n 1 "$work/log")"
}

rm -f "$archive"
case $name in
  tcp-echo | udp-echo)
    serve
    run 1 client "127.0.0.1:$port" --message hello
    ;;
  file-transfer)
    mkdir -p "$work/shared/folder" "$work/saved"
    echo 1 >"$work/shared/folder/one"
    echo 2 >"$work/shared/folder/two"
    dd if=/dev/zero of="$work/shared/large" bs=65536 count=40 2>/dev/null
    serve --root "$work/shared"
    run 1 get "127.0.0.1:$port" large --out "$work/saved"
    run 2 get "127.0.0.1:$port" folder -r --out "$work/saved"
    run 3 list "127.0.0.1:$port"
    ;;
  *) give_up "nobody has written down what to do with it in $0" ;;
esac
stop_server

# Later Javas number the classes, in each list anew; numbers matter to classes of loaders of their own alone, and there are none
sed -e '/ source: /d' -e 's/ id: [0-9][0-9]*$//' "$work"/*.classes | awk '!seen[$0]++' >"$work/classes"
"$java" -Xshare:dump -XX:SharedClassListFile="$work/classes" -XX:SharedArchiveFile="$archive" -jar "$program" >"$work/log" 2>&1 ||
  give_up "$(tail -n 1 "$work/log")"
chmod 644 "$archive"
