// SPDX-License-Identifier: Apache-2.0
/*
 * The command line.  Entry point: options_read().
 */
#define _GNU_SOURCE

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "../cni/ask.h"
#include "../cni/cluster_dir.h"
#include "../cni/contrail.h"
#include "../cni/netconf.h"
#include "../cni/spare.h"
#include "../cni/under_multus.h"
#include "../lib/cleanup.h"
#include "../lib/field.h"
#include "default_network.h"
#include "log.h"
#include "options.h"

#ifndef VR_VERSION
#define VR_VERSION "unknown"
#endif

#define EXIT_USAGE 2

static const char usage[] =
	"usage: vr-agent [OPTION...]               on each node\n"
	"       vr-agent --controller [OPTION...]  once in a cluster\n"
	"       vr-agent replug [OPTION...]        the installed module for the loaded one\n"
	"       vr-agent uninstall [OPTION...]     a node as it was before\n"
	"\n"
	"  --kubeconfig FILE     how to reach the Kubernetes API, as JSON; in a pod its\n"
	"                        service account\n"
	"  --log-level LEVEL     error, warning, info (the default) or debug\n"
	"  --version, --help\n"
	"\n"
	"the controller:\n"
	"  --identity NAME       of this process ($POD_NAME)\n"
	"  --namespace NAME      of the Lease ($POD_NAMESPACE, else " OPTIONS_NAMESPACE
	")\n"
	"  --vnis FIRST-LAST     for networks that ask for none (" OPTIONS_VNIS
	")\n"
	"  --open-vnis FIRST-LAST those that authors of networks may ask for (none)\n"
	"  --node-blocks PREFIX/LENGTH,...  blocks of addresses for the pods of nodes\n"
	"                        without podCIDRs, as 10.244.0.0/16/24 (none)\n"
	"  --ipam-types TYPE,... IPAM plugins that networks may have (none but ours)\n"
	"  --node-grace SECONDS  between two looks at what seems to be nobody's (60)\n"
	"  --cooling SECONDS     before an address is anybody's again (60)\n"
	"  --vni-rest SECONDS    before another network gets a VNI (3600)\n"
	"  --block-rest SECONDS  before another node gets a block (3600)\n"
	"\n"
	"both:\n"
	"  --compat contrail     pods of any namespace may use any network\n"
	"  --cluster NAME        of the cluster in Contrail's annotations (" CONTRAIL_CLUSTER
	")\n"
	"  --vni N               of the default network, 1 to 16777215 (4094)\n"
	"  --devices PATTERN,... devices of nodes that networks may end on (none)\n"
	"  --services PREFIX,... ranges of the cluster's services\n"
	"  --insecure-node-rights with Kubernetes below 1.30, where any node's agent may\n"
	"                        change what is another's\n"
	"  --delegate-types TYPE,... plugins of others that nodes execute (none)\n"
	"\n"
	"on a node:\n"
	"  --node NAME           of its Node object ($NODE_NAME)\n"
	"  --socket PATH         where vr-cni asks (" ASK_SOCKET ")\n"
	"  --networks-dir DIR    definitions for vr-cni (" NETCONF_NETWORKS_DIR
	")\n"
	"  --state-dir DIR       vr-cni's state (" NETCONF_STATE_DIR ")\n"
	"  --cluster-dir DIR     what else vr-cni needs to know (" CLUSTER_DIR
	")\n"
	"  --spare-dir DIR       addresses in store (" SPARE_FOLDER ")\n"
	"  --spares N            of each network in use, 0 to 64 (4)\n"
	"  --uplink NAME         the uplink to other nodes (" NODE_UPLINK ")\n"
	"  --vxlan-port PORT     its UDP port (4789)\n"
	"  --compat contrail     pods of any namespace may use any network\n"
	"  --cluster NAME        of the cluster in Contrail's annotations (" CONTRAIL_CLUSTER
	")\n"
	"  --cni-bin-dir DIR     the runtime's plugins (" NODE_CNI_BIN_DIR ")\n"
	"\n"
	"under Multus:\n"
	"  --under-multus        configurations are of NetworkAttachmentDefinitions: tell vr-cni\n"
	"                        so by " UNDER_MULTUS_FILE "\n"
	"\n"
	"with the pods' first interface, or beside the plugin that makes it:\n"
	"  --cni-conf-dir DIR    where the runtime looks (/etc/cni/net.d as a rule); without\n"
	"                        it no configuration is written, as under Multus\n"
	"  --host-root DIR       where the node's /etc and /run are seen, for files that\n"
	"                        systemd and network managers of the node read (none)\n"
	"  --beside              what is found there is another plugin's: write the same with\n"
	"                        vr-cni behind; none of the options below mean anything then\n"
	"  --network NAME        the default network (" DEFAULT_NETWORK_NAME
	")\n"
	"  --host-interface NAME the host's device on it (" DEFAULT_NETWORK_HOST
	")\n"
	"  --cluster-cidrs PREFIX,... of nodes and pods, whose routes are fewer then\n"
	"  --no-masquerade       pods keep their address when they leave the node\n"
	"\n"
	"replug (--state-dir and --socket as the agent has them):\n"
	"  --module FILE         instead of the one that is installed\n"
	"\n"
	"uninstall (options as the agent has them):\n"
	"  --force               pods that are attached lose their interfaces\n";

