package storetest

import (
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"strconv"
	"strings"
	"testing"

	"linkline/internal/redisstore"
)

const masters = 3

// Cluster starts three masters that share the slots.
func Cluster(t testing.TB) redisstore.Options {
	t.Helper()
	return cluster(t, 0).Options
}

// Replicated starts three masters that share the slots, each with a replica
// that takes over when it dies.
func Replicated(t testing.TB) *Set {
	t.Helper()
	return cluster(t, masters)
}

func cluster(t testing.TB, replicas int) *Set {
	t.Helper()
	var err error
	for range 3 { // another process may take a port between asking and using
		s := &Set{t: t, Options: redisstore.Options{Mode: redisstore.Cluster, Logger: quiet}}
		if err = s.cluster(replicas); err == nil {
			return s
		}
	}
	t.Fatalf("no cluster came up: %v", err)
	return nil
}

// cluster brings all nodes up, lets them meet, and gives the last ones a
// master each.
func (s *Set) cluster(replicas int) error {
	for range masters + replicas {
		ports, err := freePorts(2)
		if err != nil {
			return err
		}
		dir, err := os.MkdirTemp("", "ll")
		if err != nil {
			return err
		}
		s.t.Cleanup(func() { _ = os.RemoveAll(dir) })
		settings := []string{"port", ports[0], "cluster-enabled", "yes", "cluster-port", ports[1], "cluster-config-file", "nodes.conf",
			"cluster-node-timeout", "5000", "cluster-require-full-coverage", "no"}
		if replicas > 0 {
			settings = append(append(settings, replication...), "cluster-node-timeout", "4000", "cluster-replica-validity-factor", "0")
		}
		if err := s.add(dir, ports[0], ports[1], settings); err != nil {
			return err
		}
	}
	if err := s.meet(); err != nil {
		return err
	}
	return s.follow(replicas)
}

func (s *Set) meet() error {
	ctx := context.Background()
	for i, n := range s.nodes {
		if i < masters {
			from, to := i*16384/masters, (i+1)*16384/masters-1
			if err := n.client.Do(ctx, "CLUSTER", "ADDSLOTSRANGE", from, to).Err(); err != nil {
				return err
			}
			s.Options.Addrs = append(s.Options.Addrs, n.addr)
		}
		if err := n.client.Do(ctx, "CLUSTER", "SET-CONFIG-EPOCH", i+1).Err(); err != nil {
			return err
		}
	}
	for _, n := range s.nodes[1:] {
		_, port, _ := net.SplitHostPort(n.addr)
		if err := s.nodes[0].client.Do(ctx, "CLUSTER", "MEET", "127.0.0.1", port, n.bus).Err(); err != nil {
			return err
		}
	}
	return try(func(ctx context.Context) error {
		for _, n := range s.nodes {
			info, err := n.client.ClusterInfo(ctx).Result()
			if err != nil {
				return err
			}
			if !strings.Contains(info, "cluster_state:ok") || !strings.Contains(info, "cluster_known_nodes:"+strconv.Itoa(len(s.nodes))) {
				return errors.New("the nodes do not know each other yet")
			}
		}
		return nil
	})
}

// follow makes the nodes behind the masters their replicas.
func (s *Set) follow(replicas int) error {
	for i := range replicas {
		id, err := s.nodes[i].client.Do(context.Background(), "CLUSTER", "MYID").Text()
		if err != nil {
			return err
		}
		if err := s.nodes[masters+i].client.Do(context.Background(), "CLUSTER", "REPLICATE", id).Err(); err != nil {
			return err
		}
	}
	return try(func(ctx context.Context) error {
		for i := range replicas {
			if err := says(ctx, s.nodes[masters+i].client, "master_link_status", "up"); err != nil {
				return err
			}
		}
		for _, n := range s.nodes { // everybody must know who may be voted for
			nodes, err := n.client.ClusterNodes(ctx).Result()
			if err != nil {
				return err
			}
			if strings.Count(nodes, "slave") != replicas {
				return fmt.Errorf("%s does not know every replica yet", n.addr)
			}
		}
		return nil
	})
}

// owns tells whether a node holds a slot as a master, in its own words in
// CLUSTER NODES: what nodes say of one another may be old.
func owns(nodes string, slot int64) bool {
	for line := range strings.Lines(nodes) {
		f := strings.Fields(line)
		if len(f) < 9 || !strings.Contains(f[2], "myself,master") {
			continue
		}
		for _, r := range f[8:] {
			from, to, is := strings.Cut(r, "-")
			if !is {
				to = from
			}
			a, _ := strconv.ParseInt(from, 10, 64)
			b, err := strconv.ParseInt(to, 10, 64)
			if err == nil && a <= slot && slot <= b {
				return true
			}
		}
	}
	return false
}
