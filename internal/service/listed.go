package service

import (
	"sync"

	"github.com/svcgen/svcgen/internal/insert"
	"github.com/svcgen/svcgen/internal/tree"
	"github.com/svcgen/svcgen/internal/workspace"
)

// listed tells which entries shared files have. It reads and parses each file
// once, however many services are listed there.
type listed struct {
	w     *workspace.Workspace
	mu    sync.Mutex
	files map[string]*sharedFile
}

type sharedFile struct {
	mu     sync.Mutex
	reader *insert.Reader // nil: there is no such file, or it cannot be read
}

func newListed(w *workspace.Workspace) *listed {
	return &listed{w: w, files: map[string]*sharedFile{}}
}

// has reports whether the file of an entry is there, and why the entry is not in
// it; nil: it is.
func (l *listed) has(p placement) (there bool, err error) {
	l.mu.Lock()
	f := l.files[p.file]
	if f == nil {
		f = &sharedFile{}
		if got, err := tree.Lookup(l.w.Root, p.file); err == nil && got != nil {
			f.reader = insert.NewReader(p.file, got.Data)
		}
		l.files[p.file] = f
	}
	l.mu.Unlock()
	if f.reader == nil {
		return false, nil
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	return true, f.reader.Has(p.address, p.text)
}
