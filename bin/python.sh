# Sourced by the commands beside it: sets $python to a Python 3.11 that runs here. One that was compiled without
# optimizations, as pyenv does unless told, takes a quarter longer for everything: it is used when there is no other.
python=
is_3_11='import sys; sys.exit(sys.version_info[:2] != (3, 11))'
# Distributions optimize what they put under /usr without saying so; environments are made with ensurepip.
is_optimized='import ensurepip, sys, sysconfig
told = sysconfig.get_config_var("CONFIG_ARGS") or ""
sys.exit(sys.base_prefix != "/usr" and "--enable-optimizations" not in told)'
for candidate in ${PYTHON:+"$PYTHON"} python3.11 python3 /usr/bin/python3.11 /usr/bin/python3; do
  if "$candidate" -c "$is_3_11" 2>/dev/null; then
    python=${python:-$candidate}
    if [ "$candidate" = "${PYTHON:-}" ]; then
      break # named by the caller: it is what is wanted
    elif "$candidate" -c "$is_optimized" 2>/dev/null; then
      python=$candidate
      break
    fi
  elif [ "$candidate" = "${PYTHON:-}" ]; then
    break # named by the caller: another one would be a surprise
  fi
done
if [ -z "$python" ]; then
  found=$("${PYTHON:-python3}" --version 2>/dev/null) || found="nothing that runs"
  {
    echo "  Cause:  Tradewind needs Python 3.11, and ${PYTHON:-python3} is $found."
    echo "  Remedy: install it (on Debian 12: apt-get install python3 python3-venv), or name one:" \
      "PYTHON=/path/to/python3.11 bin/$(basename "$0")"
  } >&2
  exit 1
fi
