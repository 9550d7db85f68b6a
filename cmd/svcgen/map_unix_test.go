//go:build unix

package main_test

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// serving starts svcgen map and returns its address.
func serving(t *testing.T, dir string) string {
	t.Helper()
	cmd := svcgen(t, dir, "map", "--no-open", "--quiet")
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	var said strings.Builder
	cmd.Stderr = &said
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		// Ctrl-C ends it, with all that is open, and that is no failure.
		_ = cmd.Process.Signal(syscall.SIGINT)
		kill := time.AfterFunc(20*time.Second, func() { _ = cmd.Process.Kill() })
		defer kill.Stop()
		if err := cmd.Wait(); err != nil {
			t.Errorf("svcgen map ended with %v\n%s", err, said.String())
		}
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	go func() { _, _ = io.Copy(io.Discard, out) }()
	return strings.TrimSpace(line)
}

// fake is a service that only answers /readyz.
type fake struct {
	srv *http.Server
}

func start(t *testing.T, port int, answer http.HandlerFunc) *fake {
	t.Helper()
	l, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	f := &fake{&http.Server{Handler: answer}}
	go func() { _ = f.srv.Serve(l) }()
	t.Cleanup(f.stop)
	return f
}

func (f *fake) stop() { f.srv.Close() }

func ready(w http.ResponseWriter, r *http.Request) {
	if r.URL.Path != "/readyz" {
		http.NotFound(w, r)
		return
	}
	fmt.Fprint(w, `{"status":"ok"}`)
}

// ports finds n ports that are free.
func ports(t *testing.T, n int) []int {
	t.Helper()
	var out []int
	for range n {
		l, err := net.Listen("tcp4", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer l.Close()
		out = append(out, l.Addr().(*net.TCPAddr).Port)
	}
	return out
}

const hostileRunbook = "# Runbook <script>window.hit = 1</script>\n\n<img src=x onerror='window.hit=2'>\n\n" +
	"[bad](javascript:window.hit=3) [good](https://example.com/x) [near](../README.md) ![picture](http://example.com/p.png)\n\n" +
	"| left | right |\n|:---|---:|\n| a | b |\n\n```\nkubectl get pods\n```\n"

// five is a workspace of five services, two of which are rendered for real.
func five(t *testing.T, port []int) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "shop")
	run(t, t.TempDir(), "new", "payments", "--init", "-C", dir, "--port", fmt.Sprint(port[1]))
	run(t, dir, "new", "fraud", "--template", "worker", "--port", fmt.Sprint(port[2]), "--set", "subject=ledger.booked")
	run(t, dir, "add", "publisher", "fraud.flagged", "--service", "fraud")
	manifest := filepath.Join(dir, "svcgen.yaml")
	data, err := os.ReadFile(manifest)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(string(data), "\n")
	for i, l := range lines {
		switch {
		case strings.HasPrefix(l, "  payments:"):
			lines[i] = strings.Replace(l, "}", ", owner: team-pay, needs: [ledger]}", 1)
		case l == "services:":
			lines[i] += fmt.Sprintf("\n  ledger: {path: services/ledger, port: %d, owner: team-ledger}", port[0]) +
				fmt.Sprintf("\n  shop-web: {path: services/web, port: %d, owner: '<b>web</b>', needs: [payments, bank]}", port[3]) +
				fmt.Sprintf("\n  mail: {path: services/mail, port: %d}", port[4])
		}
	}
	descriptor := "version: 1\nname: %s\ntemplate: %s\nrelease: 1.0.0\n%s"
	write(t, dir, map[string]string{
		"svcgen.yaml":                       strings.Join(lines, "\n"),
		"services/ledger/service.yaml":      fmt.Sprintf(descriptor, "ledger", "worker", "values: {database: postgres}\nunits:\n  - publisher: {subject: ledger.booked, name: booked}\n"),
		"services/web/service.yaml":         fmt.Sprintf(descriptor, "shop-web", "web", ""),
		"services/mail/service.yaml":        fmt.Sprintf(descriptor, "mail", "worker", "units:\n  - consumer: {subject: 'fraud.*', name: onFraud}\n"),
		"services/payments/docs/runbook.md": hostileRunbook,
	})
	return dir
}

