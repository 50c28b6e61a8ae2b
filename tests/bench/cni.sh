# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2154 # of guest
#
# What ADD and DEL cost: vr-cni against Debian's bridge and macvlan plugins, a pod
# with one interface and one with four, for which the others are executed four
# times. Sourced by guest; measure_cni leaves figures, and in the shared folder's
# file cni-missing what could not be measured and why.
#
# The plugins and their libraries are in memory, in a root of their own: the guest's
# files are the host's, and while it waits for the host its clock runs away.

cni_rounds=5
cni_many=200
cni_node=bench-node cni_pod=bench-pod cni_keeper=bench-keeper
cni_dir=/run/bench-cni

# cni_conf NAME TYPE JSON: a configuration, beside the keys they all have.
cni_conf()
{
	printf '{"cniVersion":"1.0.0","name":"%s","type":"%s",%s}\n' "$1" "$2" "$3" \
		> "$cni_dir/$1.json"
}

# Host-local's part, for the network of a number.
cni_host_local()
{
	echo '"ipam":{"type":"host-local","dataDir":"'$cni_dir/store'","subnet":"10.244.'"$1"'.0/24"'"${2:-}"'}'
}

# cni_vr_confs NAME NETWORK-TO-JSON: what vr-cni is called with for a pod with one,
# three and four interfaces, and the definitions of the others' networks.
cni_vr_confs()
{
	local name=$1 definition=$2 i others='' own

	own='"networksDir":"'$cni_dir/networks'","stateDir":"'$cni_dir/state'"'
	for i in 0 1 2 3; do
		[ $i = 0 ] || others+=${others:+,}'"'$name$i'"'
		[ $i = 0 ] || printf '{"name":"%s",%s}\n' "$name$i" "$($definition $i)" \
			> "$cni_dir/networks/$name$i.json"
		cni_conf "$name-$((i + 1))" vr-cni "$own,$($definition 0),\"networks\":[$others]"
	done
}

cni_network_host_local()
{
	echo '"subnets":["10.244.'"$1"'.0/24"],"ipam":{"type":"host-local","dataDir":"'$cni_dir/store'"}'
}

cni_network_range()
{
	echo '"subnets":["10.244.'"$1"'.0/24"],"ipam":{"type":"vr","ranges":[[{"subnet":"10.244.'"$1"'.0/24"}]]}'
}

cni_network_bare()
{
	echo '"mtu":1500'
}

cni_confs()
{
	local i route

	for i in 0 1 2 3; do
		route=false
		[ $i != 0 ] || route=true
		cni_conf bridge$i bridge '"bridge":"cni'$i'","isGateway":true,"isDefaultGateway":'$route','"$(cni_host_local $i)"
		route='"routes":[{"dst":"0.0.0.0/0"}]'
		cni_conf macvlan$i macvlan '"master":"lower","mode":"bridge",'"$(cni_host_local $i "$([ $i != 0 ] || echo ",$route")")"
	done
	cni_conf host-local0 host-local "$(cni_host_local 0)"
	cni_vr_confs vr cni_network_host_local
	cni_vr_confs range cni_network_range
	cni_vr_confs bare cni_network_bare
}