/* Values of struct option, none of which is a character. */
enum {
	OPTION_CONTROLLER = 256,
	OPTION_KUBECONFIG,
	OPTION_INSECURE_NODE_RIGHTS,
	OPTION_LOG_LEVEL,
	OPTION_VERSION,
	OPTION_HELP,
	OPTION_NODE,
	OPTION_SOCKET,
	OPTION_NETWORKS_DIR,
	OPTION_STATE_DIR,
	OPTION_SPARE_DIR,
	OPTION_CLUSTER_DIR,
	OPTION_SPARES,
	OPTION_UPLINK,
	OPTION_VXLAN_PORT,
	OPTION_COMPAT,
	OPTION_CLUSTER,
	OPTION_CNI_CONF_DIR,
	OPTION_BESIDE,
	OPTION_UNDER_MULTUS,
	OPTION_CNI_BIN_DIR,
	OPTION_HOST_ROOT,
	OPTION_NETWORK,
	OPTION_VNI,
	OPTION_HOST_INTERFACE,
	OPTION_NO_MASQUERADE,
	OPTION_CLUSTER_CIDRS,
	OPTION_MODULE,
	OPTION_FORCE,
	OPTION_SERVICES,
	OPTION_IDENTITY,
	OPTION_NAMESPACE,
	OPTION_VNIS,
	OPTION_OPEN_VNIS,
	OPTION_NODE_BLOCKS,
	OPTION_DEVICES,
	OPTION_IPAM_TYPES,
	OPTION_DELEGATE_TYPES,
	OPTION_NODE_GRACE,
	OPTION_COOLING,
	OPTION_VNI_REST,
	OPTION_BLOCK_REST,
};

static const struct option long_options[] = {
	{ "controller", no_argument, NULL, OPTION_CONTROLLER },
	{ "kubeconfig", required_argument, NULL, OPTION_KUBECONFIG },
	{ "insecure-node-rights", no_argument, NULL,
	  OPTION_INSECURE_NODE_RIGHTS },
	{ "log-level", required_argument, NULL, OPTION_LOG_LEVEL },
	{ "version", no_argument, NULL, OPTION_VERSION },
	{ "help", no_argument, NULL, OPTION_HELP },
	{ "node", required_argument, NULL, OPTION_NODE },
	{ "socket", required_argument, NULL, OPTION_SOCKET },
	{ "networks-dir", required_argument, NULL, OPTION_NETWORKS_DIR },
	{ "state-dir", required_argument, NULL, OPTION_STATE_DIR },
	{ "spare-dir", required_argument, NULL, OPTION_SPARE_DIR },
	{ "cluster-dir", required_argument, NULL, OPTION_CLUSTER_DIR },
	{ "spares", required_argument, NULL, OPTION_SPARES },
	{ "uplink", required_argument, NULL, OPTION_UPLINK },
	{ "vxlan-port", required_argument, NULL, OPTION_VXLAN_PORT },
	{ "compat", required_argument, NULL, OPTION_COMPAT },
	{ "cluster", required_argument, NULL, OPTION_CLUSTER },
	{ "cni-conf-dir", required_argument, NULL, OPTION_CNI_CONF_DIR },
	{ "beside", no_argument, NULL, OPTION_BESIDE },
	{ "under-multus", no_argument, NULL, OPTION_UNDER_MULTUS },
	{ "cni-bin-dir", required_argument, NULL, OPTION_CNI_BIN_DIR },
	{ "host-root", required_argument, NULL, OPTION_HOST_ROOT },
	{ "network", required_argument, NULL, OPTION_NETWORK },
	{ "vni", required_argument, NULL, OPTION_VNI },
	{ "host-interface", required_argument, NULL, OPTION_HOST_INTERFACE },
	{ "no-masquerade", no_argument, NULL, OPTION_NO_MASQUERADE },
	{ "cluster-cidrs", required_argument, NULL, OPTION_CLUSTER_CIDRS },
	{ "module", required_argument, NULL, OPTION_MODULE },
	{ "force", no_argument, NULL, OPTION_FORCE },
	{ "identity", required_argument, NULL, OPTION_IDENTITY },
	{ "namespace", required_argument, NULL, OPTION_NAMESPACE },
	{ "vnis", required_argument, NULL, OPTION_VNIS },
	{ "open-vnis", required_argument, NULL, OPTION_OPEN_VNIS },
	{ "services", required_argument, NULL, OPTION_SERVICES },
	{ "node-blocks", required_argument, NULL, OPTION_NODE_BLOCKS },
	{ "devices", required_argument, NULL, OPTION_DEVICES },
	{ "ipam-types", required_argument, NULL, OPTION_IPAM_TYPES },
	{ "delegate-types", required_argument, NULL, OPTION_DELEGATE_TYPES },
	{ "node-grace", required_argument, NULL, OPTION_NODE_GRACE },
	{ "cooling", required_argument, NULL, OPTION_COOLING },
	{ "vni-rest", required_argument, NULL, OPTION_VNI_REST },
	{ "block-rest", required_argument, NULL, OPTION_BLOCK_REST },
	{ 0 },
};