// TestMap looks at the page of a small workspace as a person does.
func TestMap(t *testing.T) {
	b := chromium(t)
	port := ports(t, 5)
	dir := five(t, port)
	ledger := start(t, port[0], ready)
	start(t, port[1], ready)
	start(t, port[2], func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusServiceUnavailable)
		fmt.Fprint(w, `{"status":"unavailable","checks":{"nats":"failing","other":"ok"}}`)
	})
	url := serving(t, dir)
	b.colors("light")
	b.open(url)
	b.must(`location.search === "" && document.cookie === ""`) // the token is gone, the cookie is not a script's
	node := func(name string) string { return fmt.Sprintf(`document.querySelector('.node[data-name="%s"]')`, name) }
	b.until(node("ledger") + `?.classList.contains("ready") && ` + node("fraud") + `.classList.contains("unready")`)
	b.must(`document.querySelectorAll(".node").length === 6 && document.querySelectorAll("#graph .edge").length === 5`)
	b.must(node("bank") + `.classList.contains("kind-missing")`)
	b.must(`!document.querySelector("nav b, .node b")`)
	b.shot("five-light")

	// A dead service, and what needs it. What is on the page stays; it is patched.
	b.eval(node("payments") + `.mark = 1; ` + node("ledger") + `.mark = 1; document.querySelector("#list button[data-name=ledger]").mark = 1`)
	ledger.stop()
	b.until(node("ledger") + `.classList.contains("down")`)
	b.until(node("payments") + `.classList.contains("lacking") && ` + node("shop-web") + `.classList.contains("lacking") && ` + node("fraud") + `.classList.contains("lacking")`)
	b.must(node("payments") + `.mark === 1 && ` + node("ledger") + `.mark === 1 && document.querySelector("#list button[data-name=ledger]").mark === 1`)
	b.must(`document.getElementById("news").textContent.startsWith("ledger is down; fraud, mail, payments, shop-web need it")`)
	b.must(node("payments") + `.getAttribute("aria-label").includes("lacks ledger")`)
	b.shot("five-down")

	// The keyboard: search, one row, the panel, back; then the picture.
	b.press("/")
	b.must(`document.activeElement.id === "search"`)
	b.press("p", "a", "y", "m")
	b.must(`document.querySelectorAll("#list li:not([hidden])").length === 1`)
	b.must(node("mail") + `.classList.contains("dim") && !` + node("payments") + `.classList.contains("dim")`)
	b.press("Enter")
	b.until(`document.querySelector("#panel .runbook")`)
	b.must(`document.querySelector("#panel h2").textContent === "payments" && document.activeElement.className === "close"`)
	b.must(`document.querySelector("#panel .endpoints").innerText.includes("/v1/payments/{id}")`)
	b.must(`window.hit === undefined && !document.querySelector("#panel script, #panel img, #panel [style], #panel [onerror]")`)
	b.must(`[...document.querySelectorAll("#panel a")].map((a) => a.href + a.rel).join() === "https://example.com/xnoopener noreferrer"`)
	b.must(`document.querySelector("#panel .health").innerText.includes("Lacks ledger, which is down")`)
	b.shot("five-panel")
	b.press("Escape")
	b.must(`document.getElementById("panel").hidden && document.activeElement === ` + node("payments"))
	b.press("ArrowRight")
	b.must(`document.activeElement === ` + node("ledger"))
	b.must(`getComputedStyle(document.activeElement.querySelector(".box")).strokeWidth === "4.5px"`) // the focus shows
	b.press("ArrowLeft")
	b.must(`["payments", "fraud"].includes(document.activeElement.dataset.name)`) // one that needs it
	b.press("Enter")
	b.must(`!document.getElementById("panel").hidden && document.querySelector(".node.selected").dataset.name === document.getElementById("panel-title").textContent`)
	b.press("Escape", "/")
	b.must(`document.getElementById("search").value === "paym"`)
	b.press("Escape")
	b.must(`document.getElementById("search").value === ""`)
	b.press("ArrowDown", "ArrowDown")
	b.must(`document.activeElement.dataset.name === "fraud"`)

	// An edit, and a manifest that cannot be read: the picture stays.
	write(t, dir, map[string]string{"services/payments/Dockerfile": "FROM scratch\n"})
	b.until(node("payments") + `.querySelector(".flags").textContent.includes("✎")`)
	manifest, err := os.ReadFile(filepath.Join(dir, "svcgen.yaml"))
	if err != nil {
		t.Fatal(err)
	}
	write(t, dir, map[string]string{"svcgen.yaml": string(manifest) + "nonsense: 1\n"})
	b.until(`!document.getElementById("trouble").hidden && document.getElementById("trouble").textContent.includes("nonsense")`)
	b.must(`document.querySelectorAll(".node").length === 6 && ` + node("payments") + `.mark === 1`)
	write(t, dir, map[string]string{"svcgen.yaml": string(manifest)})
	b.until(`document.getElementById("trouble").hidden`)

	// It comes back.
	start(t, port[0], ready)
	b.until(node("ledger") + `.classList.contains("ready") && !` + node("payments") + `.classList.contains("lacking")`)

	// Dark: as the system says, then as the person says.
	b.colors("dark")
	b.until(`document.documentElement.dataset.theme === "dark"`)
	b.shot("five-dark")
	b.eval(`document.getElementById("theme").click()`)
	b.must(`document.documentElement.dataset.theme === "light" && getComputedStyle(document.body).backgroundColor === "rgb(244, 246, 249)"`)
	b.quiet()
}