# Everything that is executed, and what that is linked with.
cni_root()
{
	local root=$cni_dir/root program file

	mkdir -p $root/{usr/lib/cni,etc,proc,sys,run,tmp}
	for file in bin lib lib64 sbin; do
		ln -s usr/$file $root/$file
		mkdir -p $root/usr/$file
	done
	cp "$TOP/build/vr-cni" /usr/lib/cni/{bridge,macvlan,host-local} $root/usr/lib/cni/
	cp "$TOP/build/bench/cni" $root/usr/bin/
	for program in "$root"/usr/lib/cni/* "$root/usr/bin/cni"; do
		ldd "$program" 2> /dev/null | grep -o '/[^ ]*' | while read -r file; do
			mkdir -p "$root/${file%/*}"
			cp -Ln "$file" "$root/$file"
		done
	done
	ldconfig -r $root
	for file in proc sys run; do
		mount --rbind /$file $root/$file
	done
}

cni_namespaces()
{
	local name

	for name in $cni_node $cni_pod $cni_keeper; do
		[ ! -e "/run/netns/$name" ] || ip netns del "$name"
		ip netns add "$name"
	done
	ip -n $cni_node link set lo up
	ip -n $cni_node link add lower type dummy
	ip -n $cni_node link set lower up
}

cni_in_node()
{
	CNI_PATH=/usr/lib/cni nsenter --net=/run/netns/$cni_node chroot $cni_dir/root \
		/usr/bin/cni "$@"
}

# The last line of what went wrong.
cni_missing()
{
	local text

	text=$(tr -s '\n\t ' ' ' < "$cni_dir/error")
	say "$1: $text"
	echo "$1: $text" >> "$io/cni-missing"
}

# cni_row ROW COUNT PLUGIN CONF...: a pod with so many interfaces.
cni_row()
{
	local row=$1 count=$2 plugin=$3 conf pairs=() add add_cpu del del_cpu out

	shift 3
	# Once is enough to know what is missing.
	! grep -q "^$row, " "$io/cni-missing" || return 0
	for conf; do
		pairs+=("/usr/lib/cni/$plugin=$cni_dir/$conf.json")
	done
	# Nothing of a row that failed.
	cni_namespaces
	rm -rf $cni_dir/{store,state}
	if ! out=$(cni_in_node $cni_rounds $cni_keeper $cni_pod "${pairs[@]}" 2> "$cni_dir/error"); then
		cni_missing "$row, pod of $count"
		return
	fi
	read -r add add_cpu del del_cpu <<< "$out"
	result "$row" "add-$count" "$add"
	result "$row" "add-cpu-$count" "$add_cpu"
	result "$row" "del-$count" "$del"
	result "$row" "del-cpu-$count" "$del_cpu"
}

# So many pods at a time, as many processes.
cni_parallel()
{
	local row=$1 conf=$2 i pods=() adds=0 wall=0 dels=0

	cni_namespaces
	rm -rf $cni_dir/{store,state}
	for ((i = 0; i < cni_many; i++)); do
		pods+=("$cni_pod-$i")
	done
	printf 'netns add %s\n' "${pods[@]}" | ip -batch -
	read -r adds wall dels _ < <(cni_in_node parallel "/usr/lib/cni/vr-cni=$cni_dir/$conf.json" \
		"${pods[@]}" 2> "$cni_dir/error") || true
	result "$row" parallel "$cni_many"
	result "$row" parallel-adds "$adds"
	result "$row" parallel-dels "$dels"
	result "$row" parallel-wall "$wall"
	[ "$adds $dels" = "$cni_many $cni_many" ] || cni_missing "$row, $cni_many at a time"
	printf 'netns del %s\n' "${pods[@]}" | ip -batch -
}

measure_cni()
{
	local plugin count row

	: > "$io/cni-missing"
	mkdir -p $cni_dir/networks
	cni_confs
	cni_root
	cni_row cni_host_local 1 host-local host-local0
	for plugin in bridge macvlan; do
		cni_row cni_$plugin 1 $plugin ${plugin}0
		cni_row cni_$plugin 4 $plugin ${plugin}{0,1,2,3}
	done
	for row in vr range bare; do
		for count in 1 3 4; do
			cni_row cni_$row $count vr-cni $row-$count
		done
	done
	cni_parallel cni_vr vr-1
	[[ $(< "$io/cni-missing") == *cni_range* ]] || cni_parallel cni_range range-1
	for row in $cni_node $cni_pod $cni_keeper; do
		ip netns del "$row"
	done
	umount -R $cni_dir/root/{proc,sys,run}
	rm -rf $cni_dir
}
