#!/bin/sh
# Removes the agent: ./uninstall.sh [--force] [--purge]
# --force: also while something is contained. --purge: key, journal and vault too; quarantined files are lost with it.
set -eu

lib=/usr/local/lib/riposte-agent
bin=/usr/local/bin/riposte-agent
unit=/etc/systemd/system/riposte-agent.service
state=/var/lib/riposte-agent
force=no purge=no

fail() {
  printf '%s\n' "$1" >&2
  exit 1
}

for option in "$@"; do
  case $option in
    --force) force=yes ;;
    --purge) purge=yes ;;
    *) fail "Unknown option $option. Use --force, --purge." ;;
  esac
done

[ "$(id -u)" -eq 0 ] || fail 'Run this as root.'

# Asked of the kernel as well as of the agent, which may be gone.
contained=no
if command -v nft >/dev/null 2>&1; then
  for table in riposte riposte_block; do
    if nft list table inet "$table" >/dev/null 2>&1; then contained=yes; fi
  done
fi
if [ "$contained" = no ] && [ -x "$bin" ] && [ -f "$state/agent.json" ]; then
  if "$bin" status 2>/dev/null | grep -q '^Contained:'; then contained=yes; fi
fi
if [ "$contained" = yes ] && [ "$force" = no ]; then
  fail 'This host is contained. Release it in the console first, or use --force: the network is given back, quarantined files stay in the vault.'
fi

if [ -d /run/systemd/system ]; then
  systemctl disable --now riposte-agent.service 2>/dev/null || true
fi
if command -v nft >/dev/null 2>&1; then
  for table in riposte riposte_block; do
    nft delete table inet "$table" 2>/dev/null || true
  done
fi
rm -f "$unit" "$bin"
rm -rf "$lib"
if [ -d /run/systemd/system ]; then systemctl daemon-reload; fi

if [ ! -d "$state" ]; then
  printf '%s\n' 'The agent is removed.'
elif [ "$purge" = yes ]; then
  rm -rf "$state"
  printf '%s\n' 'The agent is removed, with its key, its journal and all quarantined files. Retire the device in the console.'
else
  # With its identity gone, nothing that was signed for it can be carried out by a later agent in its place.
  rm -f "$state/agent.json" "$state/channel.json" "$state/device.key" "$state/device.crt" "$state/authority.crt" "$state/agent.sock"
  printf '%s\n' "The agent is removed. Journal and quarantined files stay in $state; --purge removes them. Retire the device in the console."
fi
