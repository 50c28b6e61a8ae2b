// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"os"
	"sort"

	gocni "github.com/containerd/go-cni"
)

// What containerd's CRI plugin hands to go-cni; $CAP_ARGS has the keys of its
// types, to which it gives no names of JSON.
func namespaceOptions(id string) ([]gocni.NamespaceOpts, error) {
	var config struct {
		PortMappings []gocni.PortMapping
		BandWidth    *gocni.BandWidth
		DNS          *gocni.DNS
		CgroupPath   string
		Annotations  map[string]string `json:"io.kubernetes.cri.pod-annotations"`
	}
	if err := capabilities(&config); err != nil {
		return nil, err
	}
	options := []gocni.NamespaceOpts{
		gocni.WithLabels(map[string]string{
			"K8S_POD_NAMESPACE":          "default",
			"K8S_POD_NAME":               id,
			"K8S_POD_INFRA_CONTAINER_ID": id,
			"K8S_POD_UID":                "uid-" + id,
			"IgnoreUnknown":              "1",
		}),
		gocni.WithCapability("io.kubernetes.cri.pod-annotations", config.Annotations),
	}
	if len(config.PortMappings) > 0 {
		options = append(options, gocni.WithCapabilityPortMap(config.PortMappings))
	}
	if config.BandWidth != nil {
		options = append(options, gocni.WithCapabilityBandWidth(*config.BandWidth))
	}
	if config.DNS != nil {
		options = append(options, gocni.WithCapabilityDNS(*config.DNS))
	}
	if config.CgroupPath != "" {
		options = append(options, gocni.WithCapabilityCgroupPath(config.CgroupPath))
	}
	return options, nil
}

// As containerd's selectPodIPs: those of eth0 are the pod's, IPv4 first.
func selectPodIPs(result *gocni.Result) ([]string, error) {
	eth0 := result.Interfaces["eth0"]
	if eth0 == nil || len(eth0.IPConfigs) == 0 {
		return nil, fmt.Errorf("failed to find network info for sandbox")
	}
	ips := []string{}
	sort.SliceStable(eth0.IPConfigs, func(i, j int) bool {
		return eth0.IPConfigs[i].IP.To4() != nil && eth0.IPConfigs[j].IP.To4() == nil
	})
	for _, config := range eth0.IPConfigs {
		ips = append(ips, config.IP.String())
	}
	return ips, nil
}

func newContainerd() (client, error) {
	cni, err := gocni.New(gocni.WithPluginDir(pluginDirs()),
		gocni.WithPluginConfDir(os.Getenv("NETCONFPATH")), gocni.WithMinNetworkCount(2))
	if err != nil {
		return nil, err
	}
	if err := cni.Load(gocni.WithLoNetwork, gocni.WithDefaultConf); err != nil {
		return nil, err
	}
	return client{
		"up": func(ctx context.Context, id, netns string) error {
			options, err := namespaceOptions(id)
			if err != nil {
				return err
			}
			result, err := cni.Setup(ctx, id, netns, options...)
			if err != nil {
				return err
			}
			ips, err := selectPodIPs(result)
			if err != nil {
				return err
			}
			return show(ips)
		},
		"down": func(ctx context.Context, id, netns string) error {
			options, err := namespaceOptions(id)
			if err != nil {
				return err
			}
			return cni.Remove(ctx, id, netns, options...)
		},
		// On each Status call of the kubelet's, every few seconds.
		"ready": func(context.Context, string, string) error {
			for range 5 {
				if err := cni.Status(); err != nil {
					return err
				}
			}
			return nil
		},
	}, nil
}
