// Package archive puts trees into tar archives and takes them out again.
//
// An archive from elsewhere is unpacked into memory, never to a disk, and holds
// plain files alone: a link, a device, an odd or doubled path, or more than the
// limits allow is an error, not something to leave out. The same tree gives the
// same bytes, always.
package archive

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"math"
	"strings"
	"time"

	"github.com/svcgen/svcgen/internal/names"
	"github.com/svcgen/svcgen/internal/tree"
)

// Limits bound what an archive may unpack to.
type Limits struct {
	Files int   // entries; folders count
	File  int64 // bytes of one file
	Total int64 // bytes of all files
}

// overhead is what headers and padding may take for each entry: a header, an
// extended one, and the rest of a block.
const overhead = 8 << 10

// Pack writes files as an uncompressed tar archive.
func Pack(files tree.Tree) ([]byte, error) {
	var size int
	for p, f := range files {
		size += 2048 + len(p) + len(f.Data)
	}
	b := bytes.NewBuffer(make([]byte, 0, size))
	w := tar.NewWriter(b)
	for _, p := range files.Paths() {
		f := files[p]
		h := &tar.Header{Typeflag: tar.TypeReg, Name: p, Size: int64(len(f.Data)), Mode: 0o644, ModTime: time.Unix(0, 0)}
		switch f.Kind {
		case tree.Executable:
			h.Mode = 0o755
		case tree.Symlink:
			return nil, fmt.Errorf("%s is a symbolic link", p)
		}
		if err := w.WriteHeader(h); err != nil {
			return nil, err
		}
		if _, err := w.Write(f.Data); err != nil {
			return nil, err
		}
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Compress is gzip without a name or a time.
func Compress(data []byte) ([]byte, error) {
	var b bytes.Buffer
	w, err := gzip.NewWriterLevel(&b, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(data); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

// Unpack reads a tar archive.
func Unpack(data []byte, l Limits) (tree.Tree, error) { return unpack(bytes.NewReader(data), data, l) }

// UnpackCompressed reads a tar archive that is compressed with gzip.
func UnpackCompressed(data []byte, l Limits) (tree.Tree, error) {
	z, err := gzip.NewReader(bytes.NewReader(data))
	if err != nil {
		return nil, errors.New("it is not compressed with gzip")
	}
	most := l.Total + int64(l.Files)*overhead
	r := &bounded{r: z, left: most}
	files, err := unpack(r, nil, l)
	if r.left < 0 {
		return nil, fmt.Errorf("it unpacks to more than %s", size(most))
	}
	if err != nil {
		return nil, err
	}
	// What stands behind the archive's end is read too: the checksum comes last.
	if _, err := io.Copy(io.Discard, r); err != nil || r.left < 0 {
		return nil, errors.New("what stands behind its end cannot be read, or is too much")
	}
	return files, nil
}

// unpack reads r. whole is what r reads where that is in memory already: files
// are parts of it then, and not copied.
func unpack(r io.Reader, whole []byte, l Limits) (tree.Tree, error) {
	out := tree.Tree{}
	var paths []string
	var total int64
	t := tar.NewReader(r)
	for n := 0; ; n++ {
		h, err := t.Next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("it is no whole tar archive: %w", err)
		}
		if n >= l.Files {
			return nil, fmt.Errorf("it has more than %d entries", l.Files)
		}
		name := strings.TrimPrefix(h.Name, "./")
		switch h.Typeflag {
		case tar.TypeReg:
			for key := range h.PAXRecords {
				if strings.HasPrefix(key, "GNU.sparse.") {
					return nil, wrong(h.Name, "it is "+kind(tar.TypeGNUSparse)+"; a template has files alone")
				}
			}
		case tar.TypeDir:
			name = strings.TrimSuffix(name, "/")
			if name == "" || name == "." {
				continue
			}
			if problem := names.CheckPath(name); problem != "" {
				return nil, wrong(h.Name, problem)
			}
			continue
		case tar.TypeXGlobalHeader:
			continue
		default:
			return nil, wrong(h.Name, "it is "+kind(h.Typeflag)+"; a template has files alone")
		}
		if problem := names.CheckPath(name); problem != "" {
			return nil, wrong(h.Name, problem)
		}
		if _, twice := out[name]; twice {
			return nil, wrong(h.Name, "it is there twice")
		}
		if total += h.Size; h.Size > l.File || total > l.Total {
			return nil, wrong(h.Name, fmt.Sprintf("it has %s; %s a file and %s for all are allowed", size(h.Size), size(l.File), size(l.Total)))
		}
		data, err := content(t, h.Size, whole, r)
		if err != nil {
			return nil, fmt.Errorf("it is no whole tar archive: %w", err)
		}
		k := tree.Plain
		if h.Mode&0o100 != 0 {
			k = tree.Executable
		}
		out[name] = tree.File{Data: data, Kind: k}
		paths = append(paths, name)
	}
	if p, problem := names.CheckPaths(paths); problem != "" {
		return nil, wrong(p, problem)
	}
	return out, nil
}

// content reads a file of n bytes, or takes it out of the whole.
func content(t *tar.Reader, n int64, whole []byte, r io.Reader) ([]byte, error) {
	if b, ok := r.(*bytes.Reader); ok && whole != nil {
		// Directly behind a header, the archive's reader stands at the content; a
		// sparse file, which does not stand there as it is, was refused.
		at := int64(len(whole)) - int64(b.Len())
		if at+n > int64(len(whole)) {
			return nil, io.ErrUnexpectedEOF
		}
		return whole[at : at+n : at+n], nil
	}
	data := make([]byte, n)
	_, err := io.ReadFull(t, data)
	return data, err
}

// bounded reads no more than left bytes; below zero it was more.
type bounded struct {
	r    io.Reader
	left int64
}

func (b *bounded) Read(p []byte) (int, error) {
	if b.left < 0 {
		return 0, errors.New("too much")
	}
	n, err := b.r.Read(p)
	b.left -= int64(n)
	if b.left < 0 {
		b.left = math.MinInt64 / 2
		return 0, errors.New("too much")
	}
	return n, err
}

func wrong(name, problem string) error {
	if r := []rune(name); len(r) > 80 {
		name = string(r[:80]) + "…"
	}
	return fmt.Errorf("%q: %s", name, problem)
}

func kind(flag byte) string {
	switch flag {
	case tar.TypeLink:
		return "a hard link"
	case tar.TypeSymlink:
		return "a symbolic link"
	case tar.TypeChar, tar.TypeBlock:
		return "a device"
	case tar.TypeFifo:
		return "a pipe"
	case tar.TypeGNUSparse:
		return "a sparse file"
	}
	return fmt.Sprintf("of the kind %q", flag)
}

func size(n int64) string {
	switch {
	case n >= 1<<20 && n%(1<<20) == 0:
		return fmt.Sprintf("%d MiB", n>>20)
	case n >= 1<<20:
		return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20))
	}
	return fmt.Sprintf("%d bytes", n)
}
