#!/bin/sh
# Sees to the servers the tests run against. Each test starts private instances of its own; nothing installed here is left
# running or starts with the machine.
#
#   dovecot-imapd  the real IMAP server of the mail tests
#   dovecot-lmtpd  delivers mail to it the way a mail server does
#   openssl        makes the certificates for its TLS port
#   redis-server   the real Redis of the queue tests
#   lua5.4         no server: Lua as everybody knows it, which ours is compared with
#
# Another server that speaks like Redis takes its place by its path, with nothing installed: for Valkey, unpack the packages
# valkey-server and valkey-tools of bookworm-backports or trixie (apt-get download, dpkg-deb -x) and run
#   TEST_REDIS_SERVER=/path/to/valkey-server npx vitest run test/adapters/redis test/adapters/cluster_redis test/adapters/bullmq_queue
#
# Exit codes: 0 everything is there, 69 something is missing and may not be installed from here.
set -eu

missing=""
[ -x /usr/lib/dovecot/imap ] || missing="$missing dovecot-imapd"
[ -x /usr/lib/dovecot/lmtp ] || missing="$missing dovecot-lmtpd"
command -v openssl >/dev/null 2>&1 || missing="$missing openssl"
command -v redis-server >/dev/null 2>&1 || missing="$missing redis-server"
command -v lua5.4 >/dev/null 2>&1 || missing="$missing lua5.4"

if [ -z "$missing" ]; then
  echo "test servers: dovecot, openssl, redis and lua are installed"
  exit 0
fi

install="apt-get update && apt-get install -y --no-install-recommends$missing"

if ! command -v apt-get >/dev/null 2>&1; then
  echo "The tests need Dovecot, openssl, Redis and Lua, and this machine has no apt-get. Debian calls the packages:$missing" >&2
  exit 69
fi
if [ "$(id -u)" -ne 0 ]; then
  echo "The tests run against private servers, and these Debian packages are missing:$missing" >&2
  echo "Only root may install them. Please run:" >&2
  echo "  sudo sh -c '$install'" >&2
  exit 69
fi

# Debian starts a server as soon as it is installed, unless this file says no. One that exists is somebody else's decision.
policy=/usr/sbin/policy-rc.d
if [ ! -e "$policy" ]; then
  trap 'rm -f "$policy"' EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
  printf '#!/bin/sh\nexit 101\n' >"$policy"
  chmod 755 "$policy"
fi

echo "test servers: installing$missing, because the tests run against private servers (some 15 MB)"
export DEBIAN_FRONTEND=noninteractive
log=$(mktemp)
if ! sh -c "$install" >"$log" 2>&1; then
  tail -n 20 "$log" >&2
  rm -f "$log"
  echo "The installation failed. Please see to it that this works: $install" >&2
  exit 69
fi
rm -f "$log"
echo "test servers: installed$missing"