// many is a workspace of 200 services in layers, each needing some of the next.
func many(t *testing.T, first int) string {
	t.Helper()
	dir := tiny(t)
	run(t, dir, "new", "first", "--template", "tiny")
	var manifest strings.Builder
	manifest.WriteString("version: 1\nmodule: example.com/large\ntemplates: {tiny: tools/tiny}\nservices:\n")
	files := map[string]string{}
	add := func(name, more string) {
		fmt.Fprintf(&manifest, "  %s: {path: services/%s, port: %d%s}\n", name, name, first+len(files)/5, more)
		files["services/"+name+"/service.yaml"] = fmt.Sprintf("version: 1\nname: %s\ntemplate: tiny\nrelease: 1.0.0\n", name)
		files["services/"+name+"/README.md"] = "# " + name + "\n"
		files["services/"+name+"/a/b/c.txt"] = "c\n"
		files["services/"+name+"/color.txt"] = "blue\n"
		files["services/"+name+"/notes.yaml"] = "notes: {}\n"
	}
	widths := []int{6, 30, 70, 60, 24}
	kinds := []string{"door", "journey", "domain", "record", "base"}
	for layer, wide := range widths {
		for i := range wide {
			var needs []string
			if layer+1 < len(widths) {
				next := widths[layer+1]
				for k := range 1 + (i+layer)%2 {
					needs = append(needs, fmt.Sprintf("%s-%02d", kinds[layer+1], (i*next/wide+k*(7*i+3))%next))
				}
			}
			add(fmt.Sprintf("%s-%02d", kinds[layer], i), fmt.Sprintf(", owner: team-%02d, needs: [%s]", i%12, strings.Join(needs, ", ")))
		}
	}
	for i := range 10 {
		add(fmt.Sprintf("tool-%02d", i), "")
	}
	files["services/door-00/README.md"] += "edited\n"
	files["services/domain-10/a/b/c.txt"] = "<<<<<<< ours\nc\n=======\nd\n>>>>>>> theirs\n"
	files["svcgen.yaml"] = manifest.String()
	write(t, dir, files)
	return dir
}

