#!/usr/bin/env bash
# Fetch what the oracle needs into $ORACLE_CACHE (default: ~/.cache/kvm-oracle): a kernel and busybox for arm64 as
# Debian packages, which are only unpacked, and QEMU and a cross compiler, which are installed.
#
#   ORACLE_KERNEL   the package of the kernel (default: linux-image-6.12-cloud-arm64)
#   ORACLE_SUITE    the suite that has it, if it is not the machine's own
#
# For Debian 12; as root where something is to be installed. All packages come from the archives that apt knows. It may
# be run again: a kernel that is there is kept.
set -euo pipefail
cache=${ORACLE_CACHE:-$HOME/.cache/kvm-oracle}
kernel=${ORACLE_KERNEL:-linux-image-6.12-cloud-arm64}

fail() {
	echo "setup.sh: $1" >&2
	exit 1
}

# Install what this machine lacks.
install_tools() {
	local need=()
	command -v qemu-system-aarch64 > /dev/null || need+=(qemu-system-arm)
	command -v aarch64-linux-gnu-gcc > /dev/null || need+=(gcc-aarch64-linux-gnu)
	[ -e /usr/aarch64-linux-gnu/include/linux/kvm.h ] || need+=(libc6-dev-arm64-cross)
	command -v gcc > /dev/null || need+=(gcc libc6-dev)
	command -v cpio > /dev/null || need+=(cpio)
	[ ${#need[@]} -eq 0 ] && return
	[ "$(id -u)" = 0 ] || fail "run it as root: it has to install ${need[*]}"
	apt-get update
	DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends "${need[@]}"
}

# apt for arm64, with lists and a cache of its own in the folder $1; a suite may be named by $2.
arm64_options() {
	mkdir -p "$1/lists/partial" "$1/archives/partial"
	options=(-oAPT::Architecture=arm64 -oAPT::Architectures=arm64 "-oAPT::Sandbox::User=$(id -un)"
		"-oDir::State::Lists=$1/lists" "-oDir::Cache=$1")
	[ -n "$2" ] || return 0
	local archive
	# shellcheck disable=SC2016  # apt fills this in
	archive=$(apt-get indextargets --format '$(SITE)' | awk '/debian\/*$/ && !found++')
	[ -n "$archive" ] || fail "apt knows no archive of Debian"
	echo "deb [arch=arm64 signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $archive $2 main" > "$cache/sources.list"
	options+=("-oDir::Etc::SourceList=$cache/sources.list" -oDir::Etc::SourceParts=/dev/null)
}

depends_of() {
	apt-cache "${options[@]}" depends "$1" | sed -n "s/^  Depends: \($2\)/\1/p"
}

# The package that holds the kernel: a package without a version depends on it. Newer ones are split in two.
fetch_kernel() {
	local found parts=()
	arm64_options "$cache/apt" "${ORACLE_SUITE:-}"
	apt-get "${options[@]}" update
	found=$(depends_of "$kernel" 'linux-image-.*' | sed -n 1p)
	mapfile -t parts < <(depends_of "${found:-$kernel}" 'linux-\(binary\|modules\)-.*')
	[ ${#parts[@]} -gt 0 ] || parts=("${found:-$kernel}")
	(cd "$cache/packages" && apt-get "${options[@]}" download "${parts[@]}")
}

# Busybox of the machine's own suite: those of newer suites need more of the kernel.
fetch_busybox() {
	arm64_options "$cache/apt-own" ""
	apt-get "${options[@]}" update
	(cd "$cache/packages" && apt-get "${options[@]}" download busybox-static)
}

unpack() {
	local package image
	rm -rf "$cache/unpacked"
	mkdir -p "$cache/unpacked"
	for package in "$cache"/packages/*.deb; do
		dpkg -x "$package" "$cache/unpacked"
	done
	image=$(find "$cache/unpacked" -name 'vmlinuz*' -type f | sed -n 1p)
	[ -n "$image" ] || fail "$kernel holds no kernel; name another package in ORACLE_KERNEL"
	cp "$(find "$cache/unpacked" -path '*bin/busybox' -type f | sed -n 1p)" "$cache/busybox"
	find "$cache/unpacked" -path '*lib/modules/[0-9]*' -prune -printf '%f\n' | sed -n 1p > "$cache/kernel-version"
	cp "$image" "$cache/Image"
}

# The part of the initramfs that is always the same. Older kernels have the drivers of virtio as modules.
pack_base() {
	local tree=$cache/initramfs number=10 name module
	rm -rf "$tree"
	mkdir -p "$tree"/{bin,dev,proc,sys,mod}
	cp "$cache/busybox" "$tree/bin/"
	ln -s busybox "$tree/bin/sh"
	for name in virtio_ring virtio virtio_pci_legacy_dev virtio_pci_modern_dev virtio_pci virtio_console; do
		module=$(find "$cache/unpacked" -name "$name.ko" | sed -n 1p)
		[ -n "$module" ] || continue
		cp "$module" "$tree/mod/$number-$name.ko"
		number=$((number + 1))
	done
	(cd "$tree" && find . | sort | cpio -o -H newc --quiet) > "$cache/base.cpio"
}

install_tools
if [ ! -e "$cache/Image" ]; then
	rm -rf "$cache/packages"
	mkdir -p "$cache/packages"
	fetch_kernel
	fetch_busybox
	unpack
fi
pack_base
echo "oracle ready in $cache: Linux $(cat "$cache/kernel-version")"
