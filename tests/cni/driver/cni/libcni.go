// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"github.com/containernetworking/cni/libcni"
	"github.com/containernetworking/cni/pkg/types"
)

// The first configuration, as libcni finds it.
func networkList() (*libcni.NetworkConfigList, error) {
	dir := os.Getenv("NETCONFPATH")
	files, err := libcni.ConfFiles(dir, []string{".conflist"})
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("%s: no *.conflist there", dir)
	}
	return libcni.NetworkConfFromFile(files[0])
}

func runtimeConf(id, netns string) (*libcni.RuntimeConf, error) {
	rt := &libcni.RuntimeConf{
		ContainerID: id,
		NetNS:       netns,
		IfName:      environment("CNI_IFNAME", "eth0"),
	}
	args, err := cniArgs()
	if err != nil {
		return nil, err
	}
	rt.Args = args
	return rt, capabilities(&rt.CapabilityArgs)
}

// $CNI_VALID is "ID/IFNAME ID/IFNAME..."; unset is not the same as empty.
func validAttachments() *libcni.GCArgs {
	text, found := os.LookupEnv("CNI_VALID")
	if !found {
		return nil
	}
	valid := []types.GCAttachment{}
	for _, word := range strings.Fields(text) {
		id, ifname, _ := strings.Cut(word, "/")
		valid = append(valid, types.GCAttachment{ContainerID: id, IfName: ifname})
	}
	return &libcni.GCArgs{ValidAttachments: valid}
}

func newLibcni() (client, error) {
	network, err := networkList()
	if err != nil {
		return nil, err
	}
	cni := libcni.NewCNIConfigWithCacheDir(pluginDirs(), os.Getenv("CNI_CACHE"), nil)

	// An operation on one attachment.
	attachment := func(do func(context.Context, *libcni.RuntimeConf) error) func(context.Context, string, string) error {
		return func(ctx context.Context, id, netns string) error {
			rt, err := runtimeConf(id, netns)
			if err != nil {
				return err
			}
			return do(ctx, rt)
		}
	}
	return client{
		"add": attachment(func(ctx context.Context, rt *libcni.RuntimeConf) error {
			result, err := cni.AddNetworkList(ctx, network, rt)
			if err != nil {
				return err
			}
			return show(result)
		}),
		"check": attachment(func(ctx context.Context, rt *libcni.RuntimeConf) error {
			return cni.CheckNetworkList(ctx, network, rt)
		}),
		"del": attachment(func(ctx context.Context, rt *libcni.RuntimeConf) error {
			return cni.DelNetworkList(ctx, network, rt)
		}),
		"gc": func(ctx context.Context, _, _ string) error {
			return cni.GCNetworkList(ctx, network, validAttachments())
		},
		"status": func(ctx context.Context, _, _ string) error {
			return cni.GetStatusNetworkList(ctx, network)
		},
		// VERSION of each plugin, and the capabilities they declare.
		"validate": func(ctx context.Context, _, _ string) error {
			capabilities, err := cni.ValidateNetworkList(ctx, network)
			if err != nil {
				return err
			}
			return show(capabilities)
		},
		"version": func(ctx context.Context, plugin, _ string) error {
			info, err := cni.GetVersionInfo(ctx, plugin)
			if err != nil {
				return err
			}
			return show(info.SupportedVersions())
		},
	}, nil
}
