# To be read by a stand-in for the Collector: waits where the real one would, when it is told to read a config over HTTP
# first, and leaves what comes after that to be run.
case ${1-} in --config=http://*)
  gate=${1#--config=http://}
  port=${gate#*:}
  bash -c 'exec 3<>"/dev/tcp/127.0.0.1/$0" && printf "GET %s HTTP/1.1\r\nHost: gate\r\n\r\n" "$1" >&3 &&
    read -r line <&3 && case $line in *" 200 "*) exit 0 ;; *) exit 1 ;; esac' "${port%%/*}" "/${gate#*/}" || exit 1
  shift
  ;;
esac