static void misuse(const char *option, const char *value, const char *reason)
{
	fprintf(stderr, "vr-agent: %s \"%s\" %s; see vr-agent --help\n", option,
		value, reason);
	exit(EXIT_USAGE);
}

static unsigned int parse_number(const char *option, const char *text,
				 unsigned long min, unsigned long max)
{
	unsigned long number;
	char reason[64];
	char *end;

	errno = 0;
	number = strtoul(text, &end, 10);
	if (text[0] >= '0' && text[0] <= '9' && !*end && !errno &&
	    number >= min && number <= max)
		return (unsigned int)number;
	snprintf(reason, sizeof(reason), "is no number from %lu to %lu", min,
		 max);
	misuse(option, text, reason);
	return 0;
}

static void take_log_level(const char *text)
{
	enum agent_log_level level;

	if (!agent_log_level_parse(text, &level))
		misuse("--log-level", text, "is no level");
	agent_log_configure(level);
}

/* The words of a list with commas, NULL at its end, to free() as a whole. */
static const char **parse_words(const char *text)
{
	size_t most = strlen(text) + 2;
	const char **words = calloc(1, most * sizeof(*words) + most);
	unsigned int count = 0;
	char *copy, *word;

	if (!words)
		exit(EXIT_FAILURE);
	copy = (char *)(words + most);
	strcpy(copy, text);
	while ((word = strsep(&copy, ","))) {
		if (word[0])
			words[count++] = word;
	}
	return words;
}

static struct vni_range parse_vnis(const char *option, const char *text)
{
	struct vni_range range = { 0 };

	if (!vni_range_parse(text, &range))
		misuse(option, text, "is no range of VNIs");
	return range;
}

static void take_prefixes(const char *option, const char *text,
			  struct prefixes *list)
{
	cleanup_free const char **words = parse_words(text);
	const char *const *word;
	struct vr_prefix prefix;

	for (word = words; *word; word++) {
		if (vr_prefix_parse(option, *word, &prefix, NULL))
			misuse(option, *word, "is no prefix");
		if (prefixes_add(list, &prefix, NULL))
			exit(EXIT_FAILURE);
	}
}

static void take_node_blocks(const char *text,
			     struct controller_options *options)
{
	cleanup_free const char **words = parse_words(text);
	struct node_range range, *known;
	const char *const *word;
	const char *why;

	for (word = words; *word; word++) {
		if (!node_range_parse(*word, &range, &why))
			misuse("--node-blocks", *word, why);
		known = &options->node_ranges[range.range.ip.family == AF_INET6];
		if (known->range.ip.family)
			misuse("--node-blocks", *word,
			       "is the second range of its family");
		*known = range;
	}
}

/* The controller and pods of a node both need to know them. */
static void take_services(const char *text, struct options *options)
{
	struct controller_options *controller = &options->controller_options;
	/* One that is given again adds to them. */
	struct prefixes list = { .items = controller->services,
				 .count = controller->service_count };

	take_prefixes("--services", text, &list);
	take_prefixes("--services", text, &options->node.reached);
	controller->services = list.items;
	controller->service_count = list.count;
}

