// SPDX-License-Identifier: Apache-2.0

// Cri-client asks a container runtime for sandboxes, as the kubelet does.
//
// usage: cri-client SOCKET COMMAND [ID]
//
//	run        a sandbox with the configuration on standard input; prints its id
//	show ID    its status, JSON
//	list       the ids of all
//	stop ID, remove ID
//	ready      whether the runtime says that its network is
package main

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"time"

	"google.golang.org/grpc"
	"google.golang.org/grpc/credentials/insecure"
	runtime "k8s.io/cri-api/pkg/apis/runtime/v1"
)

type command func(ctx context.Context, service runtime.RuntimeServiceClient, id string) error

var commands = map[string]command{
	"run": func(ctx context.Context, service runtime.RuntimeServiceClient, _ string) error {
		config := &runtime.PodSandboxConfig{}
		if err := json.NewDecoder(os.Stdin).Decode(config); err != nil {
			return fmt.Errorf("configuration of the sandbox: %w", err)
		}
		answer, err := service.RunPodSandbox(ctx, &runtime.RunPodSandboxRequest{Config: config})
		if err != nil {
			return err
		}
		fmt.Println(answer.PodSandboxId)
		return nil
	},
	"show": func(ctx context.Context, service runtime.RuntimeServiceClient, id string) error {
		answer, err := service.PodSandboxStatus(ctx,
			&runtime.PodSandboxStatusRequest{PodSandboxId: id, Verbose: true})
		if err != nil {
			return err
		}
		encoder := json.NewEncoder(os.Stdout)
		encoder.SetIndent("", "  ")
		return encoder.Encode(map[string]any{
			"status": answer.Status,
			"info":   json.RawMessage(answer.Info["info"]),
		})
	},
	"list": func(ctx context.Context, service runtime.RuntimeServiceClient, _ string) error {
		answer, err := service.ListPodSandbox(ctx, &runtime.ListPodSandboxRequest{})
		if err != nil {
			return err
		}
		for _, sandbox := range answer.Items {
			fmt.Println(sandbox.Id)
		}
		return nil
	},
	"stop": func(ctx context.Context, service runtime.RuntimeServiceClient, id string) error {
		_, err := service.StopPodSandbox(ctx, &runtime.StopPodSandboxRequest{PodSandboxId: id})
		return err
	},
	"remove": func(ctx context.Context, service runtime.RuntimeServiceClient, id string) error {
		_, err := service.RemovePodSandbox(ctx, &runtime.RemovePodSandboxRequest{PodSandboxId: id})
		return err
	},
	"ready": func(ctx context.Context, service runtime.RuntimeServiceClient, _ string) error {
		answer, err := service.Status(ctx, &runtime.StatusRequest{})
		if err != nil {
			return err
		}
		for _, condition := range answer.Status.Conditions {
			if condition.Type == runtime.NetworkReady && !condition.Status {
				return fmt.Errorf("the network is not ready: %s", condition.Message)
			}
		}
		return nil
	},
}

func run(args []string) error {
	if len(args) < 2 || commands[args[1]] == nil {
		return fmt.Errorf("usage: cri-client SOCKET run|show|list|stop|remove|ready [ID]")
	}
	connection, err := grpc.NewClient("unix://"+args[0],
		grpc.WithTransportCredentials(insecure.NewCredentials()))
	if err != nil {
		return err
	}
	defer connection.Close()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	args = append(args, "")
	return commands[args[1]](ctx, runtime.NewRuntimeServiceClient(connection), args[2])
}

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
