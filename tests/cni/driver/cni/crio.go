// SPDX-License-Identifier: Apache-2.0

package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"strings"
	"time"

	current "github.com/containernetworking/cni/pkg/types/100"
	"github.com/cri-o/ocicni/pkg/ocicni"
	"github.com/sirupsen/logrus"
)

// What the kubelet would tell of the pod. The name is the container's id.
func podNetwork(plugin ocicni.CNIPlugin, id, netns string) (ocicni.PodNetwork, error) {
	network := plugin.GetDefaultNetworkName()
	var config struct {
		IP         string
		MAC        string
		Bandwidth  *ocicni.BandwidthConfig
		CgroupPath string
		// The key is that of the capability.
		Annotations *map[string]string `json:"io.kubernetes.cri.pod-annotations"`
	}
	if err := capabilities(&config); err != nil {
		return ocicni.PodNetwork{}, err
	}
	return ocicni.PodNetwork{
		Name: id, Namespace: "default", UID: "uid-" + id, ID: id, NetNS: netns,
		// None is the default one, and at the end those that were kept.
		Networks: []ocicni.NetAttachment{},
		RuntimeConfig: map[string]ocicni.RuntimeConfig{network: {
			IP: config.IP, MAC: config.MAC, Bandwidth: config.Bandwidth,
			CgroupPath: config.CgroupPath, PodAnnotations: config.Annotations,
		}},
	}, nil
}

// As CRI-O's getPodIPs: every address of the result is one of the pod.
func podIPs(results []ocicni.NetResult) ([]string, error) {
	ips := []string{}
	for _, network := range results {
		result, err := current.GetResult(network.Result)
		if err != nil {
			return nil, err
		}
		for _, ip := range result.IPs {
			ips = append(ips, ip.Address.IP.String())
		}
	}
	return ips, nil
}

// Until it is ready, every half second, as CRI-O does when it starts.
func waitReady(ctx context.Context, plugin ocicni.CNIPlugin) error {
	var err error
	for range 20 {
		if err = plugin.StatusWithContext(ctx); err == nil {
			return nil
		}
		time.Sleep(500 * time.Millisecond)
	}
	return err
}

func newCrio() (client, error) {
	logrus.SetOutput(io.Discard)
	plugin, err := ocicni.InitCNINoInotify("", os.Getenv("NETCONFPATH"), os.Getenv("CNI_CACHE"),
		pluginDirs()...)
	if err != nil {
		return nil, err
	}
	return client{
		"up": func(ctx context.Context, id, netns string) error {
			pod, err := podNetwork(plugin, id, netns)
			if err != nil {
				return err
			}
			if _, err := plugin.SetUpPodWithContext(ctx, pod); err != nil {
				return fmt.Errorf("ADD: %w", err)
			}
			// It has a CHECK in it, and what it returns is what counts.
			results, err := plugin.GetPodNetworkStatusWithContext(ctx, pod)
			if err != nil {
				return fmt.Errorf("CHECK after ADD: %w", err)
			}
			ips, err := podIPs(results)
			if err != nil {
				return err
			}
			return show(ips)
		},
		// By what was kept at ADD, whatever the configuration is now.
		"down": func(ctx context.Context, id, netns string) error {
			pod, err := podNetwork(plugin, id, netns)
			if err != nil {
				return err
			}
			return plugin.TearDownPodWithContext(ctx, pod)
		},
		"ready": func(ctx context.Context, _, _ string) error {
			return waitReady(ctx, plugin)
		},
		// The first argument has the ids of the pods that live.
		"gc": func(ctx context.Context, ids, _ string) error {
			pods := []*ocicni.PodNetwork{}
			for _, id := range strings.Fields(ids) {
				pods = append(pods, &ocicni.PodNetwork{ID: id})
			}
			return plugin.GC(ctx, pods)
		},
	}, nil
}
