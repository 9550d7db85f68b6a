package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"github.com/svcgen/svcgen/internal/atlas"
	"github.com/svcgen/svcgen/internal/diag"
)

func (a *app) mapCommand() *cobra.Command {
	var port int
	var noOpen bool
	var export string
	cmd := &cobra.Command{
		Use:   "map",
		Short: "Show the services in the browser, live",
		Long: `map serves a page with the workspace's services: what needs what, which of those running on
this machine are ready, which are behind their template, what people edited, open
conflicts, endpoints and runbooks. A service that dies is shown within two seconds, with
all that need it. Ctrl-C ends it.

The page is served on 127.0.0.1 only, to whoever has the address that is printed. It loads
nothing from elsewhere. --export writes a page that opens without svcgen, and shows no
health.`,
		Example: `  svcgen map
  svcgen map --port 8765 --no-open
  svcgen map --export services.html`,
		Args: arguments(0, 0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if export != "" {
				if cmd.Flags().Changed("port") || noOpen {
					return diag.Errorf("--export serves nothing: --port and --no-open do not go with it")
				}
				return a.exportMap(export)
			}
			if port < 0 || port > 65535 {
				return diag.Errorf("--port takes a number from 0 to 65535, not %d", port)
			}
			return a.serveMap(port, noOpen)
		},
	}
	f := cmd.Flags()
	f.IntVar(&port, "port", 0, "the `PORT` to serve on (default: a free one)")
	f.BoolVar(&noOpen, "no-open", false, "only print the address")
	f.StringVar(&export, "export", "", "write a page that holds everything to `FILE`; - is standard output")
	return cmd
}

// readMap reads the workspace as it is now.
func (a *app) readMap(ctx context.Context) (*atlas.Map, error) {
	w, lib, err := a.open()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	return atlas.Read(ctx, w, lib)
}

func (a *app) serveMap(port int, noOpen bool) error {
	first, err := a.readMap(a.ctx)
	if err != nil {
		return err
	}
	server, err := atlas.Listen(port, atlas.Options{First: first, Read: a.readMap, Detail: a.mapDetail})
	if errors.Is(err, syscall.EADDRINUSE) || errors.Is(err, syscall.EACCES) {
		return diag.Errorf("port %d is taken or not allowed: %v", port, err).WithHint("without --port, svcgen map takes a free one")
	}
	if err != nil {
		return err
	}
	if a.json {
		err = a.printJSON(mapJSON{Version: 1, URL: server.URL()})
	} else if _, err = fmt.Fprintln(a.Stdout, server.URL()); err == nil {
		a.note("serving %s; Ctrl-C ends it", first.Workspace)
	}
	if err != nil {
		return err
	}
	if a.Browse != nil && !noOpen && !a.json {
		if err := a.Browse(server.OnceURL()); err != nil {
			a.note("no browser was opened: %v", err)
		}
	}
	return server.Serve(a.ctx)
}

// mapJSON is what svcgen map prints for programs.
type mapJSON struct {
	Version int    `json:"version"`
	URL     string `json:"url,omitempty"`  // where the page is served
	File    string `json:"file,omitempty"` // where it was written
}

func (a *app) mapDetail(name string) (*atlas.Detail, error) {
	w, _, err := a.open()
	if err != nil {
		return nil, err
	}
	defer w.Close()
	s := w.Manifest.Service(name)
	if s == nil {
		return nil, nil
	}
	d := atlas.ReadDetail(w, s)
	return &d, nil
}

func (a *app) exportMap(file string) error {
	w, lib, err := a.open()
	if err != nil {
		return err
	}
	defer w.Close()
	m, err := atlas.Read(a.ctx, w, lib)
	if err != nil {
		return err
	}
	details := map[string]atlas.Detail{}
	for i := range w.Manifest.Services {
		s := &w.Manifest.Services[i]
		details[s.Name] = atlas.ReadDetail(w, s)
	}
	page, err := atlas.Export(m, details)
	if err != nil {
		return err
	}
	if file == "-" {
		_, err = a.Stdout.Write(page)
		return err
	}
	if err := a.writePage(file, page); err != nil {
		return err
	}
	switch {
	case a.json:
		return a.printJSON(mapJSON{Version: 1, File: file})
	case !a.quiet:
		fmt.Fprintf(a.Stdout, "%s shows %s (%s KB)\n", visible(file), count(len(w.Manifest.Services), "service"), thousands((len(page)+1023)/1024))
	}
	return nil
}

// writePage writes a page where nothing is, or where an older page is.
func (a *app) writePage(file string, page []byte) error {
	at := file
	if !filepath.IsAbs(at) {
		at = filepath.Join(a.dir, filepath.FromSlash(at))
	}
	info, err := os.Lstat(at)
	switch {
	case errors.Is(err, fs.ErrNotExist):
	case err != nil:
		return diag.Errorf("%s: %v", file, err)
	case !info.Mode().IsRegular():
		return diag.Errorf("%s is there, and is not a file", file)
	default:
		old, err := os.ReadFile(at)
		if err != nil {
			return err
		}
		if len(old) > 0 && !strings.Contains(string(old[:min(len(old), 4096)]), atlas.Generator) {
			return diag.Errorf("%s is there, and svcgen map did not write it", file).WithHint("give another name, or remove it first")
		}
	}
	root, err := os.OpenRoot(filepath.Dir(at))
	if errors.Is(err, fs.ErrNotExist) {
		return diag.Errorf("the folder %s does not exist", filepath.Dir(file))
	}
	if err != nil {
		return err
	}
	defer root.Close()
	return replace(root, filepath.Base(at), page)
}
