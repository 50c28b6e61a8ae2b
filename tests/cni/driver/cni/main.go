// SPDX-License-Identifier: Apache-2.0

// Cni-client does to a CNI plugin what a runtime does, by the runtime's own
// library:
//
//	libcni      the CNI project's, all operations one by one
//	crio        CRI-O's ocicni: CHECK after each ADD, every address taken, GC
//	containerd  containerd's go-cni: keys in Go's case, the addresses of eth0
//
// usage: cni-client LIBRARY COMMAND [CONTAINERID [NETNS]]
//
// Configurations are in $NETCONFPATH, plugins in $CNI_PATH, and what the
// libraries keep in $CNI_CACHE. What goes to the plugin besides comes from
// $CNI_IFNAME, $CNI_ARGS ("K=V;K=V") and $CAP_ARGS (JSON).
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// A client is one of the libraries: its commands, with the container they are for.
type client map[string]func(ctx context.Context, id, netns string) error

var clients = map[string]func() (client, error){
	"libcni":     newLibcni,
	"crio":       newCrio,
	"containerd": newContainerd,
}

func pluginDirs() []string {
	return filepath.SplitList(os.Getenv("CNI_PATH"))
}

func environment(name, otherwise string) string {
	if value := os.Getenv(name); value != "" {
		return value
	}
	return otherwise
}

// What $CNI_ARGS has, as pairs.
func cniArgs() ([][2]string, error) {
	var pairs [][2]string

	if os.Getenv("CNI_ARGS") == "" {
		return nil, nil
	}
	for _, pair := range strings.Split(os.Getenv("CNI_ARGS"), ";") {
		key, value, found := strings.Cut(pair, "=")
		if !found {
			return nil, fmt.Errorf("CNI_ARGS: %q is not KEY=VALUE", pair)
		}
		pairs = append(pairs, [2]string{key, value})
	}
	return pairs, nil
}

// What $CAP_ARGS has, into something that JSON can be read into.
func capabilities(into any) error {
	text := os.Getenv("CAP_ARGS")
	if text == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(text), into); err != nil {
		return fmt.Errorf("CAP_ARGS: %w", err)
	}
	return nil
}

func show(value any) error {
	encoder := json.NewEncoder(os.Stdout)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}

func run(args []string) error {
	if len(args) < 2 || clients[args[0]] == nil {
		return fmt.Errorf("usage: cni-client libcni|crio|containerd COMMAND [CONTAINERID [NETNS]]")
	}
	c, err := clients[args[0]]()
	if err != nil {
		return err
	}
	command := c[args[1]]
	if command == nil {
		return fmt.Errorf("%s has no command %q", args[0], args[1])
	}
	args = append(args, "", "")
	return command(context.Background(), args[2], args[3])
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
