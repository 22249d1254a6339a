#!/bin/sh
# Process 1 of the virtual machine: play the probe, with what the kernel says of it, and switch off.
b=/bin/busybox
$b mount -t devtmpfs dev /dev
$b mount -t proc proc /proc
for module in /mod/*.ko; do
	[ -e "$module" ] && $b insmod "$module"
done
read -r up _ < /proc/uptime
tries=0
while [ ! -e /dev/vport0p1 ] && [ $tries -lt 200 ]; do
	$b usleep 20000
	tries=$((tries + 1))
done
if [ -e /tracing ]; then
	$b mount -t sysfs none /sys
	$b mount -t tracefs none /sys/kernel/tracing
	while read -r event; do
		echo 1 > "/sys/kernel/tracing/events/$event/enable"
	done < /tracing
fi
if [ -e /symbols ]; then
	echo 0 > /proc/sys/kernel/kptr_restrict
	$b cat /proc/kallsyms > /dev/ttyAMA0
fi
echo "BOOT $up $($b uname -r)" > /dev/vport0p1
/probe /scripts /dev/vport0p1
[ -e /tracing ] && $b cat /sys/kernel/tracing/trace > /dev/ttyAMA0
$b poweroff -f
