// A minimal OpAMP server for the benchmark: every line on stdin is the path of a Collector config, which it pushes to
// the supervisor at once over its WebSocket. What the supervisor reports of it goes to stdout, one JSON object a line.
package main

import (
	"bufio"
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"sync"

	"github.com/open-telemetry/opamp-go/protobufs"
	"github.com/open-telemetry/opamp-go/server"
	"github.com/open-telemetry/opamp-go/server/types"
)

type quiet struct{}

func (quiet) Debugf(context.Context, string, ...any) {}
func (quiet) Errorf(_ context.Context, format string, v ...any) {
	fmt.Fprintf(os.Stderr, format+"\n", v...)
}

type pusher struct {
	mu      sync.Mutex
	current *protobufs.AgentRemoteConfig
	agents  map[types.Connection]bool
}

// push makes the file at path the config that every supervisor should have, now and when it connects later.
func (p *pusher) push(path string) error {
	body, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	hash := sha256.Sum256(body)
	p.mu.Lock()
	defer p.mu.Unlock()
	p.current = &protobufs.AgentRemoteConfig{
		Config: &protobufs.AgentConfigMap{ConfigMap: map[string]*protobufs.AgentConfigFile{
			"": {Body: body, ContentType: "text/yaml"},
		}},
		ConfigHash: hash[:],
	}
	for conn := range p.agents {
		if err := conn.Send(context.Background(), &protobufs.ServerToAgent{RemoteConfig: p.current}); err != nil {
			return err
		}
	}
	return nil
}

// answer hands the config to a supervisor that has just connected, and tells what it reports.
func (p *pusher) answer(_ context.Context, conn types.Connection, said *protobufs.AgentToServer) *protobufs.ServerToAgent {
	p.mu.Lock()
	defer p.mu.Unlock()
	reply := &protobufs.ServerToAgent{InstanceUid: said.InstanceUid}
	if !p.agents[conn] {
		p.agents[conn] = true
		reply.RemoteConfig = p.current
	}
	if status := said.RemoteConfigStatus; status != nil {
		isCurrent := p.current != nil && bytes.Equal(status.LastRemoteConfigHash, p.current.ConfigHash)
		report(map[string]any{"status": status.Status.String(), "current": isCurrent, "error": status.ErrorMessage})
	}
	if said.Health != nil {
		report(map[string]any{"healthy": said.Health.Healthy, "error": said.Health.LastError})
	}
	return reply
}

func report(what map[string]any) {
	_ = json.NewEncoder(os.Stdout).Encode(what)
}

func main() {
	if len(os.Args) != 2 {
		fmt.Fprintln(os.Stderr, "usage: opamp-server HOST:PORT")
		os.Exit(2)
	}
	p := &pusher{agents: map[types.Connection]bool{}}
	callbacks := types.ConnectionCallbacks{
		OnMessage: p.answer,
		OnConnectionClose: func(conn types.Connection) {
			p.mu.Lock()
			defer p.mu.Unlock()
			delete(p.agents, conn)
		},
	}
	err := server.New(quiet{}).Start(server.StartSettings{
		ListenEndpoint: os.Args[1],
		Settings: server.Settings{Callbacks: types.Callbacks{
			OnConnecting: func(*http.Request) types.ConnectionResponse {
				return types.ConnectionResponse{Accept: true, ConnectionCallbacks: callbacks}
			},
		}},
	})
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		if err := p.push(lines.Text()); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}
