#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
#
# Each key with values it cannot have: refused with the code of the specification
# and a message that names key and value, before anything is made.
# timeout: 400

. "$(dirname "$0")/lib.sh"

define red '"subnets":["198.51.100.0/24"],'"$IPAM"
ns POD

# What the table's second column leaves out: code 7, and 'KEY is VALUE' of the
# innermost pair.  The first column is put into a configuration that is fine.
values()
{
	local fragment code text

	while IFS='|' read -r fragment code text; do
		[ -n "$fragment" ] || continue
		if [ -z "$text" ]; then
			text=${fragment/\":/\" is }
		fi
		refusal "$fragment" "${code:-7}" "$text" ADD POD \
			'{"cniVersion":"1.0.0","name":"green",'"$COMMON"',"ipam":{},'"$fragment}"
	done
}

values << 'END'
"subnets":"192.0.2.0/24"
"subnets":{}
"subnets":7
"subnets":true
"subnets":[7]|7|"subnets" is 7
"subnets":[null]|7|"subnets" is null
"subnets":[[]]|7|"subnets" is []
"subnets":[{}]|7|"subnets" is {}
"subnets":[{"subnet":7}]|7|"subnet" is 7
"subnets":[{"subnet":"192.0.2.0/24","gateway":7}]|7|"gateway" is 7
"subnets":[{"subnet":"192.0.2.0/24","gateway":"192.0.3.1"}]|7|gateway "192.0.3.1" is not in subnet "192.0.2.0/24"
"subnets":[{"subnet":"192.0.2.0/24","gateway":"2001:db8::1"}]|7|gateway "2001:db8::1" is not in subnet "192.0.2.0/24"
"subnets":[{"subnet":"192.0.2.0/24","gateway":"192.0.2.256"}]|7|192.0.2.256
"subnets":[""]|7|subnet ""
"subnets":["192.0.2.0"]|7|192.0.2.0
"subnets":["192.0.2.0/"]|7|192.0.2.0/
"subnets":["192.0.2.0/33"]|7|192.0.2.0/33
"subnets":["192.0.2.0/-1"]|7|192.0.2.0/-1
"subnets":["192.0.2.0/24x"]|7|192.0.2.0/24x
"subnets":["192.0.2.1/24"]|7|192.0.2.1/24
"subnets":["192.0.2/24"]|7|192.0.2/24
"subnets":["2001:db8::/129"]|7|2001:db8::/129
"subnets":["2001:db8::1/64"]|7|2001:db8::1/64
"subnets":["2001:db8:::/64"]|7|2001:db8:::/64
"subnets":["192.0.2.1/32"]|7|192.0.2.1/32
"subnets":["2001:db8::1/128"]|7|2001:db8::1/128
"vni":"7"
"vni":0
"vni":-1
"vni":16777216
"vni":1.5
"vni":[]
"vni":{}
"vni":true
"vni":4294967297
"mtu":"1500"
"mtu":67
"mtu":65536
"mtu":-1
"mtu":1500.5
"mtu":[1500]
"mtu":false
"mtu":{}
"gatewayMac":7
"gatewayMac":[]
"gatewayMac":""|7|gatewayMac ""
"gatewayMac":"02:00:00:00:00"|7|02:00:00:00:00
"gatewayMac":"02:00:00:00:00:0g"|7|02:00:00:00:00:0g
"gatewayMac":"02:00:00:00:00:01:02"|7|02:00:00:00:00:01:02
"routes":"default"
"routes":{}
"routes":[7]|7|7
"routes":["192.0.2.0/24"]|7|192.0.2.0/24
"routes":[{}]|7|dst
"routes":[{"dst":7}]|7|"dst" is 7
"routes":[{"dst":"192.0.2.0/24","gw":7}]|7|"gw" is 7
"routes":[{"dst":"192.0.2.9/24"}]|7|192.0.2.9/24
"routes":[{"dst":"192.0.2.0/24","gw":"x"}]|7|"x"
"routes":[{"dst":"192.0.2.0/24","gw":"2001:db8::1"}]|7|2001:db8::1
"routes":[{"dst":"192.0.2.0/24","mtu":"big"}]|7|"mtu" is "big"
"routes":[{"dst":"192.0.2.0/24","priority":-1}]|7|"priority" is -1
"routes":[{"dst":"192.0.2.0/24","table":-1}]|7|"table" is -1
"routes":[{"dst":"192.0.2.0/24","scope":255}]|7|"scope" is 255
"routes":[{"dst":"192.0.2.0/24","advmss":"1"}]|7|"advmss" is "1"
"networks":"red"
"networks":{}
"networks":7
"networks":[7]|7|"networks" is 7
"networks":[null]|7|"networks" is null
"networks":[[]]|7|"networks" is []
"networks":[""]|7|"networks" is ""
"networks":["a b"]|7|"networks" is "a b"
"networks":["/red"]|7|"networks" is "/red"
"networks":["red@"]|7|interface "" of network "red"
"networks":["red@."]|7|interface "." of network "red"
"networks":["red@.."]|7|interface ".." of network "red"
"networks":["red@a b"]|7|interface "a b" of network "red"
"networks":["red@a:b"]|7|interface "a:b" of network "red"
"networks":["red@eth%d"]|7|interface "eth%d" of network "red"
"networks":["red@1234567890123456"]|7|interface "1234567890123456" of network "red"
"networks":["red@eth0"]|7|interface "eth0" is asked for twice
"networks":[{}]|7|"networks" is {}
"networks":[{"name":7}]|7|"name" is 7
"networks":[{"name":"red","interface":7}]|7|"interface" is 7
"networks":[{"name":"red","mac":7}]|7|"mac" is 7
"networks":[{"name":"red","mac":"x"}]|7|mac "x"
"networks":[{"name":"red","mac":"00:00:00:00:00:00"}]|7|00:00:00:00:00:00
"networks":[{"name":"red","mac":"ff:ff:ff:ff:ff:ff"}]|7|ff:ff:ff:ff:ff:ff
"networks":[{"name":"red","ips":"198.51.100.9"}]|7|"ips" is "198.51.100.9"
"networks":[{"name":"red","ips":[7]}]|7|"ips" is [7]
"networks":["nowhere"]|7|network "nowhere" is defined by no file
"result":7
"result":""
"result":"some"
"result":[]
"hostInterface":7
"hostInterface":""
"hostInterface":".."
"hostInterface":"a/b"
"hostInterface":"1234567890123456"
"dns":[]
"dns":"192.0.2.53"
"ipMasq":1
"ipMasq":"true"
"ipMasq":true|2|"ipMasq" is true
"capabilities":[]
"capabilities":"mac"
"prevResult":[]
"prevResult":"none"
"prevResult":7
"args":[]
"args":"x"
"args":{"cni":[]}|7|"cni" is []
"args":{"cni":{"mac":7}}|7|"mac" is 7
"args":{"cni":{"mac":"02"}}|7|mac "02"
"args":{"cni":{"ips":"192.0.2.9"}}|7|"ips" is "192.0.2.9"
"args":{"cni":{"ips":[7]}}|7|"ips" is [7]
"args":{"cni":{"networks":"red"}}|7|"networks" is "red"
"args":{"cni":{"networks":[7]}}|7|"networks" is 7
"runtimeConfig":[]
"runtimeConfig":"x"
"runtimeConfig":{"mac":7}|7|"mac" is 7
"runtimeConfig":{"mac":"x"}|7|mac "x"
"runtimeConfig":{"ips":"192.0.2.9"}|7|"ips" is "192.0.2.9"
"runtimeConfig":{"ips":[7]}|7|"ips" is [7]
"runtimeConfig":{"ipRanges":{}}|7|"ipRanges" is {}
"runtimeConfig":{"portMappings":{}}|7|"portMappings" is {}
"runtimeConfig":{"bandwidth":[]}|7|"bandwidth" is []
END

# The plugin for addresses.
bad_ipam()
{
	refusal "\"ipam\":$1" "$2" "$3" ADD POD '{"cniVersion":"1.0.0","name":"green",'"$COMMON"',"ipam":'"$1}"
}
bad_ipam '7' 7 '"ipam" is 7'
bad_ipam '"host-local"' 7 '"ipam" is "host-local"'
bad_ipam '[]' 7 '"ipam" is []'
bad_ipam '{"type":7}' 7 '"type" is 7'
bad_ipam '{"type":""}' 7 'IPAM plugin ""'
bad_ipam '{"type":"../x"}' 7 'IPAM plugin "../x"'
bad_ipam '{"type":".."}' 7 'IPAM plugin ".."'
bad_ipam '{"type":"no-such"}' 101 '"no-such" is not in CNI_PATH'

# The document.
document()
{
	refusal "$1" "$2" "$3" ADD POD "$1"
}
document '' 6 'empty'
document '{' 6 'not JSON'
document '{"name":"green"}}' 6 'not JSON'
document '{"name":"green"} {}' 6 'not JSON'
document '[]' 6 'not a JSON object'
document '7' 6 'not a JSON object'
document 'null' 6 'not a JSON object'
document '"green"' 6 'not a JSON object'
document '{}' 7 '"name" is missing'
document '{"cniVersion":"1.0.0"}' 7 '"name" is missing'
document '{"cniVersion":"1.0.0","name":7}' 7 '"name" is 7'
document '{"cniVersion":"1.0.0","name":""}' 7 '"name" is ""'
document '{"cniVersion":"1.0.0","name":".green"}' 7 '"name" is ".green"'
document '{"cniVersion":"1.0.0","name":"a/b"}' 7 '"name" is "a/b"'
document '{"cniVersion":"1.0.0","name":"a b"}' 7 '"name" is "a b"'
document '{"cniVersion":"1.0.0","name":"grün"}' 7 '"name" is "grün"'
document '{"cniVersion":7,"name":"green"}' 7 '"cniVersion" is 7'
document '{"cniVersion":"0.5.0","name":"green"}' 1 'cniVersion "0.5.0"'
document '{"cniVersion":"1.0","name":"green"}' 1 'cniVersion "1.0"'
document '{"cniVersion":"2.0.0","name":"green"}' 1 'cniVersion "2.0.0"'
document '{"cniVersion":"1.0.0","name":"green","networksDir":7}' 7 '"networksDir" is 7'
document '{"cniVersion":"1.0.0","name":"green","networksDir":"here"}' 7 '"networksDir" is "here"'
document '{"cniVersion":"1.0.0","name":"green","stateDir":[]}' 7 '"stateDir" is []'
document '{"cniVersion":"1.0.0","name":"green","stateDir":"../x"}' 7 '"stateDir" is "../x"'

# The result of the plugin before us.
result()
{
	refusal "prevResult $1" 7 "$2" ADD POD \
		'{"cniVersion":"1.0.0","name":"green",'"$COMMON"',"ipam":{},"prevResult":'"$1}"
}
result '{"interfaces":{}}' '"interfaces" is {}'
result '{"interfaces":[7]}' '7'
result '{"interfaces":[{"name":7}]}' '"name" is 7'
result '{"interfaces":[{}]}' 'name'
result '{"ips":{}}' '"ips" is {}'
result '{"ips":[7]}' '7'
result '{"ips":[{}]}' 'address'
result '{"ips":[{"address":7}]}' '"address" is 7'
result '{"ips":[{"address":"192.0.2.9"}]}' '192.0.2.9'
result '{"ips":[{"address":"192.0.2.9/33"}]}' '192.0.2.9/33'
result '{"ips":[{"address":"192.0.2.9/24","gateway":"x"}]}' '"x"'
result '{"ips":[{"address":"192.0.2.9/24","interface":0}]}' '"interface" is 0'
result '{"interfaces":[{"name":"eth9"}],"ips":[{"address":"192.0.2.9/24","interface":1}]}' '"interface" is 1'
result '{"ips":[{"address":"192.0.2.9/24","interface":"0"}]}' '"interface" is "0"'
result '{"routes":{}}' '"routes" is {}'
result '{"routes":[{"dst":"x"}]}' '"x"'
result '{"dns":[]}' '"dns" is []'

# The environment.
environment()
{
	refusal "$1" 4 "$2" ADD POD '{"cniVersion":"1.0.0","name":"green",'"$COMMON"',"ipam":{}}' "$1"
}
environment CNI_CONTAINERID= 'CNI_CONTAINERID'
environment CNI_CONTAINERID=-x 'CNI_CONTAINERID "-x"'
environment 'CNI_CONTAINERID=a b' 'CNI_CONTAINERID "a b"'
environment CNI_CONTAINERID=../x 'CNI_CONTAINERID "../x"'
environment CNI_CONTAINERID=a:b 'CNI_CONTAINERID "a:b"'
environment CNI_NETNS= 'CNI_NETNS'
environment CNI_IFNAME= 'CNI_IFNAME'
environment CNI_IFNAME=. 'CNI_IFNAME "."'
environment CNI_IFNAME=.. 'CNI_IFNAME ".."'
environment CNI_IFNAME=a/b 'CNI_IFNAME "a/b"'
environment 'CNI_IFNAME=a b' 'CNI_IFNAME "a b"'
environment CNI_IFNAME=$'a\u00a0b' 'white space'
environment CNI_IFNAME=1234567890123456 'CNI_IFNAME "1234567890123456"'
environment CNI_ARGS=IP 'CNI_ARGS: "IP"'
environment CNI_ARGS=IP=1=2 'CNI_ARGS: "IP=1=2"'
environment CNI_ARGS=COLOUR=red '"COLOUR"'
environment 'CNI_ARGS=IgnoreUnknown=maybe' 'IgnoreUnknown'
environment CNI_COMMAND=add 'CNI_COMMAND "add"'

clean "nothing is left" POD
done_testing