// TestMapOfManyServices: 200 services are read, and a change of one touches no
// element of another.
func TestMapOfManyServices(t *testing.T) {
	b := chromium(t)
	const first = 31200
	dir := many(t, first)
	base := start(t, first+6+30+70+60, ready) // base-00
	for i := range 40 {
		start(t, first+6+i, ready)
	}
	url := serving(t, dir)
	b.colors("light")
	b.open(url)
	b.until(`document.querySelectorAll(".node").length === 200 && document.querySelector('.node[data-name="base-00"]').classList.contains("ready")`)
	b.until(`document.getElementById("summary").innerText.includes("2 edited") && document.getElementById("summary").innerText.includes("1 to mend")`)
	b.shot("many-light")
	// Names can be read without coming nearer, no box lies on another, all is in sight.
	b.must(`parseFloat(getComputedStyle(document.querySelector(".node .name")).fontSize) * document.querySelector("#graph > g").transform.baseVal.consolidate().matrix.a >= 7`)
	b.must(`(() => { const r = [...document.querySelectorAll(".node .box")].map((e) => e.getBoundingClientRect());
		return r.every((a, i) => r.every((b, j) => i >= j || a.right <= b.left || b.right <= a.left || a.bottom <= b.top || b.bottom <= a.top)); })()`)
	b.must(`(() => { const s = document.getElementById("graph").getBoundingClientRect();
		return [...document.querySelectorAll(".node .box")].map((e) => e.getBoundingClientRect()).every((r) => r.left >= s.left && r.right <= s.right && r.top >= s.top && r.bottom <= s.bottom); })()`)
	b.eval(`window.changes = []; new MutationObserver((l) => { for (const m of l) window.changes.push(m.type + " " + (m.target.closest && m.target.closest(".node") ? m.target.closest(".node").dataset.name : "")) })
		.observe(document.getElementById("graph"), { subtree: true, childList: true, attributes: true, characterData: true })`)
	base.stop()
	b.until(`document.querySelector('.node[data-name="base-00"]').classList.contains("down")`)
	b.until(`document.querySelectorAll(".node.lacking").length > 0`)
	b.must(`window.changes.length > 0 && !window.changes.some((c) => c.startsWith("childList"))`)
	b.must(`new Set(window.changes.map((c) => c.split(" ")[1])).size < 60`)
	b.shot("many-down")
	b.press("/", "b", "a", "s", "e", "-", "0", "0", "Enter")
	b.until(`!document.getElementById("panel").hidden`)
	b.shot("many-panel")
	b.press("Escape", "Escape")
	b.colors("dark")
	b.until(`document.documentElement.dataset.theme === "dark"`)
	b.shot("many-dark")
	b.quiet()
}

// TestMapExport: the page opens from a file, without svcgen and without a network.
func TestMapExport(t *testing.T) {
	b := chromium(t)
	dir := five(t, ports(t, 5))
	file := filepath.Join(dir, "map.html")
	run(t, dir, "map", "--export", "map.html")
	b.do("Network.emulateNetworkConditions", map[string]any{"offline": true, "latency": 0, "downloadThroughput": -1, "uploadThroughput": -1})
	b.open("file://" + file)
	b.until(`document.querySelectorAll(".node").length === 6`)
	b.press("/", "p", "a", "y", "Enter")
	b.until(`document.querySelector("#panel .runbook")`)
	b.must(`window.hit === undefined && !document.querySelector("#panel script, #panel img")`)
	b.must(`document.querySelector("#panel .health").hidden`)
	b.must(`performance.getEntriesByType("resource").every((r) => r.name.startsWith("data:"))`)
	b.shot("export")
	b.quiet()
}
