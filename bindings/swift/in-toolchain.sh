#!/bin/sh
# Runs `swift ARGUMENTS...` for this repository; {repo} in an argument is the repository as Swift sees it.
# Uses the swift on the PATH if it is 6.0 or newer; otherwise (Linux, root) Debian trixie's swiftlang in a folder of its
# own, entered with chroot in a private mount namespace, so that nothing stays mounted.
#   SWIFT_ROOT   that folder; default /opt/swift-trixie; filled by debootstrap when it is empty (2.7 GB)
set -eu
here=$(CDPATH='' cd -- "$(dirname -- "$0")" && pwd)
repo=$(CDPATH='' cd -- "$here/../.." && pwd)

major=$(swift --version 2>/dev/null | sed -n 's/.*Swift version \([0-9]*\)\..*/\1/p' | head -n 1)
if [ "${major:-0}" -ge 6 ]; then
    seen=$repo
else
    seen=/repo
fi
count=$#
while [ "$count" -gt 0 ]; do
    argument=$(printf '%s' "$1" | sed "s|{repo}|$seen|g")
    shift
    set -- "$@" "$argument"
    count=$((count - 1))
done
if [ "$seen" = "$repo" ]; then
    # The tests' own servers are on this machine: no proxy may stand between.
    exec env LIBRARY_PATH="$repo/target/swift-lib" no_proxy=127.0.0.1,localhost swift "$@"
fi

root=${SWIFT_ROOT:-/opt/swift-trixie}
if [ ! -x "$root/usr/libexec/swift/bin/swift-test" ]; then
    echo "swift: no Swift 6 on the PATH: debootstrap installs Debian trixie's into $root (2.7 GB, once)" >&2
    command -v debootstrap >/dev/null || {
        apt-get update -qq
        apt-get install -y -qq --no-install-recommends debootstrap
    }
    debootstrap --variant=minbase --include=swiftlang,libc6-dev,libstdc++-14-dev,libssl3t64 trixie "$root" >&2
    rm -f "$root"/var/cache/apt/archives/*.deb
fi
mkdir -p "$root/repo"
# shellcheck disable=SC2016 # expanded by the inner shell
exec unshare --mount --pid --fork sh -euc '
    root=$1 repo=$2
    shift 2
    mount -t proc proc "$root/proc"
    mount --rbind /dev "$root/dev"
    mount --bind "$repo" "$root/repo"
    exec chroot "$root" /usr/bin/env -i HOME=/root LANG=C.UTF-8 LIBRARY_PATH=/repo/target/swift-lib \
        PATH=/usr/libexec/swift/bin:/usr/sbin:/usr/bin:/sbin:/bin swift "$@"' sh "$root" "$repo" "$@"
