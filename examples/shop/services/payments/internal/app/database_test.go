package app

import (
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/acme/shop/services/payments/internal/config"
	"github.com/acme/shop/services/payments/internal/postgres"
	"github.com/acme/shop/services/payments/internal/postgres/postgrestest"
)

// The service starts without its database, serves once that is there and
// migrated, and lives on when it goes away.
func TestDatabaseComesAndGoes(t *testing.T) {
	address := postgrestest.New(t)
	line := newLine(t, address)
	line.cut()
	r := start(t, config.Config{DatabaseURL: config.Secret(line.url)}, defaults)
	r.becomes(t, "the database is away", http.StatusServiceUnavailable)
	line.mend()
	if err := postgres.Migrate(t.Context(), address, slog.New(slog.DiscardHandler)); err != nil {
		t.Fatal(err)
	}
	r.becomes(t, "it is there", http.StatusOK)
	line.cut()
	r.becomes(t, "it goes away", http.StatusServiceUnavailable)
	if code := r.get("/livez"); code != http.StatusOK {
		t.Errorf("live is %d without a database", code)
	}
	if text := r.metrics(t); !strings.Contains(text, "\ndb_client_ready 0\n") || !strings.Contains(text, "\ndb_client_connection_max 7\n") {
		t.Errorf("the metrics do not tell:\n%s", text)
	}
	if !strings.Contains(r.log.String(), `"dependency":"postgres"`) {
		t.Errorf("the log does not tell:\n%s", r.log)
	}
	line.mend()
	r.becomes(t, "it comes back", http.StatusOK)
	r.stop()
	r.wait(t)
}

// becomes waits until the service is ready, or not.
func (r *running) becomes(t *testing.T, when string, want int) {
	t.Helper()
	var got int
	for end := time.Now().Add(20 * time.Second); time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		if got = r.get("/readyz"); got == want {
			return
		}
	}
	t.Fatalf("%s: ready is %d, want %d\n%s", when, got, want, r.log)
}

func (r *running) metrics(t *testing.T) string {
	t.Helper()
	resp, err := http.Get("http://" + r.AdminAddr() + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// line is the way to a database, which can be cut.
type line struct {
	url           string
	network, addr string // of the database

	mu    sync.Mutex
	down  bool
	conns []net.Conn
}

func newLine(t *testing.T, address string) *line {
	t.Helper()
	config, err := pgx.ParseConfig(address)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	l := &line{}
	l.network, l.addr = pgconn.NetworkAddress(config.Host, config.Port)
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	settings := u.Query()
	settings.Del("host")
	u.Host, u.RawQuery = listener.Addr().String(), settings.Encode()
	l.url = u.String()
	t.Cleanup(func() { listener.Close(); l.cut() })
	go func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			l.join(conn)
		}
	}()
	return l
}

// join leads a connection to the database.
func (l *line) join(conn net.Conn) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.down {
		conn.Close()
		return
	}
	server, err := net.Dial(l.network, l.addr)
	if err != nil {
		conn.Close()
		return
	}
	l.conns = append(l.conns, conn, server)
	go pass(conn, server)
	go pass(server, conn)
}

// pass copies until either side is closed, and closes the other.
func pass(to, from net.Conn) {
	_, _ = io.Copy(to, from)
	to.Close()
	from.Close()
}

func (l *line) cut() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = true
	for _, c := range l.conns {
		c.Close()
	}
	l.conns = nil
}

func (l *line) mend() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.down = false
}