static void take_time(int option, const char *value,
		      struct controller_options *options)
{
	unsigned int seconds = parse_number("seconds", value, 0, 7 * 24 * 3600);

	if (option == OPTION_NODE_GRACE)
		options->node_grace = seconds;
	else if (option == OPTION_COOLING)
		options->cooling = seconds;
	else if (option == OPTION_BLOCK_REST)
		options->block_rest = seconds;
	else
		options->vni_rest = seconds;
}

static void take_controller_option(int option, const char *value,
				   struct controller_options *options)
{
	struct vni_range range;

	switch (option) {
	case OPTION_IDENTITY:
		options->identity = value;
		break;
	case OPTION_NAMESPACE:
		options->namespace = value;
		break;
	case OPTION_VNIS:
		options->vnis = parse_vnis("--vnis", value);
		break;
	case OPTION_OPEN_VNIS:
		range = parse_vnis("--open-vnis", value);
		options->rules.vni_first = range.first;
		options->rules.vni_last = range.last;
		break;
	case OPTION_NODE_BLOCKS:
		take_node_blocks(value, options);
		break;
	case OPTION_IPAM_TYPES:
		options->rules.ipam_types = parse_words(value);
		break;
	case OPTION_NODE_GRACE:
	case OPTION_COOLING:
	case OPTION_VNI_REST:
	case OPTION_BLOCK_REST:
		take_time(option, value, options);
		break;
	default:
		exit(EXIT_USAGE);
	}
}

static void take_network_option(int option, const char *value,
				struct node_options *node)
{
	switch (option) {
	case OPTION_CNI_CONF_DIR:
		node->cni_conf_dir = value;
		break;
	case OPTION_BESIDE:
		node->beside = true;
		break;
	case OPTION_UNDER_MULTUS:
		node->under_multus = true;
		break;
	case OPTION_CNI_BIN_DIR:
		node->cni_bin_dir = value;
		break;
	case OPTION_HOST_ROOT:
		node->host_root = value;
		break;
	case OPTION_NETWORK:
		node->network = value;
		break;
	case OPTION_HOST_INTERFACE:
		node->host_interface = value;
		break;
	case OPTION_NO_MASQUERADE:
		node->masquerade = false;
		break;
	case OPTION_CLUSTER_CIDRS:
		take_prefixes("--cluster-cidrs", value, &node->reached);
		break;
	default:
		exit(EXIT_USAGE);
	}
}

static void take_node_option(int option, const char *value,
			     struct node_options *node)
{
	switch (option) {
	case OPTION_NODE:
		node->name = value;
		break;
	case OPTION_SOCKET:
		node->socket = value;
		break;
	case OPTION_NETWORKS_DIR:
		node->networks_dir = value;
		break;
	case OPTION_STATE_DIR:
		node->state_dir = value;
		break;
	case OPTION_SPARE_DIR:
		node->spare_dir = value;
		break;
	case OPTION_CLUSTER_DIR:
		node->cluster_dir = value;
		break;
	case OPTION_SPARES:
		node->spares = parse_number("--spares", value, 0, 64);
		break;
	case OPTION_UPLINK:
		node->uplink = value;
		break;
	case OPTION_VXLAN_PORT:
		node->vxlan_port =
			parse_number("--vxlan-port", value, 1, UINT16_MAX);
		break;
	default:
		take_network_option(option, value, node);
	}
}

static void take_option(int option, const char *value, struct options *options)
{
	switch (option) {
	case OPTION_CONTROLLER:
		options->controller = true;
		break;
	case OPTION_KUBECONFIG:
		options->kubeconfig = value;
		break;
	case OPTION_INSECURE_NODE_RIGHTS:
		options->insecure_node_rights = true;
		break;
	case OPTION_LOG_LEVEL:
		take_log_level(value);
		break;
	case OPTION_VERSION:
		puts("vr-agent " VR_VERSION);
		exit(EXIT_SUCCESS);
	case OPTION_HELP:
		fputs(usage, stdout);
		exit(EXIT_SUCCESS);
	case OPTION_MODULE:
		options->replug.module = value;
		break;
	case OPTION_FORCE:
		options->force = true;
		break;
	case OPTION_CLUSTER:
		options->node.cluster = value;
		options->controller_options.rules.cluster = value;
		break;
	case OPTION_VNI:
		options->node.vni = parse_number("--vni", value, 1, VR_MAX_VNI);
		options->controller_options.default_vni = options->node.vni;
		break;
	case OPTION_DEVICES:
		options->node.devices = parse_words(value);
		options->controller_options.rules.devices =
			options->node.devices;
		break;
	case OPTION_SERVICES:
		take_services(value, options);
		break;
	case OPTION_DELEGATE_TYPES:
		options->node.delegate_types = parse_words(value);
		options->controller_options.rules.delegate_types =
			options->node.delegate_types;
		break;
	case OPTION_COMPAT:
		if (strcmp(value, "contrail") != 0)
			misuse("--compat", value, "is not \"contrail\"");
		options->node.open_networks = true;
		options->controller_options.rules.compat_contrail = true;
		break;
	default:
		if (option >= OPTION_IDENTITY)
			take_controller_option(option, value,
					       &options->controller_options);
		else
			take_node_option(option, value, &options->node);
	}
}

