#!/bin/sh
# Installs or upgrades the agent: ./install.sh [--url URL --token TOKEN [--name NAME]] [--binary FILE]
# Run again, it changes only what differs. Containments stay in force meanwhile.
set -eu

here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
lib=/usr/local/lib/riposte-agent
bin=/usr/local/bin/riposte-agent
unit=/etc/systemd/system/riposte-agent.service
state=/var/lib/riposte-agent
url='' token=${RIPOSTE_AGENT_TOKEN:-} name='' binary=''

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

while [ $# -gt 0 ]; do
  case $1 in
    --url | --token | --name | --binary)
      [ $# -ge 2 ] || fail "$1 needs a value."
      case $1 in
        --url) url=$2 ;;
        --token) token=$2 ;;
        --name) name=$2 ;;
        --binary) binary=$2 ;;
      esac
      shift 2
      ;;
    *) fail "Unknown option $1. Use --url, --token, --name, --binary." ;;
  esac
done

[ "$(id -u)" -eq 0 ] || fail 'Run this as root: the agent ends processes and writes firewall rules.'
command -v nft >/dev/null 2>&1 || printf '%s\n' 'There is no nft: install nftables, or this host can be neither isolated nor block an address.' >&2

if [ -z "$binary" ]; then
  for candidate in "$here/riposte-agent" "$here/../dist/riposte-agent" "$here/riposte-agent.cjs" "$here/../dist/riposte-agent.cjs"; do
    if [ -f "$candidate" ]; then
      binary=$candidate
      break
    fi
  done
fi
[ -n "$binary" ] && [ -f "$binary" ] || fail 'There is no riposte-agent beside this script; build it, or give --binary FILE.'

install -d -m 0755 "$lib"
case $binary in
  *.cjs)
    command -v node >/dev/null 2>&1 || fail 'riposte-agent.cjs needs Node.js 20.19 or later; install it, or use the single binary.'
    node=$(command -v node)
    install -m 0644 "$binary" "$lib/riposte-agent.cjs.new"
    mv -f "$lib/riposte-agent.cjs.new" "$lib/riposte-agent.cjs"
    printf '#!/bin/sh\nexec %s --max-semi-space-size=2 %s/riposte-agent.cjs "$@"\n' "$node" "$lib" >"$lib/riposte-agent.new"
    ;;
  *) cp -f "$binary" "$lib/riposte-agent.new" ;;
esac
chmod 0755 "$lib/riposte-agent.new"
mv -f "$lib/riposte-agent.new" "$lib/riposte-agent"
ln -sfn "$lib/riposte-agent" "$bin"
install -d -m 0700 "$state"

if [ -d /run/systemd/system ]; then
  install -m 0644 "$here/riposte-agent.service" "$unit"
  systemctl daemon-reload
fi

if [ ! -f "$state/agent.json" ]; then
  if [ -z "$url" ] || [ -z "$token" ]; then
    printf '%s\n' "Installed. Make a token in the console and run: riposte-agent enroll --url URL --token TOKEN"
    exit 0
  fi
  # By the environment: a command line can be read by every user of the host.
  RIPOSTE_AGENT_TOKEN=$token "$bin" enroll --url "$url" ${name:+--name "$name"}
fi

if [ -d /run/systemd/system ]; then
  systemctl enable riposte-agent.service
  systemctl restart riposte-agent.service
  printf '%s\n' 'The agent runs. See riposte-agent status and riposte-agent doctor.'
else
  printf '%s\n' 'There is no systemd here: have your init run riposte-agent run.'
fi
