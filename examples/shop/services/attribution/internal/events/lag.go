package events

import (
	"context"
	"time"

	"github.com/prometheus/client_golang/prometheus"
)

// Lag is asked of NATS whenever the metrics are read: how much waits for each
// consumer, and how much is in hand. All instances report the same numbers.
var (
	pending = prometheus.NewDesc("messaging_consumer_pending", "Events that wait for a consumer.", []string{"messaging_consumer_group_name"}, nil)
	unacked = prometheus.NewDesc("messaging_consumer_unacknowledged", "Events that were delivered and not acknowledged yet.", []string{"messaging_consumer_group_name"}, nil)
)

// Describe is part of prometheus.Collector.
func (c *Client) Describe(ch chan<- *prometheus.Desc) {
	ch <- pending
	ch <- unacked
}

// Collect is part of prometheus.Collector. Without NATS there are no numbers, and
// it does not wait for them.
func (c *Client) Collect(ch chan<- prometheus.Metric) {
	if !c.conn.IsConnected() {
		return
	}
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	c.mu.Lock()
	consumers := c.consumers
	c.mu.Unlock()
	for _, k := range consumers {
		if !k.attached.Load() {
			continue
		}
		stream, err := c.js.StreamNameBySubject(ctx, k.Subject)
		if err != nil {
			continue
		}
		info, err := c.js.Consumer(ctx, stream, c.Service+"-"+k.Name)
		if err != nil {
			continue
		}
		ch <- prometheus.MustNewConstMetric(pending, prometheus.GaugeValue, float64(info.CachedInfo().NumPending), k.Name)
		ch <- prometheus.MustNewConstMetric(unacked, prometheus.GaugeValue, float64(info.CachedInfo().NumAckPending), k.Name)
	}
}