static void set_defaults(struct options *options)
{
	const char *namespace = getenv("POD_NAMESPACE");

	*options = (struct options){
		.node = {
			.name = getenv("NODE_NAME"),
			.socket = ASK_SOCKET,
			.networks_dir = NETCONF_NETWORKS_DIR,
			.state_dir = NETCONF_STATE_DIR,
			.spare_dir = SPARE_FOLDER,
			.cluster_dir = CLUSTER_DIR,
			.spares = NODE_SPARES,
			.uplink = NODE_UPLINK,
			.vxlan_port = NODE_VXLAN_PORT,
			.network = DEFAULT_NETWORK_NAME,
			.vni = DEFAULT_NETWORK_VNI,
			.host_interface = DEFAULT_NETWORK_HOST,
			.masquerade = true,
			.cni_bin_dir = NODE_CNI_BIN_DIR,
			.cluster = CONTRAIL_CLUSTER,
		},
		.controller_options = {
			.identity = getenv("POD_NAME"),
			.namespace = namespace ? namespace : OPTIONS_NAMESPACE,
			.rules = { .cluster = CONTRAIL_CLUSTER },
			.default_vni = DEFAULT_NETWORK_VNI,
			.vni_rest = 3600,
			.block_rest = 3600,
			.node_grace = 60,
			.cooling = 60,
		},
	};
	vni_range_parse(OPTIONS_VNIS, &options->controller_options.vnis);
}

/* One way to run at once. */
static void check_way(const struct node_options *node)
{
	if (node->beside && !node->cni_conf_dir) {
		fputs("vr-agent: --beside needs --cni-conf-dir, where the other plugin's configuration is\n",
		      stderr);
		exit(EXIT_USAGE);
	}
	if (node->under_multus && node->cni_conf_dir) {
		fputs("vr-agent: --under-multus and --cni-conf-dir: the runtime's configuration is Multus'\n",
		      stderr);
		exit(EXIT_USAGE);
	}
}

static void check(const struct options *options)
{
	if (options->replug.module && options->command != OPTIONS_REPLUG)
		misuse("--module", options->replug.module,
		       "is of \"vr-agent replug\"");
	if (options->force && options->command != OPTIONS_UNINSTALL)
		misuse("--force", "", "is of \"vr-agent uninstall\"");
	if (options->command != OPTIONS_SERVE)
		return;
	check_way(&options->node);
	if (options->controller && !options->controller_options.identity) {
		fputs("vr-agent: give the controller a name: --identity NAME, or POD_NAME in the environment\n",
		      stderr);
		exit(EXIT_USAGE);
	}
	if (!options->controller && !options->node.name) {
		fputs("vr-agent: give the name of the node: --node NAME, or NODE_NAME in the environment\n",
		      stderr);
		exit(EXIT_USAGE);
	}
}

/* Return: whether the first word is a command. */
static bool take_command(int argc, char **argv, struct options *options)
{
	if (argc < 2 || argv[1][0] == '-')
		return false;
	if (!strcmp(argv[1], "replug"))
		options->command = OPTIONS_REPLUG;
	else if (!strcmp(argv[1], "uninstall"))
		options->command = OPTIONS_UNINSTALL;
	else
		misuse("command", argv[1], "is none that is known");
	return true;
}

void options_read(int argc, char **argv, struct options *options)
{
	int option;

	set_defaults(options);
	if (take_command(argc, argv, options)) {
		argc--;
		argv++;
	}
	while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1)
		take_option(option, optarg, options);
	if (optind < argc)
		misuse("argument", argv[optind], "is none that is known");
	check(options);
	options->replug.state_dir = options->node.state_dir;
	options->replug.socket = options->node.socket;
}
